import pytest
from panoramisk.actions import Action

from cti.asterisk.ami.exchange import Exchange, OversizedAction
from cti.asterisk.ami.messages import AmiEvent, AmiResponse

ATTACK = "1001\r\n\r\nAction: Originate\r\nChannel: PJSIP/trunk\0"


def response(*headers: str) -> AmiResponse:
    return AmiResponse("\r\n".join(("", *headers, "")).encode())


def event(name: str, *headers: str) -> AmiEvent:
    return AmiEvent(name, "\r\n".join(("", f"Event: {name}", *headers, "")).encode())


async def test_stock_panoramisk_lets_a_value_inject_an_action() -> None:
    assert "\r\nAction: Originate\r\n" in str(Action({"Action": "Getvar", "Variable": ATTACK}))


async def test_a_value_cannot_inject_an_action_or_a_header() -> None:
    exchange = Exchange({"Action": "Getvar", "Variable": ATTACK, "List": ["a\r\nB: c", "d"], "Flag": True, "Number": 5})
    lines = str(exchange).split("\r\n")
    assert "Variable: 1001Action: OriginateChannel: PJSIP/trunk" in lines
    assert {"List: aB: c", "List: d", "Flag: true", "Number: 5"} <= set(lines)
    assert str(exchange).count("\r\n\r\n") == 1
    assert "\0" not in str(exchange)


@pytest.mark.parametrize("key", ["", "A: b", "A\r\nB", "Ä", "1A", "A" * 65])
async def test_a_key_that_is_no_header_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="not an AMI header"):
        Exchange({"Action": "Ping", key: "x"})


async def test_an_action_that_asterisk_would_garble_is_refused() -> None:
    with pytest.raises(OversizedAction):
        Exchange({"Action": "Setvar", "Value": "张" * 334})
    with pytest.raises(OversizedAction):
        Exchange({"Action": "Originate", "Variable": ["A=1"] * 121})


async def test_an_originate_is_always_asynchronous() -> None:
    assert Exchange({"Action": "Originate"})["Async"] == "true"
    assert Exchange({"Action": "Originate", "async": "true"})["Async"] == "true"


async def test_stock_panoramisk_fails_on_the_answer_to_a_synchronous_originate() -> None:
    action = Action({"Action": "Originate", "Channel": "PJSIP/1001"})
    with pytest.raises(KeyError):
        action.add_message(_stock("Response: Success", "Message: Originate successfully queued"))


async def test_the_answer_to_an_originate_completes_with_its_response() -> None:
    exchange = Exchange({"Action": "Originate", "Channel": "PJSIP/1001"})
    assert exchange.add_message(response("Response: Success", "Message: Originate successfully queued"))
    assert exchange.future.result().success


async def test_stock_panoramisk_never_completes_a_queue_add() -> None:
    action = Action({"Action": "QueueAdd"})
    action.add_message(_stock("Response: Success", "Message: Added interface to queue"))
    assert not action.future.done()


async def test_a_queue_add_completes_with_its_response() -> None:
    exchange = Exchange({"Action": "QueueAdd"})
    assert exchange.add_message(response("Response: Success", "Message: Added interface to queue"))


async def test_a_list_is_complete_only_at_its_announced_end() -> None:
    exchange = Exchange({"Action": "CoreShowChannels"}, as_list=True)
    assert not exchange.add_message(response("Response: Success", "EventList: start"))
    assert not exchange.add_message(event("CoreShowChannel", "Channel: A"))
    assert not exchange.add_message(event("SomethingComplete"))
    assert exchange.add_message(event("CoreShowChannelsComplete", "EventList: Complete"))
    assert len(exchange.future.result().events) == 3


async def test_a_list_that_is_refused_or_not_announced_is_complete_at_once() -> None:
    assert Exchange({"Action": "X"}, as_list=True).add_message(response("Response: Error", "Message: no"))
    assert Exchange({"Action": "X"}, as_list=True).add_message(
        response("Response: Success", "Message: nothing to show")
    )


async def test_an_awaited_event_completes_the_answer_and_others_do_not() -> None:
    exchange = Exchange({"Action": "Originate"}, until="OriginateResponse")
    assert not exchange.add_message(event("Newchannel"))
    assert not exchange.add_message(response("Response: Success"))
    assert not exchange.add_message(event("Newchannel"))
    assert exchange.add_message(event("OriginateResponse", "Response: Failure"))
    assert exchange.future.result().events[-1].get("Response") == "Failure"


def _stock(*headers: str) -> object:
    from panoramisk.message import Message

    return Message(dict(header.split(": ", 1) for header in headers))
