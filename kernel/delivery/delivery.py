"""What becomes of words that leave the house. Pure: rows and gateways are elsewhere.

A delivery **waits** until it has its fate. The gateway's word decides: *taken* ends it as **sent**, *refused*
as **failed**: asking again would get the same answer. *Unclear* is everything that says neither: a fault on
the gateway's side, no answer in time, a connection that broke off. It may or may not have been taken, so it
is handed over again under the same id, by which the gateway knows it, later each time. What is of no more
use ends as **expired**: its time is over, or what it carried was used another way.

What waits for one recipient is handed over in the order in which it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kernel.table import Step, Table

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
USUAL_USE = timedelta(days=1)
"""How long words are of use when nobody says otherwise."""
ANSWER_LENGTH = 200
"""Characters of a gateway's answer that are kept."""


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


class Word(StrEnum):
    """What decides: the gateway's word, the clock's (late), the house's own (not_needed)."""

    TAKEN = "taken"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    LATE = "late"
    NOT_NEEDED = "not_needed"


TABLE: Table[State, Word, Step[State]] = Table(
    State.WAITING,
    {
        (State.WAITING, Word.TAKEN): Step(State.SENT),
        (State.WAITING, Word.REFUSED): Step(State.FAILED),
        (State.WAITING, Word.UNCLEAR): Step(State.WAITING),
        (State.WAITING, Word.LATE): Step(State.EXPIRED),
        (State.WAITING, Word.NOT_NEEDED): Step(State.EXPIRED),
    },
)


@dataclass(frozen=True)
class Answer:
    """What a gateway said to one attempt; ``words`` are kept beside the fate."""

    word: Word
    words: str = ""


def answer_of(status: int, body: str) -> Answer:
    """What an HTTP answer means (RFC 9110 section 15): taken, the gateway's own fault, or a refusal.

    A refusal is everything that would be the same next time, a redirection included: nobody follows it with
    somebody's telephone number.
    """
    words = f"{status} {body}".strip()[:ANSWER_LENGTH]
    if 200 <= status < 300:
        return Answer(Word.TAKEN, words)
    return Answer(Word.UNCLEAR if status >= 500 else Word.REFUSED, words)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after ``attempts`` (1, 2 …) that nobody answered clearly."""
    doublings: int = min(attempts - 1, 30)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


@dataclass(frozen=True)
class Handover:
    """One attempt: what a gateway is given. ``id`` is the same at every attempt."""

    id: str
    channel: str
    to: str
    text: str
    attempt: int
    at: datetime
    expires_at: datetime

    @property
    def body(self) -> Mapping[str, str]:
        """What the gateway is told: nothing of the request, and the same each time."""
        return {"id": self.id, "channel": self.channel, "to": self.to, "text": self.text}
