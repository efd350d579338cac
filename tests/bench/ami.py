"""How many AMI events per second get from bytes to an application: ours and stock panoramisk, same bytes, same run.

Run `python tests/bench/ami.py`. The stream was recorded from one bridged call on Asterisk 22 (26 events of 451 bytes,
callers' names in Chinese, `ChanVariable` twice in most) and is repeated. Both protocols get the same pieces through
`data_received` and hand every event to a callback that reads the same headers: those by which calls are followed, and
all values of the one that stands twice. Ours looks headers up only when asked, so further figures say what that is
worth: a callback that asks for nothing, and one that asks for every header. The last figure has the early filter on,
as in production: only the events that calls need are made.

Rounds alternate, the best of each counts, in seconds of CPU. The last line is one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from panoramisk.ami_protocol import AMIProtocol

from cti.asterisk.ami.protocol import AmiProtocol
from cti.asterisk.follower import WANTED

RECORDING = Path(__file__).parent / "data" / "bridged_call.ami"
EVENTS = 200_000
ROUNDS = 3
PIECE = 1448  # bytes of one TCP segment
READ = ("Channel", "Uniqueid", "CallerIDName")


class Application:
    """What stands behind the protocol instead of a manager: it reads some headers of each event, and counts."""

    save_stream = None

    def __init__(self, read: Callable[[Any], object]) -> None:
        self.read = read
        self.events = 0
        self.seen: object = None

    def dispatch(self, event: Any) -> None:
        self.events += 1
        self.seen = self.read(event)

    def connection_lost(self, exc: object) -> None:
        """Nothing to do."""


def read_stock(event: Any) -> object:
    return [event.get(key, "") for key in READ], event.chanvariable


def read_ours(event: Any) -> object:
    return [event.get(key) for key in READ], event.all("ChanVariable")


def read_every(event: Any) -> object:
    return dict(event.items())


def read_nothing(event: Any) -> object:
    return None


def round_of(protocol: Any, read: Callable[[Any], object], pieces: list[bytes]) -> tuple[int, float]:
    """The number of events that reached the application, and the CPU seconds it took (other processes do not count)."""
    application = Application(read)
    protocol.connection_made(None)
    protocol.factory, protocol.encoding, protocol.version = application, "utf8", "11.0.0"
    started = time.process_time()
    for piece in pieces:
        protocol.data_received(piece)
    return application.events, time.process_time() - started


async def main() -> None:
    recording = RECORDING.read_bytes()
    stream = recording * -(-EVENTS // recording.count(b"\r\n\r\n"))
    pieces = [stream[i : i + PIECE] for i in range(0, len(stream), PIECE)]
    events = stream.count(b"\r\n\r\n")
    runs: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
        "panoramisk_events_s": (AMIProtocol, read_stock),
        "ours_events_s": (lambda: AmiProtocol("bench"), read_ours),
        "panoramisk_reading_nothing_events_s": (AMIProtocol, read_nothing),
        "ours_reading_nothing_events_s": (lambda: AmiProtocol("bench"), read_nothing),
        "ours_every_header_events_s": (lambda: AmiProtocol("bench"), read_every),
        "ours_filtered_events_s": (lambda: AmiProtocol("bench", WANTED), read_ours),
    }
    best = dict.fromkeys(runs, 0.0)
    print(f"{events} events of {len(stream) / events:.0f} bytes, in pieces of {PIECE} bytes, best of {ROUNDS} rounds")
    for _ in range(ROUNDS):
        for name, (make, read) in runs.items():
            delivered, seconds = round_of(make(), read, pieces)
            assert delivered == events or name == "ours_filtered_events_s", f"{name}: {delivered} of {events} delivered"
            best[name] = max(best[name], events / seconds)
    for name, rate in best.items():
        print(f"{name:38} {rate:10,.0f}   {rate / best['panoramisk_events_s']:5.1f} x")
    figures: dict[str, float] = {name: round(rate) for name, rate in best.items()}
    figures["ratio"] = round(best["ours_events_s"] / best["panoramisk_events_s"], 2)
    print(json.dumps(figures))


if __name__ == "__main__":
    asyncio.run(main())
