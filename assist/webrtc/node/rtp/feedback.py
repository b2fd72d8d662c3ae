"""Transport-wide congestion control feedback: when which packet came
(draft-holmer-rmcat-transport-wide-cc-01).

The sender's estimator needs *every* packet of a transport reported, lost ones too, so the reports of one peer
follow each other without gap: each begins with the number after the last one of the report before.
"""

import struct
from dataclasses import dataclass, field

from assist.webrtc.node.rtp.rtcp import TRANSPORT_CC, TRANSPORT_FEEDBACK, feedback

TICKS_PER_SECOND = 4000  # receive deltas count 250 µs
REFERENCE_TICKS = 256  # the reference time counts 64 ms
MAX_SPAN = 1200
"""A report of more packets would not fit into a datagram; older ones are left unreported."""
MAX_BACKTRACK = 400

NOT_RECEIVED, SMALL_DELTA, LARGE_DELTA = 0, 1, 2


@dataclass(slots=True)
class ArrivalLog:
    """What one peer's packets have in common: the transport-wide numbers and arrival times since last asked.

    ``arrivals`` takes (16-bit number, seconds on a monotonic clock) pairs straight from the packet loop.
    """

    arrivals: list[tuple[int, float]] = field(default_factory=list)
    _next: int | None = None
    _count: int = 0

    def report(self, media_ssrc: int) -> bytes | None:
        """The feedback message for all that came since the last call; None if nothing did."""
        if not self.arrivals:
            return None
        arrivals, self.arrivals = self.arrivals, []
        origin = arrivals[0][0]
        # Signed distances from the first arrival, so that wrap-around and reordering sort out.
        when: dict[int, float] = {}
        for number, time in arrivals:
            when.setdefault(((number - origin + 0x8000) & 0xFFFF) - 0x8000, time)
        first, last = min(when), max(when)
        if self._next is not None:
            gap = ((self._next - origin + 0x8000) & 0xFFFF) - 0x8000
            if gap < first and first - gap <= MAX_BACKTRACK:
                first = gap
        first = max(first, last - MAX_SPAN + 1)
        if self._next is None or ((origin + last + 1 - self._next) & 0xFFFF) < 0x8000:
            self._next = (origin + last + 1) & 0xFFFF
        message = transport_feedback(
            media_ssrc,
            (origin + first) & 0xFFFF,
            [when.get(step) for step in range(first, last + 1)],
            self._count & 0xFF,
        )
        self._count += 1
        return message


def transport_feedback(media_ssrc: int, base: int, times: list[float | None], count: int) -> bytes:
    """One feedback message (section 3.1).

    ``times[i]`` is when packet ``base + i`` came, in seconds, None if it has not; at least one came.
    ``count`` numbers the messages, modulo 256.
    """
    earliest = min(time for time in times if time is not None)
    # One reference tick earlier, so that the first delta is never negative.
    reference = int(earliest * TICKS_PER_SECOND) // REFERENCE_TICKS
    previous = reference * REFERENCE_TICKS
    symbols: list[int] = []
    deltas = bytearray()
    for time in times:
        if time is None:
            symbols.append(NOT_RECEIVED)
            continue
        now = int(time * TICKS_PER_SECOND)
        delta = now - previous
        if 0 <= delta <= 0xFF:
            symbols.append(SMALL_DELTA)
            deltas.append(delta)
        else:
            delta = max(-0x8000, min(0x7FFF, delta))
            symbols.append(LARGE_DELTA)
            deltas += delta.to_bytes(2, "big", signed=True)
        previous += delta
    details = bytearray(struct.pack("!HHI", base, len(times), (reference & 0xFFFFFF) << 8 | count))
    details += status_chunks(symbols)
    details += deltas
    padding = -len(details) % 4
    if padding:
        details += bytes(padding - 1) + bytes((padding,))
    message = bytearray(feedback(TRANSPORT_FEEDBACK, TRANSPORT_CC, media_ssrc, bytes(details)))
    if padding:
        message[0] |= 0x20
    return bytes(message)


def status_chunks(symbols: list[int]) -> bytes:
    """Packet status chunks: run lengths for eight equal symbols or more, else two-bit vectors of seven."""
    chunks = bytearray()
    position, end = 0, len(symbols)
    while position < end:
        symbol = symbols[position]
        run = position + 1
        while run < end and symbols[run] == symbol and run - position < 0x1FFF:
            run += 1
        if run - position >= 8 or run == end:
            chunks += (symbol << 13 | run - position).to_bytes(2, "big")
            position = run
            continue
        vector = 0xC000
        for place, value in enumerate(symbols[position : position + 7]):
            vector |= value << (12 - 2 * place)
        chunks += vector.to_bytes(2, "big")
        position += 7
    return bytes(chunks)
