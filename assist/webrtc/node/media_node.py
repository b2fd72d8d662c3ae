"""The media node: rooms of peers on one UDP port.

It is driven by four things: datagrams (through `Forwarder`), offers and other commands (`offer`,
`close_peer` …), the clock (`tick_…`, called by `serve`), and the end of a peer's DTLS. What it has to tell
goes to ``on_event``.
"""

import asyncio
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog

from assist.webrtc.control import control
from assist.webrtc.node.adapter import Certificate, SecureTransport
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.errors import CommandInvalid, NodeDraining, NodeFull, RoomMoved
from assist.webrtc.node.forwarder import Forwarder
from assist.webrtc.node.ice import stun
from assist.webrtc.node.ice.ice import Address, Credentials, IceLite
from assist.webrtc.node.ice.sockets import candidates
from assist.webrtc.node.peer import Leg, Peer, Send, Uplink
from assist.webrtc.node.reports import Reports
from assist.webrtc.node.rooms import Room, Settler
from assist.webrtc.node.sdp import answer
from assist.webrtc.node.sdp.description import OfferDescription
from assist.webrtc.node.sdp.offer import parse_offer

log = structlog.get_logger()

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class MediaNode:
    """Rooms, peers and what happens to them. Not thread-safe: everything runs on one event loop."""

    def __init__(
        self,
        config: NodeConfig,
        sockets: list[socket.socket],
        on_event: Callable[[control.Event], None] = lambda _: None,
        forwarder: Forwarder | None = None,
    ) -> None:
        self.config = config
        self.rooms: dict[str, Room] = {}
        self.draining = False
        self.candidates = candidates(config.advertised_addresses, sockets)
        self.forwarder = forwarder or Forwarder()
        self.reports = Reports(self.forwarder)
        self.forwarder.on_stun = self._on_stun
        self.forwarder.on_rtcp = self.reports.take
        self.forwarder.on_moved = self._on_moved
        self.forwarder.on_changed = self._on_changed
        self.forwarder.paths.everyone = self.peers
        self.forwarder.on_started = self._on_started
        self.forwarder.on_lost = self.reports.ask_again
        self._on_event = on_event
        self._certificate = Certificate()
        self._fragments: dict[str, Peer] = {}
        self._settler = Settler(self._closed_uplink, self._closed_leg)
        self._sockets = sockets
        self.stun_refused = 0

    def peers(self) -> Iterator[Peer]:
        """Everyone on the node."""
        return (peer for room in self.rooms.values() for peer in room.peers.values())

    # ---- commands

    def offer(self, command: control.Offer) -> control.Answer:
        """Answer an offer; makes room and peer if they are new.

        Raises the errors of `parse_offer` and `assist.webrtc.node.errors`. A refused offer changes nothing,
        except that a wrong number of streams is only found after the peer was made: such a peer is let go.
        """
        if not (_NAME.fullmatch(command.room) and _NAME.fullmatch(command.peer)):
            raise CommandInvalid("room or peer is no name")
        description = parse_offer(command.sdp)
        room = self.rooms.get(command.room)
        if room is not None and 0 < command.generation < room.generation:
            raise RoomMoved()
        peer = room.peers.get(command.peer) if room is not None else None
        if peer is not None and not description.same_connection(peer.description):
            self.leave(peer, "replaced")
            peer = None
        if peer is None:
            peer = self._arrive(command, description)
        elif description.fragment != peer.ice.remote_fragment:
            self._restart_ice(peer, description.fragment)
        room = self.rooms[command.room]
        room.generation = max(room.generation, command.generation)
        peer.description = description
        self.forwarder.rewire(peer)
        try:
            settled = self._settler.settle(room, peer, description, command.receive)
        except Exception:
            if not peer.connected:
                self.leave(peer, "failed")
            raise
        for publisher in settled.unsuited:
            self._tell(control.OfferWanted(self.config.node_id, publisher.room, publisher.id))
        if peer.connected:
            self._open_legs(peer, settled.new_legs)
        peer.version += 1
        transport = answer.Transport(
            peer.ice.current, self._certificate.fingerprint, peer.dtls_active, self.candidates
        )
        text = answer.render(settled.lines, transport, peer.session, peer.version)
        return control.Answer(text, tuple(settled.publishing), settled.refused)

    def close_peer(self, room: str, peer: str, reason: str = "closed") -> None:
        """Let a peer go, if it is there."""
        found = self.rooms[room].peers.get(peer) if room in self.rooms else None
        if found is not None:
            self.leave(found, reason)

    def close_room(self, room: str, reason: str = "room_closed") -> None:
        """Let everyone in a room go."""
        for peer in list(self.rooms[room].peers.values()) if room in self.rooms else []:
            self.leave(peer, reason)

    def ask_key_frame(self, room: str, peer: str) -> None:
        """Ask a publisher's camera for a key frame."""
        found = self.rooms[room].peers.get(peer) if room in self.rooms else None
        for uplink in found.published.values() if found is not None else ():
            self.reports.ask_key_frame(uplink)

    # ---- coming and going

    def _arrive(self, command: control.Offer, description: OfferDescription) -> Peer:
        if self.draining and command.room not in self.rooms:
            raise NodeDraining()
        if sum(1 for _ in self.peers()) >= self.config.max_peers:
            raise NodeFull()
        room = self.rooms.setdefault(command.room, Room(command.room))
        ice = IceLite(_fresh_credentials(), description.fragment)
        peer = Peer(command.room, command.peer, ice, description, time.monotonic())
        peer.session = secrets.randbits(53)
        peer.transport = SecureTransport(self._certificate, peer.transmit)
        room.peers[peer.id] = peer
        self._fragments[ice.current.fragment] = peer
        peer.task = asyncio.get_running_loop().create_task(self._secure(peer, peer.transport, description))
        return peer

    async def _secure(self, peer: Peer, transport: SecureTransport, offer: OfferDescription) -> None:
        """DTLS with a peer, from its first flight to its end."""
        if not await transport.handshake(offer.fingerprints, offer.active):
            self.leave(peer, "failed")
            return
        if transport.inbound is None or transport.outbound is None:
            return
        peer.srtp, peer.outbound = transport.inbound, transport.outbound
        peer.inbound = transport.inbound.raw
        peer.connected = True
        self._tell(control.PeerConnected(self.config.node_id, peer.room, peer.id))
        self._open_legs(peer, list(peer.legs.values()))
        self.forwarder.rewire(peer)
        await transport.ended()
        self.leave(peer, "left")

    def leave(self, peer: Peer, reason: str) -> None:
        """Take a peer and everything of it off the node. Once only; later calls do nothing."""
        room = self.rooms.get(peer.room)
        if room is None or room.peers.get(peer.id) is not peer:
            return
        del room.peers[peer.id]
        if not room.peers:
            del self.rooms[peer.room]
        for uplink in list(peer.published.values()):
            self._settler.end_uplink(uplink)
        for leg in list(peer.legs.values()):
            self._settler.end_leg(leg)
        for credentials in (peer.ice.current, peer.ice.previous):
            if credentials is not None:
                self._fragments.pop(credentials.fragment, None)
        self.forwarder.paths.forget(peer)
        peer.connected, peer.inbound = False, None
        self.forwarder.rewire(peer)
        self._tell(control.PeerDisconnected(self.config.node_id, peer.room, peer.id, reason))
        task, peer.task = peer.task, None
        if peer.transport is not None:
            asyncio.get_running_loop().create_task(_goodbye(peer.transport, task))

    def _open_legs(self, peer: Peer, legs: list[Leg]) -> None:
        peer.attach_legs()
        for leg in legs:
            self.reports.ask_key_frame(leg.uplink)

    def _closed_uplink(self, uplink: Uplink) -> None:
        self.reports.forget(uplink)
        uplink.peer.put_to_rest(uplink)
        if uplink.started:
            peer = uplink.peer
            self._tell(control.StreamStopped(self.config.node_id, peer.room, peer.id, uplink.kind))

    def _closed_leg(self, leg: Leg) -> None:
        for ssrc in (leg.ssrc, leg.rtx_ssrc):
            if leg.peer.outbound is not None and ssrc is not None:
                leg.peer.outbound.forget(ssrc)

    # ---- ICE

    def _restart_ice(self, peer: Peer, remote_fragment: str) -> None:
        fresh = _fresh_credentials()
        self._bury(peer.ice.restart(fresh, remote_fragment))
        self._fragments[fresh.fragment] = peer

    def _bury(self, dead: list[Credentials]) -> None:
        for credentials in dead:
            self._fragments.pop(credentials.fragment, None)

    def _on_stun(self, datagram: bytes, source: Address, send: Send) -> None:
        request = stun.read_request(datagram)
        peer = self._fragments.get(request.local_fragment) if request is not None else None
        credentials = peer.ice.credentials(request.local_fragment) if peer and request else None
        if (
            request is None
            or peer is None
            or credentials is None
            or not request.proven_by(credentials.password)
        ):
            self.stun_refused += 1
            return
        now, before, paths = time.monotonic(), peer.ice.address, self.forwarder.paths
        fresh = paths.owner(source) is not peer
        dead = peer.ice.checked(
            request.local_fragment,
            source,
            request.nominates,
            priority=request.priority,
            fresh=fresh,
            silence=now - peer.seen,
        )
        self._bury(dead)
        peer.checked = now
        if fresh:
            paths.prove(peer, source)
            self.forwarder.rewire(peer)
        if peer.ice.address == source:
            peer.seen, peer.send = now, send
        if peer.ice.address != before:
            self._settle_at(peer, send)
        try:
            send(stun.success(request, (source[0], source[1]), credentials.password), source)
        except OSError:
            self.forwarder.counters.send_failed += 1

    def _on_moved(self, peer: Peer, source: Address, send: Send) -> None:
        """Its newest packet came from there."""
        if peer.ice.follow(source, time.monotonic()):
            self.forwarder.paths.prove(peer, source)
            self._settle_at(peer, send)

    def _settle_at(self, peer: Peer, send: Send) -> None:
        """From now on it gets its packets where its ICE says."""
        self.forwarder.paths.choose(peer)
        peer.send = send
        peer.attach_legs()
        self.forwarder.rewire(peer)

    def _on_changed(self, uplink: Uplink, former: int) -> None:
        """A stream goes on under another SSRC."""
        if uplink.peer.srtp is not None:
            uplink.peer.srtp.forget(former)
        self.reports.begun_anew(uplink)
        self.forwarder.rewire(uplink.peer)

    # ---- clock

    def expire(self, now: float) -> None:
        """Once a second: let go whoever has fallen silent, or never came."""
        for peer in list(self.peers()):
            silent = now - max(peer.seen, peer.checked) > self.config.peer_timeout_s
            late = now - peer.joined > self.config.join_timeout_s
            if (peer.connected and silent) or (not peer.connected and late):
                self.leave(peer, "timeout")

    def close(self, reason: str = "node_stopping") -> None:
        """Let everyone go."""
        for peer in list(self.peers()):
            self.leave(peer, reason)

    # ---- telling

    def _on_started(self, uplink: Uplink) -> None:
        peer = uplink.peer
        self._tell(control.StreamStarted(self.config.node_id, peer.room, peer.id, uplink.kind))

    def _tell(self, event: control.Event) -> None:
        log.info("media_event", kind=event.kind, reason=getattr(event, "reason", None))
        self._on_event(event)

    def overview(self) -> dict[str, dict[str, Any]]:
        """Room → peer → what `control.Figures` says about it."""
        return {
            room.name: {
                peer.id: {
                    "connected": peer.connected,
                    "publishing": [u.kind for u in peer.published.values() if u.started],
                }
                for peer in room.peers.values()
            }
            for room in self.rooms.values()
        }


async def _goodbye(transport: SecureTransport, task: "asyncio.Task[None] | None") -> None:
    await transport.close()
    if task is not None and task is not asyncio.current_task():
        task.cancel()


def _fresh_credentials() -> Credentials:
    return Credentials(secrets.token_hex(6), secrets.token_hex(16))
