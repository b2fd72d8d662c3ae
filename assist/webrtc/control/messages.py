"""What the hub and the media nodes tell each other.

`assist.webrtc.control.control` says over which keys, and as which bytes.
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

Kind = Literal["audio", "video"]


class Message(Struct, frozen=True, tag_field="kind"):
    """What is told apart by its ``kind``."""

    @property
    def kind(self) -> str:
        """As it is called on the wire."""
        return str(self.__struct_config__.tag)


class Source(Struct, frozen=True):
    """One remote stream: whose, and which of the two kinds."""

    peer: str
    kind: Kind


# ---------------------------------------------------------------- commands, hub → node


class Offer(Message, frozen=True, tag="offer"):
    """Answer this SDP offer; makes the room and the peer if they are new.

    ``receive`` binds the m-lines on which the client receives (by mid) to remote streams. ``restart``
    says that the client asked for an ICE restart; the node sees that in the SDP as well. ``generation``
    is the room's placement: a node that has seen a newer one refuses with ``room_moved``. 0 means "not
    fenced".
    """

    room: str
    peer: str
    sdp: str
    receive: Mapping[str, Source] = field(default_factory=dict)
    restart: bool = False
    generation: int = 0


class ClosePeer(Message, frozen=True, tag="close_peer"):
    """Let one peer go; the reply is `Done` whether or not it existed."""

    room: str
    peer: str


class CloseRoom(Message, frozen=True, tag="close_room"):
    """Let everyone in a room go; the reply is `Done` whether or not it existed."""

    room: str


class Keyframe(Message, frozen=True, tag="keyframe"):
    """Ask a publisher's camera for a key frame (throttled by the node)."""

    room: str
    peer: str


class Drain(Message, frozen=True, tag="drain"):
    """Take no new rooms; keep the ones there are. ``draining=False`` takes it back."""

    draining: bool = True


class Stats(Message, frozen=True, tag="stats"):
    """Send `Figures`."""


Command = Offer | ClosePeer | CloseRoom | Keyframe | Drain | Stats


class Envelope(Struct, frozen=True):
    """A command, the id its reply carries, and the list the reply goes to ("": none is wanted)."""

    id: str
    command: Command
    reply_to: str = ""


# ---------------------------------------------------------------- replies, node → hub


class Answer(Message, frozen=True, tag="answer"):
    """The reply to `Offer`.

    ``publishing`` names the kinds this peer may send. ``refused`` gives, by mid, why an m-line carries
    nothing: ``stream_absent`` (offer again when it appears), ``codec_unsupported``, ``not_bound``.
    """

    sdp: str
    publishing: tuple[Kind, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


class Done(Message, frozen=True, tag="done"):
    """The command was carried out."""


class Figures(Message, frozen=True, tag="figures"):
    """The reply to `Stats`: counters since the node started, and who is in which room.

    ``rooms`` is room → peer → ``{"connected": bool, "publishing": [kind, …]}``.
    """

    counters: Mapping[str, float] = field(default_factory=dict)
    rooms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Failure(Message, frozen=True, tag="failure"):
    """The command was refused.

    Codes: ``sdp_invalid``, ``sdp_too_large``, ``sdp_unsupported``, ``node_full``, ``node_draining``,
    ``room_moved``, ``command_invalid``, ``media_internal``.
    """

    code: str
    detail: str = ""


Outcome = Answer | Done | Figures | Failure


class Reply(Struct, frozen=True):
    """An outcome with the id of the command it answers."""

    id: str
    outcome: Outcome


# ---------------------------------------------------------------- events, node → everyone


class PeerConnected(Message, frozen=True, tag="peer_connected"):
    """ICE and DTLS are through; media can flow."""

    node: str
    room: str
    peer: str


class PeerDisconnected(Message, frozen=True, tag="peer_disconnected"):
    """The peer is gone from the node.

    ``reason``: ``closed`` (by command), ``left`` (it said so by DTLS), ``timeout`` (silence), ``failed``
    (DTLS or its fingerprint), ``replaced`` (the same peer came with a new peer connection),
    ``room_closed``, ``node_stopping``.
    """

    node: str
    room: str
    peer: str
    reason: str


class StreamStarted(Message, frozen=True, tag="stream_started"):
    """The first authentic packet of a peer's audio or video has come."""

    node: str
    room: str
    peer: str
    media: Kind


class StreamStopped(Message, frozen=True, tag="stream_stopped"):
    """A stream that had started is gone."""

    node: str
    room: str
    peer: str
    media: Kind


class OfferWanted(Message, frozen=True, tag="offer_wanted"):
    """The peer should offer again: somebody in its room cannot decode what it sends, and it could send
    something else."""

    node: str
    room: str
    peer: str


class Quality(Message, frozen=True, tag="quality"):
    """How one peer's connection did since the last such event (every two seconds).

    Losses are shares in 0–1, bitrates bit/s, times milliseconds. ``loss`` is the worse of the two directions;
    ``bitrate`` is what the peer sends and receives together. ``estimate`` is what the peer thinks it can
    receive (REMB), 0 if unknown; ``rtt_ms`` is 0 if none was measured (a peer that only sends gives no
    round trip).
    """

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


class NodeStarted(Message, frozen=True, tag="node_started"):
    """A node with this id has started: whatever rooms it had before are gone."""

    node: str


class NodeDraining(Message, frozen=True, tag="node_draining"):
    """A node wants to be left: move its rooms when that suits the people in them."""

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


class Load(Struct, frozen=True):
    """How busy a node is: ``cpu`` is the share of one core over the last second."""

    rooms: int = 0
    peers: int = 0
    cpu: float = 0.0


class NodeRecord(Struct, frozen=True):
    """A node's registration. ``started_at`` (Unix seconds) tells a restarted node from the one before it."""

    id: str
    load: Load
    addresses: tuple[str, ...]
    draining: bool
    started_at: float
