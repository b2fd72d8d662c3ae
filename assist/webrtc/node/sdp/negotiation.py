"""What the node takes of an offer: which codec, which feedback, which header extensions.

The publisher's codec is passed through, so a viewer gets what the publisher sends or nothing. RFC 7742
section 5 makes VP8 and H.264 mandatory, but a fresh Firefox and some telephones come without H.264. So the
room decides: of a publisher's offer the first codec in its own order is taken that everyone in the room can
decode who has said what it can (VP8, or H.264 in packetization mode 1), VP8 where there is none; and Opus
(RFC 7874). What a stream has is kept while it suits everyone.

Header extensions: upward transport-cc (else we could not steer the sender) and mid (which tells apart two
lines with the same payload type when no SSRC is announced); downward abs-send-time, which the viewer's
REMB estimator needs. Mid is not negotiated downward: every SSRC that we send is announced in the answer,
and RFC 8843 section 9.2 lets packets be associated by that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assist.webrtc.node.sdp.description import Codec, OfferLine

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

_UPWARD_FEEDBACK = ("transport-cc", "goog-remb", "ccm fir", "nack", "nack pli")
_DOWNWARD_FEEDBACK = ("goog-remb", "ccm fir", "nack", "nack pli")
_MOST_READ, _MOST_WRITTEN = 255, 14
"""Ids that fit: we read two-byte elements (RFC 8285 section 4.3) and write one-byte elements only."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What one m-line comes to: the codec with the client's payload types, feedback and extension ids."""

    codec: Codec
    feedback: tuple[str, ...]
    extensions: Mapping[str, int] = field(default_factory=dict)

    def extension(self, uri: str) -> int:
        """The id of an extension, 0 if it was not agreed."""
        return self.extensions.get(uri, 0)

    @property
    def rtx(self) -> int | None:
        """The payload type of retransmissions, where NACK makes use of it."""
        return self.codec.rtx if "nack" in self.feedback else None


def publish(
    line: OfferLine, viewers: Sequence[Sequence[Codec]] = (), kept: Codec | None = None
) -> Agreed | None:
    """What a publisher may send on this line; None if it offers nothing that can be passed on.

    ``viewers`` are the video codecs that each of the others can decode; ``kept`` is what the stream has.
    """
    codec = _choose(line, viewers if line.kind == "video" else (), kept)
    if codec is None:
        return None
    extensions = _extensions(line, (TRANSPORT_CC, MID), _MOST_READ)
    feedback = tuple(item for item in _UPWARD_FEEDBACK if item in codec.feedback)
    if "transport-cc" not in feedback:
        extensions.pop(TRANSPORT_CC, None)
    elif TRANSPORT_CC not in extensions:
        feedback = tuple(item for item in feedback if item != "transport-cc")
    return Agreed(codec, feedback, extensions)


def receive(line: OfferLine, sent: Codec) -> Agreed | None:
    """How a viewer takes what a publisher sends on this line; None if it cannot decode it."""
    fits = [codec for codec in line.codecs if _passes(sent, codec)]
    if not fits:
        return None
    codec = next((c for c in fits if _profile(c) == _profile(sent)), fits[0])
    extensions = _extensions(line, (ABS_SEND_TIME,), _MOST_WRITTEN)
    return Agreed(codec, tuple(f for f in _DOWNWARD_FEEDBACK if f in codec.feedback), extensions)


def placeholder(line: OfferLine) -> Agreed | None:
    """A codec for a line that carries nothing yet; None if the line has none that ever could."""
    codec = _choose(line)
    return None if codec is None else Agreed(codec, ())


def takes(lines: Iterable[OfferLine]) -> tuple[Codec, ...] | None:
    """The video codecs that a client says it can decode; None while it has no line to receive any."""
    found = [
        line.codecs
        for line in lines
        if line.kind == "video" and not line.stopped and line.direction in ("recvonly", "sendrecv")
    ]
    return found[0] if found else None


def _choose(
    line: OfferLine, viewers: Sequence[Sequence[Codec]] = (), kept: Codec | None = None
) -> Codec | None:
    usable = [codec for codec in line.codecs if _is_usable(line.kind, codec)]
    if not usable:
        return None
    names = list(dict.fromkeys(codec.name for codec in usable))
    # Among several H.264 profiles take constrained baseline, the one every viewer decodes.
    ranked = sorted(usable, key=lambda codec: (names.index(codec.name), _profile(codec) not in ("", "42e0")))
    suited = [codec for codec in ranked if all(_decodes(viewer, codec) for viewer in viewers)]
    if kept in suited:
        return kept
    return (suited or [codec for codec in ranked if codec.name == "vp8"] or ranked)[0]


def _decodes(viewer: Iterable[Codec], sent: Codec) -> bool:
    return any(_passes(sent, codec) for codec in viewer)


def _is_usable(kind: str, codec: Codec) -> bool:
    if kind == "audio":
        return codec.name == "opus" and codec.clock_rate == 48000
    return codec.name == "vp8" or (codec.name == "h264" and codec.parameters.get("packetization-mode") == "1")


def _passes(sent: Codec, offered: Codec) -> bool:
    """Whether a viewer that offers this codec can decode what is sent.

    A higher H.264 profile decodes the constrained baseline, not the other way round (ISO/IEC 14496-10
    annex A).
    """
    if sent.name != offered.name or sent.clock_rate != offered.clock_rate:
        return False
    if sent.name != "h264":
        return True
    if offered.parameters.get("packetization-mode") != "1":
        return False
    return _profile(sent) in ("42e0", _profile(offered))


def _profile(codec: Codec) -> str:
    """``profile_idc`` and ``profile-iop`` of H.264; browsers that give none mean baseline (RFC 6184 §8.1)."""
    if codec.name != "h264":
        return ""
    return (codec.parameters.get("profile-level-id") or "42000a").lower()[:4]


def _extensions(line: OfferLine, wanted: tuple[str, ...], most: int) -> dict[str, int]:
    return {uri: line.extensions[uri] for uri in wanted if 0 < line.extensions.get(uri, 0) <= most}
