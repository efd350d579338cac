"""What the console was built against is what Python promises."""

from __future__ import annotations

import json
import subprocess
import sys

from cti.console import DIST

CONSOLE = DIST.parent


def test_the_committed_api_documents_are_current() -> None:
    script = CONSOLE / "scripts" / "contracts.py"
    checkout = CONSOLE.parent.parent
    run = subprocess.run(
        [sys.executable, script, "--check"],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(checkout)},
    )
    assert run.returncode == 0, f"npm run api would change: {run.stdout}{run.stderr}"


def test_the_lock_file_names_no_place_that_packages_came_from() -> None:
    lock = json.loads((CONSOLE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("resolved" not in entry for entry in packages.values())
    assert all("integrity" in entry for entry in packages.values())


def test_the_page_has_no_inline_script() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')
