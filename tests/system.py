"""The whole system under test: Asterisk nodes, data center on PostgreSQL, site processes; and what tests ask of it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

import httpx

from cti.asterisk.pbx.launcher import Pbx
from cti.kit.ids import new_id
from cti.settings import Settings
from cti.site.processes import processes
from cti.supervisor import Child
from tests.cable import Cable
from tests.desktop import Desktop
from tests.phone import Call, Phone

PHONES = "127.0.110.1"
DEADLINE = 20.0  # seconds


class System:
    """`async with System(settings, pbx) as system`: everything is up inside the block. Sites can be killed and come back."""

    def __init__(self, settings: Settings, pbx: Pbx) -> None:
        self.settings, self.pbx, self.topology = settings, pbx, settings.topology
        self.children = {"datacenter": Child("datacenter", ["datacenter"], settings)}
        self.children |= {s.name: Child(f"site-{s.name}", ["site", s.name], settings) for s in self.topology.sites}
        self.api = httpx.AsyncClient(base_url=self.topology.data_center.url, trust_env=False, timeout=DEADLINE)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._seen: set[str] = set()
        self.cables: dict[str, Cable] = {}  # between sites, where a test wants to pull them out
        self._killed = 0  # process id

    async def __aenter__(self) -> Self:
        for name in self.children:
            self.start(name)
        await self.ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        for name in list(self._tasks):
            await self.stop(name)
        await self.api.aclose()

    # Processes

    def start(self, name: str) -> None:
        """Starts `datacenter` or a site; it is restarted when it dies."""
        self._tasks[name] = asyncio.create_task(self.children[name].run())

    async def stop(self, name: str) -> None:
        task = self._tasks.pop(name)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def crash(self, *names: str) -> None:
        """Kills them all at once; none is started again until `start`."""
        for name in names:
            if (process := self.children[name].process) is not None and process.returncode is None:
                process.kill()
        for name in names:
            await self.stop(name)

    def runs(self, name: str) -> bool:
        """Whether it is meant to be there."""
        return name in self._tasks

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """Sends a signal; the process is restarted when it has ended."""
        process = self.children[name].process
        assert process is not None
        process.send_signal(how)
        self._killed = process.pid

    async def is_back(self, name: str) -> None:
        """Waits until another process serves in place of the one that was killed."""

        async def other() -> bool:
            process = self.children[name].process
            return process is not None and process.pid != self._killed

        await eventually(other, f"{name} to be restarted")
        await self.ready()

    @asynccontextmanager
    async def standby(self, site: str) -> AsyncIterator[None]:
        """Inside the block a second process of the site stands by, and so does whichever was the active one before."""
        name = f"{site}-standby"
        self.children[name] = Child(f"site-{name}", ["site", site], self.settings)
        self.start(name)
        try:
            await self.stands_by(site)
            yield
        finally:
            await self.stop(name)
            del self.children[name]
            await self.ready()

    async def stands_by(self, site: str) -> int:
        """Waits until a site has an active process and one that stands by, and gives the number of the active one."""
        folder = self.settings.site_folder(site)

        async def both() -> bool:
            found = processes(folder)
            return found.active is not None and found.standby is not None

        await eventually(both, f"two processes of {site}")
        return processes(folder).active or 0

    async def ready(self) -> None:
        async def is_ready() -> bool:
            try:
                return (await self.api.get("/readyz")).status_code == 200
            except httpx.HTTPError:
                return False

        await eventually(is_ready, "the system to be ready", 90)

    # People

    def caller(self, number: str = "13800138000", site: str = "sh", name: str = "", node: int = 0) -> Phone:
        """A caller of the carrier at that site, whose call comes to one of its nodes."""
        return Phone(self.carrier(site), number, self.topology.site(site).nodes[node].address, name=name)

    def carrier(self, site: str) -> str:
        """The address from which a site takes calls."""
        return self.topology.site(site).carriers[0].addresses[0]

    def agent_phone(self, number: str) -> Phone:
        """An agent's SIP phone, to be registered."""
        home = self.topology.home_of(number)
        assert home is not None
        return Phone(PHONES, number, home.node_of(number).address, password=self.settings.secrets.agent_password)

    def desktop(self, number: str, **options: Any) -> Desktop:
        home = self.topology.home_of(number)
        assert home is not None
        return Desktop(home.agents_url, number, self.settings.secrets.agent_password, **options)

    async def seat(self, stack: AsyncExitStack, number: str) -> tuple[Phone, Desktop]:
        """An agent who is ready, with a registered SIP phone."""
        phone = await stack.enter_async_context(self.agent_phone(number))
        await phone.register()
        desktop = await stack.enter_async_context(self.desktop(number))
        if desktop.snapshot["state"] == "wrap_up":  # of a test in which the agent's site was killed
            await desktop.wrap_up()
        await desktop.ready()
        return phone, desktop

    async def claim(self, stack: AsyncExitStack, number: str, site: str = "sh") -> Call:
        """A caller who has pressed 1 and typed a policy number: for the queue `claims`."""
        call = await self._call(stack, number, site)
        await call.press("1")
        await call.press("12345678#")
        return call

    async def complain(self, stack: AsyncExitStack, number: str, site: str = "sh") -> Call:
        """A caller who has pressed 3: for the queue `complaints`."""
        call = await self._call(stack, number, site)
        await call.press("3")
        return call

    async def _call(self, stack: AsyncExitStack, number: str, site: str) -> Call:
        caller = await stack.enter_async_context(self.caller(number, site=site))
        return await caller.call(self.topology.hotline)

    async def opens_case(self, desktop: Desktop, contact: str, kind: str = "complaint") -> str:
        """The agent takes up a matter in a contact; gives the case's id when the site has written it."""
        case = new_id()
        await desktop.send(type="open_case", case=case, contact=contact, kind=kind, subject="理赔款未到账")
        assert (await desktop.sees("case"))["case"]["id"] == case
        return case

    async def knows_case(self, case: str) -> None:
        """Waits until the data center has it."""

        async def known() -> bool:
            return (await self.api.get(f"/api/v1/cases/{case}")).status_code == 200

        await eventually(known, "the case at the data center")

    # What became of it

    async def contact_of(self, caller: str, *, called_back: bool = False) -> str:
        """The id of the newest contact of a caller, or of a customer who was `called_back`, that no test has asked for before."""
        found = ""

        async def look() -> bool:
            nonlocal found
            items = (await self.api.get("/api/v1/contacts", params={"caller": caller})).json()["items"]
            new = [i["id"] for i in items if i["id"] not in self._seen and ("-cb" in i["id"]) is called_back]
            found = new[0] if new else ""
            return bool(new)

        await eventually(look, f"a contact of {caller}")
        return found

    async def facts(self, contact: str) -> list[dict[str, Any]]:
        story: dict[str, Any] = (await self.api.get(f"/api/v1/contacts/{contact}")).json()
        return list(story.get("facts", []))

    async def kinds_now(self, caller: str) -> list[str]:
        """What the data center knows by now of a caller's newest contact."""
        return [f["kind"] for f in await self.facts(await self.contact_of(caller))]

    async def has_fact(self, contact: str, kind: str, deadline: float = DEADLINE) -> None:
        """Waits until the data center has a fact of that kind about a contact."""

        async def has() -> bool:
            return any(f["kind"] == kind for f in await self.facts(contact))

        await eventually(has, f"{kind} of {contact}", deadline)

    async def has_visited(self, contact: str, node: str, outcome: str) -> None:
        """Waits until the contact has left a node of the flow in that way."""

        async def has() -> bool:
            visits = [f["data"] for f in await self.facts(contact) if f["kind"] == "node.visited"]
            return (node, outcome) in [(v["node"], v["outcome"]) for v in visits]

        await eventually(has, f"{outcome} of {node}")

    async def story(
        self, caller: str, *, with_fact: str = "contact.ended", called_back: bool = False
    ) -> dict[str, Any]:
        """The finished contact of a caller, checked: exactly one end, and no fact of its site after it but an agent's.

        `with_fact` is waited for too: an agent's facts may come after the end.
        """
        contact = await self.contact_of(caller, called_back=called_back)
        await self.has_fact(contact, "contact.ended")
        await self.has_fact(contact, with_fact)
        self._seen.add(contact)
        story: dict[str, Any] = (await self.api.get(f"/api/v1/contacts/{contact}")).json()
        home = story["site"]
        kinds = [
            f["kind"]
            for f in story["facts"]
            if f["site"] == home and f["kind"].split(".")[0] not in ("agent", "wrap_up", "hold", "case")
        ]
        assert kinds.count("contact.ended") == 1, kinds
        assert kinds[-1] == "contact.ended", kinds
        assert kinds[0] == "contact.arrived", kinds
        return story

    async def nothing_left(self) -> None:
        """No channel in Asterisk, no call in memory, no fact that waits, no gap in any site's facts."""

        async def is_quiet() -> bool:
            for site in self.topology.sites:
                for node in site.nodes:
                    if "0 active channels" not in await self.pbx.cli(node.name, "core show channels"):
                        return False
                figures = await self._figures(f"http://{site.host}:{site.port}/metrics")
                if (
                    figures["hotline_calls"]
                    or figures["hotline_contacts_waiting"]
                    or figures["hotline_facts_unacknowledged"]
                ):
                    return False
            return True

        await eventually(is_quiet, "nothing to be left")

    async def _figures(self, url: str) -> dict[str, float]:
        text = (await self.api.get(url)).text
        lines = [line.split(" ") for line in text.splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, value in lines}


async def eventually(condition: Callable[[], Any], what: str, deadline: float = DEADLINE) -> None:
    """Waits until an awaitable condition is true, and says what did not come true."""
    limit = time.monotonic() + deadline
    while not await condition():
        if time.monotonic() > limit:
            raise AssertionError(f"not seen within {deadline:.0f} s: {what}")
        await asyncio.sleep(0.05)


def kinds(story: dict[str, Any]) -> list[str]:
    return [f["kind"] for f in story["facts"]]


def data(story: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The data of all facts of one kind."""
    return [f["data"] for f in story["facts"] if f["kind"] == kind]
