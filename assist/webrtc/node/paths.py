"""Which peer is at which address, and who may have moved to one that is nobody's.

An address is *chosen* where its peer is now: the packet loop knows those alone. It is *proven* where a check
with the peer's password has come from. What comes from any other address, or from a proven one that is not
chosen, goes the long way: it is taken if somebody's keys open it, and whoever it is has then moved there
(the newest authentic packet tells the path, as in RFC 9000 section 9.3). Trying keys is work that a stranger
can cause, so only peers whose SSRC the packet bears are tried, a few, and a few times a second.
"""

from collections.abc import Callable, Iterable

from assist.webrtc.node.ice.ice import Address
from assist.webrtc.node.peer import Peer

MAX_ADDRESSES = 16
"""Proven addresses that one peer may have at a time."""
MAX_SUSPECTS = 8
"""Peers whose keys are tried on one datagram."""
MAX_TRIED = 10
"""Datagrams from addresses that nobody has proven for which keys are tried, in a tenth of a second."""


class Paths:
    """``chosen`` maps the address where a peer is now to the peer; ``everyone`` names all peers."""

    def __init__(self) -> None:
        self.chosen: dict[Address, Peer] = {}
        self.everyone: Callable[[], Iterable[Peer]] = tuple
        self._proven: dict[Address, Peer] = {}
        self._tenth = 0
        self._tried = 0

    def owner(self, source: Address) -> Peer | None:
        """Who has proven this address last."""
        return self._proven.get(source)

    def prove(self, peer: Peer, source: Address) -> None:
        """What comes from here is this peer's, whatever was before."""
        former = self._proven.get(source)
        if former is peer:
            return
        if former is not None:
            former.addresses.remove(source)
            if self.chosen.get(source) is former:
                del self.chosen[source]
        self._proven[source] = peer
        peer.addresses.append(source)
        if len(peer.addresses) > MAX_ADDRESSES:
            oldest = next(address for address in peer.addresses if address != peer.ice.address)
            peer.addresses.remove(oldest)
            del self._proven[oldest]

    def choose(self, peer: Peer) -> None:
        """The peer is now where its ICE says, and nowhere else."""
        for address in peer.addresses:
            if self.chosen.get(address) is peer and address != peer.ice.address:
                del self.chosen[address]
        if peer.ice.address is not None:
            self.chosen[peer.ice.address] = peer

    def forget(self, peer: Peer) -> None:
        """The peer is gone."""
        for address in peer.addresses:
            self._proven.pop(address, None)
            if self.chosen.get(address) is peer:
                del self.chosen[address]
        peer.addresses.clear()

    def suspects(self, source: Address, ssrc: int, now: float) -> list[Peer]:
        """Whose a media or RTCP packet may be that is from no chosen address; ``now`` in seconds."""
        owner = self._proven.get(source)
        if owner is not None:
            return [owner]
        tenth = int(now * 10)
        if tenth != self._tenth:
            self._tenth, self._tried = tenth, 0
        if self._tried >= MAX_TRIED:
            return []
        self._tried += 1
        bearing = [peer for peer in self.everyone() if ssrc in peer.uplinks or ssrc in peer.rtcp_senders]
        return bearing[:MAX_SUSPECTS]
