import asyncio
import socket
import time

import pytest
from panoramisk import Manager

from cti.asterisk.ami import AmiDown, AmiEvent, AmiLink, AmiRefused, AmiTimeout, LinkDown, LinkUp
from tests.unit.asterisk.ami.scripted import Follower, ScriptedAmi, channels, message, success, until, welcome


def silent(action: dict[str, str]) -> bytes:
    return b""


def refused(text: str):  # type: ignore[no-untyped-def]
    return lambda action: message("Response: Error", f"ActionID: {action['ActionID']}", f"Message: {text}")


async def up(follower: Follower) -> None:
    follower.start()
    await until(lambda: follower.link.up and follower.ups())


async def test_the_link_comes_up_with_the_channels_of_the_node(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers["CoreShowChannels"] = channels("PJSIP/A", "PJSIP/B")
    await up(follower)
    (told,) = follower.ups()
    assert told.version == "11.0.0"
    assert [(c.name, c.uniqueid, c.state) for c in told.channels] == [
        ("PJSIP/A", "pjsip/a", "Up"),
        ("PJSIP/B", "pjsip/b", "Up"),
    ]


async def test_nothing_is_asked_before_asterisk_has_booted_fully(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers["Login"] = success
    follower.start()
    await until(lambda: asterisk.names() == ["Login"])
    assert not follower.link.up
    asterisk.send(message("Event: FullyBooted"))
    await until(lambda: follower.link.up)


async def test_events_that_happen_while_the_state_is_read_follow_it(asterisk: ScriptedAmi, follower: Follower) -> None:
    def list_and_hangup(action: dict[str, str]) -> bytes:
        return message("Event: Hangup", "Uniqueid: pjsip/a") + channels("PJSIP/A")(action)

    asterisk.answers["CoreShowChannels"] = list_and_hangup
    await up(follower)
    await until(lambda: len(follower.signals) == 2)
    assert follower.names() == ["LinkUp", "Hangup"]


async def test_an_event_that_a_caller_smuggles_into_a_list_of_channels_is_not_told(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    """As long as the dialplan has not cleaned the number, which it does first of all; and lists are not filtered."""

    def with_hostile_number(action: dict[str, str]) -> bytes:
        hostile = b"Uniqueid: pjsip/a\r\nCallerIDNum: 1\r\n\r\nEvent: Hangup\r\nUniqueid: victim\r\n"
        return channels("PJSIP/A")(action).replace(b"Uniqueid: pjsip/a\r\n", hostile)

    asterisk.answers["CoreShowChannels"] = with_hostile_number
    await up(follower)
    [shown] = await follower.link.core_show_channels()
    assert shown.uniqueid == "pjsip/a"
    asterisk.send(message("Event: Hangup", "Uniqueid: pjsip/a"))
    await until(lambda: "Hangup" in follower.names())
    assert [s.get("Uniqueid") for s in follower.signals if isinstance(s, AmiEvent)] == ["pjsip/a"]


async def test_events_arrive_in_order_and_only_the_wanted_ones(asterisk: ScriptedAmi, follower: Follower) -> None:
    await up(follower)
    for number in range(50):
        asterisk.send(message("Event: Newchannel", f"N: {number}") + message("Event: VarSet", f"N: {number}"))
    await until(lambda: len(follower.signals) == 51)
    assert [s.get("N") for s in follower.signals if isinstance(s, AmiEvent)] == [str(n) for n in range(50)]


async def test_an_action_without_a_link_fails_at_once_and_is_never_sent(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    with pytest.raises(AmiDown):
        await follower.link.redirect("PJSIP/A", "resume")
    await up(follower)
    assert "Redirect" not in asterisk.names()


async def test_an_action_that_was_lost_with_the_link_is_not_replayed(asterisk: ScriptedAmi, follower: Follower) -> None:
    await up(follower)
    redirect = asyncio.ensure_future(follower.link.redirect("PJSIP/A", "resume"))
    await until(lambda: "Redirect" in asterisk.names())
    asterisk.drop()
    with pytest.raises(AmiDown):
        await redirect
    await until(lambda: len(follower.ups()) == 2)
    assert asterisk.names().count("Redirect") == 1
    assert follower.names() == ["LinkUp", "LinkDown", "LinkUp"]


async def test_stock_panoramisk_replays_a_stale_redirect_after_a_reconnect(asterisk: ScriptedAmi) -> None:
    manager = Manager(host="127.0.0.1", port=asterisk.port, username="cti", secret="secret", reconnect_timeout=0)
    await manager.connect()
    await until(lambda: manager.authenticated)
    manager.send_action({"Action": "Redirect", "Channel": "PJSIP/A"})
    await until(lambda: "Redirect" in asterisk.names())
    asterisk.drop()
    await until(lambda: asterisk.names().count("Redirect") == 2)
    manager.close()


async def test_an_action_that_is_not_answered_times_out_and_leaves_nothing(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    await up(follower)
    with pytest.raises(AmiTimeout):
        await follower.link.action("Getvar", {"Variable": "X"}, timeout=0.02)
    action = asyncio.ensure_future(follower.link.action("Getvar", {"Variable": "X"}))
    await until(lambda: asterisk.names().count("Getvar") == 2)
    action.cancel()
    await asyncio.gather(action, return_exceptions=True)
    assert "Getvar" not in [exchange["Action"] for exchange in follower.link._protocol.responses.values()]  # type: ignore[union-attr]
    late = asterisk.actions[asterisk.names().index("Getvar")]
    asterisk.send(success(late) + message("Event: Newchannel"))
    await until(lambda: "Newchannel" in follower.names())
    assert follower.link.up


async def test_stock_panoramisk_keeps_a_timed_out_action_for_ever(asterisk: ScriptedAmi) -> None:
    manager = Manager(host="127.0.0.1", port=asterisk.port, username="cti", secret="secret")
    await manager.connect()
    await until(lambda: manager.authenticated)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(manager.send_action({"Action": "Getvar"}), 0.02)
    assert manager.responses
    manager.protocol.closed = True  # or it would reconnect
    manager.close()


async def test_a_refusal_carries_the_reason(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers["Hangup"] = refused("No such channel")
    asterisk.answers["Redirect"] = refused("Permission denied")
    await up(follower)
    with pytest.raises(AmiRefused, match="No such channel") as gone:
        await follower.link.hang_up("PJSIP/A")
    with pytest.raises(AmiRefused) as denied:
        await follower.link.redirect("PJSIP/A", "resume")
    assert gone.value.channel_gone
    assert not denied.value.channel_gone
    assert "被拒绝" in denied.value.render("zh")


async def test_values_cannot_inject_an_action_into_the_connection(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers["Setvar"] = success
    await up(follower)
    await follower.link.action("Setvar", {"Variable": "X", "Value": "1\r\n\r\nAction: Hangup\r\nChannel: /.*/"})
    assert "Hangup" not in asterisk.names()


@pytest.mark.parametrize("name", ["/^PJSIP.*/", "", "A\r\nB", "PJSIP/1&PJSIP/2", "张三"])
async def test_only_the_name_of_one_channel_is_hung_up(asterisk: ScriptedAmi, follower: Follower, name: str) -> None:
    await up(follower)
    with pytest.raises(AmiRefused):
        await follower.link.hang_up(name)
    assert "Hangup" not in asterisk.names()


async def test_an_event_with_a_pending_action_id_reaches_the_follower_too(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    def originate(action: dict[str, str]) -> bytes:
        mark = f"ActionID: {action['ActionID']}"
        return success(action) + message(
            "Event: OriginateResponse", mark, "Response: Success", "Uniqueid: 1.1", "Channel: C"
        )

    asterisk.answers["Originate"] = originate
    await up(follower)
    made = await follower.link.originate("PJSIP/1001", "agents", variables={"A": 'x,B="y"'}, ring_seconds=1)
    await until(lambda: "OriginateResponse" in follower.names())
    assert made.uniqueid == "1.1"
    assert b"Async: true\r\n" in asterisk.raw
    assert rb"Variable: A=x\,B=\"y\"" in asterisk.raw


async def test_an_originate_that_nobody_answers_is_refused(asterisk: ScriptedAmi, follower: Follower) -> None:
    def originate(action: dict[str, str]) -> bytes:
        mark = f"ActionID: {action['ActionID']}"
        return success(action) + message("Event: OriginateResponse", mark, "Response: Failure", "Reason: 5")

    asterisk.answers["Originate"] = originate
    await up(follower)
    with pytest.raises(AmiRefused, match="busy"):
        await follower.link.originate("PJSIP/1001", "agents")


async def test_an_originate_without_async_does_not_kill_the_connection(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    asterisk.answers["Originate"] = lambda action: message(
        "Response: Success", f"ActionID: {action['ActionID']}", "Message: Originate successfully queued"
    )
    await up(follower)
    await follower.link.action("Originate", {"Channel": "PJSIP/1001"})
    await follower.link.action("Ping")
    assert len(asterisk.writers) == 1


async def test_a_follower_that_fails_costs_neither_connection_nor_events(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    follower.start(reading=False)
    await until(lambda: follower.link.up)
    asterisk.send(message("Event: Newchannel", "N: 1") + message("Event: Newchannel", "N: 2"))
    with pytest.raises(ZeroDivisionError):
        async for signal in follower.link.events():
            if isinstance(signal, AmiEvent):
                raise ZeroDivisionError
    second = await anext(follower.link.events())
    assert isinstance(second, AmiEvent)
    assert second.get("N") == "2"
    assert len(asterisk.writers) == 1


@pytest.mark.parametrize("follower", [0.1], indirect=True)
async def test_a_half_open_link_is_noticed_and_made_anew(asterisk: ScriptedAmi, follower: Follower) -> None:
    await up(follower)
    asterisk.answers["Ping"] = silent
    await until(follower.downs)
    asterisk.answers["Ping"] = success
    assert follower.downs()[0].reason == "no answer to a ping"
    await until(lambda: len(follower.ups()) >= 2)


async def test_the_state_is_read_again_after_every_reconnect(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers["CoreShowChannels"] = channels("PJSIP/A")
    await up(follower)
    asterisk.answers["CoreShowChannels"] = channels("PJSIP/B")
    asterisk.drop()
    await until(lambda: len(follower.ups()) == 2)
    assert [c.name for told in follower.ups() for c in told.channels] == ["PJSIP/A", "PJSIP/B"]


@pytest.mark.parametrize("follower", [1.0], indirect=True)
async def test_a_slow_follower_holds_asterisk_back_and_loses_nothing(asterisk: ScriptedAmi, follower: Follower) -> None:
    follower.start(reading=False)
    await until(lambda: follower.link.up)
    total, big = 40_000, "x" * 900
    block = b"".join(message("Event: Newchannel", f"N: {n}", f"X: {big}") for n in range(total))
    asterisk.send(block)
    protocol = follower.link._protocol
    assert protocol is not None
    await until(lambda: protocol.paused)
    waiting = len(follower.link._queue)
    assert waiting < 1000  # the limit of 100, and at most what one reading of the socket holds
    started = time.monotonic()
    await until(lambda: time.monotonic() - started > 1.2)  # longer than a ping may take
    assert len(follower.link._queue) == waiting
    assert follower.link.up
    follower.start_reading()
    await until(lambda: len(follower.signals) == total + 1, 60)
    assert [s.get("N") for s in follower.signals if isinstance(s, AmiEvent)] == [str(n) for n in range(total)]
    assert not follower.downs()


async def test_actions_are_refused_when_asterisk_does_not_read_them(asterisk: ScriptedAmi, follower: Follower) -> None:
    await up(follower)
    assert follower.link._protocol is not None
    follower.link._protocol.pause_writing()
    with pytest.raises(AmiDown, match="does not read"):
        await follower.link.redirect("PJSIP/A", "resume")
    follower.link._protocol.resume_writing()
    assert "Redirect" not in asterisk.names()


async def test_the_link_waits_for_an_asterisk_that_is_not_there_yet(asterisk: ScriptedAmi, follower: Follower) -> None:
    await asterisk.stop()
    follower.start()
    await until(lambda: follower.link._reason != "not connected yet")
    assert follower.link._reason == "Connection refused"
    await asterisk.start()
    await until(lambda: follower.link.up)


async def test_a_refused_login_is_tried_again_and_never_up(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers["Login"] = refused("Authentication failed")
    follower.start()
    await until(lambda: asterisk.names().count("Login") >= 2)
    assert "Authentication failed" in follower.link._reason
    assert not follower.signals
    asterisk.answers["Login"] = welcome
    await until(lambda: follower.link.up)


async def test_an_asterisk_that_hangs_while_logging_in_is_given_up(asterisk: ScriptedAmi) -> None:
    asterisk.answers["Login"] = silent
    link = AmiLink("sh1", "127.0.0.1", asterisk.port, "cti", "secret", frozenset(), answer_timeout=0.05)
    task = asyncio.ensure_future(link.run())
    await until(lambda: asterisk.names().count("Login") >= 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_link_that_was_ended_closes_and_never_connects_again(asterisk: ScriptedAmi, follower: Follower) -> None:
    await up(follower)
    pending = asyncio.ensure_future(follower.link.action("Getvar", {"Variable": "X"}))
    await until(lambda: "Getvar" in asterisk.names())
    follower.tasks[0].cancel()
    with pytest.raises(AmiDown):
        await pending
    await follower.tasks[1]  # the events have an end
    assert follower.names() == ["LinkUp", "LinkDown"]
    with pytest.raises(AmiDown):
        await follower.link.action("Ping")
    logins = asterisk.names().count("Login")
    started = time.monotonic()
    await until(lambda: time.monotonic() - started > 0.1)
    assert asterisk.names().count("Login") == logins


async def test_a_link_that_is_ended_while_it_waits_to_reconnect_never_connects(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    await asterisk.stop()
    follower.start()
    await until(lambda: follower.link._reason != "not connected yet")
    await follower.stop()
    await asterisk.start()
    started = time.monotonic()
    await until(lambda: time.monotonic() - started > 0.1)
    assert asterisk.names() == []


async def test_stock_panoramisk_connects_after_it_was_closed(asterisk: ScriptedAmi) -> None:
    await asterisk.stop()
    manager = Manager(host="127.0.0.1", port=asterisk.port, username="cti", secret="secret", reconnect_timeout=0)
    with pytest.raises(OSError, match="failed"):
        await manager.connect()
    manager.close()
    await asterisk.start()
    await until(lambda: "Login" in asterisk.names())
    manager.connection_lost = lambda exc: None
    manager.close()


async def test_an_address_where_nothing_answers_is_given_up_in_time() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        link = AmiLink("sh1", "127.0.0.1", deaf.getsockname()[1], "cti", "s", frozenset(), answer_timeout=0.02)
        task = asyncio.ensure_future(link.run())
        await until(lambda: link._reason == "no answer")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_what_the_link_tells_holds_no_secret() -> None:
    assert "Uniqueid" not in repr(AmiEvent("Hangup", b"\r\nEvent: Hangup\r\nUniqueid: 1\r\n"))
    assert LinkUp("sh1", "11", ()) != LinkDown("sh1", "x")


async def test_a_reload_that_takes_long_delays_nothing_else(asterisk: ScriptedAmi, follower: Follower) -> None:
    asterisk.answers |= {"Reload": silent, "Getvar": lambda a: success(a).replace(b"Message: ok", b"Value: 7")}
    await up(follower)
    reload = asyncio.create_task(follower.link.reload("first", "second"))
    await until(lambda: "Reload" in asterisk.names())
    assert await follower.link.global_variable("N") == "7"
    assert follower.link.up
    asterisk.answers["Reload"] = success
    [waiting] = [action for action in asterisk.actions if action["Action"] == "Reload"]
    asterisk.send(success(waiting))
    await reload
    assert [action["Module"] for action in asterisk.actions if action["Action"] == "Reload"] == ["first", "second"]
    await until(asterisk.writers[-1].transport.is_closing)


async def test_a_reload_of_a_node_that_is_away_fails_at_once(asterisk: ScriptedAmi, follower: Follower) -> None:
    await asterisk.stop()
    with pytest.raises(AmiDown):
        await follower.link.reload("first")


async def test_a_reload_whose_connection_nobody_takes_does_not_make_the_node_gone(
    asterisk: ScriptedAmi, follower: Follower
) -> None:
    await up(follower)
    assert asterisk._server is not None
    asterisk._server.close()  # the link's own connection stays
    with pytest.raises(AmiDown):
        await follower.link.reload("first")
    assert follower.link.up
    assert not follower.link.gone


async def test_a_link_whose_asterisk_reads_nothing_goes_down(asterisk: ScriptedAmi, follower: Follower) -> None:
    await up(follower)
    assert follower.link._protocol is not None
    follower.link._protocol.pause_writing()  # as the transport does when its buffer is full
    await until(follower.downs, 2.0)
    assert follower.downs()[0].reason == "Asterisk does not read"
    await until(lambda: len(follower.ups()) == 2)
