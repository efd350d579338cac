"""Synthetic calls: whether a caller would reach an agent now, found out before a caller does."""

from cti.calls.probes.prober import Line, LineFailed, Prober
from cti.calls.probes.watch import ProbeWatch, Stage, Target

__all__ = ["Line", "LineFailed", "ProbeWatch", "Prober", "Stage", "Target"]
