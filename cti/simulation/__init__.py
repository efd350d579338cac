"""The very same sessions, router and links as in production, on virtual time, with a simulated Asterisk and simulated people."""

from cti.simulation.scenario import Faults, Scenario, SimulatedQueue, SimulatedSite
from cti.simulation.world import Outcome, simulate

__all__ = ["Faults", "Outcome", "Scenario", "SimulatedQueue", "SimulatedSite", "simulate"]
