"""What a client may say in a room (``docs/protocol.md``).

Every frame is a struct with its limits in its types, so that a frame which has been parsed needs no
further check of its own: what remains is whether its sender may say it now, and that is signalling's.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

VERSION = 1
MAX_SDP_BYTES = 49_152
MAX_PREVIEW_BYTES = 24_576
MAX_POINTS = 512

Kind: TypeAlias = Literal["audio", "video"]
Tool: TypeAlias = Literal["pen", "arrow", "box", "text"]
DeviceState: TypeAlias = Literal["on", "off", "refused", "absent", "failed"]
Step: TypeAlias = Literal[
    "link_opened",
    "permission_asked",
    "permission_granted",
    "permission_refused",
    "joined",
    "connected",
    "first_frame",
    "first_still",
]

FrameId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}\Z")]
Tab = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{8,64}\Z")]
PeerId = Annotated[str, Meta(min_length=1, max_length=64)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Point: TypeAlias = tuple[Fraction, Fraction]
Milliseconds = Annotated[float, Meta(ge=0, le=60_000)]
Kilobits = Annotated[float, Meta(ge=0, le=1_000_000)]
Pixels = Annotated[int, Meta(ge=1, le=16_384)]

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: neither a person types them nor a database keeps them."""

_POINTS_OF: dict[str, tuple[int, int]] = {
    "pen": (2, MAX_POINTS),
    "arrow": (2, 2),
    "box": (2, 2),
    "text": (1, 1),
}


def _check_text(text: str) -> None:
    if not text.strip():
        raise ValueError("text: empty")
    if _UNPRINTABLE.search(text):
        raise ValueError("text: control characters")


class ClientFrame(Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Any frame from a client. ``id`` comes back as ``of`` in its answer."""

    id: FrameId | None = None


class Hello(ClientFrame, tag="hello", frozen=True):
    version: Annotated[int, Meta(ge=0, le=1_000_000)]
    tab: Tab | None = None
    token: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class Join(ClientFrame, tag="join", frozen=True):
    publish: Annotated[list[Kind], Meta(max_length=2)] = []

    def __post_init__(self) -> None:
        if len(set(self.publish)) != len(self.publish):
            raise ValueError("publish: a kind is named twice")


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """Which remote stream a receiving m-line is to carry."""

    peer: PeerId
    kind: Kind


class Offer(ClientFrame, tag="offer", frozen=True):
    sdp: Annotated[str, Meta(min_length=1, max_length=MAX_SDP_BYTES)]
    receive: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=16)], Slot], Meta(max_length=16)
    ] = {}
    restart: bool = False

    def __post_init__(self) -> None:
        if len(self.sdp.encode("utf-8", "replace")) > MAX_SDP_BYTES:
            raise ValueError("sdp: too long")


class Leave(ClientFrame, tag="leave", frozen=True):
    pass


class End(ClientFrame, tag="end", frozen=True):
    pass


class FreezeRequest(ClientFrame, tag="freeze_request", frozen=True):
    pass


class Frozen(ClientFrame, tag="frozen", frozen=True):
    freeze_id: UUID
    width: Pixels
    height: Pixels
    preview: (
        Annotated[
            str, Meta(max_length=MAX_PREVIEW_BYTES, pattern=r"^data:image/jpeg;base64,[A-Za-z0-9+/=]+\Z")
        ]
        | None
    ) = None


class StillReady(ClientFrame, tag="still_ready", frozen=True):
    still_id: UUID
    freeze_id: UUID | None = None


class ShowStill(ClientFrame, tag="show_still", frozen=True):
    still_id: UUID | None


class MarkAdd(ClientFrame, tag="mark_add", frozen=True):
    client_id: UUID
    still_id: UUID
    tool: Tool
    points: Annotated[list[Point], Meta(max_length=MAX_POINTS)]
    text: Annotated[str, Meta(min_length=1, max_length=200)] | None = None

    def __post_init__(self) -> None:
        low, high = _POINTS_OF[self.tool]
        if not low <= len(self.points) <= high:
            raise ValueError(f"points: a {self.tool} has {low} to {high}")
        if (self.tool == "text") != (self.text is not None):
            raise ValueError("text: for the tool text, and only for it")
        if self.text is not None:
            _check_text(self.text)


class MarkUndo(ClientFrame, tag="mark_undo", frozen=True):
    mark_id: UUID


class Ink(ClientFrame, tag="ink", frozen=True):
    client_id: UUID
    still_id: UUID
    tool: Tool
    start: Annotated[int, Meta(ge=0, lt=MAX_POINTS)] = msgspec.field(name="from")
    points: Annotated[list[Point], Meta(min_length=1, max_length=64)]


class Pointer(ClientFrame, tag="pointer", frozen=True):
    """On a still, or on the live picture that the peer ``picture_of`` sends."""

    x: Fraction | None
    y: Fraction | None
    still_id: UUID | None = None
    picture_of: PeerId | None = None

    def __post_init__(self) -> None:
        if (self.still_id is None) == (self.picture_of is None):
            raise ValueError("still_id: either it or picture_of")
        if (self.x is None) != (self.y is None):
            raise ValueError("x: both coordinates or neither")


class Chat(ClientFrame, tag="chat", frozen=True):
    client_id: UUID
    text: Annotated[str, Meta(min_length=1, max_length=2000)]

    def __post_init__(self) -> None:
        _check_text(self.text)


class MediaState(ClientFrame, tag="media_state", frozen=True):
    camera: DeviceState
    microphone: DeviceState
    hidden: bool
    phone_call: bool
    torch: Literal["on", "off", "absent"]


class Torch(ClientFrame, tag="torch", frozen=True):
    on: bool


class Quality(ClientFrame, tag="quality", frozen=True):
    rtt_ms: Milliseconds | None = None
    loss: Fraction | None = None
    jitter_ms: Milliseconds | None = None
    up_kbps: Kilobits | None = None
    down_kbps: Kilobits | None = None
    frames_per_second: Annotated[float, Meta(ge=0, le=240)] | None = None
    frames_decoded: Annotated[int, Meta(ge=0, lt=1 << 53)] | None = None
    limited: Literal["none", "bandwidth", "cpu", "other"] | None = None


class Telemetry(ClientFrame, tag="telemetry", frozen=True):
    step: Step
    at_ms: Annotated[float, Meta(ge=0, le=86_400_000)]


class Ping(ClientFrame, tag="ping", frozen=True):
    pass


class Pong(ClientFrame, tag="pong", frozen=True):
    pass


Frame: TypeAlias = (
    Hello
    | Join
    | Offer
    | Leave
    | End
    | FreezeRequest
    | Frozen
    | StillReady
    | ShowStill
    | MarkAdd
    | MarkUndo
    | Ink
    | Pointer
    | Chat
    | MediaState
    | Torch
    | Quality
    | Telemetry
    | Ping
    | Pong
)

NOTES = (Ink, Pointer, MediaState, Quality, Telemetry, Pong)
"""Frames that get no answer, except an error when they are malformed."""

LOSABLE = (Ink, Pointer, Quality)
"""Notes that may be dropped without a word."""
