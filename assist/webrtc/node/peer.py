"""A client on the node, and the streams it takes part in.

A :class:`Peer` is one client: its address and its keys. A stream on its way through the node is one
:class:`Uplink` from its publisher and one :class:`Leg` to each of its viewers. They know each other, and so
live in one file: the packet loop walks from any of them to the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any, Protocol

from assist.webrtc.control.control import Kind
from assist.webrtc.node.adapter import SecureTransport, SrtpSession
from assist.webrtc.node.ice.ice import Address, IceLite
from assist.webrtc.node.rtp import rtp
from assist.webrtc.node.rtp.bandwidth import Allowance, KeyFrameGate, Limit
from assist.webrtc.node.rtp.feedback import ArrivalLog
from assist.webrtc.node.rtp.reception import Reception
from assist.webrtc.node.sdp.description import Codec, OfferDescription
from assist.webrtc.node.sdp.negotiation import ABS_SEND_TIME, MID, TRANSPORT_CC, Agreed

MAX_RTCP_SENDERS = 64
"""libsrtp keeps a replay window for each SSRC it has seen, so a peer may not bring as many as it likes."""
MAX_DORMANT = 32
"""SSRCs of streams that have ended whose keys are kept: a stream that is stopped and begun again goes on
counting where it was, which fresh keys would not open."""
MAX_RETIRED = 64
"""SSRCs that a peer may leave behind without a new offer. Packets of those are not taken again: their replay
windows are gone."""
SLACK = 16
"""Numbers left free where a new SSRC would go back behind the old one: its first packets may come in any
order."""

Send = Callable[[bytes | memoryview, Address], int]


class Ring(Protocol):
    """A stream's last packets in forwarded form, by the low bits of their sequence number."""

    def __getitem__(self, place: int, /) -> bytes | None: ...

    def __setitem__(self, place: int, packet: bytes | None, /) -> None: ...


class Uplink:
    """One audio or video stream as its publisher sends it.

    ``ring`` keeps the last packets in forwarded form, by the low bits of their sequence number. ``bound``
    are the legs of all its viewers; ``legs`` those that can carry packets already: it is replaced, never
    changed in place, so that the packet loop may walk it. ``shift`` and ``ticks`` are added to sequence
    numbers and timestamps on their way out, so that viewers see one stream when the publisher's SSRC changes.
    """

    __slots__ = (
        "agreed",
        "announced",
        "arrival_head",
        "arrival_id",
        "bound",
        "clock_rate",
        "key_frame_asked",
        "kind",
        "last_octets",
        "legs",
        "mid",
        "mid_id",
        "octets",
        "payload_type",
        "peer",
        "reception",
        "repairable",
        "ring",
        "rtx_payload_type",
        "rtx_ssrc",
        "shift",
        "ssrc",
        "started",
        "ticks",
    )

    def __init__(
        self, peer: Peer, kind: Kind, mid: str, agreed: Agreed, ssrc: int | None, rtx_ssrc: int | None
    ) -> None:
        self.peer = peer
        self.kind = kind
        self.mid = mid
        self.agreed = agreed
        self.ssrc = self.announced = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.shift = self.ticks = 0
        self.payload_type = agreed.codec.payload_type
        self.rtx_payload_type = agreed.rtx
        self.clock_rate = agreed.codec.clock_rate
        self.arrival_id = agreed.extension(TRANSPORT_CC)
        # -1: an id that fits no one-byte element.
        self.arrival_head = self.arrival_id << 4 | 1 if self.arrival_id < 15 else -1
        self.mid_id = agreed.extension(MID)
        self.repairable = "nack" in agreed.feedback
        self.reception = Reception()
        empty: list[bytes | None] = [None] * rtp.RING_SIZE
        self.ring: Ring = empty
        self.bound: list[Leg] = []
        self.legs: tuple[Leg, ...] = ()
        self.octets = 0
        self.last_octets = 0
        self.started = False
        self.key_frame_asked = -1e9

    def same_as(self, agreed: Agreed, ssrc: int | None) -> bool:
        """Whether a later offer describes this very stream. It may repeat an SSRC that has changed since."""
        return self.agreed == agreed and (ssrc is None or self.ssrc in (None, ssrc) or self.announced == ssrc)

    def ssrc_of(self, payload_type: int) -> int | None:
        """The SSRC that packets of this payload type, the stream's or its retransmissions', have now."""
        return self.ssrc if payload_type == self.payload_type else self.rtx_ssrc

    def begin_anew(self, ssrc: int, sequence: int, timestamp: int, now: float) -> None:
        """The stream goes on with another SSRC, first seen with these; viewers' numbers and times go on."""
        old, self.ssrc, self.reception = self.reception, ssrc, Reception()
        if old.expected < 0:
            return
        last = (old.expected - 1 + self.shift) & 0xFFFF
        self.shift = 0 if rtp.newer(sequence, last) else (last + 1 + SLACK - sequence) & 0xFFFF
        step = self.clock_rate // 50
        kept = self.ring[last & (rtp.RING_SIZE - 1)]
        before = rtp.U32.unpack_from(kept, 4)[0] if kept is not None else (timestamp + self.ticks - step)
        # Where the old stream's clock would be now; never back, though.
        due = before + step
        if old.transit is not None:
            by_clock = int(now * self.clock_rate - old.transit) + self.ticks
            due = by_clock if 0 < (by_clock - before) & 0xFFFFFFFF < 1 << 31 else due
        self.ticks = (due - timestamp) & 0xFFFFFFFF


