"""One client on the node: its address, its keys, the streams it sends and the legs it receives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

from assist.webrtc.node import rtp
from assist.webrtc.node.adapter import SecureTransport, SrtpSession
from assist.webrtc.node.bandwidth import Limit
from assist.webrtc.node.description import OfferDescription
from assist.webrtc.node.feedback import ArrivalLog
from assist.webrtc.node.ice import Address, IceLite
from assist.webrtc.node.streams import Leg, Send, Uplink

MAX_RTCP_SENDERS = 64
"""libsrtp keeps a replay window for each SSRC it has seen, so a peer may not bring as many as it likes."""


class Peer:
    """``uplinks`` finds a stream by SSRC, its own or its retransmissions'; ``published`` and ``legs`` by
    mid.
    """

    __slots__ = (
        "addresses",
        "arrivals",
        "connected",
        "description",
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
        "room",
        "rtcp_senders",
        "rtt",
        "seen",
        "send",
        "session",
        "srtp",
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
        self.joined = self.seen = now
        self.transport: SecureTransport | None = None
        self.task: asyncio.Task[None] | None = None
        self.send: Send | None = None
        self.inbound: Any = None
        self.srtp: SrtpSession | None = None
        self.outbound: SrtpSession | None = None
        self.connected = False
        self.uplinks: dict[int, Uplink] = {}
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

    def learn(self, packet: rtp.Buffer, size: int) -> Uplink | None:
        """Whose is an SSRC that was not announced: the line its mid names, else the line its payload type
        fits.

        Called with a packet that is still encrypted; its header is readable, and nothing that it says can
        hurt anyone but its own sender.
        """
        if size < rtp.HEADER_SIZE:
            return None
        ssrc, payload_type = int(rtp.U32.unpack_from(packet, 8)[0]), packet[1] & 0x7F
        for uplink in self._named(packet, size):
            if payload_type == uplink.payload_type and uplink.ssrc is None:
                uplink.ssrc = ssrc
            elif payload_type == uplink.rtx_payload_type and uplink.rtx_ssrc is None:
                uplink.rtx_ssrc = ssrc
            else:
                continue
            self.uplinks[ssrc] = uplink
            return uplink
        return None

    def _named(self, packet: rtp.Buffer, size: int) -> Iterable[Uplink]:
        streams = list(self.published.values())
        ids = {uplink.mid_id for uplink in streams if uplink.mid_id}
        for number in ids:
            mid = rtp.extension(packet, size, number)
            if mid is not None:
                return [uplink for uplink in streams if uplink.mid.encode() == mid]
        return streams

    def may_report(self, ssrc: int) -> bool:
        """Whether RTCP from this SSRC is taken."""
        if ssrc not in self.rtcp_senders:
            if len(self.rtcp_senders) >= MAX_RTCP_SENDERS:
                return False
            self.rtcp_senders.add(ssrc)
        return True

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
