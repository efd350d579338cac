"""What a desktop is refused, and why."""

from __future__ import annotations

import hmac
from collections.abc import Container

from cti.agents.messages import Refused
from cti.kit.logging import get_logger

log = get_logger(__name__)
FAILURES_ALLOWED = 5  # wrong passwords per agent and minute

BAD_PASSWORD = Refused(code="agents.bad_password", en="The agent number or password is wrong.", zh="工号或密码错误。")
TOO_MANY = Refused(
    code="agents.too_many_attempts",
    en="Too many wrong passwords; wait a minute.",
    zh="密码错误次数过多，请一分钟后再试。",
)
TAKEN_OVER = Refused(
    code="agents.taken_over",
    en="Signed in elsewhere; this page is no longer connected.",
    zh="已在别处签入，本页面已断开。",
)
LEAVING = Refused(
    code="agents.leaving", en="You no longer work at this site: you are signed out after this contact.",
    zh="您已不属于本中心，本次联络结束后将自动签出。",
)  # fmt: skip
REMOVED = Refused(
    code="agents.removed", en="This agent does not work at this site any more.", zh="该坐席已不属于本中心。"
)
NOT_IN_WRAP_UP = Refused(
    code="agents.not_in_wrap_up", en="That contact's wrap-up is over already.", zh="该联络的话后整理已经结束。"
)
UNKNOWN_CODE = Refused(code="agents.unknown_code", en="There is no such wrap-up code.", zh="没有这个话后整理代码。")


class Passwords:
    """Checks them, and has whoever guesses wait."""

    def __init__(self) -> None:
        self._failures: dict[str, list[float]] = {}  # by agent: when

    def check(self, number: str, said: str, right: str, agents: Container[str], now: float) -> Refused | None:
        """None for the right password of one of these agents."""
        failures = [t for t in self._failures.get(number, []) if now - t < 60]
        if len(failures) >= FAILURES_ALLOWED:
            return TOO_MANY
        if hmac.compare_digest(said.encode(), right.encode()) and number in agents:
            self._failures.pop(number, None)
            return None
        if number in agents:  # only agents that exist are remembered: an attacker can't fill the memory
            self._failures[number] = [*failures, now]
        log.warning("agent.log_in_refused", agent=number)
        return BAD_PASSWORD
