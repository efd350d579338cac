"""Which Asterisk to run, and how to run it: the machine's own if it will do, else the one in a Debian root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.sh")
LEAST_VERSION = 20
# What a call cannot do without; the rest of modules.conf is loaded where present.
ESSENTIAL = frozenset({"chan_pjsip.so", "res_agi.so", "res_http_websocket.so", "res_srtp.so", "app_controlplayback.so"})
_MODULES = (
    "usr/lib/*/asterisk/modules",
    "usr/lib/asterisk/modules",
    "usr/lib64/asterisk/modules",
    "usr/local/lib/asterisk/modules",
)
_SOUNDS = ("usr/share/asterisk/sounds/en", "var/lib/asterisk/sounds/en")
_VERSION = re.compile(r"Asterisk (?:certified[/-])?(\d+)\.")


@dataclass(frozen=True, slots=True)
class Runtime:
    """An Asterisk that can be run. `root` is None when it is installed on this machine."""

    program: str
    root: Path | None
    modules: frozenset[str]

    def command(self, arguments: Sequence[str], *, state: Path, hosts: Path, name: str) -> list[str]:
        """The command that runs Asterisk with `arguments`; it dies with the thread that starts it.

        `state` stands at the same path inside; `hosts` replaces /etc/hosts there; `name` becomes the host's name there.
        """
        unshare: list[str] = []
        if self.root:
            rootless = [] if os.geteuid() == 0 else ["--map-auto", "--map-root-user"]
            unshare = ["unshare", *rootless, "--mount", "--uts", "--"]
        place = [str(os.getpid()), str(self.root or ""), str(state), str(hosts), name]
        return ["setpriv", "--pdeathsig", "KILL", "--", *unshare, "sh", str(LAUNCH), *place, self.program, *arguments]


def installed() -> Runtime | None:
    """The machine's own Asterisk, if it is recent enough and has its modules and sounds."""
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not program or not any(any(Path("/").glob(f"{place}/*")) for place in _SOUNDS):
        return None
    try:
        said = subprocess.run([program, "-V"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = _VERSION.match(said)
    modules = modules_under(Path("/"))
    if not version or int(version[1]) < LEAST_VERSION or not modules >= ESSENTIAL:
        return None
    return Runtime(program, None, modules)


def modules_under(root: Path) -> frozenset[str]:
    """File names of the Asterisk modules found in a file system."""
    return frozenset(found.name for place in _MODULES for found in root.glob(f"{place}/*.so"))
