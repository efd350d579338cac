"""What facts behind a cursor mean for consoles: read from the tables, in a form that every reader of it shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.datacenter.live.cursor import Cursor
from cti.datacenter.live.schemas import ContactState, LiveAgent, LiveContact, LiveEvent, LiveSite, Topic
from cti.datacenter.models import ContactRow, FactRow, LegRow, QueueVisitRow, SiteProgressRow
from cti.datacenter.projections import understood
from cti.facts import Fact
from cti.facts.kinds import AgentStateChanged, AgentStatusChanged, ContactArrived

MAX_FACTS: Final = 2000  # of one site that are told one by one; beyond, readers read again
_CHUNK: Final = 400  # contacts per statement, below SQLite's limit on bound values
_AGENT_KINDS: Final = (AgentStatusChanged.kind, AgentStateChanged.kind)


@dataclass(frozen=True, slots=True)
class News:
    """One event and whom it concerns."""

    topic: Topic
    site: str
    seq: Mapping[str, int]  # site → its newest fact behind this
    event: LiveEvent
    queues: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reading:
    """`news` holds everything behind `since`, but of sites that had too much to tell only what is behind `told_after`."""

    heads: dict[str, int]
    told_after: dict[str, int] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)


@dataclass(slots=True)
class _Touched:
    """What the facts read say of one contact."""

    seq: dict[str, int] = field(default_factory=dict)
    arrived: bool = False


async def heads(session: AsyncSession) -> dict[str, int]:
    """Site → the `seq` up to which all of its facts are stored."""
    rows = await session.execute(select(SiteProgressRow.site, SiteProgressRow.acknowledged))
    return {row.site: row.acknowledged for row in rows}


async def read(session: AsyncSession, at: Mapping[str, int], since: Cursor) -> Reading:
    """What happened at the sites in `since` behind those places. `at`: the heads, read before."""
    reading = Reading(dict(at))
    touched: dict[str, _Touched] = defaultdict(_Touched)
    for site, seq in since.items():
        facts = await _facts(session, site, seq)
        reading.told_after[site] = facts[-1].seq - 1 if len(facts) == MAX_FACTS else seq
        for fact in facts:
            if fact.contact is not None:
                contact = touched[fact.contact]
                contact.seq.setdefault(site, fact.seq)  # the newest comes first
                contact.arrived |= fact.kind == ContactArrived.kind
        if any(fact.kind in _AGENT_KINDS for fact in facts):
            reading.news += await _agents(session, site, reading.told_after[site])
        newest = max(at.get(site, 0), facts[0].seq if facts else 0)
        told = LiveSite(site=site, acknowledged=at.get(site, 0), at=facts[0].at if facts else None)
        reading.news.append(News(Topic.SITES, site, {site: newest}, told))
    reading.news += await _contacts(session, touched)
    return reading


async def _facts(session: AsyncSession, site: str, after: int) -> Sequence[Any]:
    """Newest first."""
    columns = select(FactRow.seq, FactRow.at, FactRow.contact, FactRow.kind)
    behind = columns.where(FactRow.site == site, FactRow.seq > after)
    return (await session.execute(behind.order_by(FactRow.seq.desc()).limit(MAX_FACTS))).all()


async def _agents(session: AsyncSession, site: str, after: int) -> list[News]:
    columns = select(FactRow.seq, FactRow.at, FactRow.kind, FactRow.v, FactRow.data)
    behind = columns.where(FactRow.site == site, FactRow.seq > after, FactRow.kind.in_(_AGENT_KINDS))
    latest: dict[str, dict[str, Any]] = {}
    for row in await session.execute(behind.order_by(FactRow.seq).limit(MAX_FACTS)):
        match understood(Fact.model_construct(kind=row.kind, v=row.v, data=row.data)):
            case AgentStatusChanged() as data:
                news: dict[str, Any] = {"status": data.status, "reason": data.reason}
            case AgentStateChanged() as data:
                news = {"state": data.state}
            case _:
                continue
        said = latest.setdefault(data.agent, {"status": None, "reason": None, "state": None})
        said |= news | {"at": row.at, "seq": row.seq}
    return [
        News(Topic.AGENTS, site, {site: said["seq"]}, LiveAgent(site=site, agent=agent, **said))
        for agent, said in latest.items()
    ]


async def _contacts(session: AsyncSession, touched: Mapping[str, _Touched]) -> list[News]:
    news = []
    ids = sorted(touched)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        rows = (await session.execute(select(*_CONTACT_COLUMNS).where(ContactRow.id.in_(chunk)))).all()
        visits = select(QueueVisitRow.contact, QueueVisitRow.queue, QueueVisitRow.left_at)
        queues: dict[str, dict[str, datetime | None]] = defaultdict(dict)
        for visit in await session.execute(visits.where(QueueVisitRow.contact.in_(chunk)).order_by(QueueVisitRow.n)):
            queues[visit.contact][visit.queue] = visit.left_at
        talks = select(LegRow.contact).where(LegRow.answered_at.is_not(None), LegRow.ended_at.is_(None))
        talking = set((await session.scalars(talks.where(LegRow.contact.in_(chunk)))).all())
        news += [_contact(row, touched[row.id], queues.get(row.id, {}), row.id in talking) for row in rows]
    return news


_CONTACT_COLUMNS = (ContactRow.id, ContactRow.site, ContactRow.queue, ContactRow.agent, ContactRow.agent_site,
                    ContactRow.arrived_at, ContactRow.ended_at)  # fmt: skip


def _contact(row: Any, touched: _Touched, queues: Mapping[str, datetime | None], talking: bool) -> News:
    told = LiveContact(
        contact=row.id,
        change="ended" if row.ended_at else "arrived" if touched.arrived else "changed",
        site=row.site,
        state=_state(row.ended_at is not None, talking, queues.values()),
        queue=row.queue,
        agent=row.agent,
        agent_site=row.agent_site,
        arrived_at=row.arrived_at,
        ended_at=row.ended_at,
        seq=touched.seq,
    )
    return News(Topic.CONTACTS, row.site, touched.seq, told, frozenset(queues))


def _state(ended: bool, talking: bool, left: Iterable[datetime | None]) -> ContactState:
    if ended:
        return ContactState.ENDED
    if talking:
        return ContactState.TALKING
    return ContactState.WAITING if None in left else ContactState.IN_FLOW
