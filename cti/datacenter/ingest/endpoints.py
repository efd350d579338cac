"""POST /api/v1/facts."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from cti.datacenter.errors import API, responses
from cti.datacenter.ingest.schemas import MAX_FACTS, Acknowledgement, FactBatch
from cti.datacenter.ingest.service import Ingest
from cti.datacenter.metrics import Metrics
from cti.datacenter.security import Guard


def build_router(ingest: Ingest, guard: Guard, metrics: Metrics) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["facts"], dependencies=[Depends(guard.write)], responses=responses(401, 413, 422, 503)
    )

    @router.post(
        "/facts",
        summary="Take a batch of facts from a site",
        description=f"Stores up to {MAX_FACTS} facts (at most 4 MiB), each exactly once by `(site, seq)`, in any order, and "
        "answers how far the site's facts are stored without a gap: the site may forget those, and sends again from "
        "there. A fact that cannot be understood is set aside and counted as arrived; a fact whose `seq` is stored with "
        "other content is set aside too, and the first one stands.",
    )
    async def take_facts(batch: FactBatch) -> Acknowledgement:
        result = await ingest.take(batch.site, batch.facts)
        metrics.ingested(batch.site, result.stored, result.duplicates, result.rejected, result.conflicts,
                         result.acknowledged)  # fmt: skip
        return Acknowledgement(acknowledged=result.acknowledged)

    return router
