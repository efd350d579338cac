"""What must be true when the last caller has gone: read from the journals, the database, Asterisk and the sites themselves."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any

import asyncpg

from cti.journal import read_facts
from tests.faults.center import SITES, Center
from tests.system import eventually

ONCE = ("contact.arrived", "contact.ended")
PLACE_MS = 3000  # by which a wait may seem shorter than the time since the queue was entered


class Verdict:
    """`look` once, after the drain."""

    def __init__(self, center: Center) -> None:
        self._center = center
        self.missing = self.doubled = self.places_lost = self.stuck = 0
        self.causes: Counter[str] = Counter()
        self.notes: list[str] = []

    async def look(self) -> None:
        facts = []
        for site in SITES:
            written = await asyncio.to_thread(self._journal, site)
            stored = await self._stored(site, written[-1]["seq"] if written else 0)
            self._compare(site, written, stored)
            facts += written
        self._contacts(facts)
        await self._left()

    def _journal(self, site: str) -> list[dict[str, Any]]:
        return [fact.model_dump(mode="json") for fact in read_facts(self._center.settings.site_folder(site))]

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
        """The journal has no gap, and the data center has the same facts, each once."""
        ours = [(fact["seq"], fact["id"]) for fact in written]
        gaps = [b for (a, _), (b, _) in pairwise(ours) if b != a + 1]
        lost = set(ours) - set(stored)
        self.missing += len(gaps) + len(lost)
        self.doubled += len(stored) - len(set(stored)) + len(ours) - len({i for _, i in ours})
        if gaps or lost:
            self.notes.append(f"{site}: gaps before {gaps[:5]}, not at the data center {sorted(lost)[:5]}")

    def _contacts(self, facts: list[dict[str, Any]]) -> None:
        by_contact: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for fact in sorted(facts, key=lambda f: f["at"]):
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
            for fact in story:
                if fact["kind"] == "contact.ended":
                    self.causes[fact["data"]["cause"]] += 1
                    if fact["data"]["cause"] != "served":
                        self.notes.append(f"{contact}: {fact['data']['cause']} at {fact['at']}")

    def _place(self, contact: str, story: list[dict[str, Any]]) -> None:
        """Who was in the queue has been there once, and has never become younger."""
        entered = [fact for fact in story if fact["kind"] == "queue.entered"]
        if not entered:
            return
        since = datetime.fromisoformat(entered[0]["at"])
        younger = [
            made for made in story
            if made["kind"] == "offer.made" and made["site"] == entered[0]["site"]
            and (datetime.fromisoformat(made["at"]) - since).total_seconds() * 1000 - made["data"]["waited_ms"] > PLACE_MS
        ]  # fmt: skip
        if len(entered) > 1 or younger:
            self.places_lost += 1
            self.notes.append(f"{contact}: entered {len(entered)} times, {len(younger)} offers as a younger one")

    async def _left(self) -> None:
        """Nobody waits, nothing rings, every agent is idle and ready."""
        system = self._center.system
        try:
            await system.nothing_left()
        except AssertionError as error:
            self.stuck += 1
            self.notes.append(str(error))
        for site in system.topology.sites:
            figures = await system._figures(f"http://{site.host}:{site.port}/metrics")
            free, all_of_them = int(figures["hotline_agents_free"]), len(site.agents)
            if free != all_of_them:
                self.stuck += all_of_them - free
                self.notes.append(f"{site.name}: {free} of {all_of_them} agents are free")
