"""The packet loop with its common case compiled (see `compiled.loop`); everything else is the reference's.

Python keeps the tables: before the next packet it brings those rows up to date that concern whoever came,
went or moved, and no others (`Wiring`). While a stream is in the tables, its sequence state and its last
packets live there; the reference loop gets them before it takes a packet of that stream, and puts them back
after.
"""

import socket
from collections.abc import Iterable
from typing import Any

from assist.webrtc.node.compiled.layout import SLOW, Tables
from assist.webrtc.node.compiled.loop import address_hash, pump, stream_hash
from assist.webrtc.node.compiled.wiring import Wiring, address_of
from assist.webrtc.node.forwarder import Forwarder
from assist.webrtc.node.peer import Peer, Uplink

_COUNTED = ("datagrams_in", "packets_in", "packets_out", "send_failed", "not_authentic", "malformed")


class CompiledForwarder(Forwarder):
    """A `Forwarder` for one IPv4 socket; other sockets of the node are drained by the reference."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._tables = Tables(sock.fileno())
        self._state: Any = self._tables["global_"][0]
        self.wiring = Wiring(self._tables, sock, self.peers)
        self._changed: dict[Peer, None] = {}
        pump(self._tables.pointer)  # compile now, not at the first call
        address_hash(1, 1)
        stream_hash(1)

    def rewire(self, peer: Peer) -> None:
        """What the tables say of this peer is out of date: it is written anew before the next packet."""
        self._changed[peer] = None

    def drain(self, sock: socket.socket) -> None:
        """Take what the socket has."""
        if sock is not self._sock:
            super().drain(sock)
            return
        if self._changed:
            self._update()
        if not pump(self._tables.pointer):
            return
        state, tables = self._state, self._tables
        packets, sizes, sources = tables["slow"], tables["slow_size"], tables["slow_address"]
        first, end = int(state["slow_head"]), int(state["slow_tail"])
        # They are taken, whatever becomes of them: one that fails must not be met again.
        state["slow_head"] = end
        for number in range(first, end):
            place = number % SLOW
            size = min(int(sizes[place]), len(self._view))
            self._view[:size] = packets[place, :size].data
            try:
                self._handle(size, address_of(sources[place]), sock)
            except Exception:
                self._failed()

    def _update(self) -> None:
        changed, self._changed = self._changed, {}
        try:
            for peer in changed:
                self.wiring.write(peer)
        except Exception:
            # Nobody knows what the tables say now. Without them everything goes the reference's way.
            self.wiring.abandon()
            self._failed()

    # ---- the reference's part

    def _take(self, peer: Peer, uplink: Uplink, first: int, size: int) -> None:
        wiring = self.wiring
        if uplink not in wiring:
            before = uplink.started
            super()._take(peer, uplink, first, size)
            if uplink.started is not before:
                self.rewire(peer)
            return
        wiring.load(uplink)
        super()._take(peer, uplink, first, size)
        wiring.store(uplink)

    def _learn(self, peer: Peer, uplink: Uplink) -> int | None:
        kept = uplink in self.wiring
        if kept:
            self.wiring.load(uplink)
        former = super()._learn(peer, uplink)
        if kept:
            self.wiring.store(uplink, begun_anew=former is not None)
        return former

    def sync(self, peers: Iterable[Peer] | None = None) -> None:
        """Bring what the compiled loop has counted into the objects."""
        state = self._state
        for name in _COUNTED:
            setattr(self.counters, name, getattr(self.counters, name) + int(state[name]))
            state[name] = 0
        self.wiring.sync(peers)
