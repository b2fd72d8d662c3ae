"""Offers in the shape of particular products, written after their public documentation: Safari (WebKit's
libwebrtc), the browser inside WeChat on Android (an older Chromium), and what they offer for repair: RTX,
RED, ULPFEC, FlexFEC. What the node takes of each, and what it must not take."""

import pytest

from assist.webrtc.node.sdp import negotiation
from assist.webrtc.node.sdp.description import Codec
from assist.webrtc.node.sdp.offer import parse_offer
from tests.unit.webrtc.node.test_offers_of_others import written

TRANSPORT = (
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=ice-ufrag:Zk3w",
    "a=ice-pwd:0123456789012345678901ab",
    "a=ice-options:trickle",
    "a=fingerprint:sha-256 AA:BB",
    "a=setup:actpass",
)
TWCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


def h264(number: int, rtx: int, profile: str, mode: int) -> tuple[str, ...]:
    return (
        f"a=rtpmap:{number} H264/90000",
        *(
            f"a=rtcp-fb:{number} {kind}"
            for kind in ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
        ),
        f"a=fmtp:{number} level-asymmetry-allowed=1;packetization-mode={mode};profile-level-id={profile}",
        f"a=rtpmap:{rtx} rtx/90000",
        f"a=fmtp:{rtx} apt={number}",
    )


