"""Decides what a release's history means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cti.datacenter.releases.schemas import Action, Canary


def version_before(history: Iterable[tuple[Action, str]]) -> str | None:
    """To which version a rollback leads, from (action, version) oldest first; None if there is none.

    A rollback undoes one activation, so two of them never lead back to the version that the first one left.
    """
    active: list[str] = []
    for action, version in history:
        if action is Action.ACTIVATED and (not active or active[-1] != version):
            active.append(version)
        elif action is Action.ROLLED_BACK and len(active) > 1 and active[-1] != version:
            active.pop()
    return active[-2] if len(active) > 1 else None


def must_return(canary: Canary, stable: str, outcomes: Mapping[str, tuple[int, int]]) -> str | None:
    """Why a canary must be ended, None if it need not; `outcomes` is version → (ended calls, failed ones).

    Where no other call has ended in the same time, the others count as without failure.
    """
    ended, failed = outcomes.get(canary.version, (0, 0))
    others, others_failed = outcomes.get(stable, (0, 0))
    if ended < canary.least_calls:
        return None
    share, others_share = 100 * failed / ended, 100 * others_failed / others if others else 0.0
    if share <= others_share + canary.tolerance_percent:
        return None
    return (
        f"{failed} of {ended} calls failed ({share:.0f} %), of the others {others_failed} of {others} ({others_share:.0f} %) "
        f"{ended} 通来电失败 {failed} 通，其他版本 {others} 通失败 {others_failed} 通"
    )
