"""/healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from cti.datacenter.alarms.service import Alarms
from cti.datacenter.database import Database
from cti.datacenter.errors import RETRY_AFTER_SECONDS, ErrorBody, answer, responses
from cti.datacenter.metrics import Metrics
from cti.datacenter.preparation import Preparation
from cti.datacenter.sites.service import Sites
from cti.kit.errors import problem


class Health(BaseModel):
    """The process lives."""

    status: Literal["ok"] = Field(default="ok", description="always `ok`", examples=["ok"])


class Missing(BaseModel):
    """One thing without which a call would not be answered, or not be recorded in time."""

    what: Literal["database", "site"] = Field(description="what kind of thing", examples=["site"])
    name: str = Field(description="which one", examples=["bj"])
    reason: str = Field(
        description="`timeout`, `unreachable`, `no_answer`, `status_503`, `starting`", examples=["unreachable"]
    )


class Readiness(BaseModel):
    """A call to the hotline would be answered at every site."""

    ready: Literal[True] = Field(default=True, description="always true in a 200", examples=[True])


class NotReady(ErrorBody):
    """Why not."""

    missing: list[Missing] = Field(description="what is missing")


def build_router(
    database: Database, preparation: Preparation, all_sites: Sites, metrics: Metrics, alarms: Alarms
) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Is the process alive?", description="200 as long as it can answer at all.")
    async def healthz() -> Health:
        return Health()

    @router.get(
        "/readyz",
        summary="Would a call be answered?",
        description="200 when the database answers and every site's process says that it is ready; they are asked now, for "
        "at most two seconds. Otherwise 503 with what is missing. A proxy in front of several replicas asks with `sites=false`: a "
        "site that is away is no reason to send nobody here.",
        response_model=Readiness,
        responses={**responses(422), 503: {"model": NotReady, "description": "Something is missing."}},
    )
    async def readyz(
        sites: Annotated[bool, Query(description="whether the sites are asked too")] = True,
    ) -> Readiness | JSONResponse:
        answers, silent = await asyncio.gather(database.answers(), all_sites.missing() if sites else _nobody())
        missing = [Missing(what="site", name=name, reason=reason) for name, reason in silent.items()]
        if not answers or not preparation.done:
            reason = "starting" if answers else "no_answer"
            missing.insert(0, Missing(what="database", name=database.url.get_backend_name(), reason=reason))
        if not missing:
            return Readiness()
        names = ", ".join(f"{m.what} {m.name} ({m.reason})" for m in missing)
        found = problem("datacenter.not_ready", "/readyz", f"Not ready: {names}.", f"未就绪：{names}。",
                        "Wait if it is just starting; else look at the log of what is missing.",
                        "若正在启动请稍候；否则请查看缺失部分的日志。")  # fmt: skip
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return answer(503, found, headers, missing=[m.model_dump() for m in missing])

    @router.get(
        "/metrics",
        summary="Figures for Prometheus",
        description="Prometheus text format. Never labeled by agent or number.",
        response_class=Response,
        responses={
            200: {
                "content": {
                    "text/plain": {"example": 'hotline_datacenter_facts_total{result="stored",site="sh"} 41.0\n'}
                },
                "description": "The figures.",
            }
        },
    )
    async def read_metrics() -> Response:
        metrics.alarmed(await alarms.counts())
        return Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _nobody() -> Mapping[str, str]:
    return {}