SAFARI = written(
    "v=0",
    "o=- 7000000000000000001 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS 0AE2",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 102 0 8 13 110 126",
    *TRANSPORT,
    "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    f"a=extmap:3 {TWCC}",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=sendrecv",
    "a=msid:0AE2 70F1",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:102 ILBC/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:13 CN/8000",
    "a=rtpmap:110 telephone-event/48000",
    "a=rtpmap:126 telephone-event/8000",
    "a=ssrc:301 cname:safari",
    "a=ssrc:301 msid:0AE2 70F1",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 127 125 104",
    *TRANSPORT,
    "a=mid:1",
    "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:13 urn:3gpp:video-orientation",
    f"a=extmap:3 {TWCC}",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "a=sendrecv",
    "a=msid:0AE2 91B3",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    *h264(96, 97, "640c1f", 1),
    *h264(98, 99, "42e01f", 1),
    "a=rtpmap:100 VP8/90000",
    *(f"a=rtcp-fb:100 {kind}" for kind in ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")),
    "a=rtpmap:101 rtx/90000",
    "a=fmtp:101 apt=100",
    "a=rtpmap:127 red/90000",
    "a=rtpmap:125 rtx/90000",
    "a=fmtp:125 apt=127",
    "a=rtpmap:104 ulpfec/90000",
    "a=ssrc-group:FID 401 402",
    "a=ssrc:401 cname:safari",
    "a=ssrc:401 msid:0AE2 91B3",
    "a=ssrc:402 cname:safari",
    "a=ssrc:402 msid:0AE2 91B3",
)
"""High profile first, constrained baseline second, VP8 third; no VP9, no H.265 (which is off by default)."""

WECHAT = written(
    "v=0",
    "o=- 811 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE audio video",
    "a=msid-semantic: WMS",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 103 104 9 0 8 106 105 13 110 112 113 126",
    *TRANSPORT,
    "a=mid:audio",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=sendonly",
    "a=rtcp-mux",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:103 ISAC/16000",
    "a=rtpmap:104 ISAC/32000",
    "a=rtpmap:106 CN/32000",
    "a=rtpmap:105 CN/16000",
    "a=ssrc:501 cname:tbs",
    "a=ssrc:501 msid:s a",
    "a=ssrc:501 mslabel:s",
    "a=ssrc:501 label:a",
    "m=video 9 UDP/TLS/RTP/SAVPF 96 98 100 102 127 97 99 101 125",
    *TRANSPORT,
    "a=mid:video",
    "a=extmap:2 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:4 urn:3gpp:video-orientation",
    "a=sendonly",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:96 VP8/90000",
    *(f"a=rtcp-fb:96 {kind}" for kind in ("ccm fir", "nack", "nack pli", "goog-remb")),
    "a=rtpmap:98 VP9/90000",
    "a=rtpmap:100 H264/90000",
    "a=fmtp:100 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    "a=rtpmap:102 red/90000",
    "a=rtpmap:127 ulpfec/90000",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=rtpmap:99 rtx/90000",
    "a=fmtp:99 apt=98",
    "a=rtpmap:101 rtx/90000",
    "a=fmtp:101 apt=100",
    "a=rtpmap:125 rtx/90000",
    "a=fmtp:125 apt=102",
    "a=ssrc-group:FID 601 602",
    "a=ssrc:601 cname:tbs",
    "a=ssrc:602 cname:tbs",
)
"""Names for mids, no mid extension, no transport-cc: an estimate (REMB) steers it."""


def test_safari_sends_what_every_viewer_decodes() -> None:
    offer = parse_offer(SAFARI)
    sound, picture = offer.lines
    assert (picture.ssrc, picture.rtx_ssrc, sound.ssrc, sound.rtx_ssrc) == (401, 402, 301, None)
    agreed = negotiation.publish(picture)
    assert agreed is not None
    assert (agreed.codec.payload_type, agreed.rtx) == (98, 99), "constrained baseline, not its high profile"
    assert dict(agreed.extensions) == {negotiation.TRANSPORT_CC: 3, negotiation.MID: 4}
    vp8 = Codec(96, "vp8", 90_000)
    agreed = negotiation.publish(picture, [[vp8]])
    assert agreed is not None and (agreed.codec.payload_type, agreed.rtx) == (100, 101)


def test_safari_sees_both_codecs() -> None:
    picture = parse_offer(SAFARI.replace("a=sendrecv", "a=recvonly")).lines[1]
    for sent, wanted in (
        (Codec(1, "vp8", 90_000), 100),
        (Codec(1, "h264", 90_000, parameters={"profile-level-id": "42e01f", "packetization-mode": "1"}), 98),
        (Codec(1, "h264", 90_000, parameters={"profile-level-id": "640c1f", "packetization-mode": "1"}), 96),
    ):
        agreed = negotiation.receive(picture, sent)
        assert agreed is not None and agreed.codec.payload_type == wanted
        assert dict(agreed.extensions) == {negotiation.ABS_SEND_TIME: 2}


def test_wechat_is_steered_by_estimates() -> None:
    offer = parse_offer(WECHAT)
    assert [line.mid for line in offer.lines] == ["audio", "video"]
    agreed = negotiation.publish(offer.lines[1])
    assert agreed is not None and (agreed.codec.name, agreed.codec.payload_type, agreed.rtx) == (
        "vp8",
        96,
        97,
    )
    assert "goog-remb" in agreed.feedback and "transport-cc" not in agreed.feedback
    assert dict(agreed.extensions) == {}
    sound = negotiation.publish(offer.lines[0])
    assert sound is not None and sound.codec.name == "opus" and sound.feedback == ()


@pytest.mark.parametrize("first", ["red", "ulpfec", "flexfec-03", "rtx", "VP9", "H265", "AV1"])
def test_repair_and_foreign_codecs_are_never_taken_for_the_picture(first: str) -> None:
    """Whatever stands first in the m-line; a retransmission of RED is none of VP8's."""
    text = written(
        *SAFARI.splitlines()[:4],
        "m=video 9 UDP/TLS/RTP/SAVPF 120 121 122 123 96 97",
        *TRANSPORT,
        "a=rtcp-mux",
        "a=mid:0",
        "a=sendonly",
        f"a=rtpmap:120 {first}/90000",
        "a=fmtp:120 repair-window=10000000;apt=96",
        "a=rtpmap:121 rtx/90000",
        "a=fmtp:121 apt=120",
        "a=rtpmap:122 red/90000",
        "a=rtpmap:123 rtx/90000",
        "a=fmtp:123 apt=122",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96;rtx-time=3000",
        "a=ssrc-group:FEC-FR 1 3",
        "a=ssrc-group:FID 1 2",
        "a=ssrc:1 cname:x",
        "a=ssrc:2 cname:x",
        "a=ssrc:3 cname:x",
    )
    (line,) = parse_offer(text).lines
    agreed = negotiation.publish(line)
    assert agreed is not None and agreed.codec.payload_type == 96
    assert agreed.rtx in ((97, 120) if first == "rtx" else (97,))
    assert (line.ssrc, line.rtx_ssrc) == (1, 2), "the repair stream's SSRC is no retransmission's"


def test_red_for_sound_is_left_out() -> None:
    """RED first, as Chromium writes it when it prefers that (RFC 2198): plain Opus is what everyone takes."""
    text = SAFARI.replace("SAVPF 111 63", "SAVPF 63 111")
    agreed = negotiation.publish(parse_offer(text).lines[0])
    assert agreed is not None and (agreed.codec.name, agreed.codec.payload_type) == ("opus", 111)


def test_candidates_may_stand_anywhere() -> None:
    """Before the description of their transport, at its end, or not at all (RFC 8838, RFC 8839)."""
    lines = (
        "a=candidate:1 1 udp 2122260223 0f3c-4a.local 51000 typ host generation 0 ufrag Zk3w",
        "a=candidate:2 1 udp 1686052607 2001:db8::7 51000 typ srflx raddr :: rport 0",
        "a=end-of-candidates",
    )
    plain = parse_offer(SAFARI)
    everywhere = SAFARI.replace("t=0 0\r\n", "t=0 0\r\n" + written(*lines))
    everywhere = everywhere.replace("a=ice-ufrag", written(*lines) + "a=ice-ufrag") + written(*lines)
    assert parse_offer(everywhere) == plain
