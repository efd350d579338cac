"""What agents do with cases. Each wish becomes a fact in the site's journal, and is told back once it is on disk: it needs no data center.

Only reading does: an agent's own cases, and a case that no screen of this site has shown. What this site has shown or changed is
remembered, so that a case can be worked on while the data center is away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cti.agents.messages import (
    Case,
    Cases,
    HandOverCase,
    ListCases,
    NoteCase,
    OpenCase,
    Refused,
    SetCaseStatus,
)
from cti.calls import ports
from cti.calls.context import CaseCard, ContactContext
from cti.facts import FactData
from cti.facts.cases import CaseNoted, CaseOpened, CaseOwnerChanged, CaseStatus, CaseStatusChanged
from cti.facts.kinds import ContactArrived
from cti.kit.clock import Clock
from cti.kit.logging import get_logger

log = get_logger(__name__)
MOST_KNOWN = 5000  # cases remembered; the longest unseen are forgotten first

CaseWish = OpenCase | NoteCase | HandOverCase | SetCaseStatus | ListCases

NOT_YOURS = Refused(
    code="agents.not_your_contact",
    en="That contact is not on your screen, and was not served by you here.",
    zh="该联络不在您的屏幕上，也不是您在本中心接待的。",
)
UNKNOWN_CASE = Refused(code="agents.unknown_case", en="There is no such case.", zh="没有该案件。")
UNKNOWN_AGENT = Refused(code="agents.unknown_agent", en="There is no agent with this number.", zh="没有该工号的坐席。")
UNREACHABLE = Refused(
    code="agents.cases_unreachable",
    en="The data center can't be reached now; try again later.",
    zh="暂时连不上数据中心，请稍后再试。",
)


@dataclass(frozen=True, slots=True)
class _Origin:
    """The contact in which a wish came up."""

    contact: str | None
    caller: str | None  # None when it is not known here


class CaseWork:
    """One site's. `do` gives the answer to the desktop."""

    def __init__(
        self, journal: ports.Journal, clock: Clock, cases: ports.Cases, hotline: str, is_agent: Callable[[str], bool]
    ) -> None:
        self._journal, self._clock, self._cases = journal, clock, cases
        self._hotline, self._is_agent = hotline, is_agent
        self._known: dict[str, CaseCard] = {}  # by id, the latest seen last

    def shown(self, cards: Iterable[CaseCard]) -> None:
        """These are on a screen: as the data center has them now."""
        for card in cards:
            self._known.pop(card.id, None)
            self._known[card.id] = card
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    async def do(self, agent: str, wish: CaseWish, on_screen: ContactContext | None) -> Case | Cases | Refused:
        """Carries out what an agent wishes, with this contact on the screen. Cancelled, what was written stays written."""
        try:
            if isinstance(wish, ListCases):
                owned = await self._cases.owned_by(agent)
                self.shown(owned)
                return Cases(cases=tuple(owned))
            origin = await self._origin(agent, wish.contact, on_screen)
            if origin is None:
                return NOT_YOURS
            if isinstance(wish, OpenCase):
                return await self._open(agent, wish, origin)
            return await self._change(agent, wish, origin)
        except OSError as error:
            log.info("cases.unreachable", reason=str(error))
            return UNREACHABLE

    async def _origin(self, agent: str, contact: str | None, on_screen: ContactContext | None) -> _Origin | None:
        """None when the agent never had that contact. After a restart only the journal knows who served it."""
        if contact is None:
            return _Origin(None, None)
        if on_screen is not None and on_screen.contact == contact:
            return _Origin(contact, on_screen.caller)
        facts = await self._journal.facts_of(contact)
        if not any(fact.data.get("agent") == agent for fact in facts):
            return None
        caller = next((str(fact.data.get("caller", "")) for fact in facts if fact.kind == ContactArrived.kind), None)
        return _Origin(contact, caller)

    async def _open(self, agent: str, wish: OpenCase, origin: _Origin) -> Case | Refused:
        if (known := self._known.get(wish.case)) is not None:  # said again, because the answer was lost
            return Case(case=known)
        if origin.caller is None:
            return NOT_YOURS
        card = CaseCard(
            id=wish.case, kind=wish.kind, subject=wish.subject, owner=agent, opened_at=self._clock.wall(), number=origin.caller
        )  # fmt: skip
        opened = CaseOpened(
            case=wish.case, agent=agent, case_kind=wish.kind, subject=wish.subject, number=origin.caller, hotline=self._hotline
        )  # fmt: skip
        return await self._write(opened, origin, card)

    async def _change(
        self, agent: str, wish: NoteCase | HandOverCase | SetCaseStatus, origin: _Origin
    ) -> Case | Refused:
        card = self._known.get(wish.case) or await self._cases.find(wish.case)
        card = self._known.get(wish.case, card)  # as it is by now, if another wish changed it meanwhile
        if card is None:
            return UNKNOWN_CASE
        match wish:
            case NoteCase():
                note = CaseNoted(case=card.id, agent=agent, note=wish.note)
                return await self._write(note, origin, card.model_copy(update={"note": wish.note}))
            case HandOverCase():
                if not self._is_agent(wish.to):
                    return UNKNOWN_AGENT
                if card.owner == wish.to:
                    return Case(case=card)
                handed = CaseOwnerChanged(case=card.id, agent=agent, owner=wish.to)
                return await self._write(handed, origin, card.model_copy(update={"owner": wish.to}))
            case SetCaseStatus():
                resolution = wish.resolution if wish.status is CaseStatus.CLOSED else None
                if (card.status, card.resolution) == (wish.status, resolution):
                    return Case(case=card)
                changed = CaseStatusChanged(case=card.id, agent=agent, status=wish.status, resolution=resolution)
                now = card.model_copy(update={"status": wish.status, "resolution": resolution})
                return await self._write(changed, origin, now)

    async def _write(self, data: FactData, origin: _Origin, card: CaseCard) -> Case:
        written = self._journal.record(data, origin.contact)
        self.shown([card])  # whoever comes next in this moment starts from here
        await written
        log.info(data.kind, case=card.id, contact=origin.contact)
        return Case(case=card)
