"""Figures for Prometheus. Labels are routes, sites and codes: never an agent's or a customer's number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cti.datacenter.ingest.service import Ingested

PREFIX = "hotline_datacenter"


class Metrics:
    """One registry per application, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            f"{PREFIX}_request_seconds",
            "Time to answer, by route template and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._facts = Counter(
            f"{PREFIX}_facts", "Facts received, by what became of them.", ["site", "result"], registry=self.registry
        )
        self._acknowledged = Gauge(
            f"{PREFIX}_acknowledged_seq", "The last seq acknowledged.", ["site"], registry=self.registry
        )
        self._alarms = Gauge(
            f"{PREFIX}_alarms", "Open alarms; unknown while the database is away.", ["site"], registry=self.registry
        )
        self._missing = Gauge(
            f"{PREFIX}_facts_missing", "Facts missing in the site's first gap.", ["site"], registry=self.registry
        )
        self._projection = Gauge(
            f"{PREFIX}_projection_version", "The version its rows are of.", ["projection"], registry=self.registry
        )
        self._rebuilding = Gauge(
            f"{PREFIX}_projection_rebuilding", "1 while its rows are made anew.", ["projection"], registry=self.registry
        )
        self._rebuilt = Gauge(
            f"{PREFIX}_projection_made", "Keys whose rows were made anew.", ["projection"], registry=self.registry
        )
        self._live_streams = Gauge(f"{PREFIX}_live_streams", "Readers of live updates now.", registry=self.registry)
        self._live_dropped = Counter(
            f"{PREFIX}_live_dropped", "Readers sent away because they read too slowly.", registry=self.registry
        )
        self._live_listening = Gauge(
            f"{PREFIX}_live_listening", "1: this replica hears of facts that others take.", registry=self.registry
        )

    def live_streams(self, count: int) -> None:
        self._live_streams.set(count)

    def live_dropped(self) -> None:
        self._live_dropped.inc()

    def live_listening(self, listening: bool) -> None:
        self._live_listening.set(listening)

    def alarmed(self, counts: Mapping[str, int]) -> None:
        """Site → open alarms; {} when they are unknown."""
        self._alarms.clear()
        for site, count in counts.items():
            self._alarms.labels(site).set(count)

    def ingested(self, site: str, what: Ingested) -> None:
        results = {"stored": what.stored, "duplicate": what.duplicates, "rejected": what.rejected,
                   "conflict": what.conflicts}  # fmt: skip
        for result, count in results.items():
            self._facts.labels(site, result).inc(count)
        self._acknowledged.labels(site).set(what.acknowledged)
        self._missing.labels(site).set(what.missing[1] - what.missing[0] + 1 if what.missing else 0)

    def projected(self, projections: Iterable[Any]) -> None:
        """Rows of the table `projections`."""
        for row in projections:
            self._projection.labels(row.name).set(row.version)
            self._rebuilding.labels(row.name).set(row.building is not None)
            self._rebuilt.labels(row.name).set(row.made)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, status).observe(seconds)

    def render(self) -> bytes:
        return generate_latest(self.registry)


class MeasureRequests:
    """Plain ASGI middleware: observes every HTTP answer, to its end; a stream of events, to its beginning."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        ended: float | None = None
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                if Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream"):
                    ended = perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "other")  # a template; unknown paths must not become labels
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
            self._metrics.answered(method, route, status, (ended or perf_counter()) - began)
