"""A site's web side: agents' desktops, other sites, health and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

NOT_READY = 503


def create_site_app(
    routers: list[APIRouter], missing: Callable[[], list[str]], figures: Callable[[], Mapping[str, float]],
    queues: Callable[[], Mapping[str, Mapping[str, float]]] = dict,
    probes: Callable[[], Mapping[str, Mapping[tuple[str, str], float]]] = dict,
) -> FastAPI:  # fmt: skip
    """`missing` names what a call would lack right now; `figures` are shown under /metrics as hotline_<name>, and those of `queues`
    as hotline_<name>{queue="…"}, those of `probes` as hotline_<name>{node="…",queue="…"}."""
    app = FastAPI(title="Hotline site", docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        lacking = missing()
        return JSONResponse({"ready": not lacking, "missing": lacking}, NOT_READY if lacking else 200)

    @app.get("/metrics")
    async def metrics() -> Response:
        registry = CollectorRegistry()
        for name, value in figures().items():
            Gauge(f"hotline_{name}", name.replace("_", " "), registry=registry).set(value)
        for name, by_queue in queues().items():
            gauge = Gauge(f"hotline_{name}", name.replace("_", " "), ["queue"], registry=registry)
            for queue, value in by_queue.items():
                gauge.labels(queue).set(value)
        for name, by_target in probes().items():
            gauge = Gauge(f"hotline_{name}", name.replace("_", " "), ["node", "queue"], registry=registry)
            for target, value in by_target.items():
                gauge.labels(*target).set(value)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return app
