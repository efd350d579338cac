"""Agents' desktops that exist only as lists of what they were shown."""

from __future__ import annotations

from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Offering


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
