"""RTCP: what viewers and publishers tell the node, and what it tells them, leg by leg.

The node ends RTCP on every leg (RFC 7667 section 3.7: it is no translator that passes reports through):
viewers' losses are repaired from the ring, publishers' losses are asked for, sender reports are rewritten
to each leg's SSRC and counts, and congestion is reported to each side about its own path.
"""

import asyncio
import time
from collections.abc import Iterable

from assist.webrtc.node.forwarder import Forwarder
from assist.webrtc.node.peer import Leg, Peer, Uplink
from assist.webrtc.node.rtp import rtcp
from assist.webrtc.node.rtp.bandwidth import ESTIMATE_LIFE_S

KEY_FRAME_PAUSE_S = 0.4
MAX_REPORTS_REMEMBERED = 16
MAX_NACKS = 300
"""Sequence numbers taken from one NACK message: more than a window of a bad moment is an attack."""


class Reports:
    """Reads and writes RTCP for every peer of a node."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._gappy: set[Uplink] = set()
        self._wanted: set[Uplink] = set()
        self.anything_open = asyncio.Event()
        """Whether there is something for `repeat_requests` to do."""
        self.nacks_in = self.nacks_out = self.key_frames_asked = self.feedbacks_out = 0

    # ---- in

    def take(self, peer: Peer, datagram: bytes) -> bool:
        """A datagram that looks like RTCP, still encrypted. Whether it is the peer's; if not, nothing was
        done."""
        ssrc = rtcp.sender(datagram)
        if peer.srtp is None or ssrc is None or not peer.may_report(ssrc):
            return False
        packet = peer.srtp.unprotect_rtcp(datagram)
        if packet is None:
            self._forwarder.counters.not_authentic += 1
            return False
        peer.rtcp_senders.add(ssrc)
        now = time.monotonic()
        peer.seen = now
        for message in rtcp.read(packet):
            if isinstance(message, rtcp.SenderReport):
                self._pass_sender_report(peer, message, now)
            elif isinstance(message, rtcp.ReportBlock):
                self._take_block(peer, message, now)
            elif isinstance(message, rtcp.Nack):
                self._take_nack(peer, message)
            elif isinstance(message, rtcp.PictureLoss):
                leg = _leg(peer, message.media_ssrc)
                if leg is not None and leg.gate.open(now):
                    self.ask_key_frame(leg.uplink)
            else:
                peer.estimate, peer.estimate_time = message.bitrate, now
        return True

    def _pass_sender_report(self, peer: Peer, report: rtcp.SenderReport, now: float) -> None:
        uplink = peer.uplinks.get(report.ssrc)
        if uplink is None or uplink.ssrc != report.ssrc:
            return
        middle = report.ntp >> 16 & 0xFFFFFFFF
        uplink.reception.report_ntp, uplink.reception.report_time = middle, now
        timestamp = (report.timestamp + uplink.ticks) & 0xFFFFFFFF
        for leg in uplink.legs:
            leg.reports_sent[middle] = now
            if len(leg.reports_sent) > MAX_REPORTS_REMEMBERED:
                del leg.reports_sent[next(iter(leg.reports_sent))]
            leg.peer.report(
                rtcp.sender_report(
                    rtcp.SenderReport(leg.ssrc, report.ntp, timestamp, leg.packets, leg.octets)
                )
            )

    def _take_block(self, peer: Peer, block: rtcp.ReportBlock, now: float) -> None:
        leg = _leg(peer, block.ssrc)
        if leg is None:
            return
        if not leg.confirmed:
            # The viewer's first report: it listens for certain now. The key frame that came as soon as its
            # keys were there may have come before its receiver did, and not every client notices that.
            leg.confirmed = True
            self.ask_key_frame(leg.uplink)
        leg.last_block = (block.fraction_lost / 256, block.jitter / leg.uplink.clock_rate)
        sent = leg.reports_sent.get(block.last_report)
        if sent is not None:
            peer.rtt = max(0.0, now - sent - block.delay / 65536)

    def _take_nack(self, peer: Peer, message: rtcp.Nack) -> None:
        self.nacks_in += len(message.sequences)
        leg = _leg(peer, message.media_ssrc)
        if leg is not None and leg.session is not None:
            self._forwarder.retransmit(leg, message.sequences[:MAX_NACKS])

    # ---- out, at once

    def ask_key_frame(self, uplink: Uplink) -> None:
        """Ask the publisher for a key frame; if one was asked for just now, a little later.

        Not never: the frame that was asked for may have passed before this viewer was there.
        """
        if uplink.kind != "video":
            return
        now = time.monotonic()
        if not _ready(uplink, now):
            self._wanted.add(uplink)
            self.anything_open.set()
            return
        uplink.key_frame_asked = now
        self.key_frames_asked += 1
        uplink.peer.report(rtcp.picture_loss(uplink.ssrc or 0))

    def begun_anew(self, uplink: Uplink) -> None:
        """A stream goes on with another SSRC: its pictures build on nothing that a viewer has."""
        uplink.key_frame_asked = -1e9
        self.ask_key_frame(uplink)

    def ask_again(self, uplink: Uplink, lost: list[int]) -> None:
        """Packets of a stream were just found missing."""
        self._gappy.add(uplink)
        self.anything_open.set()
        self._nack(uplink, lost)

    def _nack(self, uplink: Uplink, lost: list[int]) -> None:
        if lost and uplink.ssrc is not None:
            self.nacks_out += len(lost)
            uplink.peer.report(rtcp.nack(uplink.ssrc, lost))

    # ---- out, by the clock

    def repeat_requests(self, now: float) -> None:
        """Every 20 ms or so: ask again for what has still not come, and for key frames that had to wait."""
        for uplink in list(self._wanted):
            if _ready(uplink, now):
                self._wanted.discard(uplink)
                self.ask_key_frame(uplink)
        for uplink in list(self._gappy):
            if not uplink.reception.missing:
                self._gappy.discard(uplink)
                continue
            self._nack(uplink, uplink.reception.due(now))
        if not self._wanted and not self._gappy:
            self.anything_open.clear()

    def send_feedback(self, peers: Iterable[Peer]) -> None:
        """Every 100 ms: transport-wide arrival times to those who number their packets."""
        for peer in peers:
            if peer.arrivals.arrivals and peer.published:
                ssrc = next((u.ssrc for u in peer.published.values() if u.ssrc is not None), 0)
                message = peer.arrivals.report(ssrc)
                if message is not None:
                    self.feedbacks_out += 1
                    peer.report(message)

    def send_reports(self, peers: Iterable[Peer], now: float, seconds: float) -> None:
        """Every second: reception reports and the limit from the viewers; refills what legs may get again."""
        for peer in peers:
            if not peer.connected:
                continue
            blocks = [
                block
                for uplink in peer.published.values()
                if uplink.ssrc is not None
                and (block := uplink.reception.report(uplink.ssrc, now)) is not None
            ]
            if blocks:
                peer.report(rtcp.receiver_report(blocks))
            self._limit(peer, now, seconds)
            for leg in peer.legs.values():
                leg.allowance.refill(leg.octets - leg.last_octets, seconds)
                leg.last_octets = leg.octets

    def _limit(self, peer: Peer, now: float, seconds: float) -> None:
        ssrcs: list[int] = []
        flowing, estimates = 0, []
        for uplink in peer.published.values():
            flowing += (uplink.octets - uplink.last_octets) * 8
            uplink.last_octets = uplink.octets
            if uplink.kind != "video" or uplink.ssrc is None or "goog-remb" not in uplink.agreed.feedback:
                continue
            ssrcs.append(uplink.ssrc)
            estimates += [
                viewer.estimate // max(1, sum(leg.uplink.kind == "video" for leg in viewer.legs.values()))
                for viewer in (leg.peer for leg in uplink.legs)
                if now - viewer.estimate_time < ESTIMATE_LIFE_S
            ]
        bitrate = peer.limit.update(estimates, int(flowing / seconds))
        if bitrate is not None and ssrcs:
            peer.report(rtcp.bandwidth_estimate(bitrate, ssrcs))

    def forget(self, uplink: Uplink) -> None:
        """The stream is gone."""
        self._gappy.discard(uplink)
        self._wanted.discard(uplink)


def _ready(uplink: Uplink, now: float) -> bool:
    """Whether a key frame can be asked for now."""
    known = uplink.ssrc is not None and uplink.peer.connected
    return known and now - uplink.key_frame_asked >= KEY_FRAME_PAUSE_S


def _leg(peer: Peer, ssrc: int) -> Leg | None:
    return next((leg for leg in peer.legs.values() if leg.ssrc == ssrc), None)
