"""JSON Schemas of a hotline's files, made from the models: editors complete and check what `cti flow check` checks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from cti.ivr.allowed import Allowed
from cti.ivr.calendars import CalendarsFile
from cti.ivr.flowtest import FlowTestFile
from cti.ivr.hotline import FlowFile, PromptsFile
from cti.ivr.names import NodeName
from cti.ivr.node import Node
from cti.ivr.queues import QueuesFile

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF: Final = "#/$defs/{model}"


def schemas(kinds: Mapping[str, type[Node]]) -> dict[str, dict[str, Any]]:
    """File name → schema, for flow, queues, prompts, calendars, allowed and tests."""
    files: dict[str, type[BaseModel]] = {
        "queues": QueuesFile,
        "prompts": PromptsFile,
        "calendars": CalendarsFile,
        "allowed": Allowed,
        "tests": FlowTestFile,
    }
    made = {
        name: _titled(f"{name}.yaml of a Hotline hotline", model.model_json_schema()) for name, model in files.items()
    }
    return {f"{name}.schema.json": schema for name, schema in {"flow": _flow(kinds), **made}.items()}


def _flow(kinds: Mapping[str, type[Node]]) -> dict[str, Any]:
    """A node's keys follow from its kind, so an editor offers only those."""
    models = [(kind, "validation") for kind in kinds.values()]
    _, together = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]  # a list of literals is invariant
    names = {name: kind.__name__ for name, kind in kinds.items()}
    schema = FlowFile.model_json_schema(ref_template=_REF)
    schema["properties"]["nodes"] = schema["$defs"]["SubflowPart"]["properties"]["nodes"] = {
        "description": "name → node",
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": NodeName.pattern},
        "additionalProperties": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": [*kinds], "description": "what sort of step it is"}},
            "allOf": [
                {"if": {"properties": {"kind": {"const": name}}}, "then": {"$ref": _REF.format(model=model)}}
                for name, model in names.items()
            ],
        },
    }
    schema["$defs"] = {**schema.get("$defs", {}), **together["$defs"]}
    return _titled("flow.yaml of a Hotline hotline", schema)


def _titled(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, **schema, "title": title}
