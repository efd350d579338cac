"""POST /api/v1/facts."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from cti.datacenter.errors import API, responses
from cti.datacenter.ingest.admission import Admission
from cti.datacenter.ingest.reading import Batch, read
from cti.datacenter.ingest.schemas import MAX_FACTS, Acknowledgement
from cti.datacenter.ingest.service import Ingest
from cti.datacenter.metrics import Metrics
from cti.datacenter.security import Guard

_BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/FactBatch"}}}, "required": True}


def build_router(ingest: Ingest, admission: Admission, guard: Guard, metrics: Metrics) -> APIRouter:
    router = APIRouter(
        prefix=API, tags=["facts"], dependencies=[Depends(guard.write)], responses=responses(401, 413, 422, 429, 503)
    )

    @router.post(
        "/facts",
        summary="Take a batch of facts from a site",
        description=f"Stores up to {MAX_FACTS} facts (at most 4 MiB), each exactly once by `(site, seq)`, in any order, and "
        "answers how far the site's facts are stored without a gap: the site may forget those, and sends again from "
        "there. A fact that cannot be understood is set aside and counted as arrived; a fact whose `seq` is stored with "
        "other content is set aside too, and the first one stands.",
        openapi_extra={"requestBody": _BODY},
        response_model_exclude_none=True,
    )
    async def take_facts(request: Request) -> Acknowledgement:
        async with admission.enter():
            body = await request.body()
            async with admission.work():
                batch = _read(body)
                result = await ingest.take(batch)
        metrics.ingested(batch.site, result)
        return Acknowledgement(acknowledged=result.acknowledged, missing=result.missing)

    return router


def _read(body: bytes) -> Batch:
    """The framework would make objects of the JSON before anything is checked; this reads the bytes once."""
    try:
        return read(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in found]) from None
    except ValueError:
        raise RequestValidationError([{"loc": ("body",), "msg": "not JSON", "type": "json_invalid"}]) from None
