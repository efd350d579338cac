"""Callers and phones played by SIPp: a scenario is a few lines of Python, SIPp's XML stays in here."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.rfc4733 import capture, duration_ms

# SIPp takes a port for SIP and four for media.
_ports = itertools.cycle(range(21000, 31000, 10))
_captures = itertools.count()

_HEAD = """
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch{back}]
From: "{name}" <sip:{caller}@[local_ip]:[local_port]>;tag=[pid]t[call_number]
Call-ID: [call_id]
Contact: <sip:{caller}@[local_ip]:[local_port]>
Max-Forwards: 70
"""
_SDP = """
v=0
o=caller 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys pressed one after the other."""

    keys: str
    gap_ms: int = 100


@dataclass(frozen=True, slots=True)
class Pause:
    ms: int


class HangUp:
    """The caller ends the call."""


class AwaitHangUp:
    """The caller waits until the other side ends the call."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One SIPp caller and what it does once the call is answered."""

    address: str
    steps: tuple[Digits | Pause | HangUp | AwaitHangUp, ...] = (AwaitHangUp(),)
    number: str = "13901582467"
    name: str = "张三丰"
    dials: str = "95500"
    headers: dict[str, str] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    refused_with: int | None = None  # the answer expected instead of 200


def _request(
    method: str,
    caller: Caller,
    sequence: int,
    *,
    body: str = "",
    to_tag: bool = False,
    extra: Iterable[str] = (),
    back: int = 0,
) -> str:
    """One request. `back` makes it part of the transaction of the message sent so many steps before."""
    lines = [
        f"{method} sip:{caller.dials}@[remote_ip]:[remote_port] SIP/2.0",
        *_HEAD.format(name=caller.name, caller=caller.number, back=f"-{back}" if back else "").strip().splitlines(),
        f"To: <sip:{caller.dials}@[remote_ip]:[remote_port]>" + ("[peer_tag_param]" if to_tag else ""),
        f"CSeq: {sequence} {method}",
        *extra,
        *(["Content-Type: application/sdp"] if body else []),
        "Content-Length: [len]",
        "",
        *(body.strip().splitlines() if body else []),
    ]
    return _send("\n".join(lines), retransmit=method != "ACK")


def _send(text: str, *, retransmit: bool) -> str:
    timer = ' retrans="500"' if retransmit else ""
    return f"<send{timer}><![CDATA[\n{text}\n\n]]></send>"


def _receive(*, optional: Iterable[int] = (), response: int, auth: bool = False) -> str:
    maybe = "".join(f'<recv response="{code}" optional="true"/>' for code in optional)
    challenge = ' auth="true"' if auth else ""
    return f'{maybe}<recv response="{response}"{challenge}/>'


def scenario(caller: Caller, folder: Path) -> str:
    """SIPp's XML for one call; the keys to play are written into `folder`."""
    headers = [f"{name}: {value}" for name, value in caller.headers.items()]
    xml = ['<?xml version="1.0" encoding="UTF-8"?><scenario name="caller">']
    sequence = 1
    if caller.login:
        xml.append(_request("INVITE", caller, sequence, body=_SDP, extra=headers))
        xml.append(_receive(optional=(100,), response=401, auth=True))
        xml.append(_request("ACK", caller, sequence, to_tag=True, back=3))
        sequence += 1
        name, password = caller.login
        headers = [*headers, f"[authentication username={name} password={password}]"]
    xml.append(_request("INVITE", caller, sequence, body=_SDP, extra=headers))
    xml.append(_receive(optional=(100, 180, 181, 183), response=caller.refused_with or 200))
    xml.append(_request("ACK", caller, sequence, to_tag=True, back=6 if caller.refused_with else 0))
    if not caller.refused_with:
        following = (*caller.steps[1:], None)
        xml += [
            _step(caller, step, sequence + 1, number, folder, ends=isinstance(then, AwaitHangUp))
            for number, (step, then) in enumerate(zip(caller.steps, following, strict=True), 1)
        ]
    xml.append("</scenario>")
    return "\n".join(xml)


def _step(
    caller: Caller, step: Digits | Pause | HangUp | AwaitHangUp, sequence: int, number: int, folder: Path, *, ends: bool
) -> str:
    """`ends`: the other side may end the call already while the keys are played."""
    match step:
        case Digits(keys, gap_ms):
            file = folder / f"digits-{next(_captures)}.pcap"
            file.write_bytes(capture(keys, gap_ms, start_ms=number * 60_000))
            playing = "" if ends else f'<pause milliseconds="{duration_ms(keys, gap_ms)}"/>'
            return f'<nop><action><exec play_pcap_audio="{file}"/></action></nop>{playing}'
        case Pause(ms):
            return f'<pause milliseconds="{ms}"/>'
        case HangUp():
            return _request("BYE", caller, sequence, to_tag=True) + _receive(response=200)
        case AwaitHangUp():
            lasts = "".join(f"[last_{name}:]\n" for name in ("Via", "From", "To", "Call-ID", "CSeq"))
            answer = _send(f"SIP/2.0 200 OK\n{lasts}Content-Length: 0", retransmit=False)
            return f'<recv request="BYE"/>{answer}'


@asynccontextmanager
async def calling(
    caller: Caller, target: str, folder: Path, *, calls: int = 1, seconds: int = 60
) -> AsyncIterator[Call]:
    """Places the call(s) to `target`; SIPp is ended with the block. Needs the right to open raw sockets for digits."""
    port = next(_ports)
    file = folder / f"caller-{port}.xml"
    file.write_text(scenario(caller, folder))
    process = await asyncio.create_subprocess_exec(
        *("sipp", f"{target}:5060", "-sf", str(file), "-i", caller.address, "-p", str(port), "-mi", caller.address),
        *(
            "-mp",
            str(port + 2),
            "-m",
            str(calls),
            "-l",
            str(calls),
            "-r",
            "20",
            "-timeout",
            f"{seconds}s",
            "-timeout_error",
        ),
        *("-nostdin", "-recv_timeout", str(seconds * 1000), "-trace_err", "-error_file", str(file.with_suffix(".err"))),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )
    call = Call(process, file.with_suffix(".err"))
    try:
        yield call
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@dataclass(slots=True)
class Call:
    """A running SIPp."""

    process: asyncio.subprocess.Process
    errors: Path

    async def succeeded(self) -> None:
        """Waits for the end; AssertionError with SIPp's own words if a step failed."""
        status = await self.process.wait()
        said = self.errors.read_text(errors="replace")[-2000:] if self.errors.exists() else ""
        assert status == 0, f"SIPp ended with {status}: {said}"
