"""Keys pressed on a telephone, as a packet capture that SIPp plays.

The captures that come with SIPp have fixed time stamps which grow from digit to digit: Asterisk takes a lower or equal one
for a repetition and ignores it, so only ascending digits would be heard. Here time goes on from key to key.
"""

from __future__ import annotations

import struct

PAYLOAD_TYPE = 101
TICKS_PER_MS = 8
PACKET_MS = 20
PRESSED_PACKETS = 5
RELEASED_PACKETS = 3
EVENTS = {key: number for number, key in enumerate("0123456789*#")}


def duration_ms(keys: str, gap_ms: int) -> int:
    """How long playing takes."""
    return len(keys) * ((PRESSED_PACKETS + RELEASED_PACKETS) * PACKET_MS + gap_ms)


def capture(keys: str, gap_ms: int, start_ms: int) -> bytes:
    """A pcap file of `keys`, `gap_ms` of silence after each. `start_ms` must grow from one capture of a call to the next."""
    packets = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    now, sequence = 0, start_ms // PACKET_MS
    for key in keys:
        stamp = (start_ms + now) * TICKS_PER_MS
        for number in range(PRESSED_PACKETS + RELEASED_PACKETS):
            released = number >= PRESSED_PACKETS
            length = min(number + 1, PRESSED_PACKETS) * PACKET_MS * TICKS_PER_MS
            event = struct.pack("!BBH", EVENTS[key], 0x8A if released else 0x0A, length)
            marker = 0x80 if number == 0 else 0
            rtp = struct.pack("!BBHII", 0x80, PAYLOAD_TYPE | marker, sequence & 0xFFFF, stamp, 0x1234) + event
            packets.append(_packet(rtp, now))
            sequence += 1
            now += PACKET_MS
        now += gap_ms
    return b"".join(packets)


def _packet(rtp: bytes, at_ms: int) -> bytes:
    """One record: Ethernet, IPv4 and UDP around the RTP; SIPp fills in addresses, ports and checksums."""
    udp = struct.pack("!HHHH", 0, 0, 8 + len(rtp), 0) + rtp
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0, 0) + udp
    frame = bytes(12) + b"\x08\x00" + ip
    return struct.pack("<IIII", at_ms // 1000, at_ms % 1000 * 1000, len(frame), len(frame)) + frame
