"""Agents' desktops that exist only as lists of what they were shown."""

from __future__ import annotations

from cti.acd import Why
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Offering, Visit


class FakeScreens:
    """Implements `calls.ports.Screens`; every offer is on the screen at once."""

    def __init__(self) -> None:
        self.shown: list[tuple[Offering, ContactContext]] = []
        self.over: list[tuple[str, str, str]] = []  # agent, offer, outcome
        self.customers: list[tuple[str, str, CustomerCard | None]] = []  # agent, offer, card

    async def show(self, offering: Offering, context: ContactContext) -> None:
        self.shown.append((offering, context))

    def customer(self, agent: str, offer: str, card: CustomerCard | None) -> None:
        self.customers.append((agent, offer, card))

    def offer_over(self, agent: str, offer: str, outcome: str) -> None:
        self.over.append((agent, offer, str(outcome)))

    def changed(self, agent: str) -> None:
        pass

    def queues_changed(self) -> None:
        pass


class NoPeers:
    """Implements `calls.ports.Peers` for a site that stands alone."""

    def summary_changed(self) -> None:
        pass

    def open_visit(self, site: str, visit: Visit) -> None:
        pass

    def update_visit(self, site: str, contact: str, card: CustomerCard | None) -> None:
        pass

    def withdraw_visit(self, site: str, contact: str, reason: str) -> None:
        pass

    def grant(self, site: str, contact: str, offer: str, agent: str, why: Why) -> None:
        pass

    def accept_grant(self, site: str, offer: str) -> None:
        pass

    def decline(self, site: str, offer: str) -> None:
        pass
