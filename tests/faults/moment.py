"""One moment at which something breaks, and how a break proves that it has broken something."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cti.site.processes import processes
from tests.faults.center import Center
from tests.faults.people import People
from tests.system import eventually


@dataclass
class Moment:
    """Where it happens, who is there, and what the break has to say of it."""

    center: Center
    people: People
    site: str
    rng: random.Random
    notes: list[str] = field(default_factory=list)

    @property
    def active(self) -> int:
        """The number of the site's active process."""
        found = processes(self.center.settings.site_folder(self.site)).active
        assert found is not None, f"{self.site} has no active process"
        return found

    @property
    def node(self) -> str:
        return f"{self.site}1"

    async def figure(self, name: str, site: str | None = None) -> float:
        """What the site says of itself at this moment. Raises `httpx.HTTPError` when nobody answers."""
        system = self.center.system
        its = system.topology.site(site or self.site)
        return (await system._figures(f"http://{its.host}:{its.port}/metrics"))[f"hotline_{name}"]

    async def comes_to(self, name: str, value: float, within: float = 20.0) -> None:
        """Waits until a figure of the site has that value: else nothing was broken."""

        async def is_so() -> bool:
            return await self.figure(name) == value

        await eventually(is_so, f"{name} of {self.site} at {value:g}", within)


Break = Callable[[Moment], Awaitable[None]]
