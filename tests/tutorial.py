"""The steps of docs/tutorial.md, as a reader would take them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs/tutorial.md"


def write_files(folder: Path) -> Path:
    """The page's files, in a folder of its name."""
    mine = folder / "my_flow"
    mine.mkdir()
    for name, text in re.findall(r"```yaml (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        (mine / name).write_text(text, encoding="utf-8")
    return mine


def commands(mine: Path) -> list[list[str]]:
    """The page's commands, without `cti flow`, on that folder."""
    lines = re.findall(r"^    cti flow (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [[str(mine) if word == "my_flow" else word for word in shlex.split(line)] for line in lines]
