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
from typing import Any

from assist.webrtc.control.messages import (
    Answer,
    ClosePeer,
    CloseRoom,
    Command,
    Done,
    Drain,
    Envelope,
    Event,
    Failure,
    Figures,
    Keyframe,
    Kind,
    Load,
    NodeDraining,
    NodeRecord,
    NodeStarted,
    Offer,
    OfferWanted,
    Outcome,
    PeerConnected,
    PeerDisconnected,
    Quality,
    Reply,
    Source,
    Stats,
    StreamStarted,
    StreamStopped,
)
from assist.webrtc.control.record import RecordFault, build

__all__ = [
    "EVENTS_CHANNEL",
    "NODES_KEY",
    "NODE_TTL_S",
    "REPLY_TTL_S",
    "Answer",
    "ClosePeer",
    "CloseRoom",
    "Command",
    "ControlFault",
    "Done",
    "Drain",
    "Envelope",
    "Event",
    "Failure",
    "Figures",
    "Keyframe",
    "Kind",
    "Load",
    "NodeDraining",
    "NodeRecord",
    "NodeStarted",
    "Offer",
    "OfferWanted",
    "Outcome",
    "PeerConnected",
    "PeerDisconnected",
    "Quality",
    "Reply",
    "Source",
    "Stats",
    "StreamStarted",
    "StreamStopped",
    "commands_key",
    "decode_command",
    "decode_event",
    "decode_node",
    "decode_reply",
    "encode_command",
    "encode_event",
    "encode_node",
    "encode_reply",
    "node_key",
    "reply_key",
    "room_generation_key",
    "room_key",
]

NODES_KEY = "media:nodes"
EVENTS_CHANNEL = "media:events"
NODE_TTL_S = 3
REPLY_TTL_S = 30


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
