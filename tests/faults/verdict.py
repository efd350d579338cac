"""What must be true when the last caller has gone: read from the journals, the database, Asterisk and the sites themselves."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import httpx

from cti.cli.measures import reconciled
from cti.cli.reconciling import Span
from cti.kit.errors import HotlineError
from tests.faults import journals
from tests.faults.center import SITES, Center
from tests.system import eventually

ONCE = ("contact.arrived", "contact.ended")
PLACE_MS = 3000  # by which a wait may seem shorter than the time since the queue was entered
DAY = timedelta(days=1)
JUMP = timedelta(seconds=15)  # between two facts of a site only a clock that was stepped lets so much pass


class Verdict:
    """`look` once, after the drain. `lost`: how many calls each caller has lost to a node that died."""

    def __init__(self, center: Center, lost: Counter[str]) -> None:
        self._center, self._lost = center, lost
        self._began = datetime.now(UTC) - DAY
        self.dropped: list[str] = []  # contacts that are lost though their node was there
        self.missing = self.doubled = self.places_lost = self.stuck = 0
        self.causes: Counter[str] = Counter()
        self.differences: Counter[str] = Counter()  # between contacts and Asterisk's own account of the calls, by what
        self.notes: list[str] = []

    async def look(self) -> None:
        facts = []
        for site in SITES:
            written = await asyncio.to_thread(journals.facts, self._center.settings.site_folder(site))
            _set_right(written)
            stored = await self._stored(site, written[-1]["seq"] if written else 0)
            self._compare(site, written, stored)
            facts += written
        self._contacts(facts)
        for site in SITES:
            await self._reconcile(site)
        await self._left()

    async def _stored(self, site: str, last: int) -> list[tuple[int, str]]:
        """What the data center has, once it has what the site has."""
        url = self._center.settings.effective_database_url.replace("postgresql+asyncpg", "postgresql")
        connection = await asyncpg.connect(url)
        try:

            async def all_there() -> bool:
                return (await connection.fetchval("SELECT max(seq) FROM facts WHERE site = $1", site) or 0) >= last

            try:
                await eventually(all_there, f"all facts of {site}", 60)
            except AssertionError as error:
                self.notes.append(str(error))
            return [
                (r["seq"], str(r["id"]))
                for r in await connection.fetch("SELECT seq, id FROM facts WHERE site = $1 ORDER BY seq", site)
            ]
        finally:
            await connection.close()

    def _compare(self, site: str, written: list[dict[str, Any]], stored: list[tuple[int, str]]) -> None:
        """The journal has no gap, and the data center has the same facts, each once. What a damaged disk has lost of the journal while
        the data center had it already is no gap: its numbers are not used again."""
        ours, theirs = [(fact["seq"], fact["id"]) for fact in written], {seq for seq, _ in stored}
        gaps = [b for (a, _), (b, _) in pairwise(ours) if not theirs.issuperset(range(a + 1, b))]
        lost = set(ours) - set(stored)
        self.missing += len(gaps) + len(lost)
        self.doubled += len(stored) - len(set(stored)) + len(ours) - len({i for _, i in ours})
        if gaps or lost:
            self.notes.append(f"{site}: gaps before {gaps[:5]}, not at the data center {sorted(lost)[:5]}")

    def _contacts(self, facts: list[dict[str, Any]]) -> None:
        by_contact: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for fact in sorted(facts, key=lambda f: (f["site"], f["seq"])):
            if fact["contact"]:
                by_contact[fact["contact"]].append(fact)
        for contact, story in by_contact.items():
            kinds = Counter(fact["kind"] for fact in story)
            for kind in ONCE:
                if kinds[kind] > 1:
                    self.doubled += 1
                    self.notes.append(f"{contact}: {kinds[kind]} × {kind}")
            if kinds["contact.arrived"] and not kinds["contact.ended"]:
                self.missing += 1
                self.notes.append(f"{contact} has no end")
            self._place(contact, story)
            self._end(contact, story)

    def _end(self, contact: str, story: list[dict[str, Any]]) -> None:
        """Callers are patient: who was not served has lost the call, which only the death of a node excuses."""
        caller = next((fact["data"]["caller"] for fact in story if fact["kind"] == "contact.arrived"), "")
        for fact in story:
            if fact["kind"] != "contact.ended":
                continue
            cause = fact["data"]["cause"]
            self.causes[cause] += 1
            if (
                cause != "served" and self._lost[caller] > 0
            ):  # a node that is stopped hangs up by itself, as if the caller had
                self._lost[caller] -= 1
            elif cause != "served":
                self.dropped.append(f"{contact}: {cause} at {fact['at']}")

    def _place(self, contact: str, story: list[dict[str, Any]]) -> None:
        """Who was in the queue has been there once, and has never become younger."""
        entered = [fact for fact in story if fact["kind"] == "queue.entered"]
        if not entered:
            return
        since = entered[0]["steady"]
        younger = [
            made for made in story
            if made["kind"] == "offer.made" and made["site"] == entered[0]["site"]
            and (made["steady"] - since).total_seconds() * 1000 - made["data"]["waited_ms"] > PLACE_MS
        ]  # fmt: skip
        if len(entered) > 1 or younger:
            self.places_lost += 1
            self.notes.append(f"{contact}: entered {len(entered)} times, {len(younger)} offers as a younger one")

    async def _reconcile(self, site: str) -> None:
        """Every call that Asterisk has answered has its contact, and every contact its call. When they ended, and how long they talked, is
        told but judged by nobody: clocks were set, and what a killed process did not see is dated by what it saw last."""
        now = datetime.now(UTC)
        span = Span(self._began, now + DAY, timedelta(seconds=3))
        report = await asyncio.to_thread(reconciled, self._center.settings, site, span, [])
        for one in report.differences:
            what = "not_answered" if one.asterisk.endswith("not answered") else one.what
            self.differences[what] += 1
            if what in ("no_contact", "no_call"):
                self.missing += 1
                self.notes.append(
                    f"{one.contact_id}: {what}, Asterisk {one.asterisk or '-'}, contact {one.contact or '-'}"
                )

    async def _left(self) -> None:
        """Nobody waits, nothing rings, every agent is idle and ready."""
        system = self._center.system
        try:
            await system.nothing_left()
        except (AssertionError, HotlineError, httpx.HTTPError) as error:
            self.stuck += 1
            self.notes.append(str(error))
        for site in system.topology.sites:
            try:
                figures = await system._figures(f"http://{site.host}:{site.port}/metrics")
            except httpx.HTTPError as error:
                self.stuck += len(site.agents)
                self.notes.append(f"{site.name} does not answer: {type(error).__name__}")
                continue
            free, all_of_them = int(figures["hotline_agents_free"]), len(site.agents)
            if free != all_of_them:
                self.stuck += all_of_them - free
                self.notes.append(f"{site.name}: {free} of {all_of_them} agents are free")


def _set_right(written: list[dict[str, Any]]) -> None:
    """Gives a site's facts a `steady` time, which knows nothing of the jumps of its clock."""
    jumped, before = timedelta(), None
    for fact in written:
        at = datetime.fromisoformat(fact["at"])
        if before is not None and at - before > JUMP:
            jumped += at - before
        fact["steady"], before = at - jumped, at
