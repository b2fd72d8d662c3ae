"""SDP answers as text (RFC 8866, RFC 9429 section 5.3, RFC 8839, RFC 8842, RFC 8843)."""

from collections.abc import Sequence
from dataclasses import dataclass

from assist.webrtc.node.ice.ice import Credentials
from assist.webrtc.node.sdp.description import Codec, OfferLine
from assist.webrtc.node.sdp.negotiation import Agreed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the node announces about a stream that it sends: SSRCs, and which streams belong together."""

    ssrc: int
    rtx_ssrc: int | None
    stream_id: str
    track_id: str
    cname: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One m-line of the answer.

    ``agreed`` None: the line is rejected, port 0. ``direction`` is the node's: ``recvonly``, ``sendonly``
    (then with ``outgoing``) or ``inactive``.
    """

    offer: OfferLine
    agreed: Agreed | None
    direction: str = "inactive"
    outgoing: Outgoing | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """What all lines share. ``candidates`` are (address, port) in order of preference."""

    credentials: Credentials
    fingerprint: str
    active: bool
    candidates: Sequence[tuple[str, int]]


def render(lines: Sequence[AnswerLine], transport: Transport, session: int, version: int) -> str:
    """The whole answer. ``session`` and ``version`` are o='s numbers (RFC 8866 section 5.2)."""
    bundled = [line.offer.mid for line in lines if line.agreed is not None]
    text = [
        "v=0",
        f"o=- {session} {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=ice-options:ice2",
        *([f"a=group:BUNDLE {' '.join(bundled)}"] if bundled else []),
        "a=msid-semantic:WMS *",
    ]
    for line in lines:
        text += _rejected(line.offer) if line.agreed is None else _accepted(line, line.agreed, transport)
    return "\r\n".join(text) + "\r\n"


def _rejected(offer: OfferLine) -> list[str]:
    return [
        f"m={offer.media} 0 {offer.profile} {' '.join(offer.formats)}",
        "c=IN IP4 0.0.0.0",
        *([f"a=mid:{offer.mid}"] if offer.mid else []),
        "a=inactive",
    ]


def _accepted(line: AnswerLine, agreed: Agreed, transport: Transport) -> list[str]:
    codec, rtx = agreed.codec, agreed.rtx
    formats = f"{codec.payload_type} {rtx}" if rtx is not None else str(codec.payload_type)
    host, port = transport.candidates[0]
    text = [
        f"m={line.offer.kind} {port} {line.offer.profile} {formats}",
        f"c=IN {_family(host)} {host}",
        f"a=mid:{line.offer.mid}",
        f"a={line.direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=ice-ufrag:{transport.credentials.fragment}",
        f"a=ice-pwd:{transport.credentials.password}",
        f"a=fingerprint:sha-256 {transport.fingerprint}",
        f"a=setup:{'active' if transport.active else 'passive'}",
        *_candidates(transport.candidates),
        *_codec(codec),
    ]
    if rtx is not None:
        text += [f"a=rtpmap:{rtx} rtx/{codec.clock_rate}", f"a=fmtp:{rtx} apt={codec.payload_type}"]
    text += [f"a=rtcp-fb:{codec.payload_type} {item}" for item in agreed.feedback]
    text += [f"a=extmap:{number} {uri}" for uri, number in agreed.extensions.items()]
    if line.outgoing is not None:
        text += _sources(line.outgoing)
    return text


def _codec(codec: Codec) -> list[str]:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    parameters = dict(codec.parameters)
    if codec.name == "opus":
        parameters["useinbandfec"] = "1"
    text = [f"a=rtpmap:{codec.payload_type} {_NAMES[codec.name]}/{codec.clock_rate}{channels}"]
    if parameters:
        items = ";".join(key if value is None else f"{key}={value}" for key, value in parameters.items())
        text.append(f"a=fmtp:{codec.payload_type} {items}")
    return text


_NAMES = {"opus": "opus", "vp8": "VP8", "h264": "H264"}


def _candidates(addresses: Sequence[tuple[str, int]]) -> list[str]:
    """Host candidates, RFC 8445 section 5.1.2.1: type preference 126, local preference falling, component
    1.
    """
    text = []
    for place, (host, port) in enumerate(addresses):
        priority = 126 << 24 | (65535 - place) << 8 | 255
        text.append(f"a=candidate:{place + 1} 1 udp {priority} {host} {port} typ host")
    return [*text, "a=end-of-candidates"]


def _sources(outgoing: Outgoing) -> list[str]:
    text = [f"a=msid:{outgoing.stream_id} {outgoing.track_id}"]
    ssrcs = [outgoing.ssrc]
    if outgoing.rtx_ssrc is not None:
        text.append(f"a=ssrc-group:FID {outgoing.ssrc} {outgoing.rtx_ssrc}")
        ssrcs.append(outgoing.rtx_ssrc)
    return [*text, *(f"a=ssrc:{ssrc} cname:{outgoing.cname}" for ssrc in ssrcs)]


def _family(host: str) -> str:
    return "IP6" if ":" in host else "IP4"
