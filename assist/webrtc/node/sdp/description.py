"""What an SDP offer says, as far as this node can use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kernel.errors import Invalid, TooLarge

MAX_SDP_BYTES = 64 * 1024
MAX_TEXT_LINES = 4_000
"""Lines of text. A browser's offer has some 1,600 when eight are in the call."""
MAX_LINES = 24
MAX_FORMATS = 128
MAX_CODECS = 64
MAX_SSRCS = 16
MAX_FINGERPRINTS = 16

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]


class SdpInvalid(Invalid):
    """The offer is not a session description that can be read."""

    code = "sdp_invalid"


class SdpTooLarge(TooLarge):
    """The offer is longer, or describes more, than this service takes."""

    code = "sdp_too_large"


class SdpUnsupported(Invalid):
    """The offer asks for something that this service does not do."""

    code = "sdp_unsupported"


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type. ``name`` is lower case; ``rtx`` the payload type of its retransmissions."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int = 1
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    feedback: frozenset[str] = frozenset()
    rtx: int | None = None


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One m-line. ``extensions`` maps URI to id; ``ssrc`` and ``rtx_ssrc`` are None where not announced.

    A line that is ``stopped`` may be of another kind, ``media`` in its m=, and have no mid.
    """

    mid: str
    kind: Literal["audio", "video", "other"]
    media: str
    direction: Direction
    stopped: bool
    profile: str
    formats: tuple[str, ...]
    codecs: tuple[Codec, ...]
    extensions: Mapping[str, int]
    ssrc: int | None
    rtx_ssrc: int | None

    @property
    def publishes(self) -> bool:
        """Whether the client sends on this line."""
        return not self.stopped and self.direction in ("sendrecv", "sendonly")

    @property
    def receives(self) -> bool:
        """Whether the client receives on this line, and does nothing else."""
        return not self.stopped and self.direction == "recvonly"


@dataclass(frozen=True, slots=True)
class OfferDescription:
    """A whole offer over one bundled transport. ``active`` says whether the node has to begin DTLS."""

    session: str
    fragment: str
    fingerprints: tuple[tuple[str, str], ...]
    active: bool
    lines: tuple[OfferLine, ...]

    def same_connection(self, other: "OfferDescription") -> bool:
        """Whether both come from one peer connection: its certificate and its session id do not change
        (RFC 8829 section 5.2.2). aiortc counts seconds as its session id; outside an ICE restart the
        fragment stays.
        """
        known = self.session == other.session or self.fragment == other.fragment
        return known and self.fingerprints == other.fingerprints
