"""Builds the web application, top to bottom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from cti.datacenter import errors, health
from cti.datacenter.alarms import endpoints as alarms_endpoints
from cti.datacenter.alarms.service import Alarms
from cti.datacenter.cases import endpoints as cases_endpoints
from cti.datacenter.cases.service import Cases
from cti.datacenter.config import DataCenterConfig
from cti.datacenter.configuration import endpoints as configuration_endpoints
from cti.datacenter.configuration.service import Configurations
from cti.datacenter.console_files import ConsoleFiles
from cti.datacenter.contacts import endpoints as contacts_endpoints
from cti.datacenter.contacts.service import Contacts
from cti.datacenter.customers import endpoints as customers_endpoints
from cti.datacenter.customers.service import Customers
from cti.datacenter.database import Database
from cti.datacenter.flow_stats import endpoints as flow_stats_endpoints
from cti.datacenter.flow_stats.service import FlowFigures
from cti.datacenter.ingest import endpoints as ingest_endpoints
from cti.datacenter.ingest.admission import Admission
from cti.datacenter.ingest.service import Ingest
from cti.datacenter.live import endpoints as live_endpoints
from cti.datacenter.live.bell import bell_of
from cti.datacenter.live.service import Live
from cti.datacenter.measures import endpoints as measures_endpoints
from cti.datacenter.measures.service import MeasureBook
from cti.datacenter.metrics import MeasureRequests, Metrics
from cti.datacenter.openapi import DESCRIPTION, TAGS, complete
from cti.datacenter.policies import endpoints as policies_endpoints
from cti.datacenter.policies.service import Policies
from cti.datacenter.preparation import Preparation
from cti.datacenter.releases import endpoints as releases_endpoints
from cti.datacenter.releases.service import Releases
from cti.datacenter.retention import limit
from cti.datacenter.schedules import endpoints as schedules_endpoints
from cti.datacenter.schedules.service import Schedules
from cti.datacenter.security import Guard
from cti.datacenter.set_aside import endpoints as set_aside_endpoints
from cti.datacenter.set_aside.service import SetAsides
from cti.datacenter.sites import endpoints as sites_endpoints
from cti.datacenter.sites.service import Sites
from cti.datacenter.upkeep import Upkeep
from cti.datacenter.web import LimitBody, SecurityHeaders
from cti.kit.clock import Clock, SystemClock
from cti.kit.logging import get_logger
from cti.kit.tasks import Background

log = get_logger(__name__)


def create_app(config: DataCenterConfig, *, clock: Clock | None = None) -> FastAPI:
    """The data center's web application, to be served by any ASGI server with lifespan.

    Raises `ConfigError` (unusable database URL, open to all). At start it upgrades the database; with the database down it
    starts too, answers 503 and goes on trying. At the end it closes every connection. `app.state.end_streams()` ends the streams
    of live updates in order: for who is about to stop the server, which would wait for them.
    """
    config.check()
    clock = clock or SystemClock()
    database = Database(config.database_url)
    metrics = Metrics()
    upkeep = Upkeep(database, clock, metrics, months=config.fact_months)
    bell = bell_of(database)
    live = Live(database, bell, metrics)
    guard = Guard(config)
    http = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=config.site_timeout)
    configurations = Configurations(database, clock, config.topology)
    preparation = Preparation(config.database_url, database, samples=config.samples, then=configurations.state)
    sites = Sites(lambda: configurations.topology, config.webphone, http, config.site_timeout)
    alarms = Alarms(database, clock, lambda: [site.name for site in configurations.topology.sites])

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async def prepare_and_keep_up() -> None:
            if not preparation.done:
                await preparation.persist()
            await upkeep.run()

        beside = Background(lambda name, error: log.error("datacenter.task_failed", exc_info=error, task=name))
        try:
            beside.start(live.run(), "datacenter-live")
            await preparation.attempt()
            beside.start(prepare_and_keep_up(), "datacenter-upkeep")
            beside.start(alarms.watch(), "datacenter-alarms")
            yield
        finally:
            await beside.cancel()
            await http.aclose()
            await database.close()

    app = FastAPI(
        title="Hotline data center",
        version="1",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.end_streams = live.stop
    errors.install(app)
    ingest = Ingest(database, clock, bell, gone=limit(config.fact_months))
    app.include_router(ingest_endpoints.build_router(ingest, Admission(), guard, metrics))
    app.include_router(set_aside_endpoints.build_router(SetAsides(database), guard))
    app.include_router(contacts_endpoints.build_router(Contacts(database, config.node_titles), guard))
    app.include_router(customers_endpoints.build_router(Customers(database), guard))
    app.include_router(cases_endpoints.build_router(Cases(database), guard))
    app.include_router(policies_endpoints.build_router(Policies(database), guard))
    releases = Releases(database, clock, config.inspect_bundle)
    app.include_router(releases_endpoints.build_router(releases, guard))
    figures = FlowFigures(database, config.node_titles)
    app.include_router(flow_stats_endpoints.build_router(figures, guard))
    app.include_router(configuration_endpoints.build_router(configurations, guard))
    app.include_router(measures_endpoints.build_router(MeasureBook(database), guard))
    schedules = Schedules(database, clock, lambda: configurations.topology)
    app.include_router(schedules_endpoints.build_router(schedules, guard))
    app.include_router(live_endpoints.build_router(live, guard))
    app.include_router(sites_endpoints.build_router(sites, guard))
    app.include_router(alarms_endpoints.build_router(alarms, guard))
    app.include_router(health.build_router(database, preparation, sites, metrics, alarms))
    app.router.default = ConsoleFiles(config.console)
    complete(app)
    # The last added is the outermost.
    app.add_middleware(LimitBody, may_publish=guard.may_publish)
    app.add_middleware(GZipMiddleware, minimum_size=2000)
    app.add_middleware(SecurityHeaders, topology=lambda: configurations.topology)
    app.add_middleware(MeasureRequests, metrics=metrics)
    return app
