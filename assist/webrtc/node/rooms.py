"""Who is in which room, what they publish, and who receives what: the bookkeeping behind an offer."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assist.webrtc.control.control import Kind, Source
from assist.webrtc.node.peer import Leg, Peer, Uplink
from assist.webrtc.node.sdp import negotiation
from assist.webrtc.node.sdp.answer import AnswerLine, Outgoing
from assist.webrtc.node.sdp.description import OfferDescription, OfferLine, SdpTooLarge

MAX_PUBLISHED = 4
"""Streams one peer may send: camera and microphone, and a second of each while a device is exchanged."""
MAX_LEGS = 20


@dataclass(slots=True)
class Room:
    """Peers by id. ``generation`` is the newest placement this node has heard of."""

    name: str
    generation: int = 0
    peers: dict[str, Peer] = field(default_factory=dict)


@dataclass(slots=True)
class Settlement:
    """What an offer came to. ``unsuited`` are publishers who could send something that this peer decodes,
    if they offered again."""

    lines: list[AnswerLine]
    refused: dict[str, str]
    publishing: list[Kind]
    new_legs: list[Leg]
    unsuited: list[Peer] = field(default_factory=list)


class Settler:
    """Brings a peer's streams and legs in line with its newest offer.

    ``closed_uplink`` is told of each stream that ends, after its legs are off; ``closed_leg`` of each leg.
    """

    def __init__(self, closed_uplink: Callable[[Uplink], None], closed_leg: Callable[[Leg], None]) -> None:
        self._closed_uplink = closed_uplink
        self._closed_leg = closed_leg

    def settle(
        self, room: Room, peer: Peer, offer: OfferDescription, receive: Mapping[str, Source]
    ) -> Settlement:
        """Keep what the offer leaves as it was, end what it no longer has, begin what is new."""
        if sum(line.publishes for line in offer.lines) > MAX_PUBLISHED:
            raise SdpTooLarge(f"more than {MAX_PUBLISHED} streams sent")
        if sum(line.receives for line in offer.lines) > MAX_LEGS:
            raise SdpTooLarge(f"more than {MAX_LEGS} streams received")
        outcome = Settlement([], {}, [], [])
        peer.takes = negotiation.takes(offer.lines)
        for line in offer.lines:
            if line.publishes:
                answer = self._publish(room, peer, line, outcome)
            elif line.receives:
                answer = self._receive(room, peer, line, receive.get(line.mid), outcome)
            else:
                answer = AnswerLine(line, None if line.stopped else negotiation.placeholder(line))
            outcome.lines.append(answer)
        # A line may have turned: what it sends and what it receives are not kept for each other.
        sends = {line.offer.mid for line in outcome.lines if line.direction == "recvonly"}
        gets = {line.offer.mid for line in outcome.lines if line.direction == "sendonly"}
        for mid in [mid for mid in peer.published if mid not in sends]:
            self.end_uplink(peer.published[mid])
        for mid in [mid for mid in peer.legs if mid not in gets]:
            self.end_leg(peer.legs[mid])
        return outcome

    def _publish(self, room: Room, peer: Peer, line: OfferLine, outcome: Settlement) -> AnswerLine:
        agreed = _agree(room, peer, line)
        if agreed is None or line.kind == "other":
            outcome.refused[line.mid] = "codec_unsupported"
            return AnswerLine(line, None)
        uplink = peer.published.get(line.mid)
        if uplink is not None and not uplink.same_as(agreed, line.ssrc):
            self.end_uplink(uplink)
            uplink = None
        if uplink is None:
            uplink = Uplink(peer, line.kind, line.mid, agreed, line.ssrc, line.rtx_ssrc)
            peer.published[line.mid] = uplink
            for ssrc in (line.ssrc, line.rtx_ssrc):
                if ssrc is not None:
                    peer.uplinks[ssrc] = uplink
                    peer.retired.discard(ssrc)
        elif line.ssrc is not None:
            uplink.announced = line.ssrc
        if line.kind not in outcome.publishing:
            outcome.publishing.append(line.kind)
        return AnswerLine(line, agreed, "recvonly")

    def _receive(
        self, room: Room, peer: Peer, line: OfferLine, source: Source | None, outcome: Settlement
    ) -> AnswerLine:
        uplink = None
        if source is not None and source.kind == line.kind and source.peer != peer.id:
            uplink = _published(room, source)
        if uplink is None:
            outcome.refused[line.mid] = "not_bound" if source is None else "stream_absent"
            return AnswerLine(line, negotiation.placeholder(line))
        agreed = negotiation.receive(line, uplink.agreed.codec)
        if agreed is None:
            outcome.refused[line.mid] = "codec_unsupported"
            if _could_suit(room, uplink, line) and uplink.peer not in outcome.unsuited:
                outcome.unsuited.append(uplink.peer)
            return AnswerLine(line, negotiation.placeholder(line))
        leg = peer.legs.get(line.mid)
        if leg is not None and (leg.uplink is not uplink or leg.agreed != agreed):
            self.end_leg(leg)
            leg = None
        if leg is None:
            leg = Leg(peer, line.mid, uplink, agreed, *_fresh_ssrcs(peer, agreed.rtx is not None))
            peer.legs[line.mid] = leg
            outcome.new_legs.append(leg)
        sender = uplink.peer
        name = f"{sender.id}-{sender.session:x}"
        outgoing = Outgoing(
            leg.ssrc, leg.rtx_ssrc, sender.id, f"{sender.id}-{uplink.kind}-{uplink.mid}", name
        )
        return AnswerLine(line, agreed, "sendonly", outgoing)

    def end_uplink(self, uplink: Uplink) -> None:
        """A stream ends: its viewers' legs go with it."""
        for leg in list(uplink.bound):
            self.end_leg(leg)
        publisher = uplink.peer
        publisher.published.pop(uplink.mid, None)
        for ssrc in [ssrc for ssrc, other in publisher.uplinks.items() if other is uplink]:
            del publisher.uplinks[ssrc]
        self._closed_uplink(uplink)

    def end_leg(self, leg: Leg) -> None:
        """A viewer no longer receives a stream."""
        leg.peer.legs.pop(leg.mid, None)
        leg.detach()
        self._closed_leg(leg)


