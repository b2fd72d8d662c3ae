"""What has come of one stream, and what has not: loss, jitter, and which packets to ask for again.

Sources: RFC 3550 A.1, A.3, A.8; RFC 4585 section 6.2.1. The packet loop handles the packet that continues the
sequence itself (it is nearly every one); everything else comes to `Reception.irregular`.
"""

from dataclasses import dataclass, field

from assist.webrtc.node.rtp.rtcp import ReportBlock

MAX_GAP = 300
"""A jump by more than this is a new beginning (a muted or restarted sender), not loss to be repaired."""
MAX_AGE = 700
"""Packets further back than this are given up: the viewer's own buffer has passed them."""
MAX_EARLIER = 64
"""Packets before the one that came first which are still taken: a stream's first ones may overtake each
other, and so may those after a jump."""
MAX_ASKS = 10
LEAP_S = 5.0
"""A step of the sender's clock against ours by more than this is another clock, not jitter: a stream may go
on with any timestamp after a pause or with another device (RFC 3550 section 5.1)."""
FIRST_RETRY_S = 0.06
"""When to ask again for a packet; doubles up to `LAST_RETRY_S`. A longer round trip costs one spare copy."""
LAST_RETRY_S = 0.24


@dataclass(slots=True)
class Missing:
    """A packet that has not come: how often it was asked for, and when to ask next (monotonic seconds)."""

    asked: int
    due: float


@dataclass(slots=True)
class Reception:
    """Sequence state of one incoming stream.

    `cycles + expected` is the extended number of the next packet. The packet loop itself keeps `expected`,
    `cycles` and `received` while packets come in order.
    """

    expected: int = -1
    cycles: int = 0
    received: int = 0
    first: int = 0
    """Extended number of this beginning's earliest packet; below zero after an overtaking at the wrap."""
    missing: dict[int, Missing] = field(default_factory=dict)
    jitter: float = 0.0
    fraction_lost: int = 0
    transit: float | None = None
    _prior_expected: int = 0
    _prior_received: int = 0
    report_ntp: int = 0
    report_time: float = 0.0

    def irregular(self, sequence: int, now: float) -> tuple[bool, list[int]]:
        """Take a packet that is not the expected one.

        Returns whether it is worth forwarding, and the numbers that are newly missing, in order.
        """
        if self.expected < 0:
            self._begin(sequence)
            return True, []
        ahead = (sequence - self.expected) & 0xFFFF
        if ahead < 0x8000:
            if ahead > MAX_GAP:
                self._begin(sequence)
                return True, []
            lost = [(self.expected + step) & 0xFFFF for step in range(ahead)]
            for number in lost:
                self.missing[number] = Missing(1, now + FIRST_RETRY_S)
            after = (sequence + 1) & 0xFFFF
            if after < self.expected:
                self.cycles += 0x10000
            self.expected = after
            self.received += 1
            return True, lost
        behind = (self.expected - sequence) & 0xFFFF
        if behind > MAX_AGE + MAX_GAP:
            # Far behind: the sender began anew with an earlier number (RFC 3550 A.1 waits for two in a row;
            # a false jump costs one key frame, so one is enough here).
            self._begin(sequence)
            return True, []
        if self.missing.pop(sequence, None) is None:
            return self._earlier(self.cycles + self.expected - behind, now)
        self.received += 1
        return True, []

    def _earlier(self, number: int, now: float) -> tuple[bool, list[int]]:
        """A packet that is not missing, by its extended number: sent before the one that came first, or a
        double."""
        before = self.first - number
        if not 0 < before <= MAX_EARLIER:
            return False, []
        lost = [between & 0xFFFF for between in range(number + 1, self.first)]
        for between in lost:
            self.missing[between] = Missing(1, now + FIRST_RETRY_S)
        self.first = number
        self.received += 1
        return True, lost

    def repaired(self, sequence: int) -> bool:
        """A retransmission came. Whether it was still missing: if not, it is a duplicate or a probe.

        A repaired packet does not count as received: reports speak about the original stream (RFC 4588 §8.8).
        """
        return self.missing.pop(sequence, None) is not None

    def due(self, now: float) -> list[int]:
        """The numbers to ask for (again), in sending order; gives up the old and the often-asked."""
        asks: list[tuple[int, int]] = []
        for number, entry in list(self.missing.items()):
            behind = (self.expected - number) & 0xFFFF
            if entry.asked >= MAX_ASKS or behind > MAX_AGE:
                del self.missing[number]
            elif entry.due <= now:
                entry.due = now + min(LAST_RETRY_S, FIRST_RETRY_S * 2**entry.asked)
                entry.asked += 1
                asks.append((-behind, number))
        asks.sort()
        return [number for _, number in asks]

    def note_transit(self, arrival: float, timestamp: int, clock_rate: int) -> None:
        """Interarrival jitter in clock ticks (RFC 3550 A.8)."""
        transit = arrival * clock_rate - timestamp
        if self.transit is not None:
            # Timestamps wrap at 32 bits: fold the difference back to the nearest.
            difference = abs((transit - self.transit + 2**31) % 2**32 - 2**31)
            if difference < LEAP_S * clock_rate:
                self.jitter += (difference - self.jitter) / 16
        self.transit = transit

    def report(self, ssrc: int, now: float) -> ReportBlock | None:
        """The reception report since the last one (RFC 3550 A.3); None before the first packet."""
        if self.expected < 0:
            return None
        highest = self.cycles + self.expected - 1
        expected = highest - self.first + 1
        interval, got = expected - self._prior_expected, self.received - self._prior_received
        self._prior_expected, self._prior_received = expected, self.received
        fraction = max(0, min(255, ((interval - got) << 8) // interval)) if interval > 0 else 0
        self.fraction_lost = fraction
        delay = int((now - self.report_time) * 65536) & 0xFFFFFFFF if self.report_ntp else 0
        return ReportBlock(
            ssrc, fraction, expected - self.received, highest, int(self.jitter), self.report_ntp, delay
        )

    def _begin(self, sequence: int) -> None:
        self.missing.clear()
        self.cycles = 0x10000 if sequence == 0xFFFF else 0
        self.expected = (sequence + 1) & 0xFFFF
        self.first = sequence
        self.received = 1
        self._prior_expected = self._prior_received = 0
        self.transit = None
