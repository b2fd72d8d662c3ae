"""How much a publisher may send, from what its viewers can take.

The uplink is looked after by transport-cc between publisher and node. What is left is a downlink that is
narrower than the uplink. Viewers say what they can take by REMB; there is one encoding for all of them, so:

- **one weak viewer does not drag the others**: the publisher is held to what its *best* viewer can take. A
  viewer that can take less sees loss; what that costs the others is bounded (retransmissions per viewer,
  key-frame requests that back off), and its quality is told to the room, which can offer it stills instead
  of video;
- **a receiver that has just begun knows nothing**: its first estimates are low guesses that grow with what it
  gets, so a limit begins only when the best estimate falls below what is flowing, and ends when it is plenty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FLOOR = 100_000
"""bit/s: below this no picture is worth sending, and audio alone still fits."""
PLENTY = 4_000_000
"""bit/s at which a limit ends: more than one camera sends."""
UNLIMITED = 10_000_000
HEADROOM = 1.1
ESTIMATE_LIFE_S = 5.0
RETRANSMISSION_SHARE = 0.5
"""Of a leg's own rate that its retransmissions may add over a second."""
RETRANSMISSION_FLOOR = 12_500
"""Octets a second that are always allowed, for short bursts on thin streams."""


@dataclass(slots=True)
class Limit:
    """The limit on one publisher; ``current`` is None while it has none."""

    current: int | None = None

    def update(self, estimates: Sequence[int], flowing: int) -> int | None:
        """The bit/s to announce to the publisher, None if there is nothing to say.

        ``estimates`` are its viewers' fresh shares, ``flowing`` its video at present, in bit/s.
        """
        if not estimates:
            if self.current is None:
                return None
            self.current = None
            return UNLIMITED
        best = max(estimates)
        if self.current is None:
            if best >= flowing:
                return None
        elif best >= PLENTY:
            self.current = None
            return UNLIMITED
        self.current = max(FLOOR, int(best * HEADROOM))
        return self.current


@dataclass(slots=True)
class Allowance:
    """Retransmissions one leg may still get: filled from its own rate, emptied by what is sent again."""

    octets: float = 4.0 * RETRANSMISSION_FLOOR

    def refill(self, sent: int, seconds: float) -> None:
        """``sent`` octets went out on the leg in the last ``seconds``."""
        earned = RETRANSMISSION_SHARE * sent + RETRANSMISSION_FLOOR * seconds
        self.octets = min(self.octets + earned, 4.0 * max(RETRANSMISSION_FLOOR, earned))

    def take(self, octets: int) -> bool:
        """Whether this much may be sent again."""
        if self.octets < octets:
            return False
        self.octets -= octets
        return True


@dataclass(slots=True)
class KeyFrameGate:
    """How often a viewer's requests reach the publisher: at once, then backing off while it keeps asking."""

    pause: float = 0.0
    last: float = -1e9

    def open(self, now: float) -> bool:
        """Whether a request at ``now`` (seconds) may pass."""
        if now - self.last < self.pause:
            return False
        self.pause = 0.5 if now - self.last > 8.0 else min(4.0, max(0.5, self.pause * 1.5))
        self.last = now
        return True
