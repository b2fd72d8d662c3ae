"""What this capability's HTTP API takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from field.bodies import Body, Version

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]

MOST = 30
"""Tasks moved or locked together."""


class FitsQuery(Body):
    """`day`: on which; without one, the day on which the task stands, or the first on which it may be done.
    `rep_id`: of this representative alone.
    """

    day: Day | None = None
    rep_id: UUID | None = None


class TaskVersion(Body):
    """A task as the caller saw it."""

    id: UUID
    version: Version


class Gap(Body):
    """A place between two stops that the caller saw next to each other; none: the beginning, the end."""

    after: UUID | None = None
    before: UUID | None = None


class _Tasks(Body):
    tasks: tuple[TaskVersion, ...] = Field(min_length=1, max_length=MOST)

    @model_validator(mode="after")
    def _each_once(self) -> _Tasks:
        if len({task.id for task in self.tasks}) < len(self.tasks):
            raise ValueError("each task once")
        return self


class MoveBody(_Tasks):
    """Give these tasks to a representative, in this order. `gap`: where on that `day` (today, if none is
    named); without one, each where it fits best. `overrule`: although a rule says no.
    """

    rep_id: UUID
    day: Day | None = None
    gap: Gap | None = None
    overrule: bool = False


class LockBody(_Tasks):
    """`rep`: the stop stays with whoever has it, `place`: in its order as well, none: it is free."""

    lock: Literal["rep", "place"] | None = None
