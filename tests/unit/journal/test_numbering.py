from datetime import UTC, datetime, timedelta

from cti.facts.kinds import NodeUp, Party, WrapUpEnded
from cti.journal.numbering import Numbering

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class SteppedClock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now, self.ticks = NOON, 100.0

    def wall(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.ticks


def times(numbering: Numbering, count: int) -> list[datetime]:
    return [numbering.next(NodeUp(node="sh1"), None).at for _ in range(count)]


def test_time_never_goes_back_when_the_wall_clock_does() -> None:
    clock = SteppedClock()
    numbering = Numbering("sh", clock)
    assert times(numbering, 1) == [NOON]
    clock.now -= timedelta(hours=1)
    clock.ticks += 10
    assert times(numbering, 2) == [NOON + timedelta(seconds=5)] * 2


def test_time_is_the_wall_clocks_again_once_it_has_caught_up() -> None:
    clock = SteppedClock()
    numbering = Numbering("sh", clock)
    times(numbering, 1)
    clock.now -= timedelta(seconds=60)
    seen = []
    for _ in range(140):
        clock.now += timedelta(seconds=1)
        clock.ticks += 1
        seen += times(numbering, 1)
    assert seen == sorted(seen)
    assert len(set(seen)) >= 139  # the moment at which it has caught up may stand twice
    assert seen[-1] == clock.now


def test_time_goes_on_after_the_last_fact_of_an_earlier_process() -> None:
    later = NOON + timedelta(hours=1)
    assert times(Numbering("sh", SteppedClock(), 7, later), 1) == [later]


def test_a_number_is_used_up_only_when_taken() -> None:
    numbering = Numbering("sh", SteppedClock(), last_seq=41)
    assert [numbering.next(NodeUp(node="sh1"), None).seq for _ in range(2)] == [42, 42]
    numbering.take()
    assert numbering.next(NodeUp(node="sh1"), None).seq == 43


def test_texts_that_the_data_center_would_refuse_are_cut_and_cleaned() -> None:
    note = WrapUpEnded(agent="10\x0001", code="\udce5", note="保" * 400_000, by=Party.AGENT, ms=1)
    fact = Numbering("sh", SteppedClock()).next(note, "c1\ud800" + "x" * 100)
    assert (fact.data["note"], fact.data["agent"], fact.data["code"]) == ("保" * 2000, "1001", "?")
    assert fact.contact == "c1?" + "x" * 61
    assert len(fact.model_dump_json().encode()) < 65_536
