"""What a dispatcher has in place of desktops and of other sites where there are none."""

from __future__ import annotations

from cti.acd import Why
from cti.calls.context import ContactContext, CustomerCard
from cti.calls.ports import Offering, Visit


class NoScreens:
    """Implements `calls.ports.Screens`: nothing is shown, and nobody waits for it."""

    async def show(self, offering: Offering, context: ContactContext) -> None:
        pass

    def customer(self, agent: str, offer: str, card: CustomerCard | None) -> None:
        pass

    def offer_over(self, agent: str, offer: str, outcome: str) -> None:
        pass

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
