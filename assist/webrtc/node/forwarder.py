"""The packet loop: from the socket, through SRTP, to every viewer of the stream.

This is the reference, in plain Python, and the place where the processor time goes. Rules kept here: no
await, no task and no object per packet beyond the copy that the ring keeps; the packet is decrypted where
it was received, brought into forwarded form where it lies (see `rtp`), and encrypted again in place; struct
methods, pointers and slices that can be made once are made once.
"""

import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from assist.webrtc.node import adapter
from assist.webrtc.node.ice.ice import Address
from assist.webrtc.node.paths import Paths
from assist.webrtc.node.peer import Leg, Peer, Send, Uplink
from assist.webrtc.node.rtp import rtp

log = structlog.get_logger()

QUIET_S = 0.5
"""A peer that moves sends RTCP from its new address only; a second apart is usual."""
MAX_BATCH = 64
"""Datagrams taken before timers and control get their turn."""
DATAGRAM = 2048
HEADROOM = 8
"""The forwarded header is at most this much longer than the one received (20 bytes against 12)."""

_u16 = rtp.U16.unpack_from
_u32 = rtp.U32.unpack_from
_write_header = rtp.FORWARD_HEADER.pack_into


@dataclass(slots=True)
class Counters:
    """What the loop has done since the node started."""

    datagrams_in: int = 0
    packets_in: int = 0
    packets_out: int = 0
    retransmissions_in: int = 0
    retransmissions_out: int = 0
    retransmissions_missed: int = 0
    retransmissions_refused: int = 0
    duplicates: int = 0
    not_authentic: int = 0
    unknown: int = 0
    send_failed: int = 0
    malformed: int = 0
    failed: int = 0


