"""panoramisk's protocol and ours, side by side, on the same bytes of a real connection."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from cti.asterisk.ami.protocol import AmiProtocol, ConnectionManager
from tests.unit.asterisk.ami.scripted import ScriptedAmi, message, until


async def connect(asterisk: ScriptedAmi, manager: Manager) -> Any:
    await manager.connect()
    await until(lambda: manager.authenticated)
    return manager.protocol


def stock(asterisk: ScriptedAmi, callback: Callable[[Any], object]) -> Manager:
    manager = Manager(host="127.0.0.1", port=asterisk.port, username="cti", secret="s", protocol_factory=AMIProtocol)
    manager.register_event("*", lambda _, event: callback(event))
    manager.connection_lost = lambda exc: None  # or it would reconnect for ever
    return manager


def ours(asterisk: ScriptedAmi, callback: Callable[[Any], object]) -> ConnectionManager:
    def deliver(event: Any) -> None:
        callback(event)

    return ConnectionManager(
        deliver,
        host="127.0.0.1",
        port=asterisk.port,
        username="cti",
        secret="s",
        protocol_factory=lambda: AmiProtocol("sh1"),
    )


@pytest.mark.parametrize(("make", "survives"), [(stock, False), (ours, True)])
async def test_only_ours_survives_a_callback_that_raises(asterisk: ScriptedAmi, make: Any, survives: bool) -> None:
    def fail(event: Any) -> None:
        raise ZeroDivisionError

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: None)
    try:
        protocol = await connect(asterisk, manager := make(asterisk, fail))
        asterisk.send(message("Event: Newchannel"))
        if survives:
            assert (await protocol.send({"Action": "Ping"})).success
        else:
            await until(lambda: protocol.closed)
        manager.close()
    finally:
        loop.set_exception_handler(None)


@pytest.mark.parametrize(("make", "survives"), [(stock, False), (ours, True)])
async def test_only_ours_survives_a_synchronous_originate(asterisk: ScriptedAmi, make: Any, survives: bool) -> None:
    asterisk.answers["Originate"] = lambda action: message(
        "Response: Success", f"ActionID: {action['ActionID']}", "Message: Originate successfully queued"
    )
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: None)
    try:
        protocol = await connect(asterisk, manager := make(asterisk, lambda event: None))
        answer = manager.send_action({"Action": "Originate", "Channel": "PJSIP/1001"})
        if survives:
            assert (await answer).success
            assert not protocol.closed
        else:
            await until(lambda: protocol.closed)
        manager.close()
    finally:
        loop.set_exception_handler(None)


@pytest.mark.parametrize(("make", "told"), [(stock, []), (ours, ["OriginateResponse"])])
async def test_only_ours_tells_events_that_carry_a_pending_action_id(
    asterisk: ScriptedAmi, make: Any, told: Any
) -> None:
    names: list[str] = []
    asterisk.answers["Originate"] = lambda action: message(
        "Event: OriginateResponse", f"ActionID: {action['ActionID']}", "Response: Success"
    )
    protocol = await connect(
        asterisk, manager := make(asterisk, lambda event: names.append(getattr(event, "name", "") or event.event))
    )
    answer = protocol.send({"Action": "Originate", "Async": "true"})
    await until(lambda: "Originate" in asterisk.names())
    asterisk.send(message("Event: Marker"))
    await until(lambda: "Marker" in names)
    assert [name for name in names if name not in ("FullyBooted", "Marker")] == told
    answer.cancel()
    manager.close()


async def test_panoramisks_own_commands_work_over_ours(asterisk: ScriptedAmi) -> None:
    asterisk.answers["Command"] = lambda action: message(
        "Response: Success", f"ActionID: {action['ActionID']}", "Output: 0 active channels"
    )
    await connect(asterisk, manager := ours(asterisk, lambda event: None))
    assert (await manager.send_command("core show channels")).output == ("0 active channels",)
    manager.close()
