"""Contacts held against Asterisk's own account of the same calls: clean for real calls, and every gap is found."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from cti.asterisk import cel
from cti.cli.measures import reconciled
from cti.cli.reconciling import Reconciliation, Span
from cti.datacenter import Database
from cti.datacenter.models import ContactRow
from tests.phone import wait
from tests.system import System, eventually


def command(system: System, *words: str) -> tuple[int, dict[str, Any]]:
    settings, until = system.settings, datetime.now(UTC) + timedelta(seconds=60)
    done = subprocess.run(
        [sys.executable, "-m", "cti", *words, "--json", "--to", until.isoformat()],
        env=os.environ | {"HOTLINE_STATE": str(settings.state), "HOTLINE_TOPOLOGY": str(settings.topology_file)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def differences(report: Reconciliation) -> list[tuple[str, str]]:
    return [(one.contact_id, one.what) for one in report.differences]


async def test_every_call_has_its_contact_and_every_contact_its_call(system: System, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    numbers = {"served": "13977770001", "abandoned": "13977770002", "left_flow": "13977770003"}
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        call = await system.claim(stack, numbers["served"])
        served = await system.contact_of(numbers["served"])
        ringing = await phone.ring()
        await ringing.answer()
        await desktop.state("talking")
        await call.hears(5, talker=ringing)
        waiting = await system.complain(stack, numbers["abandoned"])
        abandoned = await system.contact_of(numbers["abandoned"])
        await system.has_fact(abandoned, "queue.entered")
        await waiting.hang_up()
        await ringing.hang_up()
        await wait(call.ended, "the caller to be released")
        await desktop.wrap_up()
        caller = await stack.enter_async_context(system.caller(numbers["left_flow"]))
        self_service = await caller.call(system.topology.hotline)
        await self_service.press("2")
        await self_service.press("80012345678#")
        left_flow = await system.contact_of(numbers["left_flow"])
        await system.has_visited(left_flow, "look_up", "next")
        await self_service.hang_up()
        await system.has_fact(served, "contact.ended")
        await system.has_fact(abandoned, "contact.ended")
        await system.has_fact(left_flow, "contact.ended")
    ids = {served, abandoned, left_flow}

    folder = system.settings.node_folder("sh1")

    async def written() -> bool:
        known = cel.calls(cel.read_node(folder))
        return all(id_ in known and known[id_].ended_at for id_ in ids)

    await eventually(written, "Asterisk's account of the calls")

    async def report(*folders: Path) -> Reconciliation:
        span = Span(began, datetime.now(UTC) + timedelta(seconds=60), timedelta(seconds=3))
        return await asyncio.to_thread(reconciled, system.settings, "sh", span, list(folders))

    clean = await report()
    assert (clean.calls, clean.contacts, clean.differences) == (3, 3, ())

    copy = tmp_path / "sh1" / cel.FILE
    copy.parent.mkdir(parents=True)
    lines = (folder / cel.FILE).read_text().splitlines(keepends=True)
    copy.write_text("".join(line for line in lines if abandoned not in line))
    assert differences(await report(tmp_path / "sh1")) == [(abandoned, "no_call")]

    bridged = re.compile(rf'"BRIDGE_EN.*{re.escape(served)}')
    copy.write_text("".join(line for line in lines if not bridged.search(line)))
    assert differences(await report(tmp_path / "sh1")) == [(served, "talk")]

    status, figures = command(system, "measures", "--from", began.isoformat(), "--only", "site=sh")
    assert status == 0
    names = ("contacts", "entered_flow", "offered", "answered", "handled")
    assert [figures["totals"][name] for name in names] == [3, 3, 2, 1, 1]

    assert system.settings.database_url is not None
    database = Database(system.settings.database_url)
    async with database.writing() as connection:
        await connection.execute(delete(ContactRow).where(ContactRow.id == served))
    await database.close()
    status, found = command(system, "reconcile", "sh", "--from", began.isoformat())
    assert status == 1
    assert [(one["contact_id"], one["what"]) for one in found["differences"]] == [(served, "no_contact")]
