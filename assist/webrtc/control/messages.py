"""What the hub and the media nodes tell each other.

`assist.webrtc.control.control` says over which keys, and as which bytes.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Kind = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class Source:
    """One remote stream: whose, and which of the two kinds."""

    peer: str
    kind: Kind


# ---------------------------------------------------------------- commands, hub → node


@dataclass(frozen=True, slots=True)
class Offer:
    """Answer this SDP offer; makes the room and the peer if they are new.

    ``receive`` binds the m-lines on which the client receives (by mid) to remote streams. ``restart``
    says that the client asked for an ICE restart; the node sees that in the SDP as well. ``generation``
    is the room's placement: a node that has seen a newer one refuses with ``room_moved``. 0 means "not
    fenced".
    """

    kind: ClassVar[str] = "offer"
    room: str
    peer: str
    sdp: str
    receive: Mapping[str, Source] = dataclasses.field(default_factory=dict)
    restart: bool = False
    generation: int = 0


@dataclass(frozen=True, slots=True)
class ClosePeer:
    """Let one peer go; the reply is `Done` whether or not it existed."""

    kind: ClassVar[str] = "close_peer"
    room: str
    peer: str


@dataclass(frozen=True, slots=True)
class CloseRoom:
    """Let everyone in a room go; the reply is `Done` whether or not it existed."""

    kind: ClassVar[str] = "close_room"
    room: str


@dataclass(frozen=True, slots=True)
class Keyframe:
    """Ask a publisher's camera for a key frame (throttled by the node)."""

    kind: ClassVar[str] = "keyframe"
    room: str
    peer: str


@dataclass(frozen=True, slots=True)
class Drain:
    """Take no new rooms; keep the ones there are. ``draining=False`` takes it back."""

    kind: ClassVar[str] = "drain"
    draining: bool = True


@dataclass(frozen=True, slots=True)
class Stats:
    """Send `Figures`."""

    kind: ClassVar[str] = "stats"


Command = Offer | ClosePeer | CloseRoom | Keyframe | Drain | Stats


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command, the id its reply carries, and the list the reply goes to ("": none is wanted)."""

    id: str
    command: Command
    reply_to: str = ""


# ---------------------------------------------------------------- replies, node → hub


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to `Offer`.

    ``publishing`` names the kinds this peer may send. ``refused`` gives, by mid, why an m-line carries
    nothing: ``stream_absent`` (offer again when it appears), ``codec_unsupported``, ``not_bound``.
    """

    kind: ClassVar[str] = "answer"
    sdp: str
    publishing: tuple[Kind, ...] = ()
    refused: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The command was carried out."""

    kind: ClassVar[str] = "done"


@dataclass(frozen=True, slots=True)
class Figures:
    """The reply to `Stats`: counters since the node started, and who is in which room.

    ``rooms`` is room → peer → ``{"connected": bool, "publishing": [kind, …]}``.
    """

    kind: ClassVar[str] = "figures"
    counters: Mapping[str, float] = dataclasses.field(default_factory=dict)
    rooms: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """The command was refused.

    Codes: ``sdp_invalid``, ``sdp_too_large``, ``sdp_unsupported``, ``node_full``, ``node_draining``,
    ``room_moved``, ``command_invalid``, ``media_internal``.
    """

    kind: ClassVar[str] = "failure"
    code: str
    detail: str = ""


Outcome = Answer | Done | Figures | Failure


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome with the id of the command it answers."""

    id: str
    outcome: Outcome


# ---------------------------------------------------------------- events, node → everyone


@dataclass(frozen=True, slots=True)
class PeerConnected:
    """ICE and DTLS are through; media can flow."""

    kind: ClassVar[str] = "peer_connected"
    node: str
    room: str
    peer: str


@dataclass(frozen=True, slots=True)
class PeerDisconnected:
    """The peer is gone from the node.

    ``reason``: ``closed`` (by command), ``left`` (it said so by DTLS), ``timeout`` (silence), ``failed``
    (DTLS or its fingerprint), ``replaced`` (the same peer came with a new peer connection),
    ``room_closed``, ``node_stopping``.
    """

    kind: ClassVar[str] = "peer_disconnected"
    node: str
    room: str
    peer: str
    reason: str


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """The first authentic packet of a peer's audio or video has come."""

    kind: ClassVar[str] = "stream_started"
    node: str
    room: str
    peer: str
    media: Kind


@dataclass(frozen=True, slots=True)
class StreamStopped:
    """A stream that had started is gone."""

    kind: ClassVar[str] = "stream_stopped"
    node: str
    room: str
    peer: str
    media: Kind


@dataclass(frozen=True, slots=True)
class OfferWanted:
    """The peer should offer again: somebody in its room cannot decode what it sends, and it could send
    something else."""

    kind: ClassVar[str] = "offer_wanted"
    node: str
    room: str
    peer: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How one peer's connection did since the last such event (every two seconds).

    Losses are shares in 0–1, bitrates bit/s, times milliseconds. ``loss`` is the worse of the two directions;
    ``bitrate`` is what the peer sends and receives together. ``estimate`` is what the peer thinks it can
    receive (REMB), 0 if unknown; ``rtt_ms`` is 0 if none was measured (a peer that only sends gives no
    round trip).
    """

    kind: ClassVar[str] = "quality"
    node: str
    room: str
    peer: str
    loss: float
    rtt_ms: float
    bitrate: int
    jitter_ms: float
    loss_up: float = 0.0
    loss_down: float = 0.0
    bitrate_up: int = 0
    bitrate_down: int = 0
    estimate: int = 0


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A node with this id has started: whatever rooms it had before are gone."""

    kind: ClassVar[str] = "node_started"
    node: str


@dataclass(frozen=True, slots=True)
class NodeDraining:
    """A node wants to be left: move its rooms when that suits the people in them."""

    kind: ClassVar[str] = "node_draining"
    node: str


Event = (
    PeerConnected
    | PeerDisconnected
    | StreamStarted
    | StreamStopped
    | OfferWanted
    | Quality
    | NodeStarted
    | NodeDraining
)


# ---------------------------------------------------------------- registration


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a node is: ``cpu`` is the share of one core over the last second."""

    rooms: int = 0
    peers: int = 0
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A node's registration. ``started_at`` (Unix seconds) tells a restarted node from the one before it."""

    id: str
    load: Load
    addresses: tuple[str, ...]
    draining: bool
    started_at: float
