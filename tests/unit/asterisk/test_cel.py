from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cti.asterisk import cel

START = 1795696928.0


def line(kind: str, second: float, channel: str, context: str = "inbound", peer: str = "") -> str:
    return f'"{kind}","{START + second:.6f}","{channel}","{context}","{peer}"\n'


TALK = [
    line("CHAN_START", 0, "sh1-1.0"),
    line("ANSWER", 0.1, "sh1-1.0"),
    line("CHAN_START", 5, "sh1-1.1", "agents"),
    line("ANSWER", 6, "sh1-1.1", "agents"),
    line("BRIDGE_ENTER", 6.5, "sh1-1.0", peer="PJSIP/1001-00000001"),
    line("BRIDGE_EXIT", 66.5, "sh1-1.0"),
    line("HANGUP", 67, "sh1-1.1", "agents"),
    line("HANGUP", 70, "sh1-1.0"),
]


def test_a_call_has_its_arrival_answer_conversation_and_end() -> None:
    (call,) = cel.calls(cel.events(TALK)).values()
    assert (call.id, call.node, call.talks, call.talk_ms) == ("sh1-1.0", "sh1", 1, 60_000)
    assert call.arrived_at == datetime.fromtimestamp(START, UTC)
    assert call.answered_at is not None
    assert call.ended_at == datetime.fromtimestamp(START + 70, UTC)


def test_a_hang_up_ends_a_conversation_whose_end_was_not_written() -> None:
    lines = [part for part in TALK if "BRIDGE_EXIT" not in part]
    (call,) = cel.calls(cel.events(lines)).values()
    assert call.talk_ms == 63_500


def test_lines_that_a_dying_node_left_torn_say_nothing() -> None:
    torn = ['"CHAN_START","17956', "\0\0\0\n", '"ANSWER","soon","sh1-1.0","inbound",""\n', "\n"]
    assert len(cel.calls(cel.events([*TALK, *torn]))) == 1


def test_the_web_phone_is_a_caller_and_agents_and_other_sites_are_not() -> None:
    contexts = ("webphone", "agents", "intersite", "callback")
    lines = [line("CHAN_START", 0, f"sh1-1.{n}", context) for n, context in enumerate(contexts)]
    assert list(cel.calls(cel.events(lines))) == ["sh1-1.0"]


def test_a_nodes_account_is_kept_in_so_many_files_and_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / cel.FILE
    file.parent.mkdir(parents=True)
    assert not cel.rotate(tmp_path, 1)
    for n in range(cel.OLDER_FILES + 3):
        file.write_text(line("CHAN_START", n, f"sh1-1.{n}"))
        assert not cel.rotate(tmp_path, 1000)
        assert cel.rotate(tmp_path, 10)
    assert not file.exists()
    assert len(list(file.parent.iterdir())) == cel.OLDER_FILES
    assert cel.is_cut(tmp_path)
    kept = [event.channel for event in cel.read_node(tmp_path)]
    assert kept == [f"sh1-1.{n}" for n in range(3, cel.OLDER_FILES + 3)]


def test_an_account_is_read_as_a_whole_while_its_files_grow_older(tmp_path: Path) -> None:
    file = tmp_path / cel.FILE
    file.parent.mkdir(parents=True)
    for n in range(3):
        cel.rotate(tmp_path, 1)
        file.write_text(line("CHAN_START", n, f"sh1-1.{n}"))
    found = cel.read_node(tmp_path)
    first = next(found)
    assert cel.rotate(tmp_path, 1)
    assert [event.channel for event in (first, *found)] == ["sh1-1.0", "sh1-1.1", "sh1-1.2"]
