from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cti.asterisk.pbx import root
from cti.asterisk.pbx.runtime import ESSENTIAL, LAUNCH, Runtime, installed, modules_under
from cti.kit.errors import EnvironmentProblem


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which a test puts programs of its own, before the machine's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(root, "installed", lambda: None)
    monkeypatch.setattr(root, "rootless", lambda: False)
    return folder


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


MAKE = 'for last; do :; done\nmkdir -p "$last/etc" "$last/usr/lib/asterisk/modules"\n' + "\n".join(
    f'touch "$last/usr/lib/asterisk/modules/{module}"' for module in sorted(ESSENTIAL)
)


def test_the_root_is_made_once_and_found_from_then_on(tools: Path, tmp_path: Path) -> None:
    program(tools / "mmdebstrap", f"echo made >> {tmp_path}/count\necho 'I: extracting archives...' >&2\n{MAKE}")
    said: list[str] = []
    first = root.prepare(tmp_path / "cache", said.append)
    assert first == root.prepare(tmp_path / "cache", said.append) == root.find(tmp_path / "cache")
    assert first.root == root.root_folder(tmp_path / "cache")
    assert first.modules == ESSENTIAL
    assert (tmp_path / "count").read_text() == "made\n"
    assert [line.split(" (")[0] for line in said] == ["extracting archives..."]


def test_a_failed_download_is_one_problem_and_leaves_nothing_behind(tools: Path, tmp_path: Path) -> None:
    program(tools / "mmdebstrap", f"{MAKE}\necho 'E: Could not resolve the mirror' >&2\nexit 25")
    with pytest.raises(EnvironmentProblem) as caught:
        root.prepare(tmp_path / "cache", lambda _: None)
    [found] = caught.value.problems
    assert found.code == "pbx.root_failed"
    assert "Could not resolve the mirror" in found.what.en
    assert root.find(tmp_path / "cache") is None
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["asterisk-root.lock"]


def test_a_root_without_the_modules_of_a_call_is_refused(tools: Path, tmp_path: Path) -> None:
    program(tools / "mmdebstrap", 'for last; do :; done\nmkdir -p "$last/etc"')
    with pytest.raises(EnvironmentProblem) as caught:
        root.prepare(tmp_path / "cache", lambda _: None)
    assert caught.value.problems[0].code == "pbx.root_failed"


def test_a_missing_program_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "installed", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentProblem) as caught:
        root.prepare(tmp_path / "cache", lambda _: None)
    assert "apt-get install mmdebstrap" in caught.value.problems[0].mend.en


@pytest.mark.parametrize("said", ["Asterisk 18.10.0", "Asterisk certified/18.9-cert5", "nonsense", ""])
def test_an_installed_asterisk_that_is_too_old_is_passed_over(tools: Path, said: str) -> None:
    program(tools / "asterisk", f"echo '{said}'")
    assert installed() is None


def test_modules_are_found_wherever_a_distribution_puts_them(tmp_path: Path) -> None:
    for place in ("usr/lib/x86_64-linux-gnu/asterisk/modules", "usr/lib64/asterisk/modules"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / f"{place.count('/')}.so").touch()
    assert modules_under(tmp_path) == {"4.so", "3.so"}


def test_an_installed_asterisk_runs_without_namespaces_and_dies_with_its_parent() -> None:
    command = Runtime("/usr/sbin/asterisk", None, frozenset()).command(
        ["-V"], state=Path("/s"), hosts=Path("/h"), name="sh1"
    )
    assert "unshare" not in command
    assert command[:3] == ["setpriv", "--pdeathsig", "KILL"]
    assert command[-2:] == ["/usr/sbin/asterisk", "-V"]


def test_the_launch_script_is_shipped() -> None:
    assert LAUNCH.is_file()
    assert stat.S_ISREG(LAUNCH.stat().st_mode)
