"""What is done before the first request, while the database is away or wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from cti.datacenter import preparation
from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.datacenter.preparation import Preparation
from cti.kit.backoff import Backoff


async def test_who_goes_on_trying_survives_what_would_have_ended_the_start_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that has just come up refuses us until an operator has created the database."""
    faults: Iterator[Exception] = iter([
        DatabaseUnavailable("database", "OSError"), DatabaseRefused("database"), RuntimeError("a migration"),
    ])  # fmt: skip

    async def upgrade(_url: str) -> None:
        if fault := next(faults, None):
            raise fault

    async def then() -> None:
        pass

    monkeypatch.setattr(preparation, "upgrade_database", upgrade)
    monkeypatch.setattr(preparation, "Backoff", lambda **_: Backoff(first=0.001, cap=0.001))
    url = f"sqlite+aiosqlite:///{tmp_path / 'datacenter.db'}"
    prepared = Preparation(url, Database(url), samples=False, then=then)
    with caplog.at_level(logging.WARNING):
        await prepared.persist()
    assert prepared.done
    assert [record.message for record in caplog.records] == [
        "database.unavailable", "database.not_prepared", "database.not_prepared",
    ]  # fmt: skip
