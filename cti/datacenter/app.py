"""Builds the web application, top to bottom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from cti.datacenter import errors, health
from cti.datacenter.config import DataCenterConfig
from cti.datacenter.console_files import ConsoleFiles
from cti.datacenter.contacts import endpoints as contacts_endpoints
from cti.datacenter.contacts.service import Contacts
from cti.datacenter.customers import endpoints as customers_endpoints
from cti.datacenter.customers.service import Customers
from cti.datacenter.database import Database
from cti.datacenter.flow_stats import endpoints as flow_stats_endpoints
from cti.datacenter.flow_stats.service import FlowFigures
from cti.datacenter.ingest import endpoints as ingest_endpoints
from cti.datacenter.ingest.service import Ingest
from cti.datacenter.live import endpoints as live_endpoints
from cti.datacenter.live.bell import bell_of
from cti.datacenter.live.service import Live
from cti.datacenter.metrics import MeasureRequests, Metrics
from cti.datacenter.openapi import DESCRIPTION, TAGS, complete
from cti.datacenter.policies import endpoints as policies_endpoints
from cti.datacenter.policies.service import Policies
from cti.datacenter.preparation import Preparation
from cti.datacenter.releases import endpoints as releases_endpoints
from cti.datacenter.releases.service import Releases
from cti.datacenter.security import Guard
from cti.datacenter.sites import endpoints as sites_endpoints
from cti.datacenter.sites.service import Sites
from cti.datacenter.web import LimitBody, SecurityHeaders
from cti.kit.clock import Clock, SystemClock


def create_app(config: DataCenterConfig, *, clock: Clock | None = None) -> FastAPI:
    """The data center's web application, to be served by any ASGI server with lifespan.

    Raises `ConfigError` (unusable database URL, open to all). At start it upgrades the database; with the database down it
    starts too, answers 503 and goes on trying. At the end it closes every connection. `app.state.end_streams()` ends the streams
    of live updates in order: for who is about to stop the server, which would wait for them.
    """
    config.check()
    database = Database(config.database_url)
    preparation = Preparation(config.database_url, database, samples=config.samples)
    metrics = Metrics()
    bell = bell_of(database)
    live = Live(database, bell, metrics)
    guard = Guard(config)
    http = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=config.site_timeout)
    sites = Sites(config.topology, config.webphone, http, config.site_timeout)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(live.run(), name="datacenter-live")]
        try:
            if not await preparation.attempt():
                tasks.append(asyncio.create_task(preparation.persist(), name="datacenter-preparation"))
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
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
    ingest = Ingest(database, clock or SystemClock(), bell)
    app.include_router(ingest_endpoints.build_router(ingest, guard, metrics))
    app.include_router(contacts_endpoints.build_router(Contacts(database, config.node_titles), guard))
    app.include_router(customers_endpoints.build_router(Customers(database), guard))
    app.include_router(policies_endpoints.build_router(Policies(database), guard))
    releases = Releases(database, clock or SystemClock(), config.inspect_bundle)
    app.include_router(releases_endpoints.build_router(releases, guard))
    figures = FlowFigures(database, config.node_titles)
    app.include_router(flow_stats_endpoints.build_router(figures, guard))
    app.include_router(live_endpoints.build_router(live, guard))
    app.include_router(sites_endpoints.build_router(sites, guard))
    app.include_router(health.build_router(database, preparation, sites, metrics))
    app.router.default = ConsoleFiles(config.console)
    complete(app)
    # The last added is the outermost.
    app.add_middleware(LimitBody, may_publish=guard.may_publish)
    app.add_middleware(GZipMiddleware, minimum_size=2000)
    app.add_middleware(SecurityHeaders, topology=config.topology)
    app.add_middleware(MeasureRequests, metrics=metrics)
    return app
