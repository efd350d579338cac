"""Makes the Debian root that holds Asterisk where the machine has none: once per recipe, shared by all checkouts."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cti.asterisk.pbx.runtime import ESSENTIAL, Runtime, installed, modules_under
from cti.kit.errors import EnvironmentProblem, Problem, problem

Progress = Callable[[str], None]

SUITE = "forky"
# python3: the emergency menu runs inside. Its minimal package lacks a module that pyst2 imports.
PACKAGES = ("asterisk", "asterisk-config", "asterisk-core-sounds-en-gsm", "asterisk-moh-opsound-gsm", "python3")
OPTIONS = (
    "--variant=minbase",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    f"--include={','.join(PACKAGES)}",
)
_ROOTLESS = ("unshare", "--map-auto", "--map-root-user", "--")


def rootless() -> bool:
    return os.geteuid() != 0


def root_folder(cache: Path) -> Path:
    """Where the root of this recipe stands. A root made without rights belongs to other ids: it has its own folder."""
    recipe = "\n".join((SUITE, *OPTIONS, str(rootless())))
    return cache / f"asterisk-root-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"


def find(cache: Path) -> Runtime | None:
    """The Asterisk to run if nothing need be made."""
    own = installed()
    if own:
        return own
    root = root_folder(cache)
    return Runtime("/usr/sbin/asterisk", root, modules_under(root)) if root.is_dir() else None


def prepare(cache: Path, progress: Progress) -> Runtime:
    """Finds Asterisk, or makes the root (about half a minute, 380 MB; other processes wait for the one that makes it).

    Raises `EnvironmentProblem` if the download or a permission fails; nothing half-made is left behind.
    """
    found = find(cache)
    if found:
        return found
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with _lock(cache / "asterisk-root.lock", progress):
            if not root_folder(cache).is_dir():
                _make(cache, progress)
    except OSError as error:
        raise EnvironmentProblem(
            problem(
                "pbx.root_unwritable",
                str(error.filename or cache),
                f"The Asterisk root cannot be made here: {error.strerror}.",
                f"无法在此创建 Asterisk 根目录：{error.strerror}。",
                "Choose another folder with HOTLINE_CACHE.",
                "请用 HOTLINE_CACHE 指定其他目录。",
            )
        ) from None
    made = find(cache)
    if not made or not made.modules >= ESSENTIAL:
        raise _failed("the root lacks modules of Asterisk", cache)
    return made


@contextmanager
def _lock(path: Path, progress: Progress) -> Iterator[None]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another process is making the Asterisk root; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare_needs() -> list[Problem]:
    """Programs that making the root needs and this machine lacks."""
    needed = {"mmdebstrap": "mmdebstrap", "newuidmap": "uidmap"} if rootless() else {"mmdebstrap": "mmdebstrap"}
    return [
        problem(
            "pbx.program_missing",
            program,
            f"Neither Asterisk 20 or newer nor {program} is installed.",
            f"既未安装 Asterisk 20 及以上版本，也未安装 {program}。",
            f"Run: apt-get install {package}",
            f"请运行：apt-get install {package}",
        )
        for program, package in needed.items()
        if not shutil.which(program)
    ]


def _make(cache: Path, progress: Progress) -> None:
    missing = prepare_needs()
    if missing:
        raise EnvironmentProblem(*missing)
    target = root_folder(cache)
    partial, archive = target.with_suffix(".partial"), target.with_suffix(".tar")
    _remove(partial, archive)  # left by a process that was killed: the lock is ours
    try:
        if rootless():
            # A folder made in mmdebstrap's own namespace would belong to ids that ours cannot write; a tar has none.
            _run(["mmdebstrap", "--mode=unshare", *OPTIONS, SUITE, str(archive)], progress, cache)
            partial.mkdir()
            _run([*_ROOTLESS, "tar", "-C", str(partial), "-xf", str(archive), "--exclude=./dev/*"], progress, cache)
        else:
            _run(["mmdebstrap", "--mode=root", *OPTIONS, SUITE, str(partial)], progress, cache)
        (partial / "etc/hosts").touch()
        partial.rename(target)
    finally:
        _remove(partial, archive)


def _run(command: list[str], progress: Progress, cache: Path) -> None:
    started, said = time.monotonic(), ""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr
        for line in process.stderr:
            line = line.strip()
            if line.startswith("I: "):
                progress(f"{line[3:]} ({time.monotonic() - started:.0f} s)")
            elif line.startswith(("E: ", "Err:", "W: Failed to fetch")) or not said:
                said = said or line
    if process.returncode:
        raise _failed(said or f"{command[0]} ended with {process.returncode}", cache)


def _failed(reason: str, cache: Path) -> EnvironmentProblem:
    reason = reason.removeprefix("E: ").rstrip(".")[:300]
    return EnvironmentProblem(
        problem(
            "pbx.root_failed",
            str(root_folder(cache)),
            f"The Asterisk root could not be made: {reason}.",
            f"无法创建 Asterisk 根目录：{reason}。",
            "Check that this machine reaches a Debian mirror (proxy, DNS), then start again; or install Asterisk 20 or newer.",
            "请检查本机能否访问 Debian 镜像（代理、DNS）后重试；或自行安装 Asterisk 20 及以上版本。",
        )
    )


def _remove(*paths: Path) -> None:
    left = [str(path) for path in paths if path.exists()]
    if left:
        subprocess.run([*(_ROOTLESS if rootless() else ()), "rm", "-rf", "--one-file-system", "--", *left], check=False)