class Leg:
    """One stream as one viewer gets it: own SSRCs, the viewer's payload types and extension ids.

    ``session`` is the viewer's outgoing SRTP session; the leg carries packets once it is attached to its
    uplink.
    """

    __slots__ = (
        "address",
        "agreed",
        "allowance",
        "confirmed",
        "gate",
        "last_block",
        "last_octets",
        "mid",
        "octets",
        "packets",
        "payload_type",
        "peer",
        "reports_sent",
        "rtx_payload_type",
        "rtx_sequence",
        "rtx_ssrc",
        "send",
        "session",
        "ssrc",
        "uplink",
        "word",
    )

    def __init__(
        self, peer: Peer, mid: str, uplink: Uplink, agreed: Agreed, ssrc: int, rtx_ssrc: int | None
    ) -> None:
        self.peer = peer
        self.mid = mid
        self.uplink = uplink
        self.agreed = agreed
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.payload_type = agreed.codec.payload_type
        self.rtx_payload_type = agreed.rtx
        self.rtx_sequence = random.getrandbits(15)
        number = agreed.extension(ABS_SEND_TIME)
        self.word = (number << 4 | 2) << 24 if number else 0
        uplink.bound.append(self)
        self.session: Any = None
        self.send: Send | None = None
        self.address: Address | None = None
        self.packets = 0
        self.octets = 0
        self.reports_sent: dict[int, float] = {}
        self.last_block: tuple[float, float] = (0.0, 0.0)
        self.last_octets = 0
        self.confirmed = False
        self.allowance = Allowance()
        self.gate = KeyFrameGate()

    def attach(self, session: Any, send: Send, address: Address) -> None:
        """Carry the stream from now on."""
        self.session, self.send, self.address = session, send, address
        if self not in self.uplink.legs:
            self.uplink.legs = (*self.uplink.legs, self)

    def detach(self) -> None:
        """Carry nothing any more."""
        if self in self.uplink.bound:
            self.uplink.bound.remove(self)
        self.uplink.legs = tuple(leg for leg in self.uplink.legs if leg is not self)


