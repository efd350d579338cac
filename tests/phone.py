"""A SIP phone that a test drives step by step: register, ring, answer, press keys, hold, hang up. UDP, G.711, RFC 4733 digits.

SIPp plays fixed scenarios; this is for tests that must act at the moment when something is seen elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
import secrets
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self, cast

DEADLINE = 10.0  # seconds any single step may take
DIGIT_EVENTS = {d: i for i, d in enumerate("0123456789*#")}
TELEPHONE_EVENT = 101
_ids = itertools.count(1)


@dataclass
class Message:
    """One SIP message. Header names are lower case; the first value of a name counts."""

    start: str
    headers: list[tuple[str, str]]
    body: str = ""

    @classmethod
    def parse(cls, raw: bytes) -> Message:
        head, _, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = [line.split(":", 1) for line in lines if ":" in line]
        return cls(start, [(name.strip().lower(), value.strip()) for name, value in pairs], body)

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        return self.get("cseq").split()[-1] if self.status else self.start.split()[0]


class Rtp(asyncio.DatagramProtocol):
    """Counts what is heard, and sends digits."""

    def __init__(self) -> None:
        self.heard = 0
        self.transport: asyncio.DatagramTransport | None = None
        self.remote: tuple[str, int] | None = None
        self._sequence, self._timestamp, self._ssrc = 1, 160, secrets.randbits(32)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard += len(data) > 12

    def send(self, payload_type: int, payload: bytes, marker: bool = False) -> None:
        if self.transport is None or self.remote is None:
            return
        header = struct.pack(
            "!BBHII", 0x80, payload_type | (0x80 if marker else 0), self._sequence & 0xFFFF, self._timestamp, self._ssrc
        )
        self._sequence += 1
        self.transport.sendto(header + payload, self.remote)

    async def press(self, digit: str) -> None:
        """One key, 100 ms long, as a real phone sends it."""
        event, step = DIGIT_EVENTS[digit], 160
        for packet in range(5):
            self.send(TELEPHONE_EVENT, struct.pack("!BBH", event, 10, (packet + 1) * step), marker=packet == 0)
            await asyncio.sleep(0.02)
        for _ in range(3):
            self.send(TELEPHONE_EVENT, struct.pack("!BBH", event, 0x80 | 10, 6 * step))
        self._timestamp += 6 * step + 800
        await asyncio.sleep(0.06)

    async def speak(self, seconds: float, *, loud: bool = True) -> None:
        """A tone, or the silence of an open line, in real time: packets of 20 ms."""
        for _ in range(round(seconds * 50)):
            self.send(0, (b"\x10\x90" if loud else b"\xff\xff") * 80)
            self._timestamp += 160
            await asyncio.sleep(0.02)

    def talk(self, packets: int = 1) -> None:
        """Some µ-law silence at once; what is sent before the two are bridged is heard by nobody (see `Call.hears`)."""
        for _ in range(packets):
            self.send(0, b"\xff" * 160)
            self._timestamp += 160


@dataclass
class Call:
    """One dialog. Waits have deadlines; a call that ends is seen in `ended`."""

    phone: Phone
    call_id: str
    local: str  # From/To value of this side, with tag
    remote: str  # of the other side
    target: str  # where requests go
    rtp: Rtp
    invite: Message | None = None  # the INVITE that came, or the last response to ours
    branch: str = ""
    cseq: int = 1
    routes: list[str] = field(default_factory=list)
    rang: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 0  # final status of our INVITE
    reason: str = ""

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self.rtp.press(digit)

    async def hears(self, packets: int = 10, talker: Call | None = None, deadline: float = DEADLINE) -> None:
        """Waits until that many more packets of sound have come; the talker, if any, goes on talking until then."""
        goal = self.rtp.heard + packets

        def heard() -> bool:
            if talker is not None:
                talker.rtp.talk()
            return self.rtp.heard >= goal

        await until(heard, f"{packets} packets of sound", deadline)

    async def hang_up(self) -> None:
        """BYE when answered, CANCEL while it rings."""
        if self.ended.is_set():
            return
        if self.answered.is_set():
            await self.request("BYE")
        else:
            self.phone.send(
                self.phone.build("CANCEL", self, self.phone.uri_of(self.target), cseq=1, branch=self.branch)
            )
            await wait(self.ended, "487 after CANCEL")
        self.ended.set()

    async def hold(self, on: bool) -> None:
        """A re-INVITE that stops or takes up sound."""
        self.cseq += 1
        direction = "sendonly" if on else "sendrecv"
        await self.phone.transact(self, "INVITE", self.phone.sdp(self.rtp, direction))
        self.phone.acknowledge(self)

    async def request(self, method: str) -> Message:
        self.cseq += 1
        return await self.phone.transact(self, method)

    async def answer(self) -> None:
        """Takes a call that rings."""
        assert self.invite is not None
        self.phone.respond(self.invite, 200, "OK", self, self.phone.sdp(self.rtp))
        await wait(self.acknowledged, "the ACK to the answer")
        self.answered.set()

    def refuse(self, status: int = 486, text: str = "Busy Here") -> None:
        assert self.invite is not None
        self.phone.respond(self.invite, status, text, self)
        self.ended.set()


class Phone(asyncio.DatagramProtocol):
    """One phone on one address. `async with Phone("127.0.109.1", number="13800138000") as phone: …`"""

    def __init__(
        self, host: str, number: str, server: str, *, password: str = "", port: int = 0, name: str = ""
    ) -> None:
        self.host, self.number, self.server, self.password, self.port, self.name = (
            host,
            number,
            server,
            password,
            port,
            name,
        )
        self.calls: dict[str, Call] = {}
        self.incoming: asyncio.Queue[Call] = asyncio.Queue()
        self.requests: list[Message] = []  # every one that came
        self._turn = (
            asyncio.Lock()
        )  # requests are dealt with in their order: a second INVITE may be the first one again
        self._answers: dict[tuple[str, str, str], asyncio.Queue[Message]] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, self.port))
        self.port = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for call in list(self.calls.values()):
            if call.answered.is_set() and not call.ended.is_set():
                await call.hang_up()
        for task in self._tasks:
            task.cancel()
        for call in list(self.calls.values()):
            self._forget(call)
        if self._transport:
            self._transport.close()

    # What a test does

    async def register(self, expires: int = 600) -> None:
        """Registers with digest authentication; with `expires` 0, takes every registration of the number back."""
        call = await self._new_call(f"sip:{self.number}@{self.server}")
        call.remote = f"<sip:{self.number}@{self.server}>"
        contact = f"<sip:{self.number}@{self.host}:{self.port}>" if expires else "*"
        extra = [f"Contact: {contact}", f"Expires: {expires}"]
        uri = f"sip:{self.server}"
        answer = await self.transact(call, "REGISTER", uri=uri, extra=extra)
        if answer.status == 401:
            call.cseq += 1
            challenge = self._authorization(answer.get("www-authenticate"), "REGISTER", uri)
            answer = await self.transact(call, "REGISTER", uri=uri, extra=[*extra, challenge])
        assert answer.status == 200, answer.start
        self._forget(call)

    async def dial(self, number: str, *, headers: list[str] | None = None) -> Call:
        """Sends an INVITE; `call.rang`, `call.answered` and `call.ended` tell the rest."""
        call = await self._new_call(f"sip:{number}@{self.server}:5060")
        call.remote = f"<sip:{number}@{self.server}>"
        self._start(self._invite(call, headers or []))
        return call

    async def call(self, number: str, **options: list[str]) -> Call:
        """Dials and waits for the answer."""
        call = await self.dial(number, **options)
        await wait(call.answered, "answer")
        return call

    async def ring(self, deadline: float = DEADLINE) -> Call:
        """Waits for the next call to this phone, which has been told that it rings."""
        return await asyncio.wait_for(self.incoming.get(), deadline)

    # SIP

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message.parse(data)
        if message.status:
            key = (message.get("call-id"), message.get("cseq").split()[0], message.method)
            if key in self._answers:
                self._answers[key].put_nowait(message)
            return
        self._start(self._requested(message))

    async def _requested(self, message: Message) -> None:
        async with self._turn:
            await self._request(message)

    async def _request(self, message: Message) -> None:
        self.requests.append(message)
        call = self.calls.get(message.get("call-id"))
        match message.method:
            case "INVITE" if call is None:
                call = await self._called(message)
                self.respond(message, 180, "Ringing", call)
                call.rang.set()
                self.incoming.put_nowait(call)
            case "INVITE" if call.answered.is_set():
                self.respond(message, 200, "OK", call, self.sdp(call.rtp))
            case "INVITE":
                pass  # a retransmission while it rings
            case "CANCEL" if call:
                self.respond(message, 200, "OK", call)
                if call.invite and not call.answered.is_set():
                    self.respond(call.invite, 487, "Request Terminated", call)
                    call.ended.set()
            case "BYE":
                self.respond(message, 200, "OK", call)
                if call:
                    call.reason = message.get("reason")
                    call.ended.set()
            case "ACK":
                if call:
                    call.acknowledged.set()
            case _:
                self.respond(message, 200, "OK", call)

    async def _called(self, message: Message) -> Call:
        contact = re.search(r"<(.+?)>", message.get("contact"))
        call = await self._new_call(contact[1] if contact else f"sip:{self.server}")
        del self.calls[call.call_id]  # made under an id of ours: it has the caller's
        call.call_id, call.invite = message.get("call-id"), message
        call.local, call.remote = f"{message.get('to')};tag={secrets.token_hex(4)}", message.get("from")
        self._listen_to(call, message.body)
        self.calls[call.call_id] = call
        return call

    async def _invite(self, call: Call, headers: list[str]) -> None:
        final = await self.transact(call, "INVITE", self.sdp(call.rtp), extra=headers)
        call.status = final.status
        call.remote = final.get("to")
        self.acknowledge(call, final)
        if final.status == 200:
            contact = re.search(r"<(.+?)>", final.get("contact"))
            call.target = contact[1] if contact else call.target
            self._listen_to(call, final.body)
            call.answered.set()
        else:
            call.ended.set()

    async def transact(
        self, call: Call, method: str, body: str = "", *, uri: str = "", extra: list[str] | None = None
    ) -> Message:
        """Sends a request until it is answered; gives the final response."""
        call.branch = f"z9hG4bK{secrets.token_hex(6)}"
        text = self.build(
            method, call, uri or call.target, body=body, extra=extra or [], cseq=call.cseq, branch=call.branch
        )
        key = (call.call_id, str(call.cseq), method)
        answers = self._answers[key] = asyncio.Queue()
        interval, seen = 0.5, False
        limit = asyncio.get_running_loop().time() + (120 if method == "INVITE" else DEADLINE)
        while True:
            if not seen:
                self.send(text)
            try:
                message = await asyncio.wait_for(answers.get(), interval if not seen else limit)
            except TimeoutError:
                interval = min(4.0, interval * 2)
                if asyncio.get_running_loop().time() > limit:
                    raise AssertionError(f"{method} was not answered") from None
                continue
            seen = True
            if message.status >= 200:
                return message
            if message.status >= 180:
                call.rang.set()

    def acknowledge(self, call: Call, final: Message | None = None) -> None:
        branch = call.branch if final is not None and final.status >= 300 else f"z9hG4bK{secrets.token_hex(6)}"
        contact = re.search(r"<(.+?)>", final.get("contact")) if final is not None and final.status == 200 else None
        self.send(self.build("ACK", call, contact[1] if contact else call.target, cseq=call.cseq, branch=branch))

    def build(
        self,
        method: str,
        call: Call,
        uri: str,
        *,
        body: str = "",
        extra: list[str] | None = None,
        cseq: int = 1,
        branch: str = "",
    ) -> str:
        lines = [
            f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/UDP {self.host}:{self.port};branch={branch};rport", "Max-Forwards: 70",
            f"From: {call.local}", f"To: {call.remote}", f"Call-ID: {call.call_id}", f"CSeq: {cseq} {method}",
            *([f"Contact: <sip:{self.number}@{self.host}:{self.port}>"] if method == "INVITE" else []), *(extra or []),
            *(["Content-Type: application/sdp"] if body else []), f"Content-Length: {len(body)}", "", body,
        ]  # fmt: skip
        return "\r\n".join(lines)

    def respond(self, request: Message, status: int, text: str, call: Call | None, body: str = "") -> None:
        to = call.local if call is not None and "tag=" not in request.get("to") else request.get("to")
        lines = [
            f"SIP/2.0 {status} {text}", *(f"Via: {v}" for v in request.all("via")),
            *(f"Record-Route: {r}" for r in request.all("record-route")), f"From: {request.get('from')}", f"To: {to}",
            f"Call-ID: {request.get('call-id')}", f"CSeq: {request.get('cseq')}",
            f"Contact: <sip:{self.number}@{self.host}:{self.port}>", *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}", "", body,
        ]  # fmt: skip
        self.send("\r\n".join(lines))

    def send(self, text: str) -> None:
        if self._transport is not None:
            self._transport.sendto(text.encode(), (self.server, 5060))

    def sdp(self, rtp: Rtp, direction: str = "sendrecv") -> str:
        assert rtp.transport is not None
        port = rtp.transport.get_extra_info("sockname")[1]
        lines = [
            "v=0", f"o=- 1 {next(_ids)} IN IP4 {self.host}", "s=-", f"c=IN IP4 {self.host}", "t=0 0",
            f"m=audio {port} RTP/AVP 0 {TELEPHONE_EVENT}", "a=rtpmap:0 PCMU/8000",
            f"a=rtpmap:{TELEPHONE_EVENT} telephone-event/8000", f"a=fmtp:{TELEPHONE_EVENT} 0-15", f"a={direction}", "",
        ]  # fmt: skip
        return "\r\n".join(lines)

    @staticmethod
    def uri_of(target: str) -> str:
        return target

    # Inside

    async def _new_call(self, target: str) -> Call:
        loop = asyncio.get_running_loop()
        _, rtp = await loop.create_datagram_endpoint(Rtp, local_addr=(self.host, 0))
        name = f'"{self.name}" ' if self.name else ""
        local = f"{name}<sip:{self.number}@{self.host}>;tag={secrets.token_hex(4)}"
        call = Call(self, f"{secrets.token_hex(8)}@{self.host}", local, "", target, rtp)
        self.calls[call.call_id] = call
        return call

    def _forget(self, call: Call) -> None:
        del self.calls[call.call_id]
        if call.rtp.transport:
            call.rtp.transport.close()

    def _listen_to(self, call: Call, sdp: str) -> None:
        address, port = re.search(r"c=IN IP4 (\S+)", sdp), re.search(r"m=audio (\d+)", sdp)
        if address and port:
            call.rtp.remote = (address[1], int(port[1]))

    def _authorization(self, challenge: str, method: str, uri: str) -> str:
        found = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        md5 = lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # noqa: E731
        cnonce, count = secrets.token_hex(4), "00000001"
        middle = f":{count}:{cnonce}:auth" if "qop" in found else ""
        who, what = md5(f"{self.number}:{found['realm']}:{self.password}"), md5(f"{method}:{uri}")
        answer = md5(f"{who}:{found['nonce']}{middle}:{what}")
        parts = [
            f'username="{self.number}"',
            f'realm="{found["realm"]}"',
            f'nonce="{found["nonce"]}"',
            f'uri="{uri}"',
            f'response="{answer}"',
        ]
        if middle:
            parts += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"']
        if "opaque" in found:
            parts.append(f'opaque="{found["opaque"]}"')
        return "Authorization: Digest " + ", ".join([*parts, "algorithm=MD5"])

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)  # type: ignore[arg-type]
        task.add_done_callback(self._tasks.discard)  # type: ignore[arg-type]


async def wait(event: asyncio.Event, what: str, deadline: float = DEADLINE) -> None:
    """Waits for an event, and says what did not happen."""
    try:
        await asyncio.wait_for(event.wait(), deadline)
    except TimeoutError:
        raise AssertionError(f"not seen within {deadline:.0f} s: {what}") from None


async def until(condition: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
    """Waits for a condition, and says what did not come true."""
    limit = asyncio.get_running_loop().time() + deadline
    while not condition():
        if asyncio.get_running_loop().time() > limit:
            raise AssertionError(f"not seen within {deadline:.0f} s: {what}")
        await asyncio.sleep(0.02)
