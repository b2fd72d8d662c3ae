"""The packet loop with its common case compiled (see `compiled_loop`); everything else is the reference's.

Python keeps the tables: it writes them anew, before the next packet, whenever someone came, went or moved.
While a stream is in the tables, its sequence state and its last packets live there; the reference loop gets
them before it takes a packet of that stream, and puts them back after.
"""

import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from assist.webrtc.node import adapter
from assist.webrtc.node.compiled.layout import ADDRESS_MASK, HISTORY_PACKET, SLOW, STREAM_MASK, Tables
from assist.webrtc.node.compiled.loop import address_hash, pump, stream_hash
from assist.webrtc.node.forwarder import Forwarder
from assist.webrtc.node.ice.ice import Address
from assist.webrtc.node.peer import Leg, Peer, Uplink

_COUNTED = ("datagrams_in", "packets_in", "packets_out", "send_failed", "not_authentic", "malformed")


class History:
    """A stream's last packets in the shared memory, used as the list that the reference keeps."""

    def __init__(self, tables: Tables, slot: int) -> None:
        self._packets, self._sizes = tables["history"][slot], tables["history_size"][slot]
        self._sizes[:] = 0

    def __getitem__(self, place: int) -> bytes | None:
        size = int(self._sizes[place])
        return self._packets[place, :size].tobytes() if size else None

    def __setitem__(self, place: int, packet: bytes | None) -> None:
        size = len(packet) if packet is not None and len(packet) <= HISTORY_PACKET else 0
        if packet is not None and size:
            self._packets[place, :size] = np.frombuffer(packet, np.uint8)
        self._sizes[place] = size


