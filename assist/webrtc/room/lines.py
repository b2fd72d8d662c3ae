"""The media side of a room: offers on their way to the node, streams being sent, and how each line does.

Per peer at most one offer is with the node and at most one waits behind it; a newer one takes the waiting
one's place. That keeps offers in order without a queue that a nervous client could fill.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assist.webrtc.protocol import Kind, Offer, Quality
from assist.webrtc.room.frames import Level
from assist.webrtc.room.ladder import STALE_S, Ladder, level_of


@dataclass(slots=True)
class Line:
    """One peer's way to the node."""

    asked: Offer | None = None
    """With the node now."""
    waiting: Offer | None = None
    ladder: Ladder = field(default_factory=Ladder)
    said: tuple[float, Quality] | None = None
    """When and what its client last measured."""
    told: Level | None = None
    told_at: float = 0.0


class Lines:
    """The lines of all peers, and the streams they send."""

    def __init__(self, streams: Iterable[tuple[str, Kind]] = ()) -> None:
        self._lines: dict[str, Line] = {}
        self.streams: dict[str, set[Kind]] = {}
        for peer, kind in streams:
            self.streams.setdefault(peer, set()).add(kind)

    def of(self, peer: str) -> Line:
        return self._lines.setdefault(peer, Line())

    def streams_view(self) -> dict[str, list[Kind]]:
        """Peer → kinds being sent, both in a fixed order."""
        return {peer: sorted(kinds) for peer, kinds in sorted(self.streams.items()) if kinds}

    def as_pairs(self) -> tuple[tuple[str, Kind], ...]:
        return tuple((peer, kind) for peer, kinds in self.streams_view().items() for kind in kinds)

    def sends(self, peer: str, kinds: Iterable[Kind]) -> bool:
        """``peer`` now sends ``kinds`` and nothing else; True when that is news."""
        new = set(kinds)
        if self.streams.get(peer, set()) == new:
            return False
        if new:
            self.streams[peer] = new
        else:
            self.streams.pop(peer, None)
        return True

    def drop(self, peer: str) -> bool:
        """Forget a peer that is gone; True when it had been sending."""
        self._lines.pop(peer, None)
        return self.sends(peer, ())

    def drop_all(self) -> list[tuple[str, Offer]]:
        """The node is gone: no streams, and the offers that waited for it."""
        self.streams.clear()
        orphans = [(peer, offer) for peer, line in self._lines.items() for offer in (line.waiting,) if offer]
        for line in self._lines.values():
            line.waiting = None
        return orphans

    def level(self, peer: str, now: float, loss: float, rtt_ms: float) -> Level:
        """The worse of what the node measured and what the client said lately."""
        said = self.of(peer).said
        if said is not None and now - said[0] <= STALE_S:
            loss = max(loss, said[1].loss or 0.0)
            rtt_ms = max(rtt_ms, said[1].rtt_ms or 0.0)
        return level_of(loss=loss, rtt_ms=rtt_ms)
