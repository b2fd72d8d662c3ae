"""Who is in the room.

A **peer** is one device of one person. Its socket may come and go; the peer stays. Its life:

``met``     its socket has said hello; it hears nothing of the call yet.
``here``    it has joined, and its socket stands.
``away``    it had joined, and its socket is lost. Its media may still flow, its seat is kept.
``gone``    it left, or stayed away longer than :data:`GRACE_S`. Only a new hello brings it back.

Two things are told apart on purpose: a *lost* line (battery, lift, tunnel, the server's own death), which
keeps everything as it was, and a *leave*, which is somebody's decision. A socket that replaces an older one
of the same peer is no event at all for the others: ``here`` stays ``here``.

A seat whose worker died is rebuilt as ``away`` from memory, so that the same two rows serve a lost phone
and a lost server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from assist.webrtc.protocol import Kind
from assist.webrtc.room.machine.effects import Seat, Who
from assist.webrtc.room.machine.frames import ParticipantView, PhoneState, Rung
from kernel.table import Step, Table

GRACE_S = 15 * 60.0
"""How long a lost participant keeps its seat: as long as a place in the queue is kept."""

MAX_PARTICIPANTS = 8


class Presence(StrEnum):
    MET = "met"
    HERE = "here"
    AWAY = "away"
    GONE = "gone"


Happening = Literal["hello", "join", "lost", "leave", "grace_over"]

TRANSITIONS: Table[Presence, Happening, Step[Presence]] = Table(
    Presence.GONE,
    {
        (Presence.GONE, "hello"): Step(Presence.MET),
        (Presence.MET, "hello"): Step(Presence.MET),
        (Presence.MET, "join"): Step(Presence.HERE),
        (Presence.MET, "lost"): Step(Presence.GONE),
        (Presence.MET, "leave"): Step(Presence.GONE),
        # A new socket of a participant that is still here replaces the old one; it must join again to hear
        # the call, but to the others it never went away.
        (Presence.HERE, "hello"): Step(Presence.HERE),
        (Presence.HERE, "join"): Step(Presence.HERE),
        (Presence.HERE, "lost"): Step(Presence.AWAY),
        (Presence.HERE, "leave"): Step(Presence.GONE),
        (Presence.AWAY, "hello"): Step(Presence.AWAY),
        (Presence.AWAY, "join"): Step(Presence.HERE),
        (Presence.AWAY, "lost"): Step(Presence.AWAY),
        (Presence.AWAY, "leave"): Step(Presence.GONE),
        (Presence.AWAY, "grace_over"): Step(Presence.GONE),
    },
)
"""What is not here cannot happen, and changes nothing if it is said to."""


@dataclass(slots=True)
class Participant:
    """A peer and what the room knows of it."""

    peer: str
    who: Who
    presence: Presence = Presence.GONE
    since: float = 0.0
    connected: bool = False
    """A socket stands behind it."""
    hears: bool = False
    """That socket has joined: it gets what is broadcast."""
    publish: tuple[Kind, ...] = ()
    state: PhoneState | None = None
    rung: Rung = "video"
    steps: set[str] = field(default_factory=set)
    interruptions: int = 0
    """How many of its interruptions are on record."""

    def happen(self, what: Happening, now: float) -> bool:
        """Follow the table; True when the presence changed."""
        step = TRANSITIONS.get((self.presence, what))
        if step is None or step.to is self.presence:
            return False
        self.presence, self.since = step.to, now
        return True

    @property
    def seated(self) -> bool:
        return self.presence in (Presence.HERE, Presence.AWAY)

    def view(self) -> ParticipantView:
        return ParticipantView(
            peer=self.peer,
            role=self.who.role,
            name=self.who.name,
            publish=list(self.publish),
            here=self.presence is Presence.HERE,
            media_state=self.state,
            rung=self.rung,
        )

    def seat(self) -> Seat:
        return Seat(self.peer, self.who, self.publish, self.rung)


class Gathering:
    """All peers of a room, in the order in which they came."""

    def __init__(self) -> None:
        self._peers: dict[str, Participant] = {}

    def __iter__(self) -> Iterator[Participant]:
        return iter(self._peers.values())

    def get(self, peer: str) -> Participant | None:
        return self._peers.get(peer)

    def meet(self, peer: str, who: Who) -> Participant:
        """The peer, made if it is new; what the session says about the person is always the newest."""
        participant = self._peers.setdefault(peer, Participant(peer, who))
        participant.who = who
        return participant

    def restore(self, seats: tuple[Seat, ...], now: float) -> None:
        """Seats that another worker held, as participants whose line is lost."""
        for seat in seats:
            self._peers[seat.peer] = Participant(
                seat.peer, seat.who, Presence.AWAY, now, publish=seat.publish, rung=seat.rung
            )

    def forget(self, peer: str) -> None:
        self._peers.pop(peer, None)

    def seated(self) -> list[Participant]:
        return [participant for participant in self if participant.seated]

    def views(self) -> list[ParticipantView]:
        return [participant.view() for participant in self.seated()]

    def longest_away(self) -> Participant | None:
        """Whose line was lost first, of those who keep a seat without one."""
        away = (p for p in self if p.presence is Presence.AWAY)
        return min(away, key=lambda p: p.since, default=None)

    def overdue(self, now: float) -> list[Participant]:
        return [p for p in self if p.presence is Presence.AWAY and now - p.since >= GRACE_S]

    def phone(self) -> Participant | None:
        """Who can take a still: the camera's holder that joined last, a customer before a rep."""
        able = [
            p
            for p in self
            if p.who.role in ("customer", "rep")
            and p.presence is Presence.HERE
            and (p.state is None or p.state.camera in ("on", "off"))
        ]
        # "off" is muted by its user, who can be asked; refused, absent and failed cannot answer a freeze.
        return max(able, key=lambda p: (p.who.role == "customer", p.since), default=None)
