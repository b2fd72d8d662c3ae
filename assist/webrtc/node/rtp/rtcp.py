"""RTCP messages: the ones a forwarding node writes, and the ones it reads.

Sources: RFC 3550 section 6 (SR, RR), RFC 4585 (NACK, PLI), RFC 5104 (FIR), draft-alvestrand-rmcat-remb-03
(REMB), RFC 5506 (reduced-size RTCP, which is why single messages may be sent).
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SENDER_REPORT, RECEIVER_REPORT, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 200, 201, 205, 206
NACK, TRANSPORT_CC = 1, 15
PLI, FIR, APPLICATION = 1, 4, 15

OWN_SSRC = 1
"""What the node calls itself in feedback: browsers use 1 for a receiver without media, too."""

_HEADER = struct.Struct("!BBH")
_FEEDBACK = struct.Struct("!BBHII")
_BLOCK = struct.Struct("!IB3sIIII")
_SENDER = struct.Struct("!IQIII")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """A reception report (RFC 3550 section 6.4.1). ``fraction_lost`` in 1/256, ``jitter`` in clock ticks."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """When a stream's clock was what (NTP in 32.32 fixed point), and how much had been sent."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Nack:
    """These packets of a stream have not come."""

    media_ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PictureLoss:
    """A key frame is needed, by PLI or by FIR."""

    media_ssrc: int


@dataclass(frozen=True, slots=True)
class BandwidthEstimate:
    """REMB: the receiver thinks it can take this many bit/s in sum over these streams."""

    bitrate: int
    ssrcs: tuple[int, ...]


Message = SenderReport | ReportBlock | Nack | PictureLoss | BandwidthEstimate


def sender(packet: bytes) -> int | None:
    """The SSRC that the first message of a compound packet says it is from (in the clear in SRTCP too)."""
    return int.from_bytes(packet[4:8], "big") if len(packet) >= 8 else None


def read(packet: bytes) -> Iterator[Message]:
    """What a compound packet says; stops at the first message that is malformed, never raises."""
    position, end = 0, len(packet)
    while position + 4 <= end:
        first, kind, words = _HEADER.unpack_from(packet, position)
        after = position + 4 + 4 * words
        if first >> 6 != 2 or after > end:
            return
        body = packet[position + 4 : after]
        if first & 0x20:
            padding = body[-1] if body else 0
            if not 0 < padding <= len(body):
                return
            body = body[:-padding]
        yield from _read_one(kind, first & 0x1F, body)
        position = after


def _read_one(kind: int, count: int, body: bytes) -> Iterator[Message]:
    if kind == SENDER_REPORT and len(body) >= 24:
        yield SenderReport(*_SENDER.unpack_from(body))
        yield from _read_blocks(body[24:], count)
    elif kind == RECEIVER_REPORT and len(body) >= 4:
        yield from _read_blocks(body[4:], count)
    elif kind in (TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK) and len(body) >= 8:
        media_ssrc, details = int.from_bytes(body[4:8], "big"), body[8:]
        if kind == TRANSPORT_FEEDBACK and count == NACK:
            yield Nack(media_ssrc, tuple(_read_sequences(details)))
        elif kind == PAYLOAD_FEEDBACK and count == PLI:
            yield PictureLoss(media_ssrc)
        elif kind == PAYLOAD_FEEDBACK and count == FIR:
            # FIR names its streams in the entries; the header's media SSRC is zero (RFC 5104 section
            # 4.3.1.2).
            for entry in range(0, len(details) - 7, 8):
                yield PictureLoss(int.from_bytes(details[entry : entry + 4], "big"))
        elif kind == PAYLOAD_FEEDBACK and count == APPLICATION:
            yield from _read_estimate(details)


def _read_blocks(body: bytes, count: int) -> Iterator[ReportBlock]:
    for start in range(0, min(count * 24, len(body) - 23), 24):
        ssrc, fraction, lost, highest, jitter, last, delay = _BLOCK.unpack_from(body, start)
        yield ReportBlock(
            ssrc, fraction, int.from_bytes(lost, "big", signed=True), highest, jitter, last, delay
        )


def _read_sequences(details: bytes) -> Iterator[int]:
    for entry in range(0, len(details) - 3, 4):
        first, mask = struct.unpack_from("!HH", details, entry)
        yield first
        for bit in range(16):
            if mask >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def _read_estimate(details: bytes) -> Iterator[BandwidthEstimate]:
    if len(details) < 8 or details[:4] != b"REMB" or len(details) < 8 + 4 * details[4]:
        return
    exponent, mantissa = details[5] >> 2, int.from_bytes(details[5:8], "big") & 0x3FFFF
    yield BandwidthEstimate(mantissa << exponent, struct.unpack_from(f"!{details[4]}I", details, 8))


def feedback(kind: int, form: int, media_ssrc: int, details: bytes = b"") -> bytes:
    """A feedback message (RFC 4585 section 6.1); ``details`` is a multiple of four bytes."""
    return _FEEDBACK.pack(0x80 | form, kind, 2 + len(details) // 4, OWN_SSRC, media_ssrc) + details


def nack(media_ssrc: int, sequences: Sequence[int]) -> bytes:
    """Ask for packets again. ``sequences`` are in sending order, so that wrap-around needs no guess."""
    entries: list[tuple[int, int]] = []
    for sequence in sequences:
        ahead = (sequence - entries[-1][0]) & 0xFFFF if entries else 0
        if entries and 1 <= ahead <= 16:
            first, mask = entries[-1]
            entries[-1] = (first, mask | 1 << (ahead - 1))
        else:
            entries.append((sequence, 0))
    return feedback(TRANSPORT_FEEDBACK, NACK, media_ssrc, b"".join(struct.pack("!HH", *e) for e in entries))


def picture_loss(media_ssrc: int) -> bytes:
    """Ask for a key frame (RFC 4585 section 6.3.1)."""
    return feedback(PAYLOAD_FEEDBACK, PLI, media_ssrc)


def bandwidth_estimate(bitrate: int, ssrcs: Iterable[int]) -> bytes:
    """REMB, ``bitrate`` in bit/s (18 significant bits)."""
    named = tuple(ssrcs)
    exponent = max(0, bitrate.bit_length() - 18)
    head = len(named) << 24 | exponent << 18 | bitrate >> exponent
    return feedback(
        PAYLOAD_FEEDBACK, APPLICATION, 0, struct.pack(f"!4sI{len(named)}I", b"REMB", head, *named)
    )


def receiver_report(blocks: Sequence[ReportBlock]) -> bytes:
    """At most 31 reception reports."""
    packed = b"".join(
        _BLOCK.pack(
            b.ssrc,
            b.fraction_lost,
            max(-0x800000, min(0x7FFFFF, b.lost)).to_bytes(3, "big", signed=True),
            b.highest & 0xFFFFFFFF,
            b.jitter & 0xFFFFFFFF,
            b.last_report,
            b.delay,
        )
        for b in blocks[:31]
    )
    count = min(31, len(blocks))
    return _HEADER.pack(0x80 | count, RECEIVER_REPORT, 1 + 6 * count) + OWN_SSRC.to_bytes(4, "big") + packed


def sender_report(report: SenderReport) -> bytes:
    """A sender report without reception reports."""
    return _HEADER.pack(0x80, SENDER_REPORT, 6) + _SENDER.pack(
        report.ssrc, report.ntp, report.timestamp, report.packets & 0xFFFFFFFF, report.octets & 0xFFFFFFFF
    )
