"""A WebRTC peer made of GStreamer's webrtcbin; runs on the system's Python and knows nothing of ours.

``gst_peer.py publish`` sends a test picture (VP8) and a tone (Opus); ``gst_peer.py view`` receives both. One
JSON object a line: out ``{"offer": sdp}``, in ``{"answer": sdp}``, then out ``{"frames": count}`` for
decoded pictures and ``{"state": …}`` for the connection.
"""

# mypy: ignore-errors
# (the system's Python has gi, ours has not)

import json
import sys
import threading
from typing import Any

SEND = """
    videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1
        ! vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay pt=96
        ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
    audiotestsrc is-live=true volume=0.1 ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=97
        ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""
RECEIVE = (
    "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000,"
    "rtcp-fb-nack-pli=true,rtcp-fb-nack=true",
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2",
)


def libraries() -> None:
    """Only the process of its own has them."""
    global GLib, Gst, GstSdp, GstWebRTC
    import gi

    for name in ("Gst", "GstSdp", "GstWebRTC"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Peer:
    """One webrtcbin, from its offer on."""

    def __init__(self, sends: bool) -> None:
        self.pipeline = Gst.Pipeline()
        head = "webrtcbin name=peer bundle-policy=max-bundle latency=50"
        self.pipeline.add(Gst.parse_bin_from_description(head + (SEND if sends else ""), False))
        self.peer = self.pipeline.get_by_name("peer")
        self.frames = 0
        if not sends:
            for caps in RECEIVE:
                direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
                self.peer.emit("add-transceiver", direction, Gst.Caps.from_string(caps))
        self.peer.connect("on-negotiation-needed", self.offer)
        self.peer.connect("pad-added", self.incoming)
        self.peer.connect("notify::connection-state", self.changed)

    def changed(self, *_: Any) -> None:
        tell(state=self.peer.get_property("connection-state").value_nick)

    def offer(self, *_: Any) -> None:
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, None))

    def offered(self, promise: Any, *_: Any) -> None:
        reply = promise.get_reply()  # owns what the offer points to
        offer = reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())
        tell(offer=offer.sdp.as_text())

    def answered(self, text: str) -> bool:
        _, message = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new())
        return False

    def incoming(self, _: Any, pad: Any) -> None:
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        video = pad.get_current_caps().get_structure(0).get_string("media") == "video"
        if not video:
            self.attach(pad, "queue ! fakesink sync=false")
            return
        sink = self.attach(
            pad, "queue ! rtpvp8depay ! vp8dec ! fakesink name=shown sync=false signal-handoffs=true"
        )
        sink.get_by_name("shown").connect("handoff", self.shown)

    def attach(self, pad: Any, description: str) -> Any:
        sink = Gst.parse_bin_from_description(description, True)
        self.peer.get_parent().add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        return sink

    def shown(self, *_: Any) -> None:
        self.frames += 1
        tell(frames=self.frames)


def listen(peer: Peer, loop: Any) -> None:
    for line in sys.stdin:
        GLib.idle_add(peer.answered, json.loads(line)["answer"])
    loop.quit()


def main() -> None:
    libraries()
    Gst.init(None)
    loop = GLib.MainLoop()
    peer = Peer(sys.argv[1] == "publish")
    threading.Thread(target=listen, args=(peer, loop), daemon=True).start()
    peer.pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    peer.pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
