from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from panoramisk.ami_protocol import AMIProtocol

from cti.asterisk.ami.messages import AmiEvent, AmiResponse
from cti.asterisk.ami.parser import MAX_MESSAGE, AmiParser

RECORDED = (Path(__file__).parents[3] / "bench/data/bridged_call.ami").read_bytes()
NAMED = "Event: Newchannel\r\nChannel: PJSIP/1\r\nCallerIDName: 张三丰\r\nUniqueid: 1.1\r\n\r\n".encode()


class Stock:
    """Stock panoramisk's protocol with an application that only remembers."""

    save_stream = None

    def __init__(self) -> None:
        self.events: list[object] = []
        self.protocol = AMIProtocol()
        self.protocol.connection_made(None)
        self.protocol.factory, self.protocol.encoding = self, "utf8"

    def dispatch(self, event: object) -> None:
        self.events.append(event)


def feed_in_pieces(parser: AmiParser, data: bytes, size: int) -> list[AmiEvent | AmiResponse]:
    return [m for i in range(0, len(data), size) for m in parser.feed(data[i : i + size])]


@pytest.mark.parametrize("size", range(1, 30))
def test_a_chinese_name_is_whole_wherever_tcp_cuts_it(size: int) -> None:
    (event,) = feed_in_pieces(AmiParser(), NAMED, size)
    assert event.get("CallerIDName") == "张三丰"


def test_stock_panoramisk_loses_the_character_that_tcp_cuts() -> None:
    stock = Stock()
    cut = NAMED.index("三".encode()) + 1
    stock.protocol.data_received(NAMED[:cut])
    stock.protocol.data_received(NAMED[cut:])
    assert stock.events[0]["CallerIDName"] == "张丰"  # type: ignore[index]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=60))
def test_the_recorded_call_reads_the_same_however_it_is_cut(sizes: list[int]) -> None:
    parser, messages, at = AmiParser(), [], 0
    for size in sizes:
        messages += parser.feed(RECORDED[at : at + size])
        at += size
    messages += parser.feed(RECORDED[at:])
    assert [m.items() for m in messages] == [m.items() for m in AmiParser().feed(RECORDED)]
    assert len(messages) == 26
    assert parser.discarded == 0


def test_the_recorded_call_reads_as_stock_panoramisk_reads_it() -> None:
    stock = Stock()
    stock.protocol.data_received(RECORDED)
    ours = AmiParser().feed(RECORDED)
    for mine, theirs in zip(ours, stock.events, strict=True):
        for key in ("Channel", "Uniqueid", "Linkedid", "CallerIDName", "Exten", "DestUniqueid", "Cause-txt"):
            assert mine.get(key) == theirs.get(key, ""), key  # type: ignore[attr-defined]


def test_every_value_of_a_repeated_key_can_be_reached() -> None:
    (event,) = AmiParser().feed(
        b"Event: E\r\nChanVariable: A=1\r\nChanVariable: B=x=y\r\nX: z\r\nChanVariable: C\r\n\r\n"
    )
    assert event.get("ChanVariable") == "A=1"
    assert event.all("ChanVariable") == ("A=1", "B=x=y", "C")
    assert event.variables() == {"A": "1", "B": "x=y"}
    assert event.all("Nothing") == ()
    assert "X" in event
    assert "Y" not in event


def test_the_first_of_two_equal_keys_wins() -> None:
    (event,) = AmiParser().feed(b"Event: E\r\nChannel: real\r\nCallerIDNum: 1\r\nChannel: forged\r\n\r\n")
    assert event.get("Channel") == "real"


@pytest.mark.parametrize("key", ["Uniqueid", "Linkedid"])
def test_an_event_whose_identity_was_smuggled_in_through_a_number_is_discarded(key: str) -> None:
    parser = AmiParser()
    assert parser.feed(f"Event: Hangup\r\nCallerIDNum: 1\r\n{key}: victim\r\n{key}: real\r\n\r\n".encode()) == []
    assert parser.discarded == 1


def test_a_blank_value_and_a_value_with_a_colon_are_kept() -> None:
    (event,) = AmiParser().feed(b"Event: E\r\nAccountCode: \r\nAppData: a: b: c\r\nno header\r\n\r\n")
    assert event.items() == [("Event", "E"), ("AccountCode", ""), ("AppData", "a: b: c")]


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    (event,) = AmiParser().feed(b"Event: E\r\nCallerIDName: \xd5\xc5\xff\r\nUniqueid: 1\r\n\r\n")
    assert "\ufffd" in event.get("CallerIDName")
    assert event.get("Uniqueid") == "1"


def test_only_wanted_events_are_made() -> None:
    parser = AmiParser({"Hangup"})
    stream = b"Event: VarSet\r\nA: 1\r\n\r\nEvent: Hangup\r\nA: 2\r\n\r\nEvent: HangupRequest\r\nA: 3\r\n\r\n"
    assert [(m.name, m.get("A")) for m in parser.feed(stream) if isinstance(m, AmiEvent)] == [("Hangup", "2")]


def test_an_unwanted_event_that_answers_an_action_is_made_while_answers_are_awaited() -> None:
    item = b"Event: CoreShowChannel\r\nActionID: 7\r\n\r\n"
    assert AmiParser({"Hangup"}).feed(item) == []
    assert len(AmiParser({"Hangup"}).feed(item, answers=True)) == 1
    assert AmiParser({"Hangup"}).feed(b"Event: VarSet\r\nValue: ActionID\r\n\r\n", answers=True) == []


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_banner_gives_the_version_and_the_response_behind_it_is_read(size: int) -> None:
    parser = AmiParser()
    (response,) = feed_in_pieces(
        parser, b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: 1\r\n\r\n", size
    )
    assert parser.version == "11.0.0"
    assert isinstance(response, AmiResponse)
    assert response.success


def test_the_output_of_a_command_is_read_line_by_line() -> None:
    (response,) = AmiParser().feed(
        b"Response: Success\r\nMessage: ok\r\nOutput: one\r\nOutput: \r\nOutput: three\r\n\r\n"
    )
    assert isinstance(response, AmiResponse)
    assert response.output == ("one", "", "three")


def test_superfluous_line_ends_do_no_harm() -> None:
    parser = AmiParser()
    messages = parser.feed(b"\r\n\r\n\r\nEvent: A\r\nK: 1\r\n\r\n\r\nEvent: B\r\nK: 2\r\n\r\n\r\n\r\n")
    assert [m.get("K") for m in messages] == ["1", "2"]
    assert parser.discarded == 0


def test_an_oversized_message_is_discarded_and_the_next_one_read() -> None:
    parser = AmiParser()
    data = b"Event: Big\r\nX: " + b"x" * (2 * MAX_MESSAGE) + b"\r\n\r\nEvent: Next\r\nK: 1\r\n\r\n"
    messages = feed_in_pieces(parser, data, 65_536)
    assert [m.get("K") for m in messages] == ["1"]
    assert parser.discarded == 1


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_rubbish_raises_nothing_and_is_not_remembered(first: bytes, second: bytes) -> None:
    parser = AmiParser()
    for message in parser.feed(first) + parser.feed(second):
        message.items()
        message.variables()
    assert parser.feed(b"\r\n\r\nEvent: After\r\nK: 1\r\n\r\n")[-1].get("K") == "1"
    assert parser.feed(b"Event: Later\r\nK: 2\r\n\r\n")[0].get("K") == "2"
