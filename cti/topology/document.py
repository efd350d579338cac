"""A topology as a document that is sent, kept and compared: plain data without what is the default anyway."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cti.topology.model import DataCenter, Topology


def document_of(topology: Topology) -> dict[str, Any]:
    """What a topology file would say, by its own names."""
    document: dict[str, Any] = topology.model_dump(mode="json", exclude_defaults=True)
    return document


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document, whatever the order of its keys; 64 hexadecimal digits."""
    plain = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def node_digest(topology: Topology) -> str:
    """The digest of what nodes are rendered from: skills, and where the data center is, concern none of them."""
    document = document_of(topology.model_copy(update={"data_center": DataCenter()}))
    for site in document["sites"]:
        for agent in site.get("agents", ()):
            del agent["skills"]
    return digest_of(document)
