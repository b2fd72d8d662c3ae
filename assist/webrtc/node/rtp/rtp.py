"""RTP packets as bytes: header layout, header extensions, retransmission payloads.

Sources: RFC 3550 (RTP), RFC 8285 (header extensions), RFC 4588 (RTX). Nothing here allocates an object per
packet except where a new packet is made.

**Forwarded form.** A packet that came in is rewritten once, before it is kept and sent on::

     0  V=2 P X=1 CC=0 | M PT | sequence number      as received, or going on where a former SSRC ended
     4  timestamp                                    likewise
     8  SSRC                                         as received; patched per viewer
    12  0xBEDE | 1                                   one word of one-byte extensions
    16  (id << 4 | 2) abs-send-time (24 bit)         patched per viewer, or four bytes of padding
    20  payload

so that every offset is a constant, a viewer never sees an extension id that it did not negotiate, and the
time of sending is ours. Contributing sources are dropped: a browser sends none.
"""

import struct
from typing import Final

Buffer = bytes | bytearray | memoryview

HEADER_SIZE: Final = 12
FORWARD_HEADER_SIZE: Final = 20
ONE_BYTE_EXTENSIONS: Final = 0xBEDE
TWO_BYTE_EXTENSIONS: Final = 0x1000
RING_SIZE: Final = 1024

U16: Final = struct.Struct("!H")
U32: Final = struct.Struct("!I")
FORWARD_HEADER: Final = struct.Struct("!BBHIIII")
"""First byte, marker and payload type, sequence, timestamp, SSRC, 0xBEDE0001, extension word."""

EXTENSION_BLOCK: Final = 0xBEDE0001


def payload_start(packet: Buffer, size: int) -> int:
    """Offset of the payload, or -1 if the header does not fit into ``size`` bytes."""
    if size < HEADER_SIZE:
        return -1
    start = HEADER_SIZE + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if size < start + 4:
            return -1
        start += 4 + 4 * int(U16.unpack_from(packet, start + 2)[0])
    return start if start <= size else -1


def has_payload(packet: Buffer, start: int, size: int) -> bool:
    """Whether anything but padding lies between ``start`` and ``size`` (RFC 3550 section 5.1)."""
    return start + (packet[size - 1] if packet[0] & 0x20 else 0) < size


def extension(packet: Buffer, size: int, wanted: int) -> bytes | None:
    """The value of header extension ``wanted`` in one-byte or two-byte form (RFC 8285 sections 4.2 and 4.3),
    None if absent or malformed.
    """
    end = payload_start(packet, size)
    position = HEADER_SIZE + 4 * (packet[0] & 0x0F)
    if end < 0 or not packet[0] & 0x10:
        return None
    form = int(U16.unpack_from(packet, position)[0])
    position += 4
    if form == ONE_BYTE_EXTENSIONS:
        return _one_byte(packet, position, end, wanted)
    # The low four bits are "appbits", for whatever an application likes.
    return _two_byte(packet, position, end, wanted) if form & 0xFFF0 == TWO_BYTE_EXTENSIONS else None


def _one_byte(packet: Buffer, position: int, end: int, wanted: int) -> bytes | None:
    while position < end:
        head = packet[position]
        if head == 0:
            position += 1
            continue
        after = position + 2 + (head & 0x0F)
        # Id 15 is reserved: processing stops there.
        if head >> 4 == 15 or after > end:
            return None
        if head >> 4 == wanted:
            return bytes(packet[position + 1 : after])
        position = after
    return None


def _two_byte(packet: Buffer, position: int, end: int, wanted: int) -> bytes | None:
    while position < end:
        if packet[position] == 0:
            position += 1
            continue
        if position + 2 > end or position + 2 + packet[position + 1] > end:
            return None
        after = position + 2 + packet[position + 1]
        if packet[position] == wanted:
            return bytes(packet[position + 2 : after])
        position = after
    return None


def abs_send_time(now: float) -> int:
    """24 bits of seconds in 6.18 fixed point, as the abs-send-time extension carries them. ``now`` in
    seconds.
    """
    return int(now * 262144) & 0xFFFFFF


def newer(sequence: int, than: int) -> bool:
    """Whether a 16-bit sequence number comes after another (RFC 1982, as RFC 3550 A.1 uses it)."""
    return 0 < (sequence - than) & 0xFFFF < 0x8000


def unwrap_retransmission(packet: Buffer, size: int, payload_type: int, ssrc: int) -> bytearray | None:
    """The original packet inside an RTX packet (RFC 4588 section 4), with its header extensions.

    None for what carries no original: padding that a sender probes bandwidth with, or a truncated packet.
    """
    start = payload_start(packet, size)
    if start < 0 or size < start + 2:
        return None
    end = size
    if packet[0] & 0x20:
        end -= packet[size - 1]
        if packet[size - 1] == 0:
            return None
    if end <= start + 2:
        return None
    original = bytearray(packet[:start])
    original += packet[start + 2 : end]
    original[0] &= 0xDF  # the padding belonged to the RTX packet
    original[1] = (packet[1] & 0x80) | payload_type
    original[2:4] = packet[start : start + 2]
    U32.pack_into(original, 8, ssrc)
    return original


def forwarded(packet: Buffer, shift: int = 0, ticks: int = 0) -> bytes:
    """A packet as received → its forwarded form, with SSRC and extension word zero; its header must be
    sound. ``shift`` and ``ticks`` are added to sequence number and timestamp.
    """
    start = payload_start(packet, len(packet))
    head = bytearray(FORWARD_HEADER_SIZE)
    head[0] = 0x90 | packet[0] & 0x20
    head[1] = packet[1]
    U16.pack_into(head, 2, U16.unpack_from(packet, 2)[0] + shift & 0xFFFF)
    U32.pack_into(head, 4, U32.unpack_from(packet, 4)[0] + ticks & 0xFFFFFFFF)
    U32.pack_into(head, 12, EXTENSION_BLOCK)
    return bytes(head) + bytes(packet[start:])


def wrap_retransmission(
    forwarded: Buffer, payload_type: int, ssrc: int, sequence: int, word: int
) -> bytearray:
    """An RTX packet (RFC 4588) that carries a packet in forwarded form; ``word`` is the extension word."""
    packet = bytearray(len(forwarded) + 2)
    packet[:FORWARD_HEADER_SIZE] = forwarded[:FORWARD_HEADER_SIZE]
    packet[1] = (forwarded[1] & 0x80) | payload_type
    U16.pack_into(packet, 2, sequence)
    U32.pack_into(packet, 8, ssrc)
    U32.pack_into(packet, 16, word)
    packet[FORWARD_HEADER_SIZE : FORWARD_HEADER_SIZE + 2] = forwarded[2:4]
    packet[FORWARD_HEADER_SIZE + 2 :] = forwarded[FORWARD_HEADER_SIZE:]
    return packet
