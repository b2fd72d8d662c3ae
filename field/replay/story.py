"""A day told again: out of the lines of timelines, who had which task in which state, and since when."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

NOBODYS: Final = frozenset({"unplaced", "declined", "escalated", "cancelled"})
"""States in which nobody has the task."""


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of a timeline. `at`: when it happened, Unix seconds."""

    task_id: UUID
    at: int
    state: str
    detail: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Step:
    """From this moment on the task is in this state, and with this representative, if anybody."""

    task_id: UUID
    at: int
    state: str
    rep_id: UUID | None


def story(lines: Iterable[Line], start: int) -> list[Step]:
    """What changed, in the order of time. What was so before `start` is told as of `start`. `lines` of each
    task are in their order.
    """
    holder: dict[UUID, UUID | None] = {}
    told: dict[UUID, Step] = {}
    steps: list[Step] = []
    for line in lines:
        if line.state in NOBODYS:
            holder[line.task_id] = None
        elif rep := line.detail.get("rep"):
            holder[line.task_id] = UUID(str(rep))
        before = told.get(line.task_id)
        # A phone that was offline tells late of what happened early; nothing happens before what it follows.
        at = max(line.at, start, before.at if before else start)
        step = Step(line.task_id, at, line.state, holder.get(line.task_id))
        if before is not None and (before.state, before.rep_id) == (step.state, step.rep_id):
            continue
        if before is not None and step.at > start:
            steps.append(before)  # of what was before the day began, only the last is told
        told[line.task_id] = step
    return sorted([*steps, *told.values()], key=lambda step: step.at)
