"""RTP packets as bytes."""

import random
import struct

import pytest
from aiortc.rtp import RtpPacket, wrap_rtx
from hypothesis import given
from hypothesis import strategies as st

from assist.webrtc.node.rtp import rtp

PLAIN = struct.pack("!BBHII", 0x80, 0xE0, 7, 9, 11) + b"payload"
TWO_ELEMENTS = (
    struct.pack("!BBHII", 0x90, 0x60, 7, 9, 11)
    + bytes.fromhex("bede0002 31abcd 00 22010203".replace(" ", ""))
    + b"payload"
)


def test_the_payload_begins_after_sources_and_extensions() -> None:
    assert rtp.payload_start(PLAIN, len(PLAIN)) == 12
    assert rtp.payload_start(TWO_ELEMENTS, len(TWO_ELEMENTS)) == 24
    with_sources = bytes([0x82]) + PLAIN[1:12] + bytes(8) + b"payload"
    assert rtp.payload_start(with_sources, len(with_sources)) == 20


@pytest.mark.parametrize("size", range(24))
def test_a_header_that_does_not_fit_has_no_payload(size: int) -> None:
    assert rtp.payload_start(TWO_ELEMENTS, size) == -1


def test_one_byte_elements_are_found_past_padding() -> None:
    assert rtp.extension(TWO_ELEMENTS, len(TWO_ELEMENTS), 3) == b"\xab\xcd"
    assert rtp.extension(TWO_ELEMENTS, len(TWO_ELEMENTS), 2) == b"\x01\x02\x03"
    assert rtp.extension(TWO_ELEMENTS, len(TWO_ELEMENTS), 4) is None
    assert rtp.extension(PLAIN, len(PLAIN), 3) is None


def test_two_byte_elements_and_truncated_ones_are_not_misread() -> None:
    two_byte = TWO_ELEMENTS[:12] + b"\x10\x00" + TWO_ELEMENTS[14:]
    assert rtp.extension(two_byte, len(two_byte), 3) is None
    overrun = struct.pack("!BBHII", 0x90, 0x60, 7, 9, 11) + bytes.fromhex("bede00013f010203")
    assert rtp.extension(overrun, len(overrun), 3) is None


@given(st.binary(max_size=80), st.integers(1, 14))
def test_any_bytes_are_read_without_an_error(packet: bytes, number: int) -> None:
    packet = packet.ljust(12, b"\0")
    start = rtp.payload_start(packet, len(packet))
    assert start == -1 or 12 <= start <= len(packet)
    rtp.extension(packet, len(packet), number)
    rtp.unwrap_retransmission(packet, len(packet), 96, 1)


def test_the_forwarded_form_has_constant_offsets() -> None:
    packet = rtp.forwarded(TWO_ELEMENTS)
    assert packet[:8] == TWO_ELEMENTS[:8]
    assert packet[8:12] == bytes(4) and packet[12:16] == b"\xbe\xde\x00\x01" and packet[16:20] == bytes(4)
    assert packet[20:] == b"payload"


def test_retransmissions_go_round() -> None:
    """Wrapped as we do it, read by aiortc; wrapped by aiortc, read as we do it."""
    original = rtp.forwarded(PLAIN)
    wrapped = rtp.wrap_retransmission(original, 97, 0xABCD, 500, 0x32000007)
    parsed = RtpPacket.parse(bytes(wrapped))
    assert (parsed.payload_type, parsed.sequence_number, parsed.ssrc, parsed.marker) == (97, 500, 0xABCD, 1)
    assert parsed.payload == b"\x00\x07payload"
    theirs = wrap_rtx(RtpPacket.parse(PLAIN), payload_type=97, sequence_number=3, ssrc=5).serialize()
    back = rtp.unwrap_retransmission(theirs, len(theirs), 96, 11)
    assert back is not None
    assert bytes(back[12:]) == b"payload" and back[2:4] == b"\x00\x07" and back[1] == 0xE0
    assert int.from_bytes(back[8:12], "big") == 11


def test_padding_of_a_retransmission_is_not_part_of_the_original() -> None:
    padded = struct.pack("!BBHIIH", 0xA0, 97, 3, 9, 5, 42) + b"body" + b"\0\0\x03"
    back = rtp.unwrap_retransmission(padded, len(padded), 96, 11)
    assert back is not None and bytes(back[12:]) == b"body" and not back[0] & 0x20
    probe = struct.pack("!BBHII", 0xA0, 97, 3, 9, 5) + bytes(99) + b"\x64"
    assert rtp.unwrap_retransmission(probe, len(probe), 96, 11) is None


def test_newer_wraps_around() -> None:
    assert rtp.newer(1, 0xFFFF) and rtp.newer(0x7FFF, 0) and not rtp.newer(5, 5) and not rtp.newer(0xFFFF, 1)
    dice = random.Random(0)
    for _ in range(1000):
        a, b = dice.getrandbits(16), dice.getrandbits(16)
        if a != b and (a - b) & 0xFFFF != 0x8000:
            assert rtp.newer(a, b) != rtp.newer(b, a)


def test_the_time_of_sending_counts_in_six_and_eighteen_bits() -> None:
    assert rtp.abs_send_time(1.0) == 1 << 18
    assert rtp.abs_send_time(64.5) == 1 << 17
