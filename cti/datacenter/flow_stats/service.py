"""Puts the figures of nodes together."""

from __future__ import annotations

from collections.abc import Mapping

from cti.datacenter.config import NodeTitle
from cti.datacenter.database import Database
from cti.datacenter.flow_stats import repository
from cti.datacenter.flow_stats.repository import StatsFilter
from cti.datacenter.flow_stats.schemas import FlowStats, NodeStats, VersionStats


class FlowFigures:
    def __init__(self, database: Database, titles: Mapping[tuple[str, str], NodeTitle]) -> None:
        """`titles` are those of flows that were installed, not published: (flow, node) → title."""
        self._database, self._titles = database, titles

    async def of(self, wanted: StatsFilter) -> FlowStats:
        """No version at all where no contact was."""
        async with self._database.reading() as session:
            versions = await repository.versions(session, wanted)
            nodes = await repository.nodes(session, wanted)
            exits = await repository.exits(session, wanted)
            published = await repository.titles(session, wanted.hotline)
        ways: dict[tuple[str, str, str], dict[str, int]] = {}
        for version, node, kind, outcome, visits in exits:
            ways.setdefault((version, node, kind), {})[outcome] = visits
        told = []
        for flow, version, contacts, contained in versions:
            its = [
                NodeStats(
                    node=row.node, kind=row.node_kind, visits=row.visits, contacts=row.contacts, contained=row.contained,
                    exits=ways[row.version, row.node, row.node_kind], median_ms=row.median_ms, p90_ms=row.p90_ms,
                    **self._title(flow, row.node, published.get(version, {})),
                )
                for row in nodes if row.version == version
            ]  # fmt: skip
            told.append(
                VersionStats(version=version, flow=flow or "", contacts=contacts, contained=contained, nodes=its)
            )
        return FlowStats(hotline=wanted.hotline, since=wanted.since, until=wanted.until, versions=told)

    def _title(self, flow: str | None, node: str, published: Mapping[str, object]) -> dict[str, str]:
        pair = published.get(node)
        if isinstance(pair, list) and len(pair) == 2:
            return {"title_zh": str(pair[0]), "title_en": str(pair[1])}
        title = self._titles.get((flow or "", node))
        return {"title_zh": title.zh if title else node, "title_en": title.en if title else node}
