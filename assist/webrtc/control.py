"""What the hub and the media nodes say to each other over Redis.

Five kinds of key, all losable: a Redis that was wiped is filled again within a second or by the next offer.

====================================  ======  ============================================================
``media:nodes``                       set     ids of the nodes; an id whose record has expired is dead
``media:node:{id}``                   string  `NodeRecord`, written each second, expires in `NODE_TTL_S`
``media:node:{id}:commands``          list    `Envelope`; the hub RPUSHes, the node BLPOPs
``media:reply:{reply_to}``            list    `Reply`; the node RPUSHes, expires in `REPLY_TTL_S`
``media:room:{room}``                 string  node id; SET NX by the hub; ``…:generation`` beside it fences
``media:events``                      pubsub  `Event`
====================================  ======  ============================================================

Every message is one JSON object. Decoding never trusts the other side: whatever is not a message of this file
raises `ControlFault`. Fields that a newer side added are ignored, so that a node and a hub of
neighbouring versions understand each other.
"""

import dataclasses
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from assist.webrtc.record import RecordFault, build

NODES_KEY = "media:nodes"
EVENTS_CHANNEL = "media:events"
NODE_TTL_S = 3
REPLY_TTL_S = 30

Kind = Literal["audio", "video"]


def node_key(node_id: str) -> str:
    """Where a node's `NodeRecord` is."""
    return f"media:node:{node_id}"


def commands_key(node_id: str) -> str:
    """The list a node takes its commands from."""
    return f"media:node:{node_id}:commands"


def reply_key(reply_to: str) -> str:
    """The list one reply is waited for on."""
    return f"media:reply:{reply_to}"


def room_key(room: str) -> str:
    """Which node a room lives on."""
    return f"media:room:{room}"


def room_generation_key(room: str) -> str:
    """A counter that grows each time the room is placed: the fencing token of `Offer.generation`."""
    return f"media:room:{room}:generation"


class ControlFault(ValueError):
    """The bytes are no message of the hub or of a media node."""


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
    PeerConnected | PeerDisconnected | StreamStarted | StreamStopped | Quality | NodeStarted | NodeDraining
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


# ---------------------------------------------------------------- bytes

_COMMANDS: dict[str, type[Any]] = {c.kind: c for c in typing.get_args(Command)}
_OUTCOMES: dict[str, type[Any]] = {c.kind: c for c in typing.get_args(Outcome)}
_EVENTS: dict[str, type[Any]] = {c.kind: c for c in typing.get_args(Event)}


def encode_command(envelope: Envelope) -> bytes:
    """→ ``{"id", "reply_to", "kind", …}``."""
    return _dump({"id": envelope.id, "reply_to": envelope.reply_to, **_fields(envelope.command)})


def decode_command(data: bytes) -> Envelope:
    """The inverse of `encode_command`; raises `ControlFault`."""
    tree = _load(data)
    return Envelope(_text(tree, "id"), _pick(_COMMANDS, tree), str(tree.get("reply_to") or ""))


def encode_reply(reply: Reply) -> bytes:
    """→ ``{"id", "kind", …}``."""
    return _dump({"id": reply.id, **_fields(reply.outcome)})


def decode_reply(data: bytes) -> Reply:
    """The inverse of `encode_reply`; raises `ControlFault`."""
    tree = _load(data)
    return Reply(_text(tree, "id"), _pick(_OUTCOMES, tree))


def encode_event(event: Event) -> bytes:
    """→ ``{"kind", "node", …}``."""
    return _dump(_fields(event))


def decode_event(data: bytes) -> Event:
    """The inverse of `encode_event`; raises `ControlFault`."""
    event: Event = _pick(_EVENTS, _load(data))
    return event


def encode_node(record: NodeRecord) -> bytes:
    """→ ``{"id", "load": {"rooms", "peers", "cpu"}, "addresses", "draining", "started_at"}``."""
    return _dump(dataclasses.asdict(record))


def decode_node(data: bytes) -> NodeRecord:
    """The inverse of `encode_node`; raises `ControlFault`."""
    record: NodeRecord = _record(NodeRecord, _load(data))
    return record


def _fields(message: Any) -> dict[str, Any]:
    return {"kind": message.kind, **dataclasses.asdict(message)}


def _dump(tree: dict[str, Any]) -> bytes:
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode()


def _load(data: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise ControlFault("not JSON") from fault
    if not isinstance(tree, dict):
        raise ControlFault("not an object")
    return tree


def _text(tree: dict[str, Any], name: str) -> str:
    value = tree.get(name)
    if not isinstance(value, str):
        raise ControlFault(f"{name}: text expected")
    return value


def _pick(kinds: dict[str, type[Any]], tree: dict[str, Any]) -> Any:
    message = kinds.get(_text(tree, "kind"))
    if message is None:
        raise ControlFault("unknown kind")
    return _record(message, tree)


def _record(message: type[Any], tree: dict[str, Any]) -> Any:
    try:
        return build(message, tree)
    except RecordFault as fault:
        raise ControlFault(str(fault)) from fault
