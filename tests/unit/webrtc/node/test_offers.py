"""SDP offers: what browsers send, what they get, and what nobody should send."""

import random

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.webrtc.node.ice.ice import Credentials
from assist.webrtc.node.sdp import answer, negotiation
from assist.webrtc.node.sdp.description import Codec, OfferLine, SdpInvalid, SdpTooLarge, SdpUnsupported
from assist.webrtc.node.sdp.offer import parse_offer

HEAD = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS stream
"""
COMMON = """c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:0123456789012345678901
a=ice-options:trickle
a=fingerprint:sha-256 AA:BB
a=setup:actpass
a=rtcp-mux
a=rtcp-rsize
"""
AUDIO = f"""m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0
{COMMON}a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:stream audio
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:0 PCMU/8000
a=ssrc:1001 cname:x
"""
VIDEO = f"""m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 105 106 107 108 109 45
{COMMON}a=mid:1
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
a=rtpmap:105 rtx/90000
a=fmtp:105 apt=104
a=rtpmap:106 H264/90000
a=rtcp-fb:106 nack
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:107 rtx/90000
a=fmtp:107 apt=106
a=rtpmap:108 H264/90000
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=rtpmap:45 AV1/90000
a=ssrc-group:FID 2001 2002
a=ssrc:2001 cname:x
a=ssrc:2002 cname:x
"""
OFFER = (HEAD + AUDIO + VIDEO).replace("\n", "\r\n")


def video(order: str = "96 97 102 103 104 105 106 107 108 109 45") -> OfferLine:
    text = OFFER.replace("96 97 102 103 104 105 106 107 108 109 45", order)
    return parse_offer(text).lines[1]


def test_a_connection_is_known_again_by_certificate_and_session_or_fragment() -> None:
    first = parse_offer(OFFER)
    another_session = parse_offer(OFFER.replace("4611731400430051336", "4611731400430051337"))
    restarted = parse_offer(OFFER.replace("ice-ufrag:abcd", "ice-ufrag:wxyz"))
    assert another_session.session != first.session and restarted.fragment != first.fragment
    assert another_session.same_connection(first), "aiortc counts seconds"
    assert restarted.same_connection(first), "an ICE restart"
    assert not restarted.same_connection(another_session), "neither is left"
    assert not parse_offer(OFFER.replace("AA:BB", "AA:CC")).same_connection(first)


def test_a_browsers_offer_is_read() -> None:
    offer = parse_offer(OFFER)
    assert (offer.fragment, offer.active, offer.session) == ("abcd", False, "- 4611731400430051336")
    assert offer.fingerprints == (("sha-256", "AA:BB"),)
    audio, picture = offer.lines
    assert (audio.mid, audio.kind, audio.ssrc, audio.rtx_ssrc) == ("0", "audio", 1001, None)
    assert (picture.ssrc, picture.rtx_ssrc, picture.publishes) == (2001, 2002, True)
    assert [c.name for c in picture.codecs] == ["vp8", "h264", "h264", "h264", "h264", "av1"]
    assert picture.codecs[0].rtx == 97


def test_the_publishers_own_order_decides_the_codec() -> None:
    first = negotiation.publish(video())
    assert first is not None and first.codec.name == "vp8" and first.rtx == 97
    second = negotiation.publish(video("45 104 105 102 103 106 107 108 109 96 97"))
    assert second is not None and second.codec.payload_type == 106, "constrained baseline, mode 1"
    assert negotiation.publish(video("45 104 105")) is None


def test_upward_feedback_and_extensions() -> None:
    agreed = negotiation.publish(video())
    assert agreed is not None
    assert set(agreed.feedback) == {"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"}
    assert dict(agreed.extensions) == {negotiation.TRANSPORT_CC: 3, negotiation.MID: 4}
    h264 = negotiation.publish(video("106 107"))
    assert h264 is not None and "transport-cc" not in h264.feedback
    assert h264.extension(negotiation.TRANSPORT_CC) == 0, "numbers that nobody reports back are not asked for"


def test_a_viewer_gets_the_publishers_codec_with_its_own_numbers() -> None:
    sent = negotiation.publish(video("106 107"))
    assert sent is not None
    line = video("96 97 108 109 106 107")
    taken = negotiation.receive(line, sent.codec)
    assert taken is not None and taken.codec.payload_type == 106
    assert dict(taken.extensions) == {negotiation.ABS_SEND_TIME: 2}
    main_only = negotiation.receive(video("108 109"), sent.codec)
    assert main_only is not None and main_only.codec.payload_type == 108, "main decodes constrained baseline"
    main = Codec(1, "h264", 90000, parameters={"packetization-mode": "1", "profile-level-id": "4d001f"})
    assert negotiation.receive(video("106 107"), main) is None
    assert negotiation.receive(video("104 105"), sent.codec) is None, "mode 0 cannot take mode 1"


def test_an_answer_can_be_read_and_holds_no_address_but_ours() -> None:
    offer = parse_offer(OFFER)
    agreed = [negotiation.publish(line) for line in offer.lines]
    lines = [answer.AnswerLine(line, a, "recvonly") for line, a in zip(offer.lines, agreed, strict=True)]
    lines[1] = answer.AnswerLine(offer.lines[1], None)
    transport = answer.Transport(
        Credentials("frag", "p" * 22), "AB:CD", False, [("192.0.2.5", 7000), ("2001:db8::1", 7000)]
    )
    text = answer.render(lines, transport, 5, 2)
    parsed = SessionDescription.parse(text)
    assert [m.port for m in parsed.media] == [7000, 0] and parsed.group[0].items == ["0"]
    first = parsed.media[0]
    assert [c.ip for c in first.ice_candidates] == ["192.0.2.5", "2001:db8::1"]
    assert first.ice_candidates[0].priority > first.ice_candidates[1].priority
    assert (
        first.ice is not None and first.ice.iceLite and first.dtls is not None and first.dtls.role == "server"
    )
    assert "useinbandfec=1" in text


@pytest.mark.parametrize(
    ("change", "to", "error"),
    [
        ("a=setup:actpass", "a=setup:sideways", SdpInvalid),
        ("a=mid:1", "a=mid:0", SdpInvalid),
        ("UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111", SdpUnsupported),
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0", SdpUnsupported),
        ("a=ice-ufrag:abcd\r\n", "", SdpInvalid),
        ("a=fmtp:97 apt=96", "a=fmtp:97 apt=x", SdpInvalid),
        ("m=video", "m=application", SdpUnsupported),
        ("a=ssrc:1001 cname:x", "\r\n".join(f"a=ssrc:{n} cname:x" for n in range(40)), SdpTooLarge),
    ],
)
def test_what_does_not_fit_has_a_code(change: str, to: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_offer(OFFER.replace(change, to))


def test_too_many_lines_are_not_even_parsed() -> None:
    with pytest.raises(SdpTooLarge):
        parse_offer(OFFER + AUDIO.replace("\n", "\r\n") * 30)
    with pytest.raises(SdpTooLarge):
        parse_offer("é" * 40_000)


def survives(text: str) -> None:
    """Either an offer, or one of three errors."""
    try:
        offer = parse_offer(text)
    except (SdpInvalid, SdpTooLarge, SdpUnsupported):
        return
    for line in offer.lines:
        negotiation.publish(line)
        negotiation.placeholder(line)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    survives(text)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(OFFER.split("\r\n")), max_size=60))
def test_lines_in_any_order_are_read_or_refused(lines: list[str]) -> None:
    survives("\r\n".join(lines))


def test_damaged_offers_are_read_or_refused() -> None:
    """3,000 damages: characters changed, lines dropped, doubled, swapped, numbers out of range."""
    dice = random.Random(11)
    for _ in range(3000):
        lines = OFFER.split("\r\n")
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(lines))
            kind = dice.randrange(5)
            if kind == 0:
                del lines[at]
            elif kind == 1:
                lines.insert(dice.randrange(len(lines)), lines[at])
            elif kind == 2 and lines[at]:
                place = dice.randrange(len(lines[at]))
                lines[at] = lines[at][:place] + chr(dice.randrange(1, 300)) + lines[at][place + 1 :]
            elif kind == 3:
                lines[at] = lines[at][: dice.randrange(len(lines[at]) + 1)]
            else:
                lines[at] = lines[at].replace("1", str(dice.choice((-1, 0, 2**16, 2**33, 10**30))), 1)
            if not lines:
                break
        survives("\r\n".join(lines))
