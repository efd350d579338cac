"""Which desktop an agent has, and what becomes of the agent without one: the hub alone, no connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import WebSocketDisconnect
from fastapi.routing import APIWebSocketRoute

from cti.acd import Status
from cti.agents.desk import Desk
from cti.agents.endpoint import agents_router
from cti.agents.messages import LogIn, LogOut, SetStatus
from cti.calls.context import CustomerCard
from tests.unit.agents.test_desktops import PASSWORD, Site, ticket


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    yield site
    await site.dispatcher.close()


def signed_in(site: Site, agent: str = "1001") -> Desk:
    desk = site.hub.log_in(LogIn(agent=agent, password=PASSWORD))
    assert isinstance(desk, Desk)
    return desk


def status(site: Site, agent: str = "1001") -> tuple[Status, str | None]:
    known = site.dispatcher.acd.agents[agent]
    return known.status, known.reason


async def test_a_node_that_is_back_makes_nobody_available_whose_desktop_is_not(site: Site) -> None:
    desk = signed_in(site)
    site.dispatcher.set_status("1001", Status.AVAILABLE, None)
    site.dispatcher.phones_gone(frozenset({"1001"}))
    site.hub.disconnected(desk)
    site.dispatcher.phones_gone(frozenset())
    assert status(site) == (Status.NOT_READY, "connection_lost")
    signed_in(site)
    assert status(site) == (Status.AVAILABLE, None)


async def test_who_comes_back_before_the_node_is_available_with_it(site: Site) -> None:
    desk = signed_in(site)
    site.dispatcher.set_status("1001", Status.AVAILABLE, None)
    site.dispatcher.phones_gone(frozenset({"1001"}))
    site.hub.disconnected(desk)
    signed_in(site)
    assert status(site) == (Status.NOT_READY, "node_down")
    site.dispatcher.phones_gone(frozenset())
    assert status(site) == (Status.AVAILABLE, None)


async def test_who_was_kept_back_stays_so_without_a_desktop(site: Site) -> None:
    desk, acd = signed_in(site), site.dispatcher.acd
    now = site.dispatcher.now()
    for _ in range(3):
        acd.brake.failed("1001", now)
    site.dispatcher.set_status("1001", Status.AVAILABLE, None)
    assert status(site) == (Status.NOT_READY, "kept_back")
    site.hub.disconnected(desk)
    site.dispatcher.do(acd.tick(now + 60))
    assert status(site) == (Status.NOT_READY, "connection_lost")


async def test_a_desktop_that_was_taken_over_signs_nobody_out(site: Site) -> None:
    old = signed_in(site)
    new = signed_in(site)
    site.dispatcher.set_status("1001", Status.AVAILABLE, None)
    site.hub.follow(old, LogOut())  # on its way when the other one signed in
    assert status(site) == (Status.AVAILABLE, None)
    site.hub.follow(new, SetStatus(status=Status.BREAK, reason="lunch"))
    assert status(site) == (Status.BREAK, "lunch")


async def test_who_works_here_again_before_the_contact_is_over_stays_signed_in(site: Site) -> None:
    signed_in(site)
    site.dispatcher.set_status("1001", Status.AVAILABLE, None)
    seats = site.hub.config.seats
    customer: asyncio.Future[CustomerCard | None] = asyncio.get_running_loop().create_future()
    with site.dispatcher.waiting(ticket("c1", customer)):  # the agent is reserved
        site.hub.staff({"1002": seats["1002"]}, {})
        site.hub.staff(seats, {})
    assert status(site) == (Status.AVAILABLE, None)


async def test_a_desktop_that_is_gone_before_it_is_refused_is_no_error(site: Site) -> None:
    class Gone:
        async def accept(self) -> None:
            pass

        async def receive_text(self) -> str:
            return LogIn(agent="1001", password="wrong").model_dump_json()

        async def send_json(self, data: object) -> None:
            raise WebSocketDisconnect(1006)

    [route] = agents_router(site.hub).routes
    assert isinstance(route, APIWebSocketRoute)
    await route.endpoint(Gone())