class CompiledForwarder(Forwarder):
    """A `Forwarder` for one IPv4 socket; other sockets of the node are drained by the reference."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._tables = Tables(sock.fileno())
        self._state = self._tables["global_"][0]
        self._slots: dict[Uplink, int] = {}
        self._peer_slots: dict[Peer, int] = {}
        self._leg_slots: list[Leg] = []
        self._free_streams = list(range(len(self._tables["streams"])))[::-1]
        self._free_peers = list(range(len(self._tables["peers"])))[::-1]
        self._everyone: Callable[[], Iterable[Peer]] = tuple
        self._dirty = True
        pump(self._tables.pointer)  # compile now, not at the first call
        address_hash(1, 1)
        stream_hash(1)

    def rewire(self, everyone: Callable[[], Iterable[Peer]]) -> None:
        """The tables are out of date: they are written anew before the next packet."""
        self._everyone = everyone
        self._dirty = True

    def drain(self, sock: socket.socket) -> None:
        """Take what the socket has."""
        if sock is not self._sock:
            super().drain(sock)
            return
        if self._dirty:
            self._rebuild()
        if not pump(self._tables.pointer):
            return
        state, tables = self._state, self._tables
        packets, sizes, sources = tables["slow"], tables["slow_size"], tables["slow_address"]
        for number in range(int(state["slow_head"]), int(state["slow_tail"])):
            place = number % SLOW
            size = min(int(sizes[place]), len(self._view))
            self._view[:size] = packets[place, :size].data
            self._handle(size, _address(sources[place]), sock)
        state["slow_head"] = state["slow_tail"]

    # ---- the reference's part

    def _take(self, peer: Peer, uplink: Uplink, first: int, size: int) -> None:
        slot = self._slots.get(uplink)
        if slot is None:
            before = uplink.started
            super()._take(peer, uplink, first, size)
            self._dirty = self._dirty or uplink.started is not before
            return
        self._load(uplink, slot)
        super()._take(peer, uplink, first, size)
        self._store(uplink, slot)

    def _learn(self, peer: Peer, uplink: Uplink) -> int | None:
        slot = self._slots.get(uplink)
        if slot is not None:
            self._load(uplink, slot)
        former = super()._learn(peer, uplink)
        if slot is not None:
            self._store(uplink, slot)
            if former is not None:
                self._tables["streams"][slot]["timed"] = 0
        return former

    def _store(self, uplink: Uplink, slot: int) -> None:
        row, reception = self._tables["streams"][slot], uplink.reception
        row["expected"], row["cycles"], row["received"] = (
            reception.expected,
            reception.cycles,
            reception.received,
        )
        row["shift"], row["ticks"] = uplink.shift, uplink.ticks

    def _load(self, uplink: Uplink, slot: int) -> None:
        row, reception = self._tables["streams"][slot], uplink.reception
        reception.expected, reception.cycles = int(row["expected"]), int(row["cycles"])
        reception.received = int(row["received"])
        if row["timed"]:
            reception.jitter, reception.transit = float(row["jitter"]), float(row["transit"])
        uplink.octets += int(row["octets"])
        row["octets"] = 0

    def sync(self) -> None:
        """Bring what the compiled loop has counted into the objects."""
        state = self._state
        for name in _COUNTED:
            setattr(self.counters, name, getattr(self.counters, name) + int(state[name]))
            state[name] = 0
        for uplink, slot in self._slots.items():
            self._load(uplink, slot)
        rows = self._tables["legs"]
        for place, leg in enumerate(self._leg_slots):
            leg.packets += int(rows[place]["packets"])
            leg.octets += int(rows[place]["octets"])
        rows["packets"][: len(self._leg_slots)] = 0
        rows["octets"][: len(self._leg_slots)] = 0
        for peer, slot in self._peer_slots.items():
            row = self._tables["peers"][slot]
            peer.seen = max(peer.seen, float(row["seen"]))
            count = int(row["arrivals"])
            if count:
                numbers, times = self._tables["numbers"][slot, :count], self._tables["times"][slot, :count]
                peer.arrivals.arrivals += zip(numbers.tolist(), times.tolist(), strict=True)
                row["arrivals"] = 0

    # ---- tables

    def _rebuild(self) -> None:
        self.sync()
        self._dirty = False
        peers = [peer for peer in self._everyone() if peer.connected and peer.inbound is not None]
        streams = [u for peer in peers for u in peer.published.values() if self._fits(u)]
        _exchange(self._peer_slots, peers, self._free_peers)
        for uplink in _exchange(self._slots, streams, self._free_streams):
            self._adopt(uplink, self._slots[uplink])
        self._write_addresses()
        self._write_streams()

    def _fits(self, uplink: Uplink) -> bool:
        """Whether the compiled loop can carry a stream: it has begun, and all its viewers are on this
        socket.
        """
        here = all(leg.send == self._sock.sendto for leg in uplink.legs)
        return uplink.started and uplink.ssrc is not None and here

    def _adopt(self, uplink: Uplink, slot: int) -> None:
        history = History(self._tables, slot)
        for place, packet in enumerate(uplink.ring[i] for i in range(len(self._tables["history"][slot]))):
            if packet is not None:
                history[place] = packet
        uplink.ring = history
        self._store(uplink, slot)
        row, reception = self._tables["streams"][slot], uplink.reception
        row["octets"] = row["timed"] = 0
        row["jitter"] = reception.jitter
        row["arrival_id"], row["clock_rate"] = uplink.arrival_id, uplink.clock_rate

    def _write_addresses(self) -> None:
        index, words, owner = (self._tables[f"address_{part}"] for part in ("index", "words", "owner"))
        index[:] = 0
        row = 0
        for address, peer in self.peers.items():
            slot = self._peer_slots.get(peer)
            if slot is None or len(address) != 2 or row == len(words):
                continue
            words[row] = _words(address)
            owner[row] = slot
            _enter(index, ADDRESS_MASK, int(address_hash(int(words[row, 0]), int(words[row, 1]))), row)
            row += 1
        for peer, slot in self._peer_slots.items():
            self._tables["peers"][slot]["session"] = adapter.session_address(peer.inbound)

    def _write_streams(self) -> None:
        index, streams, legs = self._tables["stream_index"], self._tables["streams"], self._tables["legs"]
        index[:] = 0
        self._leg_slots = []
        for uplink, slot in self._slots.items():
            if uplink.peer not in self._peer_slots:
                continue
            streams[slot]["key"] = self._peer_slots[uplink.peer] << 32 | (uplink.ssrc or 0)
            _enter(index, STREAM_MASK, int(stream_hash(int(streams[slot]["key"]))), slot)
            following = 0
            for leg in uplink.legs:
                place = len(self._leg_slots)
                self._leg_slots.append(leg)
                session = adapter.session_address(leg.session)
                legs[place] = (session, leg.ssrc, leg.payload_type, leg.word, following, 0, 0)
                self._tables["leg_address"][place] = _words(leg.address)
                following = place + 1
            streams[slot]["leg"] = following


def _exchange(slots: dict[Any, int], wanted: list[Any], free: list[int]) -> list[Any]:
    """Give a slot to each of ``wanted`` while there are any, take back the others'; returns who is new."""
    still = set(wanted)
    for gone in [one for one in slots if one not in still]:
        free.append(slots.pop(gone))
    fresh = [one for one in wanted if one not in slots][: len(free)]
    for one in fresh:
        slots[one] = free.pop()
    return fresh


def _enter(index: Any, mask: int, place: int, row: int) -> None:
    while index[place]:
        place = (place + 1) & mask
    index[place] = row + 1


def _words(address: Any) -> Any:
    """struct sockaddr_in as four words."""
    raw = struct.pack("=H", socket.AF_INET) + struct.pack("!H", address[1]) + socket.inet_aton(address[0])
    return np.frombuffer(raw.ljust(16, b"\0"), np.uint32)


def _address(words: Any) -> Address:
    raw = words.tobytes()
    return socket.inet_ntoa(raw[4:8]), int.from_bytes(raw[2:4], "big")
