"""When synthetic calls are due, and when an alarm is raised and cleared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cti.calls.probes.watch import Clear, ProbeWatch, Raise, Stage, Target

CLAIMS, ADVICE = Target("sh1", "claims"), Target("sh1", "advice")
ELSEWHERE = Target("sh2", "claims")


def planned(*targets: Target, every: float = 60) -> ProbeWatch:
    watch = ProbeWatch(every)
    assert watch.plan(set(targets), 0) == []
    return watch


def test_the_first_calls_of_a_node_are_spread_over_the_interval() -> None:
    watch = planned(CLAIMS, ADVICE, ELSEWHERE)
    assert [watch.targets[t].due for t in (ADVICE, CLAIMS, ELSEWHERE)] == [15, 45, 30]
    assert watch.next("sh1") == (ADVICE, 15)
    assert watch.next("bj1") is None


def test_a_success_is_repeated_after_the_interval_and_a_failure_sooner() -> None:
    watch = planned(CLAIMS)
    watch.passed(CLAIMS, 0.6, 31)
    assert watch.next("sh1") == (CLAIMS, 90)
    watch.failed(CLAIMS, Stage.AGI, "busy", 95)
    assert watch.next("sh1") == (CLAIMS, 105)


def test_one_failure_is_no_alarm_and_two_in_a_row_are() -> None:
    watch = planned(CLAIMS)
    assert watch.failed(CLAIMS, Stage.AGI, "busy", 30) == []
    assert watch.passed(CLAIMS, 0.6, 40) == []
    assert watch.failed(CLAIMS, Stage.AGI, "busy", 100) == []
    assert watch.failed(CLAIMS, Stage.ANSWER, "no answer", 110) == [Raise(CLAIMS, Stage.ANSWER, "no answer")]
    assert watch.failed(CLAIMS, Stage.ANSWER, "no answer", 120) == [], "it is raised once"
    assert watch.passed(CLAIMS, 0.6, 130) == [Clear(CLAIMS, 20)]


def test_a_call_that_hangs_or_is_never_made_raises_the_alarm_before_two_intervals_have_passed() -> None:
    watch = planned(CLAIMS)
    watch.passed(CLAIMS, 0.6, 30)
    assert watch.tick(134) == []
    [raised] = watch.tick(135)
    assert raised == Raise(CLAIMS, Stage.ORIGINATE, "no synthetic call was made in time")


def test_a_queue_that_has_to_wait_for_the_failures_of_others_names_theirs() -> None:
    watch = planned(CLAIMS, ADVICE)
    watch.failed(ADVICE, Stage.AGI, "busy", 20)
    assert set(watch.tick(105)) == {Raise(t, Stage.AGI, "busy") for t in (CLAIMS, ADVICE)}


def test_a_queue_that_is_no_more_has_no_alarm() -> None:
    watch = planned(CLAIMS, ADVICE)
    watch.tick(105)
    assert watch.plan({ADVICE}, 110) == [Clear(CLAIMS, 5)]
    assert watch.passed(CLAIMS, 0.6, 111) == watch.failed(CLAIMS, Stage.AGI, "late", 112) == []
    assert watch.next("sh1") == (ADVICE, 15)


@given(fault=st.floats(min_value=100, max_value=400), queues=st.integers(1, 30), takes=st.floats(0.3, 2))
def test_whatever_the_moment_of_a_fault_and_however_many_queues_the_alarm_comes_within_two_intervals(
    fault: float, queues: int, takes: float
) -> None:
    """The prober's loop in numbers: one call after the other, each failing one takes its deadline of 10 s."""
    targets = {Target("sh1", f"q{n}") for n in range(queues)}
    watch, now, raised = ProbeWatch(60), 0.0, dict[Target, float]()
    watch.plan(targets, now)

    def note(verdicts: list[Raise | Clear], at: float) -> None:
        for verdict in verdicts:
            assert isinstance(verdict, Raise)
            assert at >= fault, "no alarm while calls pass"
            raised.setdefault(verdict.target, at)

    while now < fault + 130:
        target, due = watch.next("sh1") or (None, 0.0)
        assert target is not None
        began = max(now, due)
        works = began + takes < fault
        now = began + (takes if works else 10.0)
        for second in range(int(began), int(now)):
            note(watch.tick(second), second)
        note(watch.passed(target, takes, now) if works else watch.failed(target, Stage.AGI, "stuck", now), now)
        note(watch.tick(now), now)
    assert raised.keys() == targets
    assert all(at - fault <= 120 for at in raised.values()), max(raised.values()) - fault
