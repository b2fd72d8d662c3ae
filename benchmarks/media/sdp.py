"""Just enough SDP for a client without a browser: offers and answers with VP8 and Opus, and what the other
side says.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

VIDEO, VIDEO_RTX, AUDIO = 96, 97, 111
TRANSPORT_CC_ID, ABS_SEND_TIME_ID = 3, 2
_EXTENSIONS = {
    TRANSPORT_CC_ID: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    ABS_SEND_TIME_ID: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
}


@dataclass(frozen=True)
class Line:
    """One m-line of ours. ``direction`` as the client means it."""

    mid: str
    kind: str
    direction: str
    ssrc: int = 0
    rtx_ssrc: int = 0


@dataclass
class Remote:
    """What the other side's description says."""

    fragment: str
    password: str
    fingerprint: tuple[str, str]
    setup: str
    address: tuple[str, int]
    ssrcs: dict[str, list[int]] = field(default_factory=dict)
    mids: list[tuple[str, str]] = field(default_factory=list)
    payload_types: dict[str, int] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)


def read(text: str) -> Remote:
    """The parts that a client needs."""

    def first(pattern: str) -> str:
        found = re.search(pattern, text, re.M)
        if found is None:
            raise ValueError(f"{pattern} is missing")
        return found[1].strip()

    host, port = first(r"^a=candidate:\S+ 1 udp \d+ (\S+ \d+) typ host").split()
    algorithm, value = first(r"^a=fingerprint:(.*)").split()
    setup = first(r"^a=setup:(\S+)")
    fragment, password = first(r"^a=ice-ufrag:(\S+)"), first(r"^a=ice-pwd:(\S+)")
    remote = Remote(fragment, password, (algorithm.lower(), value.upper()), setup, (host, int(port)))
    for section in re.split(r"^(?=m=)", text, flags=re.M)[1:]:
        kind = section[2:].split()[0]
        mid = re.search(r"^a=mid:(\S+)", section, re.M)
        if mid is None:
            continue
        remote.mids.append((mid[1], kind))
        ssrcs = dict.fromkeys(int(n) for n in re.findall(r"^a=ssrc:(\d+)", section, re.M))
        remote.ssrcs[mid[1]] = list(ssrcs)
        for number, name in re.findall(r"^a=rtpmap:(\d+) ([A-Za-z0-9]+)/", section, re.M):
            remote.payload_types.setdefault(name.lower(), int(number))
        for number, uri in re.findall(r"^a=extmap:(\d+)\S* (\S+)", section, re.M):
            remote.extensions[uri] = int(number)
    return remote


def write(
    lines: Sequence[Line],
    fragment: str,
    password: str,
    fingerprint: str,
    setup: str,
    session: int,
    version: int,
) -> str:
    """An offer, or an answer where ``setup`` is ``active``."""
    text = [
        "v=0",
        f"o=- {session} {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(line.mid for line in lines)}",
        "a=msid-semantic:WMS *",
    ]
    for line in lines:
        formats = f"{VIDEO} {VIDEO_RTX}" if line.kind == "video" else str(AUDIO)
        text += [
            f"m={line.kind} 9 UDP/TLS/RTP/SAVPF {formats}",
            "c=IN IP4 0.0.0.0",
            f"a=ice-ufrag:{fragment}",
            f"a=ice-pwd:{password}",
            f"a=fingerprint:sha-256 {fingerprint}",
            f"a=setup:{setup}",
            f"a=mid:{line.mid}",
            f"a={line.direction}",
            "a=rtcp-mux",
            "a=rtcp-rsize",
        ]
        if setup == "actpass":  # in an answer the numbers would be the other side's to choose
            text += [f"a=extmap:{number} {uri}" for number, uri in _EXTENSIONS.items()]
        if line.kind == "video":
            text += [f"a=rtpmap:{VIDEO} VP8/90000"]
            text += [
                f"a=rtcp-fb:{VIDEO} {f}" for f in ("transport-cc", "goog-remb", "ccm fir", "nack", "nack pli")
            ]
            text += [f"a=rtpmap:{VIDEO_RTX} rtx/90000", f"a=fmtp:{VIDEO_RTX} apt={VIDEO}"]
        else:
            text += [f"a=rtpmap:{AUDIO} opus/48000/2", f"a=rtcp-fb:{AUDIO} transport-cc"]
            text += [f"a=fmtp:{AUDIO} minptime=10;useinbandfec=1"]
        if line.ssrc:
            if line.rtx_ssrc:
                text.append(f"a=ssrc-group:FID {line.ssrc} {line.rtx_ssrc}")
            text += [f"a=msid:stream {line.kind}", f"a=ssrc:{line.ssrc} cname:client"]
            if line.rtx_ssrc:
                text.append(f"a=ssrc:{line.rtx_ssrc} cname:client")
    return "\r\n".join(text) + "\r\n"
