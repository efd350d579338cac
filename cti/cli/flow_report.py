"""What a check found, for people, for programs, and as SARIF for code reviews."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from cti import __version__
from cti.ivr import Hotline
from cti.kit.errors import Problem, Text

SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = re.compile(r"(.+?):([1-9][0-9]*):([1-9][0-9]*)\Z", re.DOTALL)


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def as_json(hotlines: Sequence[Hotline], problems: Sequence[Problem]) -> dict[str, Any]:
    """Hotlines that are right, and what is wrong with the others."""
    return {
        "hotlines": [
            {"number": h.number, "name": h.name, "version": h.version, "nodes": len(h.nodes)} for h in hotlines
        ],
        "problems": [
            {"code": p.code, "where": p.where, "what": _both(p.what), "mend": _both(p.mend)} for p in problems
        ],
    }


def as_sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS): one run, one result per finding. Messages are English; Chinese stands in the properties."""
    rules = sorted({p.code for p in problems})
    driver = {"name": "cti flow check", "version": __version__, "rules": [{"id": code} for code in rules]}
    results = [
        {
            "ruleId": p.code,
            "ruleIndex": rules.index(p.code),
            "level": "error",
            "message": {"text": f"{p.what.en} {p.mend.en}"},
            "locations": [{"physicalLocation": _location(p.where)}],
            "properties": {"zh": f"{p.what.zh}{p.mend.zh}"},
        }
        for p in problems
    ]
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _location(where: str) -> dict[str, Any]:
    """A file, with line and column where they are known."""
    found = _PLACE.match(where)
    if found is None:
        return {"artifactLocation": {"uri": where}}
    region = {"startLine": int(found[2]), "startColumn": int(found[3])}
    return {"artifactLocation": {"uri": found[1]}, "region": region}


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