class Peer:
    """One client. ``uplinks`` finds a stream by SSRC, its own or its retransmissions'; ``published`` and
    ``legs`` by mid. ``seen`` is when something came from its chosen address last, ``checked`` when a check
    came from any.
    """

    __slots__ = (
        "addresses",
        "arrivals",
        "checked",
        "connected",
        "description",
        "dormant",
        "dtls_active",
        "estimate",
        "estimate_time",
        "ice",
        "id",
        "inbound",
        "joined",
        "legs",
        "limit",
        "outbound",
        "published",
        "retired",
        "room",
        "rtcp_senders",
        "rtt",
        "seen",
        "send",
        "session",
        "srtp",
        "takes",
        "task",
        "transport",
        "uplinks",
        "version",
    )

    def __init__(
        self, room: str, peer_id: str, ice: IceLite, description: OfferDescription, now: float
    ) -> None:
        self.room = room
        self.id = peer_id
        self.ice = ice
        self.description = description
        self.dtls_active = description.active  # for good (RFC 8842 section 5.5)
        self.joined = self.seen = self.checked = now
        self.transport: SecureTransport | None = None
        self.task: asyncio.Task[None] | None = None
        self.send: Send | None = None
        self.inbound: Any = None
        self.srtp: SrtpSession | None = None
        self.outbound: SrtpSession | None = None
        self.connected = False
        self.uplinks: dict[int, Uplink] = {}
        self.retired: set[int] = set()
        self.dormant: list[int] = []
        self.takes: tuple[Codec, ...] | None = None
        self.published: dict[str, Uplink] = {}
        self.legs: dict[str, Leg] = {}
        self.arrivals = ArrivalLog()
        self.rtcp_senders: set[int] = set()
        self.estimate = 0
        self.estimate_time = -1e9
        self.rtt = 0.0
        self.session = 0
        self.version = 0
        self.limit = Limit()
        self.addresses: list[Address] = []

    def guess(self, packet: rtp.Buffer, size: int) -> Uplink | None:
        """Whose an SSRC may be that was not announced (RFC 9143 section 9.2): the line's that its mid names,
        else the only one's that its payload type fits.

        Called with a packet that is still encrypted, from whomever; `learn` when it has proved authentic.
        """
        if size < rtp.HEADER_SIZE:
            return None
        ssrc, payload_type = int(rtp.U32.unpack_from(packet, 8)[0]), packet[1] & 0x7F
        if ssrc in self.retired or len(self.retired) >= MAX_RETIRED:
            return None
        streams = list(self.published.values())
        named = self._named(packet, size, streams)
        choice = streams if named is None else named
        fits = [uplink for uplink in choice if payload_type in (uplink.payload_type, uplink.rtx_payload_type)]
        waiting = [uplink for uplink in fits if uplink.ssrc_of(payload_type) is None]
        if waiting:
            return waiting[0]
        return fits[0] if len(fits) == 1 else None

    def _named(self, packet: rtp.Buffer, size: int, streams: list[Uplink]) -> list[Uplink] | None:
        for number in {uplink.mid_id for uplink in streams if uplink.mid_id}:
            mid = rtp.extension(packet, size, number)
            if mid is not None:
                return [uplink for uplink in streams if uplink.mid.encode() == mid]
        return None

    def learn(self, uplink: Uplink, packet: rtp.Buffer, now: float) -> int | None:
        """An authentic packet of ``uplink`` bears another SSRC than was known. Returns the SSRC that the
        stream has left behind, if it had one; its retransmissions may change theirs without that."""
        ssrc, payload_type = int(rtp.U32.unpack_from(packet, 8)[0]), packet[1] & 0x7F
        former = uplink.ssrc_of(payload_type)
        if former is not None:
            self.uplinks.pop(former, None)
            self.retired.add(former)
        self.uplinks[ssrc] = uplink
        if payload_type != uplink.payload_type:
            uplink.rtx_ssrc = ssrc
            return None
        if former is None:
            uplink.ssrc = ssrc
            return None
        sequence = int(rtp.U16.unpack_from(packet, 2)[0])
        uplink.begin_anew(ssrc, sequence, int(rtp.U32.unpack_from(packet, 4)[0]), now)
        return former

    def put_to_rest(self, uplink: Uplink) -> None:
        """A stream has ended; its keys are kept for a while, in case it goes on."""
        ended = [ssrc for ssrc in (uplink.ssrc, uplink.rtx_ssrc) if ssrc is not None]
        self.dormant = [ssrc for ssrc in self.dormant if ssrc not in ended] + ended
        while len(self.dormant) > MAX_DORMANT:
            oldest = self.dormant.pop(0)
            if self.srtp is not None and oldest not in self.uplinks:
                self.srtp.forget(oldest)

    def may_report(self, ssrc: int) -> bool:
        """Whether RTCP from this SSRC is taken, if it is authentic."""
        return ssrc in self.rtcp_senders or len(self.rtcp_senders) < MAX_RTCP_SENDERS

    def transmit(self, datagram: bytes) -> None:
        """Send as it is; what cannot be sent is lost, as on the network."""
        if self.send is not None and self.ice.address is not None:
            with contextlib.suppress(OSError):
                self.send(datagram, self.ice.address)

    def report(self, message: bytes) -> None:
        """Send RTCP."""
        if self.outbound is not None:
            self.transmit(self.outbound.protect_rtcp(message))

    def attach_legs(self) -> None:
        """Let every leg carry packets to where this peer is now; before it is connected, none can."""
        if self.outbound is None or self.send is None or self.ice.address is None:
            return
        for leg in self.legs.values():
            leg.attach(self.outbound.raw, self.send, self.ice.address)
