"""Contacts held against Asterisk's own account of the same calls: clean for real calls, and every gap is found."""

from __future__ import annotations

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
from cti.datacenter import Database
from cti.datacenter.models import ContactRow
from tests.phone import wait
from tests.system import System, eventually


def report(system: System, *options: str) -> tuple[int, dict[str, Any]]:
    settings = system.settings
    done = subprocess.run(
        [sys.executable, "-m", "cti", "reconcile", "sh", "--json", "--to",
         (datetime.now(UTC) + timedelta(seconds=60)).isoformat(), *options],
        env=os.environ | {"HOTLINE_STATE": str(settings.state), "HOTLINE_TOPOLOGY": str(settings.topology_file)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


async def test_every_call_has_its_contact_and_every_contact_its_call(system: System, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    numbers = {"served": "13977770001", "abandoned": "13977770002", "left_flow": "13977770003"}
    async with AsyncExitStack() as stack:
        phone, desktop = await system.seat(stack, "1001")
        call = await system.claim(stack, numbers["served"])
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
        in_flow = await caller.call(system.topology.hotline)
        await in_flow.hears()
        await in_flow.hang_up()
        stories = {cause: await system.story(number) for cause, number in numbers.items() if cause != "abandoned"}
        await system.has_fact(abandoned, "contact.ended")
    assert {cause: story["cause"] for cause, story in stories.items()} == {c: c for c in numbers if c != "abandoned"}
    ids = {abandoned, *(story["id"] for story in stories.values())}

    folder = system.settings.node_folder("sh1")

    async def written() -> bool:
        known = cel.calls(cel.read_node(folder))
        return all(id_ in known and known[id_].ended_at for id_ in ids)

    await eventually(written, "Asterisk's account of the calls")
    span = ("--from", began.isoformat())
    status, clean = report(system, *span)
    assert (status, clean["differences"]) == (0, [])
    assert (clean["calls"], clean["contacts"]) == (3, 3)

    copy = tmp_path / "sh1" / cel.FILE
    copy.parent.mkdir(parents=True)
    lines = (folder / cel.FILE).read_text().splitlines(keepends=True)
    copy.write_text("".join(line for line in lines if abandoned not in line))
    status, found = report(system, *span, "--node-folder", str(tmp_path / "sh1"))
    assert status == 1
    assert [(d["contact_id"], d["what"]) for d in found["differences"]] == [(abandoned, "no_call")]

    served = stories["served"]["id"]
    bridged = re.compile(rf'"BRIDGE_EN.*{re.escape(served)}')
    copy.write_text("".join(line for line in lines if not bridged.search(line)))
    assert [
        (d["contact_id"], d["what"])
        for d in report(system, *span, "--node-folder", str(tmp_path / "sh1"))[1]["differences"]
    ] == [(served, "talk")]

    assert system.settings.database_url is not None
    database = Database(system.settings.database_url)
    async with database.writing() as connection:
        await connection.execute(delete(ContactRow).where(ContactRow.id == served))
    await database.close()
    status, found = report(system, *span)
    assert status == 1
    assert [(d["contact_id"], d["what"]) for d in found["differences"]] == [(served, "no_contact")]
