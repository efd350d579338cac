"""PURE: the bytes of a request → the batch in them.

Nearly every batch is good from end to end: then its facts are made from the bytes in one go. As soon as anything about it is
not as it should be, it is looked at item by item (`sorting`), so that one bad fact costs time but not the others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from cti.datacenter.ingest.schemas import MAX_FACTS, FactBatch, Ranges
from cti.datacenter.ingest.sorting import Sorted, sort_good, sort_out
from cti.facts import Fact
from cti.facts.envelope import SiteName

_MAX_DIGITS = 1000  # of an integer; the interpreter itself refuses to read somewhat longer ones


@dataclass(frozen=True, slots=True)
class Batch:
    """`lost`: what the site has lost for good, as ranges of `seq`, both ends included."""

    site: str
    sorted: Sorted
    lost: Sequence[tuple[int, int]] = ()


class _GoodBatch(BaseModel):
    site: SiteName
    facts: Annotated[list[Fact], Field(max_length=MAX_FACTS)]
    lost: Ranges = ()


def read(body: bytes) -> Batch:
    """Raises `ValidationError` for JSON that is no batch, and `ValueError` for what is no JSON."""
    try:
        good = _GoodBatch.model_validate_json(body)
    except ValidationError:
        pass
    else:
        facts = sort_good(good.site, good.facts)
        if facts is not None:
            return Batch(good.site, Sorted(facts), good.lost)
    try:
        given = FactBatch.model_validate(json.loads(body, parse_int=_integer))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return Batch(given.site, sort_out(given.site, given.facts), given.lost)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf
