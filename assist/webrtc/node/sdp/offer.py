"""SDP offers as text → `OfferDescription` (RFC 8866, RFC 9429, RFC 9143, RFC 8839, RFC 8842).

An offer comes from a stranger. So its text is gone through once, line by line; every line is taken by at
most one reader, which keeps no more of it than the node uses, at a place of its own: the work grows with
the length of the text and with nothing else. Candidates are not read at all: the node waits to be found.

What is read leniently, because browsers and phones differ: attributes that belong to all bundled lines may
stand on the tagged one alone (RFC 9143 section 7.1.3); blanks after the semicolons of a format's
parameters; a line that was stopped has no more to say than its m=; payload types that look like RTCP (RFC
5761 section 4) and codecs that the node does not know are passed over.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from assist.webrtc.node.sdp.description import (
    MAX_CODECS,
    MAX_FINGERPRINTS,
    MAX_FORMATS,
    MAX_LINES,
    MAX_SDP_BYTES,
    MAX_SSRCS,
    MAX_TEXT_LINES,
    Codec,
    Direction,
    OfferDescription,
    OfferLine,
    SdpInvalid,
    SdpTooLarge,
    SdpUnsupported,
)

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_MEDIA: Final = re.compile(r"m=([!-~]{1,32}) ([0-9]{1,5})(?:/[0-9]{1,5})? ([!-~]{1,64}) (.+)")
_MID: Final = re.compile(r"[!-~]{1,64}")
_DIRECTIONS: Final[dict[str, Direction]] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}
_FEEDBACK: Final = frozenset({"transport-cc", "goog-remb", "ccm fir", "nack", "nack pli"})
"""What the node can take or give; the rest is not kept."""
_ROLES: Final = frozenset({"actpass", "active", "passive"})
_KINDS: Final[dict[str, Literal["audio", "video"]]] = {"audio": "audio", "video": "video"}


@dataclass(slots=True, eq=False)
class _Section:
    """The session's lines, or one m-line's, as they are read."""

    media: str = ""
    port: int = 0
    profile: str = ""
    formats: tuple[str, ...] = ()
    origin: str = ""
    mid: str = ""
    direction: Direction | None = None
    bundle: tuple[str, ...] = ()
    bundle_only: bool = False
    rtcp_mux: bool = False
    ice_lite: bool = False
    fragment: str = ""
    password: str = ""
    role: str = ""
    fingerprints: dict[tuple[str, str], None] = field(default_factory=dict)
    maps: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    parameters: dict[int, str] = field(default_factory=dict)
    feedback: dict[str, set[str]] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    ssrcs: dict[int, None] = field(default_factory=dict)
    pair: tuple[int, int] | None = None


def parse_offer(text: str) -> OfferDescription:
    """Read an SDP offer. Raises `SdpTooLarge`, `SdpInvalid` or `SdpUnsupported`, and nothing else."""
    if len(text) > MAX_SDP_BYTES or len(text.encode("utf-8", "replace")) > MAX_SDP_BYTES:
        raise SdpTooLarge(f"more than {MAX_SDP_BYTES} bytes")
    lines = _LINE_END.split(text)
    if len(lines) > MAX_TEXT_LINES:
        raise SdpTooLarge(f"more than {MAX_TEXT_LINES} lines of text")
    session = current = _Section()
    sections: list[_Section] = []
    for line in lines:
        if line.startswith("m="):
            if len(sections) == MAX_LINES:
                raise SdpTooLarge(f"more than {MAX_LINES} m-lines")
            current = _begin(line)
            sections.append(current)
        elif line.startswith("o=") and current is session:
            session.origin = " ".join(line[2:].split()[:2])
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            reader = _READERS.get(name.strip())
            if reader is not None:
                reader(current, value.strip())
    return _description(session, sections)


def _begin(line: str) -> _Section:
    found = _MEDIA.fullmatch(line.rstrip())
    if found is None:
        raise SdpInvalid("an m-line cannot be read")
    media, port, profile = found.group(1, 2, 3)
    formats = tuple(found[4].split(None, MAX_FORMATS))
    if len(formats) > MAX_FORMATS:
        raise SdpTooLarge(f"more than {MAX_FORMATS} formats on an m-line")
    if media in _KINDS:
        for number in formats:
            _number(number, 127)
    return _Section(media, int(port), profile, formats)


# ---- one reader for each attribute that the node uses; all others are passed over


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > most:
        raise SdpInvalid("a number is none, or out of range")
    return int(text)


def _words(value: str, count: int) -> list[str]:
    words = value.split(None, count - 1)
    if len(words) < count:
        raise SdpInvalid("an attribute is cut short")
    return words


def _read_mid(section: _Section, value: str) -> None:
    if not _MID.fullmatch(value):
        raise SdpInvalid("a mid that is none")
    section.mid = value


def _read_group(section: _Section, value: str) -> None:
    semantics, *mids = value.split() or [""]
    if semantics == "BUNDLE" and not section.bundle:
        section.bundle = tuple(mids)


def _read_fingerprint(section: _Section, value: str) -> None:
    algorithm, print_ = _words(value, 2)
    section.fingerprints[algorithm.lower(), print_.upper()] = None
    if len(section.fingerprints) > MAX_FINGERPRINTS:
        raise SdpTooLarge(f"more than {MAX_FINGERPRINTS} fingerprints")


def _read_setup(section: _Section, value: str) -> None:
    if value not in _ROLES:
        raise SdpInvalid("a DTLS role that is none")
    section.role = value


def _read_map(section: _Section, value: str) -> None:
    number, described = _words(value, 2)
    name, clock, channels = (*described.split("/"), "", "1")[:3]
    section.maps.setdefault(
        _number(number, 127), (name.strip().lower(), _number(clock, 1 << 31), _number(channels or "1", 255))
    )
    if len(section.maps) > MAX_CODECS:
        raise SdpTooLarge(f"more than {MAX_CODECS} codecs on an m-line")


def _read_parameters(section: _Section, value: str) -> None:
    number, parameters = _words(value, 2)
    section.parameters[_number(number, 255)] = parameters


def _read_feedback(section: _Section, value: str) -> None:
    number, feedback = _words(value, 2)
    wanted = " ".join(feedback.split(None, 2)[:2]).lower()
    if wanted in _FEEDBACK:
        section.feedback.setdefault(number, set()).add(wanted)


def _read_extension(section: _Section, value: str) -> None:
    number, uri = _words(value, 2)
    number, _, direction = number.partition("/")
    # An extension that goes one way only would have to be answered with the other; nobody we know needs it.
    if direction in ("", "sendrecv"):
        section.extensions.setdefault(uri.split()[0], _number(number, 1 << 31))


def _read_ssrc(section: _Section, value: str) -> None:
    section.ssrcs[_number(value.partition(" ")[0], 0xFFFFFFFF)] = None
    if len(section.ssrcs) > MAX_SSRCS:
        raise SdpTooLarge(f"more than {MAX_SSRCS} sources on an m-line")


def _read_ssrc_group(section: _Section, value: str) -> None:
    semantics, *ssrcs = value.split(None, 3) or [""]
    if semantics == "FID" and len(ssrcs) == 2 and section.pair is None:
        section.pair = _number(ssrcs[0], 0xFFFFFFFF), _number(ssrcs[1], 0xFFFFFFFF)


def _set(name: str) -> Callable[[_Section, str], None]:
    return lambda section, _: setattr(section, name, True)


def _keep(name: str) -> Callable[[_Section, str], None]:
    return lambda section, value: setattr(section, name, value)


def _direct(direction: Direction) -> Callable[[_Section, str], None]:
    return lambda section, _: setattr(section, "direction", direction)


_READERS: Final[Mapping[str, Callable[[_Section, str], None]]] = {
    **{name: _direct(direction) for name, direction in _DIRECTIONS.items()},
    "mid": _read_mid,
    "group": _read_group,
    "bundle-only": _set("bundle_only"),
    "rtcp-mux": _set("rtcp_mux"),
    "ice-lite": _set("ice_lite"),
    "ice-ufrag": _keep("fragment"),
    "ice-pwd": _keep("password"),
    "fingerprint": _read_fingerprint,
    "setup": _read_setup,
    "rtpmap": _read_map,
    "fmtp": _read_parameters,
    "rtcp-fb": _read_feedback,
    "extmap": _read_extension,
    "ssrc": _read_ssrc,
    "ssrc-group": _read_ssrc_group,
}


# ---- what the lines come to together


def _description(session: _Section, sections: list[_Section]) -> OfferDescription:
    if not sections:
        raise SdpInvalid("no m-line")
    bundled = frozenset(session.bundle)
    active = [section for section in sections if not _stopped(section, bundled)]
    _check_lines(active, bundled)
    lead = _lead(session, active) or sections[0]
    fragment, password = lead.fragment or session.fragment, lead.password or session.password
    prints, role = lead.fingerprints or session.fingerprints, lead.role or session.role
    if not fragment or not password:
        raise SdpInvalid("no ICE user name fragment and password")
    if session.ice_lite or lead.ice_lite:
        raise SdpUnsupported("both sides would be ICE-lite")
    if not prints or not role:
        raise SdpInvalid("no DTLS fingerprint and role")
    for section in active:
        if not (section.rtcp_mux or session.rtcp_mux or lead.rtcp_mux):
            raise SdpUnsupported("RTP and RTCP have to share one port (rtcp-mux)")
    mids = [section.mid for section in sections if section.mid]
    if len(set(mids)) != len(mids):
        raise SdpInvalid("every m-line needs a mid of its own")
    lines = tuple(_line(section, session, section not in active) for section in sections)
    sources = [
        ssrc for line in lines if line.publishes for ssrc in (line.ssrc, line.rtx_ssrc) if ssrc is not None
    ]
    if len(set(sources)) != len(sources):
        raise SdpInvalid("one SSRC names two streams")  # RFC 3550 section 8
    return OfferDescription(
        session=session.origin,
        fragment=fragment,
        fingerprints=tuple(prints),
        active=role == "passive",
        lines=lines,
    )


def _stopped(section: _Section, bundled: frozenset[str]) -> bool:
    """Port 0 says "stopped", except where it says "only together with the others" (RFC 9143 section 6)."""
    return section.port == 0 and not (section.bundle_only and section.mid in bundled)


def _check_lines(active: list[_Section], bundled: frozenset[str]) -> None:
    for section in active:
        if section.media == "application":
            raise SdpUnsupported("data channels are not offered here: chat and marks go over the WebSocket")
        if section.media not in _KINDS:
            raise SdpUnsupported("only audio and video")
        if "SAVP" not in section.profile:
            raise SdpUnsupported("media has to be encrypted")
        if not section.mid:
            raise SdpInvalid("every m-line needs a mid of its own")
    if len(active) > 1 and not bundled >= {section.mid for section in active}:
        raise SdpUnsupported("all m-lines have to be in one BUNDLE group")


def _lead(session: _Section, active: list[_Section]) -> _Section | None:
    """The tagged line, whose transport is everybody's: the group's first (RFC 9143 section 7.2)."""
    place = {mid: number for number, mid in enumerate(session.bundle)}
    ordered = sorted(active, key=lambda section: place.get(section.mid, len(place)))
    return next((section for section in ordered if section.fragment), ordered[0] if ordered else None)


def _line(section: _Section, session: _Section, stopped: bool) -> OfferLine:
    ssrc, rtx_ssrc = section.pair or (next(iter(section.ssrcs), None), None)
    return OfferLine(
        mid=section.mid,
        kind=_KINDS.get(section.media, "other"),
        media=section.media,
        direction=section.direction or session.direction or "sendrecv",
        stopped=stopped,
        profile=section.profile,
        formats=section.formats,
        codecs=() if stopped else _codecs(section),
        extensions={**session.extensions, **section.extensions},
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc if rtx_ssrc != ssrc else None,
    )


def _codecs(section: _Section) -> tuple[Codec, ...]:
    """In the order of the m-line's formats, each with the payload type of its retransmissions."""
    named = {
        number: _parameters(section.parameters.get(number, ""))
        for number in section.maps
        if not 63 < number < 96
    }
    rtx: dict[int, int] = {}
    for number, parameters in named.items():
        if section.maps[number][0] == "rtx" and parameters.get("apt") is not None:
            rtx.setdefault(_number(str(parameters["apt"]), 127), number)
    found: dict[int, Codec] = {}
    for text in section.formats:
        number = int(text)
        if number not in named or section.maps[number][0] == "rtx":
            continue
        name, clock_rate, channels = section.maps[number]
        feedback = section.feedback.get(text, set()) | section.feedback.get("*", set())
        found[number] = Codec(
            number, name, clock_rate, channels, named[number], frozenset(feedback), rtx.get(number)
        )
    return tuple(found.values())


def _parameters(text: str) -> dict[str, str | None]:
    """``a=1; b`` → {"a": "1", "b": None}, names in lower case."""
    found: dict[str, str | None] = {}
    for item in text.split(";"):
        key, equals, value = item.strip().partition("=")
        if key:
            found[key.strip().lower()] = value.strip() if equals else None
    return found
