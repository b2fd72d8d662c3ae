"""A stream on its way through the node: one uplink from its publisher, one leg to each of its viewers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from assist.webrtc.control import Kind
from assist.webrtc.node.bandwidth import Allowance, KeyFrameGate
from assist.webrtc.node.ice import Address
from assist.webrtc.node.negotiation import ABS_SEND_TIME, MID, TRANSPORT_CC, Agreed
from assist.webrtc.node.reception import Reception
from assist.webrtc.node.rtp import RING_SIZE

if TYPE_CHECKING:
    from assist.webrtc.node.peer import Peer

Send = Callable[[bytes | memoryview, Address], int]


class Ring(Protocol):
    """A stream's last packets in forwarded form, by the low bits of their sequence number."""

    def __getitem__(self, place: int, /) -> bytes | None: ...

    def __setitem__(self, place: int, packet: bytes | None, /) -> None: ...


class Uplink:
    """One audio or video stream as its publisher sends it.

    ``ring`` keeps the last packets in forwarded form, by the low bits of their sequence number. ``bound``
    are the legs of all its viewers; ``legs`` those that can carry packets already: it is replaced, never
    changed in place, so that the packet loop may walk it.
    """

    __slots__ = (
        "agreed",
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
        "ssrc",
        "started",
    )

    def __init__(
        self, peer: Peer, kind: Kind, mid: str, agreed: Agreed, ssrc: int | None, rtx_ssrc: int | None
    ) -> None:
        self.peer = peer
        self.kind = kind
        self.mid = mid
        self.agreed = agreed
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.payload_type = agreed.codec.payload_type
        self.rtx_payload_type = agreed.rtx
        self.clock_rate = agreed.codec.clock_rate
        self.arrival_id = agreed.extension(TRANSPORT_CC)
        self.arrival_head = self.arrival_id << 4 | 1
        self.mid_id = agreed.extension(MID)
        self.repairable = "nack" in agreed.feedback
        self.reception = Reception()
        empty: list[bytes | None] = [None] * RING_SIZE
        self.ring: Ring = empty
        self.bound: list[Leg] = []
        self.legs: tuple[Leg, ...] = ()
        self.octets = 0
        self.last_octets = 0
        self.started = False
        self.key_frame_asked = -1e9

    def same_as(self, agreed: Agreed, ssrc: int | None) -> bool:
        """Whether a later offer describes this very stream."""
        return self.agreed == agreed and (ssrc is None or self.ssrc in (None, ssrc))


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
