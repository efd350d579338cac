"""Which version a call meets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cti.calls.editions import CanaryEdition, Edition, Editions
from cti.ivr import PromptRef, load_hotline

HOTLINE = load_hotline(Path(__file__).parents[3] / "ivr_flows/95500")


class Silent:
    fallback = "fallback"

    def find(self, prompt: PromptRef) -> str | None:
        return None

    def missing(self) -> list[str]:
        return []


def edition(version: str) -> Edition:
    return Edition(replace(HOTLINE, version=version), Silent())


def test_a_new_call_meets_what_was_activated_last() -> None:
    editions = Editions(edition("a"))
    assert editions.choose("c1", "138").version == "a"
    editions.activate(edition("b"))
    assert editions.choose("c1", "138").version == "b"
    assert editions.of("a").version == "a"


def test_a_canary_is_met_by_its_share_of_calls_and_by_the_callers_named() -> None:
    editions = Editions(edition("a"))
    editions.activate(edition("a"), CanaryEdition(edition("b"), 10, ("1390",)))
    met = [editions.choose(f"sh1-{n}.{n * 7}", "138").version for n in range(2000)]
    assert 140 < met.count("b") < 260
    assert editions.choose("any", "13900000000").version == "b"
    assert [editions.choose("sh1-5.35", "138").version for _ in range(3)] == [met[5]] * 3


def test_a_canary_by_share_alone_meets_no_caller_by_number() -> None:
    assert not CanaryEdition(edition("b"), 0).meets("c", "13800138000")
    assert CanaryEdition(edition("b"), 100).meets("c", "")


def test_a_call_of_an_earlier_process_goes_on_with_its_version_if_it_can_be_found() -> None:
    asked: list[str] = []

    def find(version: str) -> Edition | None:
        asked.append(version)
        return edition(version) if version == "old" else None

    editions = Editions(edition("new"), find)
    assert [editions.of(v).version for v in ("old", "old", "gone", "new")] == ["old", "old", "new", "new"]
    assert asked == ["old", "gone"]
