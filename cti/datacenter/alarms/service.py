"""Keeps up with what sites tell of their synthetic calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from cti.datacenter.alarms import repository
from cti.datacenter.alarms.schemas import AlarmList, AlarmView
from cti.datacenter.alarms.watching import Alarm, SiteSeen
from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.datacenter.errors import Sentence
from cti.kit.clock import Clock
from cti.kit.errors import HotlineError
from cti.kit.logging import get_logger

log = get_logger(__name__)
WATCH_SECONDS = 10.0
LOOK_BACK = 100_000  # facts of a site that are looked through at first; sites tell their plan every five minutes


class Alarms:
    """Reads on from where it was whenever it is asked; each replica for itself, from the same facts."""

    def __init__(self, database: Database, clock: Clock, sites: Callable[[], Collection[str]]) -> None:
        self._database, self._clock, self._sites = database, clock, sites
        self._seen: dict[str, SiteSeen] = {}
        self._read: dict[str, int] = {}  # by site: up to which number
        self._listening = clock.wall()  # since when: a data center that was away has heard nothing
        self._logged: dict[str, Alarm] = {}
        self._turn = asyncio.Lock()

    async def list(self) -> AlarmList:
        """Raises `DatabaseUnavailable`."""
        open_ = await self.open()
        over = [alarm for seen in self._seen.values() for alarm in seen.over]
        over.sort(key=lambda alarm: alarm.ended or alarm.since, reverse=True)
        return AlarmList(open=[_view(a) for a in open_], recent=[_view(a) for a in over])

    async def open(self) -> Sequence[Alarm]:
        """By age. Raises `DatabaseUnavailable` and `DatabaseRefused`."""
        async with self._turn:
            try:
                await self._catch_up()
            except (DatabaseUnavailable, DatabaseRefused):
                self._listening = self._clock.wall()
                raise
        now = self._clock.wall()
        found = [alarm for seen in self._seen.values() for alarm in seen.alarms(now, self._listening)]
        return sorted(found, key=lambda alarm: (alarm.since, alarm.id))

    async def counts(self) -> dict[str, int]:
        """Site → open alarms; {} while the database does not say."""
        try:
            open_ = await self.open()
        except (HotlineError, SQLAlchemyError):
            return {}
        return {site: sum(alarm.site == site for alarm in open_) for site in self._seen}

    async def watch(self) -> None:
        """Logs what is raised and cleared, whether anybody asks or not, until cancelled. From now on facts are taken: start it then."""
        self._listening = self._clock.wall()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                now = {alarm.id: alarm for alarm in await self.open()}
            except (HotlineError, SQLAlchemyError) as error:  # away, or not upgraded yet
                log.info("alarms.unknown", reason=type(error).__name__)
                continue
            for alarm in (now[i] for i in now.keys() - self._logged.keys()):
                log.error("alarm.raised", alarm=alarm.id, site=alarm.site, stuck_at=alarm.stuck_at, reason=alarm.reason)
            for alarm in (self._logged[i] for i in self._logged.keys() - now.keys()):
                log.warning("alarm.cleared", alarm=alarm.id, site=alarm.site)
            self._logged = now

    async def _catch_up(self) -> None:
        self._seen = {site: self._seen.get(site) or SiteSeen(site) for site in self._sites()}
        async with self._database.reading() as session:
            for site, until in (await repository.acknowledged(session)).items():
                if (seen := self._seen.get(site)) is None:
                    continue
                after = self._read.get(site, max(0, until - LOOK_BACK))
                for kind, at, data in await repository.told(session, site, after, until):
                    try:
                        seen.take(kind, min(at, self._clock.wall()), data)
                    except ValidationError as error:
                        log.warning("alarms.odd_fact", site=site, kind=kind, errors=error.error_count())
                self._read[site] = until


def _view(alarm: Alarm) -> AlarmView:
    return AlarmView(
        id=alarm.id, site=alarm.site, kind=alarm.kind, node=alarm.node, queue=alarm.queue, stuck_at=alarm.stuck_at,
        reason=alarm.reason, since=alarm.since, ended=alarm.ended, what=_what(alarm),
    )  # fmt: skip


def _what(alarm: Alarm) -> Sentence:
    if alarm.kind == "site_silent":
        return Sentence(
            en=f"Nothing is heard of {alarm.site}: neither that calls pass there nor that they fail.",
            zh=f"没有收到 {alarm.site} 的任何消息：无法确认该中心的来电是否正常。",
        )
    return Sentence(
        en=f"Callers of {alarm.queue} would not reach an agent at {alarm.site} by way of {alarm.node}.",
        zh=f"{alarm.queue} 的来电经 {alarm.site} 的 {alarm.node} 将无法接通坐席。",
    )
