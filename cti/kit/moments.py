"""Moments as people type them."""

from __future__ import annotations

from datetime import datetime

from cti.kit.errors import ConfigError, problem


def instant(text: str) -> str:
    """A day or a moment, in this machine's zone unless it says one, as ISO 8601 with offset; "" stays "". Raises `ConfigError`."""
    if not text:
        return ""
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except (ValueError, OverflowError):
        raise ConfigError(problem(
            "stats.moment", text[:40], "This is no day and no moment.", "这不是有效的日期或时间。",
            "Write for example 2026-11-01.", "请写成例如 2026-11-01。")) from None  # fmt: skip
