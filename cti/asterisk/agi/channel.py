"""One caller's channel, as the FastAGI connection lets us command it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cti.asterisk.agi.protocol import AgiResult, AnswerReader, command
from cti.kit.logging import get_logger

log = get_logger(__name__)
STOP_AGAIN = 0.1  # seconds after which a sound that goes on is stopped once more


class AgiClosed(ConnectionError):
    """The connection ended before the answer came. The caller may still be there unless `gone` is true."""


class AgiChannel:
    """Commands one at a time: whoever comes while one is unanswered waits for its turn.

    Cancelling a command does not take it back: its answer is still awaited, and only then the next command is sent.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self.gone = False  # Asterisk has said that the caller hung up
        self.closed = False  # the connection has ended
        self.over = asyncio.Event()  # one of the two
        self._write = write
        self._turn = asyncio.Lock()  # taken by who sends a command, given back when the answer has come
        self._answer: asyncio.Future[AgiResult] | None = None
        self._stops = 0  # commands sent to interrupt a sound and not answered yet
        self._stop_again: asyncio.TimerHandle | None = None
        self._answers = AnswerReader()

    async def execute(self, name: str, *arguments: str) -> AgiResult:
        """Sends a command and gives its answer, whatever it says.

        Raises `AgiClosed` if the connection has ended or ends before the answer, `CommandTooLong` if nothing was sent.
        """
        return await (await self._send(command(name, *arguments)))

    async def stream_file(self, sound: str, escape_digits: str = "", *, then: Sequence[str] = ("NOOP",)) -> AgiResult:
        """STREAM FILE. Cancelling it stops the sound at once, by sending the command `then`.

        Asterisk ends a sound when another command arrives, and then leaves out the sound's own answer, unless the sound
        had ended just before.
        """
        answer = await self._send(command("STREAM FILE", sound, escape_digits))
        try:
            return await answer
        except asyncio.CancelledError:
            if self._answer is answer:
                self._stop(command(*then))
            raise

    def _stop(self, line: bytes) -> None:
        """Interrupts, and again: Asterisk overlooks a command that it read together with the one before."""
        self._stops += 1
        self._write(line)
        self._stop_again = asyncio.get_running_loop().call_later(STOP_AGAIN, self._stop, command("NOOP"))

    async def _send(self, line: bytes) -> asyncio.Future[AgiResult]:
        """Waits for its turn; gives the answer to come."""
        await self._turn.acquire()
        if self.closed:
            self._turn.release()
            raise AgiClosed
        self._answer = asyncio.get_running_loop().create_future()
        self._write(line)
        return self._answer

    # What the connection tells

    def line_received(self, line: str) -> None:
        """Raises `ProtocolError` if the other side does not speak AGI."""
        said = self._answers.read(line)
        if said is None:
            return
        if isinstance(said, str):  # HANGUP
            self.gone = True
            self.over.set()
        elif self._answer is None:
            log.debug("agi.answer_unasked", code=said.code)
        elif self._stops and not self._is_last_stop(said):
            pass
        else:
            answer = self._finish()
            if answer is not None and not answer.done():
                answer.set_result(said)

    def _is_last_stop(self, said: AgiResult) -> bool:
        if said.endpos is None:  # else it is the sound's own answer
            self._stops -= 1
        return self._stops == 0

    def _finish(self) -> asyncio.Future[AgiResult] | None:
        """The command is done with: whose turn is next?"""
        answer, self._answer, self._stops = self._answer, None, 0
        if self._stop_again is not None:
            self._stop_again.cancel()
            self._stop_again = None
        if answer is not None:
            self._turn.release()
        return answer

    def connection_lost(self) -> None:
        """No answer will come any more."""
        self.closed = True
        self.over.set()
        answer = self._finish()
        if answer is not None and not answer.done():
            answer.set_exception(AgiClosed())