class Forwarder:
    """The loop and its buffers. ``peers`` maps the address where a peer is now to the peer.

    What is not media of a known peer goes to the callbacks: ``on_stun(datagram, source, send)``,
    ``on_rtcp(peer, datagram)`` (still encrypted; whether it is the peer's), ``on_moved(peer, source, send)``
    where a peer's newest packet came from elsewhere, ``on_started(uplink)`` at a stream's first authentic
    packet with a payload, ``on_changed(uplink, former)`` when it has another SSRC now, and
    ``on_lost(uplink, sequences)`` for packets just found missing.
    """

    def __init__(self) -> None:
        self.paths = Paths()
        self.peers = self.paths.chosen
        self.counters = Counters()
        self.on_stun: Callable[[bytes, Address, Send], None] = lambda *_: None
        self.on_rtcp: Callable[[Peer, bytes], bool] = lambda *_: False
        self.on_moved: Callable[[Peer, Address, Send], None] = lambda *_: None
        self.on_started: Callable[[Uplink], None] = lambda _: None
        self.on_changed: Callable[[Uplink, int], None] = lambda *_: None
        self.on_lost: Callable[[Uplink, list[int]], None] = lambda *_: None
        memory, self._all = adapter.buffer(HEADROOM + DATAGRAM + adapter.SRTP_ROOM)
        self._pointers = adapter.pointers(memory, HEADROOM + DATAGRAM)
        self._view = self._all[HEADROOM : HEADROOM + DATAGRAM]
        out, self._out = adapter.buffer(DATAGRAM + adapter.SRTP_ROOM)
        self._out_pointer = out
        self._length = adapter.length_cell()
        self._start = self._pointers[HEADROOM]

    def drain(self, sock: socket.socket) -> None:
        """Take what the socket has, up to `MAX_BATCH` datagrams."""
        receive, view, counters = sock.recvfrom_into, self._view, self.counters
        handle = self._handle
        for _ in range(MAX_BATCH):
            try:
                size, source = receive(view)
            except OSError:  # nothing more (BlockingIOError), or an ICMP error of some earlier datagram
                return
            counters.datagrams_in += 1
            try:
                handle(size, source, sock)
            except Exception:
                self._failed()

    def _failed(self) -> None:
        """One packet's fault is no other's: the log says what happened, but not a thousand times."""
        self.counters.failed += 1
        failed = self.counters.failed
        if failed <= 10 or failed % 1000 == 0:
            log.exception("packet_failed", times=failed)

    def _handle(self, size: int, source: Address, sock: socket.socket) -> None:
        """A datagram lies in the buffer."""
        if size < rtp.HEADER_SIZE:
            self.counters.unknown += 1
            return
        view = self._view
        first = view[0]
        peer = self.peers.get(source)
        if peer is None or not 127 < first < 192:
            self._other(peer, first, size, source, sock)
            return
        if 191 < view[1] < 224:  # RFC 5761 section 4
            self.on_rtcp(peer, bytes(view[:size]))
            return
        uplink = peer.uplinks.get(_u32(view, 8)[0])
        if uplink is None or peer.inbound is None:
            self._open(peer, size)
            return
        length = self._length
        length[0] = size
        if adapter.unprotect(peer.inbound, self._start, length):
            self.counters.not_authentic += 1
            return
        self._take(peer, uplink, first, length[0])

    def _open(self, peer: Peer, size: int) -> Uplink | None:
        """A packet in the buffer that may be ``peer``'s, of an SSRC known or not: whose stream it proved to
        be. Nothing is learned from it before."""
        view, length = self._view, self._length
        uplink = peer.uplinks.get(_u32(view, 8)[0])
        known = uplink is not None
        if uplink is None:
            uplink = peer.guess(view, size)
        if uplink is None or peer.inbound is None:
            self.counters.unknown += 1
            return None
        length[0] = size
        if adapter.unprotect(peer.inbound, self._start, length):
            self.counters.not_authentic += 1
            return None
        size = length[0]
        if not known:
            former = self._learn(peer, uplink)
            if former is not None:
                self.on_changed(uplink, former)
        self._take(peer, uplink, view[0], size)
        return uplink

    def _learn(self, peer: Peer, uplink: Uplink) -> int | None:
        return peer.learn(uplink, self._view, time.monotonic())

    def rewire(self, peer: Peer) -> None:
        """Someone came, went or moved, or their streams did. This loop looks everything up as it goes; a
        compiled one keeps tables.
        """

    def sync(self, peers: Iterable[Peer] | None = None) -> None:
        """Bring counts that a compiled loop keeps of these peers (None: of everyone) into the objects; here
        they are there already.
        """

    def _other(self, peer: Peer | None, first: int, size: int, source: Address, sock: socket.socket) -> None:
        """STUN and DTLS, told apart by the first byte (RFC 7983). DTLS only from a proven address."""
        peer = peer or self.paths.owner(source)
        if first < 4:
            self.on_stun(bytes(self._view[:size]), source, sock.sendto)
        elif 127 < first < 192:
            self._stray(size, source, sock)
        elif peer is not None and 19 < first < 64 and peer.transport is not None:
            peer.transport.deliver(bytes(self._view[:size]))
        else:
            self.counters.unknown += 1

    def _stray(self, size: int, source: Address, sock: socket.socket) -> None:
        """Media or RTCP from where nobody is: somebody's whose address has changed, if their keys open it."""
        view, now = self._view, time.monotonic()
        is_rtcp = 191 < view[1] < 224
        datagram = bytes(view[:size])
        suspects = self.paths.suspects(source, _u32(view, 4 if is_rtcp else 8)[0], now)
        if not suspects:
            self.counters.unknown += 1
        for peer in suspects:
            quiet = now - peer.seen
            if is_rtcp:
                if self.on_rtcp(peer, datagram):
                    # Its order cannot be seen: what is on its way while the peer moves must not move it back.
                    if quiet > QUIET_S:
                        self.on_moved(peer, source, sock.sendto)
                    return
                continue
            view[:size] = datagram
            uplink = self._open(peer, size)
            if uplink is not None:
                sequence = int(_u16(datagram, 2)[0])
                own = _u32(datagram, 8)[0] == uplink.ssrc
                if own and (uplink.reception.expected - 1) & 0xFFFF == sequence:
                    self.on_moved(peer, source, sock.sendto)
                return

    def _take(self, peer: Peer, uplink: Uplink, first: int, size: int) -> None:
        """An authentic packet lies decrypted in the buffer."""
        view = self._view
        now = time.monotonic()
        peer.seen = now
        start = 12 + 4 * (first & 0x0F)
        if first & 0x10:
            if start + 4 > size:
                self.counters.malformed += 1
                return
            block = start + 4
            start = block + 4 * _u16(view, start + 2)[0]
            if start > size:
                self.counters.malformed += 1
                return
            if uplink.arrival_id:
                if view[block] == uplink.arrival_head and view[block - 4] == 0xBE:
                    peer.arrivals.arrivals.append((_u16(view, block + 1)[0], now))
                else:
                    self._note_arrival(peer, uplink, size, now)
        second = view[1]
        if _u32(view, 8)[0] != uplink.ssrc:
            if second & 0x7F == uplink.rtx_payload_type:
                self._take_retransmission(uplink, size, now)
            else:
                self.counters.unknown += 1
            return
        if second & 0x7F != uplink.payload_type:
            # Another codec under the stream's SSRC: of a former agreement, or of none.
            self.counters.unknown += 1
            return
        self.counters.packets_in += 1
        sequence = _u16(view, 2)[0]
        reception = uplink.reception
        if sequence == reception.expected:
            reception.received += 1
            if sequence == 0xFFFF:
                reception.expected = 0
                reception.cycles += 0x10000
            else:
                reception.expected = sequence + 1
        elif not self._irregular(uplink, sequence, now):
            return
        if not uplink.started and rtp.has_payload(view, start, size):
            uplink.started = True
            self.on_started(uplink)
        uplink.octets += size
        timestamp = _u32(view, 4)[0]
        number = sequence + uplink.shift & 0xFFFF
        # A video frame's last packet is marked; between those, packets of one frame share a timestamp.
        if second & 0x80 or uplink.clock_rate == 48000:
            reception.note_transit(now, timestamp, uplink.clock_rate)
        begin = HEADROOM + start - rtp.FORWARD_HEADER_SIZE
        sent_at = int(now * 262144) & 0xFFFFFF
        whole = self._all
        _write_header(
            whole,
            begin,
            0x90 | first & 0x20,
            second,
            number,
            timestamp + uplink.ticks & 0xFFFFFFFF,
            0,
            rtp.EXTENSION_BLOCK,
            0,
        )
        packet = bytes(whole[begin : HEADROOM + size])
        uplink.ring[number & 1023] = packet
        legs = uplink.legs
        if not legs:
            return
        marker = second & 0x80
        if number > (reception.expected + uplink.shift & 0xFFFF) > 0:
            for leg in self._there_before(uplink):
                self._send(leg, packet, marker, sent_at)
            return
        for leg in legs[1:]:
            self._send(leg, packet, marker, sent_at)
        # The first leg's copy is made where the packet lies.
        leg = legs[0]
        whole[begin + 1] = marker | leg.payload_type
        rtp.U32.pack_into(whole, begin + 8, leg.ssrc)
        if leg.word:
            rtp.U32.pack_into(whole, begin + 16, leg.word | sent_at)
        length = self._length
        length[0] = len(packet)
        if adapter.protect(leg.session, self._pointers[begin], length):
            self.counters.send_failed += 1
            return
        try:
            leg.send(whole[begin : begin + length[0]], leg.address)  # type: ignore[misc, arg-type]
        except OSError:
            self.counters.send_failed += 1
            return
        leg.packets += 1
        leg.octets += size
        self.counters.packets_out += 1

    def _send(self, leg: Leg, packet: bytes, marker: int, sent_at: int) -> None:
        """Patch, encrypt and send a packet in forwarded form."""
        out, length, size = self._out, self._length, len(packet)
        out[:size] = packet
        out[1] = marker | leg.payload_type
        rtp.U32.pack_into(out, 8, leg.ssrc)
        if leg.word:
            rtp.U32.pack_into(out, 16, leg.word | sent_at)
        length[0] = size
        if adapter.protect(leg.session, self._out_pointer, length):
            self.counters.send_failed += 1
            return
        try:
            leg.send(out[: length[0]], leg.address)  # type: ignore[misc, arg-type]
        except OSError:
            self.counters.send_failed += 1
            return
        leg.packets += 1
        leg.octets += size
        self.counters.packets_out += 1

    def _irregular(self, uplink: Uplink, sequence: int, now: float) -> bool:
        """A packet that is not the next one: whether to forward it."""
        useful, lost = uplink.reception.irregular(sequence, now)
        if not uplink.repairable:
            # Nothing will be asked for again: the gaps are only remembered to tell late packets from doubles.
            if len(uplink.reception.missing) > 256:
                uplink.reception.missing.clear()
        elif lost:
            self.on_lost(uplink, lost)
        if not useful:
            self.counters.duplicates += 1
        return useful

    def _note_arrival(self, peer: Peer, uplink: Uplink, size: int, now: float) -> None:
        value = rtp.extension(self._view, size, uplink.arrival_id)
        if value is not None and len(value) == 2:
            peer.arrivals.arrivals.append((int.from_bytes(value, "big"), now))

    def _take_retransmission(self, uplink: Uplink, size: int, now: float) -> None:
        """An RTX packet: bring back the original, if it was still missing."""
        self.counters.retransmissions_in += 1
        original = rtp.unwrap_retransmission(self._view, size, uplink.payload_type, uplink.ssrc or 0)
        if original is None:
            return
        sequence = int(_u16(original, 2)[0])
        if not uplink.reception.repaired(sequence):
            self.counters.duplicates += 1
            return
        packet = rtp.forwarded(original, uplink.shift, uplink.ticks)
        uplink.ring[int(_u16(packet, 2)[0]) & 1023] = packet
        legs = uplink.legs
        if _u16(packet, 2)[0] > (uplink.reception.expected + uplink.shift & 0xFFFF) > 0:
            legs = self._there_before(uplink)
        for leg in legs:
            self._send(leg, packet, packet[1] & 0x80, rtp.abs_send_time(now))

    def _there_before(self, uplink: Uplink) -> tuple[Leg, ...]:
        """The viewers of a late packet from before its numbers wrapped who have got packets from then, too.

        A receiver counts the wraps from its first packet on (RFC 3711 section 3.3.1): one that came later
        would take the late one for the newest by far, or miss it and open nothing from then on.
        """
        after = (uplink.reception.expected + uplink.shift) & 0xFFFF
        self.sync([leg.peer for leg in uplink.legs])
        return tuple(leg for leg in uplink.legs if leg.packets > after)

    def retransmit(self, leg: Leg, sequences: tuple[int, ...]) -> None:
        """A viewer did not get these packets: send them again, as RTX where it takes that (RFC 4588)."""
        counters, ring = self.counters, leg.uplink.ring
        sent_at = rtp.abs_send_time(time.monotonic())
        for sequence in sequences:
            packet = ring[sequence & 1023]
            if packet is None or _u16(packet, 2)[0] != sequence:
                counters.retransmissions_missed += 1
                continue
            if not leg.allowance.take(len(packet)):
                counters.retransmissions_refused += 1
                continue
            counters.retransmissions_out += 1
            if leg.rtx_payload_type is None or leg.rtx_ssrc is None:
                self._send(leg, packet, packet[1] & 0x80, sent_at)
                continue
            word = leg.word | sent_at if leg.word else 0
            wrapped = rtp.wrap_retransmission(
                packet, leg.rtx_payload_type, leg.rtx_ssrc, leg.rtx_sequence, word
            )
            leg.rtx_sequence = (leg.rtx_sequence + 1) & 0xFFFF
            self._send_wrapped(leg, wrapped)

    def _send_wrapped(self, leg: Leg, packet: bytearray) -> None:
        size = len(packet)
        self._out[:size] = packet
        self._length[0] = size
        if adapter.protect(leg.session, self._out_pointer, self._length):
            self.counters.send_failed += 1
            return
        try:
            leg.send(self._out[: self._length[0]], leg.address)  # type: ignore[misc, arg-type]
        except OSError:
            self.counters.send_failed += 1
