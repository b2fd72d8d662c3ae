"""The door code: who stands there is proven by digits that the customer's own page knows.

A code belongs to one visit, one representative and one day. The customer types what the representative's
phone shows (their page does not tell), or has the page show it and compares: then the representative has to
show theirs first. Wrong tries are counted; after :data:`MOST_WRONG` of them, or at once when somebody
compared and it differed, the dispatcher is told and the page takes no further try until one has looked.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from enum import StrEnum
from typing import Final

from field.task.task import TaskState

DIGITS: Final = 6
MOST_WRONG: Final = 5
AT_THE_DOOR: Final = frozenset({TaskState.ACCEPTED, TaskState.TRAVELLING, TaskState.ON_SITE})
"""While somebody is to come, or is there; the code ends with the visit."""


class DoorAnswer(StrEnum):
    """What the customer's page says."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    NOBODY = "nobody"


def judge(
    code: str, typed: str | None, *, wrong: int, state: TaskState, ends_at: datetime, now: datetime
) -> tuple[DoorAnswer, int]:
    """The answer to a try, and how many were wrong with it. ``typed``: None where somebody compared and it
    differed, which is as bad as can be."""
    if state not in AT_THE_DOOR or now >= ends_at:
        return DoorAnswer.NOBODY, wrong
    if wrong >= MOST_WRONG:
        return DoorAnswer.LOCKED, wrong
    if typed is None:
        return DoorAnswer.LOCKED, MOST_WRONG
    if hmac.compare_digest(typed.encode(), code.encode()):
        return DoorAnswer.RIGHT, 0
    wrong += 1
    return (DoorAnswer.LOCKED if wrong >= MOST_WRONG else DoorAnswer.WRONG), wrong
