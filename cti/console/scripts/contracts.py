"""Writes what Python promises the console, as JSON: the data center's OpenAPI and the words of the agents' WebSocket.

`npm run api` turns both into TypeScript types. With `--check` nothing is written; the exit code is 1 when a file is stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from cti.agents.messages import FromDesktop, FromSite
from cti.datacenter import DataCenterConfig, InspectedBundle, WebPhoneAccount, create_app
from cti.topology import Topology

API = Path(__file__).resolve().parent.parent / "src" / "api"


def openapi() -> dict[str, Any]:
    """The document is the same for every installation, so the smallest topology will do."""
    topology = Topology.model_validate(
        {
            "hotline": "1",
            "sites": [{"name": "a", "host": "127.0.0.1", "nodes": [{"name": "a1", "address": "127.0.0.1"}]}],
        }
    )
    config = DataCenterConfig(
        database_url="sqlite+aiosqlite:///never-opened.db",
        topology=topology,
        ingest_token="-" * 32,
        publish_token="-" * 32,
        inspect_bundle=lambda bundle: InspectedBundle("", "", "", {}),
        webphone=lambda site: WebPhoneAccount(uri="", ws_url="", username="", password=""),
        console=API,
    )
    return create_app(config).openapi()


def messages() -> dict[str, Any]:
    """Both directions as one OpenAPI document, so that one generator serves both contracts."""
    schemas: dict[str, Any] = {}
    both: tuple[tuple[str, Any, Any], ...] = (
        ("FromDesktop", FromDesktop, "validation"),
        ("FromSite", FromSite, "serialization"),
    )
    for name, union, mode in both:
        schema = TypeAdapter(union).json_schema(mode=mode, ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs")
        schemas[name] = schema
    for schema in schemas.values():
        _always_typed(schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "agents", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }


def _always_typed(schema: dict[str, Any]) -> None:
    """`type` tells messages apart: it must be written although Python could fill it in."""
    if "const" in schema.get("properties", {}).get("type", {}):
        schema["required"] = sorted({*schema.get("required", []), "type"})


def main() -> int:
    stale = []
    for name, document in (("openapi.json", openapi()), ("messages.json", messages())):
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        path = API / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print(" ".join(stale) or "current")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
