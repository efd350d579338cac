"""Identifiers that sort by time of creation."""

from __future__ import annotations

from ulid import ULID


def new_id() -> str:
    """A ULID: 26 characters, unique without coordination, sorted by creation time."""
    return str(ULID())
