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

Every message is one JSON object with a ``v``, the `VERSION` of its format. Decoding never trusts the other
side: whatever is not a message of this file raises `ControlFault`. Fields that a newer side added are
ignored, so that a node and a hub of neighbouring versions understand each other; whoever changes what a
field means counts `VERSION` up, and the older side refuses such a message instead of misreading it.
"""

from typing import Final, TypeVar

import msgspec
from msgspec import Struct

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

__all__ = [
    "EVENTS_CHANNEL",
    "NODES_KEY",
    "NODE_TTL_S",
    "REPLY_TTL_S",
    "VERSION",
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

VERSION: Final = 1

M = TypeVar("M")


class _Head(Struct):
    """What is read of any message first. Those of before there were versions say none."""

    v: int = 1


class _Addressed(_Head, kw_only=True):
    """A command or a reply: beside its own fields it has an id, and a command says where its reply goes."""

    id: str
    reply_to: str = ""


_HEAD: Final = msgspec.json.Decoder(_Head)
_ADDRESSED: Final = msgspec.json.Decoder(_Addressed)
_COMMAND: Final[msgspec.json.Decoder[Command]] = msgspec.json.Decoder(Command)
_OUTCOME: Final[msgspec.json.Decoder[Outcome]] = msgspec.json.Decoder(Outcome)
_EVENT: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)
_NODE: Final = msgspec.json.Decoder(NodeRecord)


def encode_command(envelope: Envelope) -> bytes:
    """→ ``{"v", "id", "reply_to", "kind", …}``."""
    return _joined(_Addressed(v=VERSION, id=envelope.id, reply_to=envelope.reply_to), envelope.command)


def decode_command(data: bytes) -> Envelope:
    """The inverse of `encode_command`; raises `ControlFault`."""
    head = _read(_ADDRESSED, data)
    return Envelope(head.id, _read(_COMMAND, data), head.reply_to)


def encode_reply(reply: Reply) -> bytes:
    """→ ``{"v", "id", "kind", …}``."""
    return _joined(_Addressed(v=VERSION, id=reply.id), reply.outcome)


def decode_reply(data: bytes) -> Reply:
    """The inverse of `encode_reply`; raises `ControlFault`."""
    head = _read(_ADDRESSED, data)
    return Reply(head.id, _read(_OUTCOME, data))


def encode_event(event: Event) -> bytes:
    """→ ``{"v", "kind", "node", …}``."""
    return _joined(_Head(VERSION), event)


def decode_event(data: bytes) -> Event:
    """The inverse of `encode_event`; raises `ControlFault`."""
    _read(_HEAD, data)
    return _read(_EVENT, data)


def encode_node(record: NodeRecord) -> bytes:
    """→ ``{"v", "id", "load": {"rooms", "peers", "cpu"}, "addresses", "draining", "started_at"}``."""
    return _joined(_Head(VERSION), record)


def decode_node(data: bytes) -> NodeRecord:
    """The inverse of `encode_node`; raises `ControlFault`."""
    _read(_HEAD, data)
    return _read(_NODE, data)


def _joined(head: Struct, message: Struct) -> bytes:
    """One object of two, neither of which is empty."""
    return msgspec.json.encode(head)[:-1] + b"," + msgspec.json.encode(message)[1:]


def _read(decoder: msgspec.json.Decoder[M], data: bytes) -> M:
    try:
        found = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise ControlFault(str(fault)) from fault
    if isinstance(found, _Head) and found.v > VERSION:
        raise ControlFault(f"version {found.v} of the messages; this side knows {VERSION}")
    return found
