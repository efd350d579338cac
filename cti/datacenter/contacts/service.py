"""The list of contacts by pages, and the story of one."""

from __future__ import annotations

from collections.abc import Mapping

from cti.datacenter.config import NodeTitle
from cti.datacenter.contacts import repository
from cti.datacenter.contacts.repository import ContactFilter, StoryRows, Titles
from cti.datacenter.contacts.schemas import (
    ContactDetail,
    ContactList,
    ContactSummary,
    LegView,
    NodeVisitView,
    OfferView,
    QueueVisitView,
    Title,
    WrapUpView,
)
from cti.datacenter.cursors import decode_cursor, encode_cursor
from cti.datacenter.database import Database
from cti.datacenter.errors import NotFound
from cti.datacenter.models import LegRow
from cti.datacenter.projections import CUSTOMER_LEG
from cti.facts import Fact
from cti.kit.errors import problem


class Contacts:
    def __init__(self, database: Database, titles: Mapping[tuple[str, str], NodeTitle]) -> None:
        self._database = database
        self._titles = titles

    async def page(self, wanted: ContactFilter, limit: int, cursor: str | None) -> ContactList:
        """Raises `BadRequest` for a cursor that this service did not give."""
        after = decode_cursor(cursor) if cursor else None
        async with self._database.reading() as session:
            rows = await repository.newest(session, wanted, limit + 1, after)
        last = rows[limit - 1] if len(rows) > limit else None
        return ContactList(
            items=[ContactSummary.model_validate(row, from_attributes=True) for row in rows[:limit]],
            next_cursor=encode_cursor((last.arrived_at, last.id)) if last and last.arrived_at else None,
        )

    async def story(self, contact: str) -> ContactDetail:
        """Raises `NotFound`."""
        async with self._database.reading() as session:
            rows = await repository.story(session, contact)
            published = await repository.titles(session, {visit.version for visit in rows.nodes}) if rows else {}
        if rows is None:
            raise NotFound(problem("contact.unknown", contact, "There is no such contact.", "没有该联络。",
                                   "Check the id; a site that cannot reach the data center delivers its facts later.",
                                   "请检查编号；与数据中心断开的中心会在恢复后补交数据。"))  # fmt: skip
        return self._told(rows, published)

    def _told(self, rows: StoryRows, published: Mapping[str, Titles]) -> ContactDetail:
        # The customer's own leg comes first whatever the clocks of other sites say.
        legs = sorted(rows.legs, key=lambda leg: leg.leg != CUSTOMER_LEG)
        summary = ContactSummary.model_validate(rows.contact, from_attributes=True)
        return ContactDetail(
            **dict(summary),
            node=rows.contact.node,
            flow=rows.contact.flow,
            flow_version=rows.contact.flow_version,
            legs=[LegView.model_validate(leg) for leg in legs],
            nodes=[self._titled(NodeVisitView.model_validate(node), published) for node in rows.nodes],
            queues=[QueueVisitView.model_validate(visit) for visit in rows.queues],
            offers=[_offer(leg) for leg in legs if leg.leg != CUSTOMER_LEG],
            wrap_ups=[WrapUpView.model_validate(work) for work in rows.wrap_ups],
            facts=[Fact.model_validate(fact, from_attributes=True) for fact in rows.facts],
        )

    def _titled(self, visit: NodeVisitView, published: Mapping[str, Titles]) -> NodeVisitView:
        """With the title that the node had in its version."""
        if pair := published.get(visit.version, {}).get(visit.node):
            return visit.model_copy(update={"title": Title(zh=pair[0], en=pair[1])})
        title = self._titles.get((visit.flow, visit.node))
        return visit.model_copy(update={"title": Title(zh=title.zh, en=title.en)}) if title else visit


def _offer(leg: LegRow) -> OfferView:
    return OfferView(
        offer=leg.leg,
        queue=leg.queue,
        agent=leg.agent,
        agent_site=leg.agent_site,
        made_at=leg.started_at,
        outcome=leg.outcome,
        waited_ms=leg.waited_ms,
        ring_ms=leg.ring_ms,
    )
