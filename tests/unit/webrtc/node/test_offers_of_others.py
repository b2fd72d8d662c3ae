"""Offers as other people's stacks write them, and as only an attacker would."""

import random

import pytest

from assist.webrtc.node.sdp import negotiation
from assist.webrtc.node.sdp.description import MAX_SDP_BYTES, SdpInvalid, SdpTooLarge, SdpUnsupported
from assist.webrtc.node.sdp.offer import parse_offer
from benchmarks.media import sdp
from benchmarks.media.client import Client
from tests.rig.work import lines_run
from tests.unit.webrtc.node.rig import RTX_SSRC, VIDEO_SSRC, Scene, until
from tests.unit.webrtc.node.test_offers import OFFER

TRANSPORT = [
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789012345678901",
    "a=fingerprint:sha-256 AA:BB",
    "a=setup:actpass",
    "a=rtcp-mux",
]
HEAD = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]


def written(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n"


def bundle_only(text: str, mid: str) -> str:
    """As Firefox writes it with ``max-bundle``: the line goes only together with the tagged one."""
    sections = text.split("m=")
    changed = [
        section.replace(" 9 ", " 0 ", 1) + "a=bundle-only\r\n" if f"a=mid:{mid}\r\n" in section else section
        for section in sections
    ]
    return "m=".join(changed)


def test_port_zero_stops_a_line_unless_it_is_bundle_only() -> None:
    """RFC 9143 section 6; RFC 9429 section 5.2.1."""
    offer = parse_offer(bundle_only(OFFER, "1"))
    assert [line.stopped for line in offer.lines] == [False, False]
    assert [line.publishes for line in offer.lines] == [True, True]
    stopped = parse_offer(OFFER.replace("m=video 9", "m=video 0"))
    assert [line.stopped for line in stopped.lines] == [False, True]
    alone = parse_offer(bundle_only(OFFER, "1").replace("BUNDLE 0 1", "BUNDLE 0"))
    assert [line.stopped for line in alone.lines] == [False, True], "bundled with nothing: it cannot be had"


def test_what_is_everybodys_may_stand_on_the_tagged_line_alone() -> None:
    """RFC 9143 section 7.1.3: other lines of the group carry no transport attributes."""
    text = written(
        *HEAD,
        "a=group:BUNDLE a v",
        "m=video 0 UDP/TLS/RTP/SAVPF 96",
        "a=bundle-only",
        "a=mid:v",
        "a=sendonly",
        "a=rtpmap:96 VP8/90000",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=mid:a",
        "a=sendonly",
        *TRANSPORT,
        "a=rtpmap:111 opus/48000/2",
    )
    offer = parse_offer(text)
    assert offer.fragment == "abcd" and offer.fingerprints == (("sha-256", "AA:BB"),)
    assert [line.publishes for line in offer.lines] == [True, True]


def test_the_session_may_say_it_for_all() -> None:
    text = written(
        *HEAD,
        "a=recvonly",
        *TRANSPORT,
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=mid:a",
        "a=rtpmap:111 opus/48000/2",
    )
    (line,) = parse_offer(text).lines
    assert line.receives and line.codecs[0].name == "opus"


def test_a_stopped_line_needs_no_mid_and_may_be_of_any_kind() -> None:
    """Firefox leaves the mid out; a page may have stopped a data channel."""
    stopped = written("m=video 0 UDP/TLS/RTP/SAVPF 120", "a=inactive", "a=rtpmap:120 VP8/90000") + written(
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:7"
    )
    offer = parse_offer(OFFER + stopped)
    assert [(line.mid, line.stopped) for line in offer.lines[2:]] == [("", True), ("7", True)]


def test_parameters_with_blanks_are_read() -> None:
    text = OFFER.replace(
        "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        "a=fmtp:106 Profile-Level-Id=42E01F; packetization-mode=1; ",
    ).replace("96 97 102 103 104 105 106 107 108 109 45", "106 107")
    agreed = negotiation.publish(parse_offer(text).lines[1])
    assert agreed is not None and agreed.codec.payload_type == 106
    assert agreed.codec.parameters == {"profile-level-id": "42E01F", "packetization-mode": "1"}


def test_payload_types_that_look_like_rtcp_are_passed_over() -> None:
    """RFC 5761 section 4: 64 to 95 with the marker bit would be 192 to 223."""
    offer = parse_offer(
        OFFER.replace("96 97", "72 96 97").replace("a=rtpmap:96", "a=rtpmap:72 VP8/90000\r\na=rtpmap:96")
    )
    assert offer.lines[1].codecs[0].payload_type == 96


def test_candidates_and_unknown_attributes_are_passed_over() -> None:
    noise = written(
        "a=candidate:1 1 UDP 2122252543 6b3f.local 9 typ host",
        "a=candidate:2 1 TCP 1 2001:db8::1 9 typ host tcptype active generation 0 ufrag abcd network-cost 50",
        "a=candidate:",
        "a=end-of-candidates",
        "a=ice-options:trickle renomination",
        "a=rid:h send pt=96",
        "a=simulcast:send h",
        "a=ssrc:2001",
        "a=ssrc:2001 flag",
        "a=extmap:0 uri",
        "a=rtcp:9",
        "b=AS:nonsense",
        "c=IN IP6 ::",
    )
    offer = parse_offer(OFFER + noise)
    assert offer.lines[1].ssrc == 2001 and offer.lines[1].publishes


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("a=ssrc-group:FID 2001 2002", "a=ssrc-group:FID 8589934592 2002"),
        ("a=ssrc:1001 cname:x", "a=ssrc:1000000000000000000000000000000 cname:x"),
        ("a=mid:1", "a=mid:a b"),
        ("a=rtpmap:96 VP8/90000", "a=rtpmap:96"),
        ("a=rtpmap:96 VP8/90000", "a=rtpmap:9000 VP8/90000"),
        ("a=fingerprint:sha-256 AA:BB", "a=fingerprint:sha-256"),
        ("m=video 9", "m=video nine"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(change: str, to: str) -> None:
    """An SSRC of more than 32 bits would break the feedback that is written about it, a second later."""
    with pytest.raises(SdpInvalid):
        parse_offer(OFFER.replace(change, to))


def test_ids_over_fourteen_are_taken_where_we_only_read() -> None:
    text = OFFER.replace("a=extmap:2 ", "a=extmap:20 ").replace("a=extmap:3 ", "a=extmap:200 ")
    line = parse_offer(text.replace("a=extmap:4 ", "a=extmap:256 ")).lines[1]
    sent = negotiation.publish(line)
    assert sent is not None and dict(sent.extensions) == {negotiation.TRANSPORT_CC: 200}
    received = negotiation.receive(line, sent.codec)
    assert received is not None and dict(received.extensions) == {}


# ---- the worst that its size allows


def _until_full(head: str, line: str, most: int = MAX_SDP_BYTES) -> str:
    return head + line * ((most - len(head)) // len(line))


ONE = written(*HEAD, *TRANSPORT, "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=mid:0", "a=rtpmap:96 VP8/90000")
WORST = {
    "codecs and feedback for all": ONE
    + "".join(f"a=rtpmap:{n} a/1\r\n" for n in range(1400))
    + "a=rtcp-fb:* a\r\n" * 1600,
    "one codec and feedback for all": ONE + "a=rtpmap:96 a/1\r\n" * 1400 + "a=rtcp-fb:* nack\r\n" * 1600,
    "codecs": _until_full(ONE, "a=rtpmap:9 a/1\r\n"),
    "feedback for all": _until_full(ONE, "a=rtcp-fb:* nack\r\n"),
    "sources": ONE + "".join(f"a=ssrc:{n} a:b\r\n" for n in range(3500)),
    "one source": _until_full(ONE, "a=ssrc:1 a:b\r\n"),
    "groups": _until_full(ONE, "a=ssrc-group:FID 1 2\r\n"),
    "a group": ONE + "a=group:BUNDLE" + " 0" * 30_000 + "\r\n",
    "fingerprints": _until_full(written(*HEAD), "a=fingerprint:a b\r\n") + "m=",
    "m-lines": _until_full(ONE, "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"),
    "other line ends": _until_full(ONE, "m=video 9 UDP/TLS/RTP/SAVPF 96\u2028"),
    "formats": ONE.replace("SAVPF 96 97", "SAVPF" + " 9" * 30_000),
    "a format's parameters": ONE + "a=fmtp:96 " + ";a=" * 20_000 + "\r\n",
    "parameters": _until_full(ONE, "a=fmtp:96 a=1\r\n"),
    "extensions": ONE + "".join(f"a=extmap:{n} {n}\r\n" for n in range(2700)),
    "candidates": _until_full(ONE, "a=candidate:1 1 udp 1 h 1 typ host\r\n"),
    "empty lines": _until_full(ONE, "\n"),
    "empty attributes": _until_full(ONE, "a=\n"),
    "an m-line without an end": ONE + "m=" + "a " * 30_000,
    "a number without an end": ONE + "a=ssrc:" + "1" * 60_000 + " a:b\r\n",
}


@pytest.mark.parametrize("kind", WORST)
def test_the_work_grows_with_the_text_and_with_nothing_else(kind: str) -> None:
    """By work, not by time: lines of Python run, whatever the answer is."""
    text = WORST[kind]
    text = text[:MAX_SDP_BYTES]
    assert lines_run(lambda: parse_offer(text)) < 100_000
    half = text[: len(text) // 2]
    assert lines_run(lambda: parse_offer(text)) < 3 * lines_run(lambda: parse_offer(half)) + 2_000


def test_damaged_lines_of_every_kind_are_read_or_refused() -> None:
    dice = random.Random(28)
    whole = [line for text in [*WORST.values(), bundle_only(OFFER, "1")] for line in text.splitlines()[:60]]
    for _ in range(2000):
        lines = [dice.choice(whole)[: dice.randrange(1, 60)] for _ in range(dice.randrange(1, 80))]
        try:
            parse_offer("\r\n".join([*HEAD, *TRANSPORT, *lines]))
        except (SdpInvalid, SdpTooLarge, SdpUnsupported):
            continue


async def test_a_bundle_only_picture_reaches_its_viewer(scene: Scene) -> None:
    camera, desk = scene.publisher("phone"), scene.viewer("desk")
    camera.client.description = _max_bundle(camera.client)  # type: ignore[method-assign]
    answer = await camera.join()
    assert answer.publishing == ("audio", "video") and "m=video 0" not in answer.sdp
    await desk.join("phone")
    await camera.send_many(30)
    await until(lambda: len(desk.got) == 30)
    assert (VIDEO_SSRC, RTX_SSRC) == tuple(
        getattr(scene.node.rooms["room"].peers["phone"].published["1"], name) for name in ("ssrc", "rtx_ssrc")
    )


def _max_bundle(client: Client):  # type: ignore[no-untyped-def]
    plain = client.description

    def description(*lines: sdp.Line, setup: str = "actpass") -> str:
        return bundle_only(plain(*lines, setup=setup), "1")

    return description
