"""Who is where in the compiled loop's tables, kept up to date row by row.

`Wiring.write` brings what concerns one peer into the tables: its addresses, the streams it sends, and the
viewers of every stream that it sends or receives. What that costs depends on its room, not on how many others
are on the node. Whatever a table points to (SRTP sessions) is held here until the row is gone.
"""

import socket
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from assist.webrtc.node import adapter
from assist.webrtc.node.compiled.index import Index
from assist.webrtc.node.compiled.layout import ADDRESS_MASK, HISTORY, HISTORY_PACKET, STREAM_MASK, Tables
from assist.webrtc.node.compiled.loop import address_hash, stream_hash
from assist.webrtc.node.ice.ice import Address
from assist.webrtc.node.peer import Leg, Peer, Uplink


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


class Wiring:
    """``addresses`` maps where peers are now to the peers. ``rows_written`` counts rows that were entered or
    taken out: the work that comings and goings cause.
    """

    def __init__(self, tables: Tables, sock: socket.socket, addresses: Mapping[Address, Peer]) -> None:
        self._tables, self._sock, self._addresses = tables, sock, addresses
        self._streams: Any = tables["streams"]
        self._legs: Any = tables["legs"]
        self._peers: Any = tables["peers"]
        self._words: Any = tables["address_words"]
        self._address_index = Index(tables["address_index"], ADDRESS_MASK, self._address_home)
        self._stream_index = Index(tables["stream_index"], STREAM_MASK, self._stream_home)
        self.rows_written = 0
        self._forget()

    def _forget(self) -> None:
        tables = self._tables
        self._slots: dict[Uplink, int] = {}
        self._peer_slots: dict[Peer, int] = {}
        self._rows: dict[Address, int] = {}
        self._chains: dict[Uplink, list[tuple[Leg, int]]] = {}
        self._leg_places: dict[Leg, int] = {}
        self._streams_of: defaultdict[Peer, set[Uplink]] = defaultdict(set)
        self._addresses_of: defaultdict[Peer, set[Address]] = defaultdict(set)
        self._owner: dict[Address, Peer] = {}
        self._held: dict[Uplink | Peer, Any] = {}
        self._free_peers, self._free_streams, self._free_legs, self._free_rows = (
            list(range(len(tables[name])))[::-1] for name in ("peers", "streams", "legs", "address_words")
        )

    def __contains__(self, uplink: Uplink) -> bool:
        return uplink in self._slots

    def free(self) -> dict[str, int]:
        """How much room is left for each."""
        return {
            "peers": len(self._free_peers),
            "streams": len(self._free_streams),
            "legs": len(self._free_legs),
            "addresses": len(self._free_rows),
        }

    # ---- who came, went or moved

    def write(self, peer: Peer) -> None:
        """Bring a peer's rows up to date, and those of the streams it sends or receives."""
        streams = set(peer.published.values()) | {leg.uplink for leg in peer.legs.values()}
        here = peer.connected and peer.inbound is not None
        if here:
            self._admit(peer)
        for uplink in streams | self._streams_of[peer]:
            self._write_stream(uplink)
        for address in {*peer.addresses, *self._addresses_of[peer]}:
            self._write_address(address)
        if not here:
            self._dismiss(peer)

    def _admit(self, peer: Peer) -> None:
        if peer not in self._peer_slots:
            if not self._free_peers:
                return
            slot = self._peer_slots[peer] = self._free_peers.pop()
            self._peers[slot]["arrivals"] = self._peers[slot]["seen"] = 0
        self._held[peer] = peer.srtp
        self._peers[self._peer_slots[peer]]["session"] = adapter.session_address(peer.inbound)
        self.rows_written += 1

    def _dismiss(self, peer: Peer) -> None:
        slot = self._peer_slots.pop(peer, None)
        self._held.pop(peer, None)
        self._streams_of.pop(peer, None)
        self._addresses_of.pop(peer, None)
        if slot is not None:
            self._free_peers.append(slot)
            self.rows_written += 1

    def abandon(self) -> None:
        """Leave everything to the reference: nothing is in the tables any more."""
        self._address_index.clear()
        self._stream_index.clear()
        for uplink in list(self._slots):
            self.load(uplink)
            uplink.ring = [uplink.ring[place] for place in range(HISTORY)]
        self._forget()

    def _write_address(self, address: Address) -> None:
        peer = self._addresses.get(address)
        slot = self._peer_slots.get(peer) if peer is not None and peer.connected else None
        row = self._rows.get(address)
        if row is not None and slot is None:
            self._address_index.remove(row)
            self._free_rows.append(self._rows.pop(address))
            self._addresses_of[self._owner.pop(address)].discard(address)
            self.rows_written += 1
        elif (
            peer is not None
            and slot is not None
            and len(address) == 2
            and (row is not None or self._free_rows)
        ):
            if row is None:
                row = self._rows[address] = self._free_rows.pop()
                self._words[row] = _words(address)
                self._address_index.enter(row)
            else:
                self._addresses_of[self._owner[address]].discard(address)
            self._tables["address_owner"][row] = slot
            self._owner[address] = peer
            self._addresses_of[peer].add(address)
            self.rows_written += 1

    def _address_home(self, row: int) -> int:
        return int(address_hash(int(self._words[row, 0]), int(self._words[row, 1])))

    def _stream_home(self, slot: int) -> int:
        return int(stream_hash(int(self._streams[slot]["key"])))

    # ---- streams and their viewers

    def _fits(self, uplink: Uplink) -> bool:
        """Whether the compiled loop can carry a stream: it has begun, and all its viewers are on this
        socket.
        """
        peer = uplink.peer
        there = peer.connected and peer in self._peer_slots and peer.published.get(uplink.mid) is uplink
        here = all(leg.send == self._sock.sendto for leg in uplink.legs)
        return there and uplink.started and uplink.ssrc is not None and here

    def _write_stream(self, uplink: Uplink) -> None:
        slot = self._slots.get(uplink)
        if slot is not None:
            self._stream_index.remove(slot)
            self._free_chain(uplink)
        room = len(self._free_legs) >= len(uplink.legs) and (slot is not None or self._free_streams)
        if not (room and self._fits(uplink)):
            if slot is not None:
                self._release(uplink, slot)
            return
        if slot is None:
            slot = self._slots[uplink] = self._free_streams.pop()
            self._streams_of[uplink.peer].add(uplink)
            self._adopt(uplink, slot)
        self._streams[slot]["key"] = self._peer_slots[uplink.peer] << 32 | (uplink.ssrc or 0)
        self._stream_index.enter(slot)
        self._streams[slot]["leg"] = self._write_chain(uplink)
        self.rows_written += 1

    def _write_chain(self, uplink: Uplink) -> int:
        chain, following = self._chains.setdefault(uplink, []), 0
        self._held[uplink] = [leg.peer.outbound for leg in uplink.legs]
        for leg in uplink.legs:
            place = self._leg_places[leg] = self._free_legs.pop()
            chain.append((leg, place))
            self._streams_of[leg.peer].add(uplink)
            session = adapter.session_address(leg.session)
            self._legs[place] = (session, leg.ssrc, leg.payload_type, leg.word, following, 0, 0)
            self._tables["leg_address"][place] = _words(leg.address)
            following = place + 1
            self.rows_written += 1
        return following

    def _free_chain(self, uplink: Uplink) -> None:
        for leg, place in self._chains.pop(uplink, ()):
            self._sync_leg(leg, place)
            del self._leg_places[leg]
            self._streams_of[leg.peer].discard(uplink)
            self._free_legs.append(place)
            self.rows_written += 1
        self._held.pop(uplink, None)

    def _adopt(self, uplink: Uplink, slot: int) -> None:
        history = History(self._tables, slot)
        for place in range(HISTORY):
            packet = uplink.ring[place]
            if packet is not None:
                history[place] = packet
        uplink.ring = history
        self.store(uplink)
        row = self._streams[slot]
        row["octets"] = row["timed"] = 0
        row["jitter"] = uplink.reception.jitter
        row["payload_type"] = uplink.payload_type
        row["arrival_id"], row["clock_rate"] = uplink.arrival_id, uplink.clock_rate

    def _release(self, uplink: Uplink, slot: int) -> None:
        self.load(uplink)
        if uplink.peer.published.get(uplink.mid) is uplink:
            # It goes on, with the reference; its packets must not lie where another stream's will.
            uplink.ring = [uplink.ring[place] for place in range(HISTORY)]
        del self._slots[uplink]
        self._streams_of[uplink.peer].discard(uplink)
        self._free_streams.append(slot)
        self.rows_written += 1

    # ---- what the loop has counted

    def load(self, uplink: Uplink) -> None:
        """A stream's state, from its row."""
        row, reception = self._streams[self._slots[uplink]], uplink.reception
        reception.expected, reception.cycles = int(row["expected"]), int(row["cycles"])
        reception.received = int(row["received"])
        if row["timed"]:
            reception.jitter, reception.transit = float(row["jitter"]), float(row["transit"])
        uplink.octets += int(row["octets"])
        row["octets"] = 0

    def store(self, uplink: Uplink, begun_anew: bool = False) -> None:
        """A stream's state, into its row."""
        row, reception = self._streams[self._slots[uplink]], uplink.reception
        row["expected"], row["cycles"], row["received"] = (
            reception.expected,
            reception.cycles,
            reception.received,
        )
        row["shift"], row["ticks"] = uplink.shift, uplink.ticks
        if begun_anew:
            row["timed"] = 0

    def sync(self, peers: Iterable[Peer] | None) -> None:
        """Bring what was counted for these peers, their streams and their legs into the objects (None: for
        all).
        """
        for peer in list(self._peer_slots) if peers is None else peers:
            for uplink in peer.published.values():
                if uplink in self._slots:
                    self.load(uplink)
            for leg in peer.legs.values():
                place = self._leg_places.get(leg)
                if place is not None:
                    self._sync_leg(leg, place)
            slot = self._peer_slots.get(peer)
            if slot is not None:
                self._sync_peer(peer, slot)

    def _sync_leg(self, leg: Leg, place: int) -> None:
        row = self._legs[place]
        leg.packets += int(row["packets"])
        leg.octets += int(row["octets"])
        row["packets"] = row["octets"] = 0

    def _sync_peer(self, peer: Peer, slot: int) -> None:
        row = self._peers[slot]
        peer.seen = max(peer.seen, float(row["seen"]))
        count = int(row["arrivals"])
        if count:
            numbers, times = self._tables["numbers"][slot, :count], self._tables["times"][slot, :count]
            peer.arrivals.arrivals += zip(numbers.tolist(), times.tolist(), strict=True)
            row["arrivals"] = 0


def _words(address: Any) -> Any:
    """struct sockaddr_in as four words."""
    raw = struct.pack("=H", socket.AF_INET) + struct.pack("!H", address[1]) + socket.inet_aton(address[0])
    return np.frombuffer(raw.ljust(16, b"\0"), np.uint32)


def address_of(words: Any) -> Address:
    """The address in a struct sockaddr_in."""
    raw = words.tobytes()
    return socket.inet_ntoa(raw[4:8]), int.from_bytes(raw[2:4], "big")
