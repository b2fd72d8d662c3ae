"""The media side of a room: offers on their way to the node, streams being sent, and how each line does.

Per peer at most one offer is with the node and at most one waits behind it; a newer one takes the waiting
one's place. That keeps offers in order without a queue that a nervous client could fill.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assist.webrtc.protocol import Kind, Offer, Quality
from assist.webrtc.room.machine.frames import Level
from assist.webrtc.room.machine.ladder import STALE_S, Ladder, level_of


@dataclass(slots=True)
class Line:
    """One peer's way to the node."""

    asked: Offer | None = None
    """With the node now."""
    waiting: Offer | None = None
    ladder: Ladder = field(default_factory=Ladder)
    said: tuple[float, Quality] | None = None
    """When and what its client last measured."""
    streams: dict[Kind, int] = field(default_factory=dict)
    """What it sends, numbered; a stream that starts anew gets a new number."""
    started: set[Kind] = field(default_factory=set)
    """Streams of which the node has seen a packet."""
    number: int = 0
    told: Level | None = None
    told_at: float = 0.0


class Lines:
    """The lines of all peers, and the streams they send."""

    def __init__(self, streams: Iterable[tuple[str, Kind, int]] = ()) -> None:
        self._lines: dict[str, Line] = {}
        for peer, kind, number in streams:
            line = self.of(peer)
            line.streams[kind] = number
            line.number = max(line.number, number)

    def of(self, peer: str) -> Line:
        return self._lines.setdefault(peer, Line())

    def streams_view(self) -> dict[str, dict[Kind, int]]:
        """Peer → kind → number, in a fixed order."""
        return {
            peer: dict(sorted(line.streams.items()))
            for peer, line in sorted(self._lines.items())
            if line.streams
        }

    def as_triples(self) -> tuple[tuple[str, Kind, int], ...]:
        view = self.streams_view()
        return tuple((peer, kind, number) for peer, kinds in view.items() for kind, number in kinds.items())

    def sends(self, peer: str, kinds: Iterable[Kind], *, anew: bool) -> bool:
        """``peer`` now sends ``kinds`` and nothing else; True when that is news.

        ``anew``: over a new peer connection, so that each of them is another stream than before.
        """
        line, wanted = self.of(peer), set(kinds)
        if not anew and wanted == set(line.streams):
            return False
        before = dict(line.streams)
        if anew or wanted - set(before):
            line.number += 1
        line.streams = {k: line.number if anew else before.get(k, line.number) for k in wanted}
        line.started &= set() if anew else wanted
        return line.streams != before

    def packet_seen(self, peer: str, kind: Kind) -> bool:
        """The node saw a stream's first packet; True when viewers have to take it for another stream."""
        line = self.of(peer)
        if kind in line.streams and kind not in line.started:
            line.started.add(kind)
            return False
        line.number += 1
        line.streams[kind] = line.number
        line.started.add(kind)
        return True

    def drop(self, peer: str) -> bool:
        """Forget a peer that is gone; True when it had been sending."""
        line = self._lines.pop(peer, None)
        return line is not None and bool(line.streams)

    def drop_all(self) -> list[tuple[str, Offer]]:
        """The node is gone: no streams, and the offers that waited for it."""
        orphans = [(peer, offer) for peer, line in self._lines.items() for offer in (line.waiting,) if offer]
        for line in self._lines.values():
            line.waiting = None
            line.streams = {}
            line.started = set()
        return orphans

    def level(self, peer: str, now: float, loss: float, rtt_ms: float) -> Level:
        """The worse of what the node measured and what the client said lately."""
        said = self.of(peer).said
        if said is not None and now - said[0] <= STALE_S:
            loss = max(loss, said[1].loss or 0.0)
            rtt_ms = max(rtt_ms, said[1].rtt_ms or 0.0)
        return level_of(loss=loss, rtt_ms=rtt_ms)
