"""Which phones are asked whether they hold their call: those of which news may have been missed, and no others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cti.acd import State
from cti.asterisk.ami import AmiDown, AmiRefused
from cti.asterisk.phones import Phones
from cti.calls.alone import NoPeers
from cti.calls.dispatcher import Dispatcher
from cti.testing.journal import MemoryJournal
from cti.testing.screens import FakeScreens
from cti.testing.virtual_time import VirtualClock, run_virtually

CHANNELS = {"PJSIP/1001-00000001": "1001", "PJSIP/1002-web-00000002": "1002", "PJSIP/1003-00000003": "1003"}


class Link:
    """A node whose phones hold, or not; `asked` are the channels that were asked about since it was read last."""

    def __init__(self) -> None:
        self.ups = 1
        self.hold: dict[str, bool | Exception] = dict.fromkeys(CHANNELS, False)
        self._asked: list[str] = []

    async def core_show_channels(self) -> tuple[Any, ...]:
        return tuple(SimpleNamespace(name=name) for name in (*CHANNELS, "PJSIP/carrier-sh-00000004"))

    async def holds(self, channel: str) -> bool:
        self._asked.append(channel)
        said = self.hold[channel]
        if isinstance(said, Exception):
            raise said
        return said

    def asked(self) -> list[str]:
        asked, self._asked = self._asked, []
        return [CHANNELS[channel] for channel in asked]


async def played() -> None:
    clock, link = VirtualClock(), Link()
    dispatcher = Dispatcher("sh", MemoryJournal("sh", clock), clock, FakeScreens(), NoPeers(), lambda a: f"PJSIP/{a}")
    phones = Phones(link, dispatcher)  # type: ignore[arg-type]
    for number in ("1001", "1002", "1003"):
        dispatcher.log_in(number, {"general": 1})
    for number in ("1001", "1002"):
        dispatcher.do(dispatcher.acd.restore_conversation(number, f"o{number}", f"c{number}", "general", 0.0))
    channels = await phones.in_call()
    assert channels == CHANNELS

    # 1003 talks with nobody of ours; of the others nothing has been seen yet.
    assert await phones.holding(channels) == {"1001": False, "1002": False}
    assert link.asked() == ["1001", "1002"]
    # From now on the node tells.
    assert await phones.holding(channels) == {}
    dispatcher.held("1001", True)
    assert dispatcher.acd.agents["1001"].state is State.HELD
    assert await phones.holding(channels) == {"1001": False}  # its end was not told
    # The link was away: anything may have happened.
    link.asked()
    link.ups, link.hold["PJSIP/1002-web-00000002"] = 2, True
    for _ in range(2):
        assert await phones.holding(channels) == {"1001": False, "1002": True}
    # Who hangs up in that moment is no trouble; a link that breaks is.
    link.hold["PJSIP/1001-00000001"] = AmiRefused("sh1", "Getvar", "No such channel")
    assert await phones.holding(channels) == {"1002": True}
    link.hold["PJSIP/1001-00000001"] = AmiDown("sh1", "it hung up")
    with pytest.raises(AmiDown):
        await phones.holding(channels)
    await dispatcher.close()


def test_phones_are_asked_where_news_may_have_been_missed() -> None:
    run_virtually(played())
