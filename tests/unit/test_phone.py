"""The phone of the tests, when it has been asleep: what came meanwhile is read all at once."""

from __future__ import annotations

import pytest

from tests.phone import Phone, wait

NOBODY = "127.0.0.77"


def request(method: str) -> bytes:
    sdp = f"v=0\r\nc=IN IP4 {NOBODY}\r\nm=audio 4000 RTP/AVP 0\r\n" if method == "INVITE" else ""
    lines = [
        f"{method} sip:1001@127.0.0.1 SIP/2.0", f"Via: SIP/2.0/UDP {NOBODY}:5060;branch=z9hG4bK1", f"From: <sip:1@{NOBODY}>;tag=a",
        "To: <sip:1001@127.0.0.1>", "Call-ID: one", f"CSeq: 1 {method}", f"Contact: <sip:{NOBODY}>", "", sdp,
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("retransmissions", [0, 3])
async def test_an_invite_that_comes_again_and_a_cancel_right_behind_it_are_of_the_same_call(
    retransmissions: int,
) -> None:
    async with Phone("127.0.0.1", "1001", NOBODY) as phone:
        for method in (*["INVITE"] * (1 + retransmissions), "CANCEL"):
            phone.datagram_received(request(method), (NOBODY, 5060))
        call = await phone.ring()
        await wait(call.ended, "the end of the call")
        assert phone.incoming.empty()
        assert list(phone.calls.values()) == [call]
