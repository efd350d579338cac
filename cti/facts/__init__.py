"""What happened: frozen, versioned, additive. A fact is written before it is acted on and never changed."""

from cti.facts.envelope import Fact
from cti.facts.kinds import KINDS, FactData, parse_data

__all__ = ["KINDS", "Fact", "FactData", "parse_data"]
