"""Structured logs: one JSON line per transition, with ids, an `action` and no personal data.

Use `log = get_logger(__name__)` and `log.info("offer.made", contact=..., agent=...)`. Numbers of people go through
`mask_number` first. Secrets are never passed to a logger.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO


class StructuredLogger:
    """A thin face on the standard logger: the first argument is the action, the rest are fields."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, action: str, **fields: Any) -> None:
        self._log(logging.DEBUG, action, fields)

    def info(self, action: str, **fields: Any) -> None:
        self._log(logging.INFO, action, fields)

    def warning(self, action: str, **fields: Any) -> None:
        self._log(logging.WARNING, action, fields)

    def error(self, action: str, *, exc_info: bool | BaseException = False, **fields: Any) -> None:
        self._log(logging.ERROR, action, fields, exc_info=exc_info)

    def _log(self, level: int, action: str, fields: dict[str, Any], exc_info: bool | BaseException = False) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, action, extra={"fields": fields}, exc_info=exc_info)


class JsonFormatter(logging.Formatter):
    """One line of JSON per record; fields never overwrite `at`, `level`, `logger`, `action`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = dict(getattr(record, "fields", {}))
        line |= {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def get_logger(name: str) -> StructuredLogger:
    return StructuredLogger(name)


def configure_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends all records of the process to `stream` (standard error by default) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "panoramisk", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def mask_number(number: str | None) -> str:
    """A telephone number as a log may show it: its last two digits only (`*****78`)."""
    if not number:
        return ""
    return "*" * max(0, len(number) - 2) + number[-2:] if len(number) > 2 else "*" * len(number)
