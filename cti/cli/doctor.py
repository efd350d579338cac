"""`cti doctor`: does this machine have what Hotline needs? Each check is one small function that gives a finding."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cti.asterisk.pbx.check import listeners, port_problems, static_problems
from cti.asterisk.pbx.root import find, prepare_needs, rootless
from cti.asterisk.speech import CONVERTER, ESPEAK
from cti.ivr import load_hotline
from cti.kit.errors import HotlineError, Language, Problem, Text, problem
from cti.settings import CHECKOUT, Settings

LEAST_PYTHON = (3, 11)
LEAST_FILES = 20_000
LEAST_FREE = 2 * 1024**3
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `problems` is empty when all is well; `optional` ones do not make the doctor fail."""

    name: Text
    problems: tuple[Problem, ...] = ()
    optional: bool = False

    @property
    def ok(self) -> bool:
        return self.optional or not self.problems

    def render(self, language: Language = "en") -> str:
        mark = "ok  " if not self.problems else "note" if self.optional else "FAIL"
        return "\n".join([f"{mark}  {self.name.say(language)}", *(p.render(language) for p in self.problems)])

    def as_json(self) -> dict[str, Any]:
        found = [
            {
                "code": p.code,
                "where": p.where,
                "what": {"en": p.what.en, "zh": p.what.zh},
                "mend": {"en": p.mend.en, "zh": p.mend.zh},
            }
            for p in self.problems
        ]
        return {
            "name": {"en": self.name.en, "zh": self.name.zh},
            "ok": self.ok,
            "optional": self.optional,
            "problems": found,
        }


def run_doctor(settings: Settings) -> list[Check]:
    """Looks at everything; never raises for what people can mend. Takes under a second; starts and changes nothing."""
    checks: list[tuple[Text, Callable[[Settings], Iterable[Problem]], bool]] = [
        (Text("Python", "Python 版本"), _python, False),
        (Text("State folder", "状态目录"), _state, False),
        (Text("Disk space", "磁盘空间"), _disk, False),
        (Text("Topology and templates' folders", "拓扑与目录"), _topology, False),
        (Text("Flow", "流程"), _flow, False),
        (Text("Asterisk", "Asterisk"), _asterisk, False),
        (Text("Mount namespaces", "挂载命名空间"), _unshare, False),
        (Text("Open files", "打开文件数"), _files, False),
        (Text("Ports (busy while Hotline runs)", "端口（系统运行时会被占用）"), _ports, False),
        (Text("Speech: espeak-ng and sox", "语音合成：espeak-ng 与 sox"), _speech, False),
        (Text("Console", "控制台"), _console, True),
    ]
    return [Check(name, _careful(look, settings), optional) for name, look, optional in checks]


def _careful(look: Callable[[Settings], Iterable[Problem]], settings: Settings) -> tuple[Problem, ...]:
    try:
        return tuple(look(settings))
    except HotlineError as error:
        return tuple(error.problems)


def _python(_: Settings) -> Iterable[Problem]:
    if sys.version_info < LEAST_PYTHON:
        yield problem("doctor.python", sys.executable, f"Python {sys.version.split()[0]} is too old.",
                      f"Python {sys.version.split()[0]} 版本过低。", "Install Python 3.11 or newer, then: make setup",
                      "请安装 Python 3.11 及以上版本，然后运行：make setup")  # fmt: skip


def _state(settings: Settings) -> Iterable[Problem]:
    _ = settings.secrets  # raises if the folder cannot be written or the file is broken
    return ()


def _disk(settings: Settings) -> Iterable[Problem]:
    for folder in (settings.state, settings.cache):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        if free < LEAST_FREE:
            yield problem("doctor.disk", str(folder), f"Only {free // 1024**2} MB are free.", f"仅剩 {free // 1024**2} MB 可用。",
                          "Free 2 GB, or choose another folder (HOTLINE_STATE, HOTLINE_CACHE).",
                          "请腾出 2 GB 空间，或用 HOTLINE_STATE、HOTLINE_CACHE 指定其他目录。")  # fmt: skip


def _topology(settings: Settings) -> Iterable[Problem]:
    return static_problems(settings.pbx)


def _flow(settings: Settings) -> Iterable[Problem]:
    load_hotline(settings.flows / settings.topology.hotline)
    return ()


def _asterisk(settings: Settings) -> Iterable[Problem]:
    if find(settings.cache) is None:
        yield from prepare_needs()
        yield problem("doctor.no_asterisk", str(settings.cache), "Asterisk has not been prepared yet.", "尚未准备 Asterisk。",
                      "Run: cti pbx prepare (make run does it, too)", "请运行：cti pbx prepare（make run 也会执行）")  # fmt: skip


def _unshare(settings: Settings) -> Iterable[Problem]:
    runtime = find(settings.cache)
    if runtime and runtime.root is None:
        return  # the machine's own Asterisk needs no namespace
    command = ["unshare", *(["--map-auto", "--map-root-user"] if rootless() else []), "--mount", "--uts", "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = done.stderr.strip() if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if said:
        yield problem(
            "doctor.unshare", "unshare", f"Programs cannot be run in a mount namespace: {said}.", f"无法创建挂载命名空间：{said}。",
            "Install uidmap; where AppArmor forbids it: sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container: add "
            "SYS_ADMIN; or run as root, or install Asterisk 20 or newer.",
            "请安装 uidmap；若被 AppArmor 禁止：sysctl kernel.apparmor_restrict_unprivileged_userns=0；容器中请添加 SYS_ADMIN 权限；"
            "或以 root 运行，或安装 Asterisk 20 及以上版本。",
        )  # fmt: skip


def _files(_: Settings) -> Iterable[Problem]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < LEAST_FILES and os.geteuid() != 0:
        yield problem("doctor.files", "ulimit -Hn", f"Only {hard} files may be open: too few for {hard // 10} calls.",
                      f"最多只能打开 {hard} 个文件，无法支撑约 {hard // 10} 路通话。",
                      f"Raise nofile to {LEAST_FILES} in /etc/security/limits.conf, then log in again.",
                      f"请在 /etc/security/limits.conf 中将 nofile 提高到 {LEAST_FILES} 后重新登录。")  # fmt: skip


def _ports(settings: Settings) -> Iterable[Problem]:
    return port_problems(listeners(settings.topology))


def _speech(settings: Settings) -> Iterable[Problem]:
    """espeak-ng speaks the emergency menu, whatever speaks the prompts."""
    for program in dict.fromkeys((ESPEAK.program, settings.engine.program, CONVERTER)):
        if not shutil.which(program):
            yield problem("doctor.no_speech", program, f"{program} is not installed: prompts cannot be spoken.",
                          f"未安装 {program}，无法合成提示音。", f"Run: apt-get install {program}",
                          f"请运行：apt-get install {program}")  # fmt: skip


def _console(_: Settings) -> Iterable[Problem]:
    built = CHECKOUT / "cti/console/dist/index.html"
    if not built.is_file():
        yield problem("doctor.no_console", str(built), "The console has not been built.", "控制台尚未构建。", "Run: make setup",
                      "请运行：make setup")  # fmt: skip
