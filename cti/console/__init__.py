"""The web front end: the agent's desktop and a web phone. TypeScript in `src`, built by Vite into `dist`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

# What the data center serves; absent until the console was built.
DIST: Final = Path(__file__).resolve().parent / "dist"
