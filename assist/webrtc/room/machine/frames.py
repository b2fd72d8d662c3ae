"""What a room says to its clients (``docs/protocol.md`` section 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from assist.webrtc.protocol import DeviceState, Kind, MediaState, Point, Tool

Role: TypeAlias = Literal["customer", "technician", "rep"]
Interruption: TypeAlias = Literal["none", "hidden", "phone_call"]
Level: TypeAlias = Literal["good", "fair", "poor", "lost"]
Rung: TypeAlias = Literal["video", "low_frame_rate", "stills_voice", "upload"]
RungReason: TypeAlias = Literal["quality", "device", "recovered"]
FreezeFailure: TypeAlias = Literal["no_answer", "no_still", "phone_lost", "phone_call", "hidden", "cancelled"]
EndReason: TypeAlias = Literal["technician", "request", "revoked"]


class Still(Struct, frozen=True):
    """A picture of the request, as the HTTP API shows it. ``url`` is where its pixels are fetched."""

    id: UUID
    client_id: UUID
    freeze_id: UUID | None
    source: str
    taken_by: str
    width: int
    height: int
    size: int
    media_type: str
    taken_at: datetime
    url: str


class Mark(Struct, frozen=True):
    """A mark on a still; ``points`` as fractions of its width and height."""

    id: UUID
    client_id: UUID
    still_id: UUID
    author: str
    author_id: UUID
    tool: str
    points: list[Point]
    text: str | None
    made_at: datetime


class Message(Struct, frozen=True):
    """A line of chat."""

    id: UUID
    client_id: UUID
    author: str
    author_id: UUID
    author_name: str
    text: str
    sent_at: datetime


class PhoneState(Struct, frozen=True):
    """A ``media_state`` as others see it."""

    camera: DeviceState
    microphone: DeviceState
    hidden: bool
    phone_call: bool
    torch: Literal["on", "off", "absent"]
    interruption: Interruption

    @classmethod
    def of(cls, said: MediaState) -> PhoneState:
        # A telephone call also hides the page on most phones; the call is what the technician wants to know.
        interruption: Interruption = "phone_call" if said.phone_call else "hidden" if said.hidden else "none"
        return cls(said.camera, said.microphone, said.hidden, said.phone_call, said.torch, interruption)


class ParticipantView(Struct, frozen=True):
    peer: str
    role: Role
    name: str
    publish: list[Kind]
    here: bool
    media_state: PhoneState | None
    rung: Rung


class FreezeView(Struct, frozen=True):
    freeze_id: UUID
    to: str
    state: Literal["asked", "held"]


class ServerFrame(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Any frame to a client. ``of`` is the ``id`` of the request that it answers."""

    of: str | UnsetType | None = UNSET


class You(Struct, frozen=True):
    role: Role
    name: str
    language: str


class Welcome(ServerFrame, tag="welcome", frozen=True):
    version: int
    peer: str
    room: str
    you: You
    heartbeat_s: float
    resumed: bool


class Joined(ServerFrame, tag="joined", frozen=True):
    participants: list[ParticipantView]
    streams: dict[str, dict[Kind, int]]
    freeze: FreezeView | None
    shown: Still | None
    marks: list[Mark]
    stills: list[Still]
    messages: list[Message]


class Participants(ServerFrame, tag="participants", frozen=True):
    participants: list[ParticipantView]


class Streams(ServerFrame, tag="streams", frozen=True):
    """Peer → kind → number. Another number is another stream: a receive slot for the old one is dead."""

    streams: dict[str, dict[Kind, int]]


class Answer(ServerFrame, tag="answer", frozen=True):
    """``refused``: m-line id → why it carries nothing (``stream_absent``: offer again when it appears)."""

    sdp: str
    refused: dict[str, str] = {}


class OfferWanted(ServerFrame, tag="offer_wanted", frozen=True):
    """Offer again over the same peer connection: somebody cannot decode what you send now."""


class Moved(ServerFrame, tag="moved", frozen=True):
    retry_after_ms: int


class FreezeAsked(ServerFrame, tag="freeze_request", frozen=True):
    freeze_id: UUID
    by: str
    to: str


class FrozenBy(ServerFrame, tag="frozen", frozen=True):
    freeze_id: UUID
    peer: str
    width: int
    height: int
    preview: str | None


class FreezeFailed(ServerFrame, tag="freeze_failed", frozen=True):
    freeze_id: UUID
    reason: FreezeFailure


class StillAdded(ServerFrame, tag="still_added", frozen=True):
    still: Still


class StillRemoved(ServerFrame, tag="still_removed", frozen=True):
    """A still was deleted, and the marks on it."""

    still_id: UUID


class StillShown(ServerFrame, tag="still_shown", frozen=True):
    still: Still | None
    marks: list[Mark]
    by: str


class InkFrom(ServerFrame, tag="ink", frozen=True):
    peer: str
    client_id: UUID
    still_id: UUID
    tool: Tool
    start: int = msgspec.field(name="from")
    points: list[Point]


class PointerFrom(ServerFrame, tag="pointer", frozen=True):
    peer: str
    x: float | None
    y: float | None
    still_id: UUID | None = None
    picture_of: str | None = None


class MarkAdded(ServerFrame, tag="mark_added", frozen=True):
    mark: Mark


class MarkUndone(ServerFrame, tag="mark_undone", frozen=True):
    mark_id: UUID
    still_id: UUID


class ChatAdded(ServerFrame, tag="chat_added", frozen=True):
    message: Message


class MediaStateOf(ServerFrame, tag="media_state", frozen=True):
    peer: str
    camera: DeviceState
    microphone: DeviceState
    hidden: bool
    phone_call: bool
    torch: Literal["on", "off", "absent"]
    interruption: Interruption


class TorchWish(ServerFrame, tag="torch", frozen=True):
    on: bool
    by: str


class QualityOf(ServerFrame, tag="quality", frozen=True):
    peer: str
    level: Level
    words_key: str


class RungOf(ServerFrame, tag="rung", frozen=True):
    peer: str
    rung: Rung
    reason: RungReason


class Ended(ServerFrame, tag="ended", frozen=True):
    reason: EndReason


class Ok(ServerFrame, tag="ok", frozen=True):
    pass


class ServerPing(ServerFrame, tag="ping", frozen=True):
    pass


class ServerPong(ServerFrame, tag="pong", frozen=True):
    pass


class Error(ServerFrame, tag="error", frozen=True):
    """A refusal. ``message`` is filled in at the door, in the language of the session."""

    code: str
    message: str
    where: str | UnsetType = UNSET
    retry_after_ms: int | UnsetType = UNSET


def error(code: str, of: str | None = None, where: str = "") -> Error:
    """An error that a door answers with itself."""
    return Error(code=code, message="", of=of or UNSET, where=where or UNSET)


_ENCODER = msgspec.json.Encoder()


def encode(frame: ServerFrame) -> str:
    """The WebSocket text message for ``frame``."""
    return _ENCODER.encode(frame).decode()


def answering(frame: ServerFrame, of: str | None) -> ServerFrame:
    """``frame`` as the answer to the request ``of`` (which may have come without an id)."""
    return frame if of is None else _with(frame, of=of)


def _with(frame: ServerFrame, **changes: Any) -> ServerFrame:
    return msgspec.structs.replace(frame, **changes)
