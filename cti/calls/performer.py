"""Carries out what a flow asks of the call: say, gather, ask, record, connect. Waiting in a queue is the session's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cti.calls.editions import Edition
from cti.calls.services import Services, paths
from cti.calls.telephony import CallerGone, DialOutcome, Fax, Telephony
from cti.facts.kinds import Party, PromptMissing, TransferOutcome
from cti.ivr import (
    Answered,
    Collect,
    Consult,
    Consulted,
    Event,
    FaxReceived,
    Play,
    Played,
    PromptRef,
    ReceiveFax,
    Record,
    Recorded,
    Request,
    Transfer,
    Transferred,
    Typed,
)
from cti.ivr.commands import Command
from cti.kit.ids import new_id

ANY_KEY: Final = "0123456789*#"
# Channel variables: what an earlier process was about when it died. Neither a message nor a fax is asked for
# twice, nor is a number outside rung again.
RECORDING: Final = "CTI_RECORDING"
TRANSFER: Final = "CTI_TRANSFER"
_OUTCOMES: Final = {
    DialOutcome.ANSWERED: TransferOutcome.ANSWERED,
    DialOutcome.NO_ANSWER: TransferOutcome.NO_ANSWER,
    DialOutcome.BUSY: TransferOutcome.BUSY,
    DialOutcome.UNREACHABLE: TransferOutcome.UNREACHABLE,
    DialOutcome.CANCELLED: TransferOutcome.NO_ANSWER,
}


class Performer:
    """One call's. `perform` raises what `Telephony` does, but for a message, a fax or a conversation outside that the customer ends by
    hanging up: those count, and whatever is asked next raises `CallerGone`."""

    def __init__(self, telephony: Telephony, services: Services, edition: Callable[[], Edition]) -> None:
        self.transferred_by: Party | None = None  # who ended the conversation outside, if there was one
        self.left_something = False  # a message, a fax, or the wish to be called back
        self._telephony, self._services, self._edition = telephony, services, edition
        self._ahead = ""  # the key with which the caller cut an announcement short

    def forget_keys(self) -> None:
        """What was pressed before the caller waited in a queue answers nothing behind it."""
        self._ahead = ""

    async def perform(self, command: Command) -> Event:
        match command:
            case Play():
                self._ahead = await self._telephony.play(self._sounds(command.prompts), barge_in=ANY_KEY)
                return Played()
            case Collect():
                return await self._collect(command)
            case Request():
                allowed = self._edition().hotline.allowed.url
                answer = await self._services.http.request(
                    command.method, command.url, body=command.body, timeout=command.timeout, allowed=allowed
                )
                return Answered(answer.status, answer.body)
            case Consult():
                calendar = self._edition().hotline.calendars[command.calendar]
                return Consulted(calendar.state(self._services.clock.wall())[0])
            case Record():
                return await self._record(command)
            case ReceiveFax():
                return await self._receive_fax(command)
            case Transfer():
                return await self._transfer(command)
            case _:
                raise AssertionError(f"no such command: {command}")

    async def _collect(self, command: Collect) -> Typed:
        """Gathers digits. A key that cut an announcement short is the first of them: nobody is asked for it again."""
        ahead, self._ahead = self._ahead, ""
        if ahead and ahead == command.terminator:
            return Typed("", complete=True)
        if len(ahead) == command.max_digits:
            return Typed(ahead, complete=True)
        if command.private:
            await self._telephony.keep_private(True)
        typed = await self._telephony.collect(
            [] if ahead else self._sounds(command.prompts), max_digits=command.max_digits - len(ahead),
            first_digit=command.between_digits if ahead else command.first_digit,
            between_digits=command.between_digits, terminator=command.terminator,
        )  # fmt: skip
        if command.private:
            await self._telephony.keep_private(False)
        return Typed(ahead + typed.digits, typed.complete)

    async def _record(self, command: Record) -> Recorded:
        call, kept = self._telephony, self._services.recordings
        found = await call.get(RECORDING)
        if found and (seconds := kept.seconds(found)) > 0:
            name = found
        else:
            name = f"{call.contact}-{new_id()}"
            self._ahead = ""
            await call.play(self._sounds(command.prompts), barge_in=ANY_KEY)
            await call.set(RECORDING, name)
            seconds = await call.record(kept.place(name), longest=command.longest, silence=command.silence)
        self.left_something = self.left_something or seconds > 0
        await self._forget(RECORDING)
        return Recorded(name, seconds)

    async def _receive_fax(self, command: ReceiveFax) -> FaxReceived:
        call, kept = self._telephony, self._services.recordings
        found = await call.get(RECORDING)
        if found and (pages := kept.pages(found)) > 0:
            name, fax = found, Fax(pages)
        else:
            name = f"{call.contact}-{new_id()}.tiff"
            await call.play(self._sounds(command.prompts))
            await call.set(RECORDING, name)
            fax = await call.receive_fax(kept.place(name))
        self.left_something = self.left_something or fax.pages > 0
        await self._forget(RECORDING)
        return FaxReceived(name, fax.pages, fax.station)

    async def _transfer(self, command: Transfer) -> Transferred:
        call = self._telephony
        if not self._edition().hotline.allowed.number(command.number):
            return Transferred(TransferOutcome.REFUSED)
        address = self._services.trunk(command.number)
        if address is None:
            return Transferred(TransferOutcome.UNREACHABLE)
        if await call.get(TRANSFER) == command.number and await call.was_connected():
            await self._forget(TRANSFER)
            self.transferred_by = Party.SYSTEM
            return Transferred(TransferOutcome.ANSWERED)
        await call.forget_connected()
        await call.set(TRANSFER, command.number)
        leg = await call.dial({address: {}}, ring_seconds=command.ring_seconds)
        outcome = _OUTCOMES[await leg.answered()]
        if outcome is TransferOutcome.ANSWERED:
            try:
                await leg.ended()
                self.transferred_by = Party.SYSTEM
            except CallerGone:
                self.transferred_by = Party.CUSTOMER
        await self._forget(TRANSFER)
        return Transferred(outcome, leg.talked)

    async def _forget(self, variable: str) -> None:
        try:
            await self._telephony.set(variable, "")
        except CallerGone:
            pass  # the variable has gone with the channel

    def _sounds(self, prompts: Sequence[PromptRef]) -> list[str]:
        return paths(self._edition().sounds, prompts, self._prompt_missing)

    def _prompt_missing(self, prompt: PromptRef) -> None:
        missing = PromptMissing(prompt=prompt.id, language=prompt.language)
        self._services.journal.record(missing, self._telephony.contact)
