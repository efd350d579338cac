"""The description of the API that programs and the console's generated types are made from."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel

from cti.datacenter.ingest.schemas import FactBatch
from cti.datacenter.live.schemas import EVENTS
from cti.facts import Fact

DESCRIPTION: Final = (
    "Takes facts from the sites and answers who asks about contacts, customers, cases, policies and sites. Durations end in `_ms` "
    "(milliseconds); moments are ISO 8601 in UTC with microseconds. Every refusal has the shape `ErrorBody`."
)
TAGS: Final[list[dict[str, Any]]] = [
    {"name": "facts", "description": "What sites send. 站点上报的事实。"},
    {"name": "contacts", "description": "What happened. 联络记录。"},
    {"name": "customers", "description": "Who calls. 客户。"},
    {"name": "cases", "description": "What agents have taken up, and own until it is closed. 案件。"},
    {"name": "policies", "description": "What is insured. 保单。"},
    {"name": "flows", "description": "What callers meet: versions, releases, figures. 流程版本与发布。"},
    {"name": "configuration", "description": "What stands where: versions, changes, how far each site is. 配置版本。"},
    {"name": "measures", "description": "Service levels, handling times, occupancy, adherence. 指标。"},
    {"name": "schedules", "description": "When agents are to do what. 班表。"},
    {"name": "live", "description": "What changes, as it changes. 实时更新。"},
    {"name": "sites", "description": "Where calls are answered. 中心。"},
    {"name": "health", "description": "For operators. 运维。"},
]


def complete(app: FastAPI) -> None:
    """Adds what FastAPI cannot see: the models of a batch (read from its bytes), of a fact, and of events. Takes out errors that are
    never sent."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = generate()["components"]["schemas"]
            models: tuple[type[BaseModel], ...] = (Fact, FactBatch, *EVENTS)
            for model in models:
                described = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas |= described.pop("$defs", {})
                schemas[model.__name__] = described
            schemas["FactBatch"]["properties"]["facts"]["items"] = {"$ref": "#/components/schemas/Fact"}
            for never_sent in ("HTTPValidationError", "ValidationError"):
                schemas.pop(never_sent, None)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
