"""Rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
PACKAGE = CHECKOUT / "cti"
PURE = ("ivr", "acd", "facts", "topology")
# A pure package decides from what it is handed; these would let it ask the world.
IMPURE = {
    *("asyncio", "threading", "subprocess", "socket", "time", "random", "secrets", "os", "httpx"),
    *("sqlalchemy", "fastapi", "panoramisk", "websockets"),
}
# Reading a hotline's folder is the one thing at the edge of the flow's package.
EDGES = {"ivr/loader.py"}
LARGE = 300
TOO_LARGE = 400
TEXT = {
    ".py",
    ".toml",
    ".yaml",
    ".yml",
    ".md",
    ".j2",
    ".sh",
    ".txt",
    ".json",
    ".ts",
    ".tsx",
    ".html",
    ".cfg",
    ".ini",
    ".mako",
    "",
}

MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "node_modules" not in p.parts)


def imports(path: Path) -> set[str]:
    """Top-level names of everything that a module imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_pure_packages_never_ask_the_world() -> None:
    pure = [path for path in MODULES if name_of(path).split("/")[0] in PURE]
    asking = {name_of(path): imports(path) & IMPURE - ({"os"} if name_of(path) in EDGES else set()) for path in pure}
    assert not {name: names for name, names in asking.items() if names}


def test_only_settings_read_the_environment() -> None:
    """To hand the whole environment on to a child, or to look for a program on PATH, is not to read configuration."""
    reading = re.compile(r"os\.(?:environ\.get|environ\[|getenv)\(?\s*[\"'](\w+)")
    found = {name_of(path): set(reading.findall(path.read_text())) - {"PATH", "LANG"} for path in MODULES}
    assert not {name: names for name, names in found.items() if names and name != "settings.py"}


def test_modules_stay_small_enough_to_read() -> None:
    lines = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert not {name: count for name, count in lines.items() if count > TOO_LARGE}, f"aim at {LARGE}"


def test_no_import_is_hidden_from_the_direction_of_imports() -> None:
    assert not [name_of(path) for path in MODULES if "TYPE_CHECKING" in path.read_text()]


def committed() -> list[Path]:
    """What is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [CHECKOUT / name for name in listed.stdout.split("\0") if name]
    return [p for p in paths if p.suffix in TEXT and p.is_file() and p != Path(__file__)]


MACHINE_PATH = re.compile(r"(?<![\w.}/-])/(?:work|root|tmp/w|home/\w+)/")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted|registry\.npmjs|registry\.yarnpkg|deb\.debian\.org|archive\.ubuntu|\"resolved\":"
)


def test_nothing_committed_names_a_machine_or_a_package_registry() -> None:
    guilty = []
    for path in committed():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MACHINE_PATH.search(line) or REGISTRY.search(line):
                guilty.append(f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:120]}")
    assert not guilty


def test_secrets_are_never_committed() -> None:
    assert not [p for p in committed() if p.name in {"secrets.json", ".env"} or p.suffix in {".pem", ".key"}]
