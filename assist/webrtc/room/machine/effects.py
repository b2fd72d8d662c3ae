"""What a room wants done, as values.

The room decides and returns these; the hub carries them out in this order. What comes of an effect that
has a ``ticket`` is told to the room with the same ticket, exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from assist.webrtc.protocol import Kind, Slot, Tool
from assist.webrtc.room.machine.frames import Mark, Message, Role, Rung, ServerFrame, Still


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a peer, as the session says. ``key`` tells people apart (kind and id)."""

    key: str
    role: Role
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Send:
    peer: str
    frame: ServerFrame
    losable: bool = False


@dataclass(frozen=True, slots=True)
class Broadcast:
    """To every participant whose line stands, save ``but``."""

    frame: ServerFrame
    but: str | None = None
    losable: bool = False


@dataclass(frozen=True, slots=True)
class ClosePeer:
    """Close the peer's socket with a code of ``docs/protocol.md`` section 5."""

    peer: str
    code: int


@dataclass(frozen=True, slots=True)
class AskNode:
    """Give an offer to the media node; answered by :class:`NodeAnswer` or :class:`Refusal`."""

    ticket: int
    peer: str
    sdp: str
    receive: dict[str, Slot]
    restart: bool


@dataclass(frozen=True, slots=True)
class CloseMedia:
    """Drop the peer's media; ``None``: the whole room's."""

    peer: str | None


@dataclass(frozen=True, slots=True)
class AddMark:
    client_id: UUID
    still_id: UUID
    tool: Tool
    points: list[tuple[float, float]]
    text: str | None


@dataclass(frozen=True, slots=True)
class UndoMark:
    mark_id: UUID


@dataclass(frozen=True, slots=True)
class AddMessage:
    client_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class StartFreeze:
    """Answered by the new freeze's id."""


@dataclass(frozen=True, slots=True)
class EndCall:
    pass


@dataclass(frozen=True, slots=True)
class NoteJoined:
    """The first time that this person took part in the call."""


@dataclass(frozen=True, slots=True)
class NoteStep:
    """A step of join telemetry, a rung or an interruption, for the request's record."""

    kind: str
    value: str
    at_ms: int | None = None


Deed: TypeAlias = AddMark | UndoMark | AddMessage | StartFreeze | EndCall | NoteJoined | NoteStep


@dataclass(frozen=True, slots=True)
class Store:
    """One transaction in the name of ``who``. Answered with ``ticket``; ``None``: nobody waits for it."""

    ticket: int | None
    who: Who
    deed: Deed


@dataclass(frozen=True, slots=True)
class Reload:
    """Read stills, marks and messages afresh, and tell the room (``Room.reconciled``)."""


@dataclass(frozen=True, slots=True)
class Remember:
    """What the room is to be told again if another worker has to take it over."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Log:
    """A line for the log and the counters: names and numbers only, nothing personal."""

    event: str
    fields: dict[str, object]


Effect: TypeAlias = Send | Broadcast | ClosePeer | AskNode | CloseMedia | Store | Reload | Remember | Log


# What comes back ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """An effect that failed, with the code that its asker is to see."""

    code: str
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """``refused``: pairs of an m-line id and why it carries nothing."""

    sdp: str
    publishing: tuple[Kind, ...]
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A deed was done, and there is nothing to tell about it."""


Outcome: TypeAlias = Mark | Message | UUID | NodeAnswer | Done | Refusal


@dataclass(frozen=True, slots=True)
class Records:
    """What SQL knows of the call. Stills and messages oldest first; undone marks are left out."""

    stills: tuple[Still, ...]
    marks: tuple[Mark, ...]
    messages: tuple[Message, ...]
    open: bool = True
    """False once the request is in a state that has no call."""
    staff: frozenset[str] | None = None
    """Keys of the staff who may be here (:attr:`Who.key`); None: whoever got in."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A participant as remembered."""

    peer: str
    who: Who
    publish: tuple[Kind, ...]
    rung: Rung


@dataclass(frozen=True, slots=True)
class Memory:
    seats: tuple[Seat, ...] = ()
    streams: tuple[tuple[str, Kind, int], ...] = ()
    shown: UUID | None = None


EMPTY = Records((), (), ())
