"""The media of a room: each peer's offers on their way to the node, the streams it sends, and how they do.

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
class PeerMedia:
    """What one peer sends, and its offers on the way to the node."""

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


class AllMedia:
    """The media of all peers."""

    def __init__(self, streams: Iterable[tuple[str, Kind, int]] = ()) -> None:
        self._of: dict[str, PeerMedia] = {}
        for peer, kind, number in streams:
            one = self.of(peer)
            one.streams[kind] = number
            one.number = max(one.number, number)

    def of(self, peer: str) -> PeerMedia:
        return self._of.setdefault(peer, PeerMedia())

    def streams_view(self) -> dict[str, dict[Kind, int]]:
        """Peer → kind → number, in a fixed order."""
        return {
            peer: dict(sorted(one.streams.items())) for peer, one in sorted(self._of.items()) if one.streams
        }

    def as_triples(self) -> tuple[tuple[str, Kind, int], ...]:
        view = self.streams_view()
        return tuple((peer, kind, number) for peer, kinds in view.items() for kind, number in kinds.items())

    def sends(self, peer: str, kinds: Iterable[Kind], *, anew: bool) -> bool:
        """``peer`` now sends ``kinds`` and nothing else; True when that is news.

        ``anew``: over a new peer connection, so that each of them is another stream than before.
        """
        one, wanted = self.of(peer), set(kinds)
        if not anew and wanted == set(one.streams):
            return False
        before = dict(one.streams)
        if anew or wanted - set(before):
            one.number += 1
        one.streams = {k: one.number if anew else before.get(k, one.number) for k in wanted}
        one.started &= set() if anew else wanted
        return one.streams != before

    def packet_seen(self, peer: str, kind: Kind) -> bool:
        """The node saw a stream's first packet; True when viewers have to take it for another stream."""
        one = self.of(peer)
        if kind in one.streams and kind not in one.started:
            one.started.add(kind)
            return False
        one.number += 1
        one.streams[kind] = one.number
        one.started.add(kind)
        return True

    def drop(self, peer: str) -> bool:
        """Forget a peer that is gone; True when it had been sending."""
        one = self._of.pop(peer, None)
        return one is not None and bool(one.streams)

    def drop_all(self) -> list[tuple[str, Offer]]:
        """The node is gone: no streams, and the offers that waited for it."""
        orphans = [(peer, offer) for peer, one in self._of.items() for offer in (one.waiting,) if offer]
        for one in self._of.values():
            one.waiting = None
            one.streams = {}
            one.started = set()
        return orphans

    def level(self, peer: str, now: float, loss: float, rtt_ms: float) -> Level:
        """The worse of what the node measured and what the client said lately."""
        said = self.of(peer).said
        if said is not None and now - said[0] <= STALE_S:
            loss = max(loss, said[1].loss or 0.0)
            rtt_ms = max(rtt_ms, said[1].rtt_ms or 0.0)
        return level_of(loss=loss, rtt_ms=rtt_ms)