def _agree(room: Room, publisher: Peer, line: OfferLine) -> negotiation.Agreed | None:
    viewers = [peer.takes for peer in room.peers.values() if peer is not publisher and peer.takes is not None]
    uplink = publisher.published.get(line.mid)
    return negotiation.publish(line, viewers, uplink.agreed.codec if uplink is not None else None)


def _could_suit(room: Room, uplink: Uplink, viewer: OfferLine) -> bool:
    """Whether the publisher's own offer, made again, would come to something that the viewer decodes."""
    line = next((one for one in uplink.peer.description.lines if one.mid == uplink.mid), None)
    agreed = _agree(room, uplink.peer, line) if line is not None and line.publishes else None
    return agreed is not None and negotiation.receive(viewer, agreed.codec) is not None


def _published(room: Room, source: Source) -> Uplink | None:
    publisher = room.peers.get(source.peer)
    if publisher is None:
        return None
    return next((u for u in publisher.published.values() if u.kind == source.kind), None)


def _fresh_ssrcs(peer: Peer, with_rtx: bool) -> tuple[int, int | None]:
    taken = {ssrc for leg in peer.legs.values() for ssrc in (leg.ssrc, leg.rtx_ssrc)} | set(peer.uplinks)
    found: list[int] = []
    while len(found) < 2:
        ssrc = secrets.randbits(32)
        if ssrc > 1 and ssrc not in taken and ssrc not in found:
            found.append(ssrc)
    return found[0], found[1] if with_rtx else None
