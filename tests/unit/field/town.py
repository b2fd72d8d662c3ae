"""A town that can be drawn: places on a grid of blocks, one minute a block, streets along the axes only.

y
3 |  .  .  .  .  D
2 |  .  B  .  .  .
1 |  .  .  .  C  .
0 |  H  A  .  .  E
     0  1  2  3  4  x
"""

from __future__ import annotations

from uuid import UUID

import numpy as np

from field.dispatch.engine.route import RepDay, Route, Travel, Visit
from field.task.task import TaskState

PLACES = {"H": (0, 0), "A": (1, 0), "B": (1, 2), "C": (3, 1), "D": (4, 3), "E": (4, 0)}
POINT = {name: number for number, name in enumerate(PLACES)}
MINUTE = 60
HOUR = 3600


def streets() -> Travel:
    at = np.array(list(PLACES.values()))
    blocks = np.abs(at[:, None] - at[None]).sum(-1)
    seconds: Travel = (blocks * MINUTE).astype(np.int32)
    return seconds


def clock(hours: int, minutes: int = 0) -> int:
    return hours * HOUR + minutes * MINUTE


def number(name: str) -> UUID:
    return UUID(int=int.from_bytes(name.encode(), "big"))


def visit(
    place: str,
    *,
    minutes: int = 30,
    window: tuple[int, int] = (clock(8), clock(17)),
    skill: str | None = None,
    level: int = 1,
    parts: dict[str, int] | None = None,
    state: TaskState = TaskState.ASSIGNED,
    held: bool = False,
    started_at: int | None = None,
    finished_at: int | None = None,
    departed_at: int | None = None,
) -> Visit:
    return Visit(
        task_id=number(f"task {place}"),
        point=POINT[place],
        service_s=minutes * MINUTE,
        earliest=window[0],
        latest=window[1],
        skill=skill,
        level=level,
        parts=parts or {},
        state=state,
        held=held,
        departed_at=departed_at,
        started_at=started_at,
        finished_at=finished_at,
    )


def day(
    *visits: Visit,
    rep: str = "Lin",
    skills: dict[str, int] | None = None,
    parts: dict[str, int] | None = None,
    shift: tuple[int, int] = (clock(8), clock(17)),
    ends_home: bool = True,
    locked: bool = False,
) -> Route:
    person = RepDay(
        rep_id=number(rep),
        shift_start=shift[0],
        shift_end=shift[1],
        start_point=POINT["H"],
        end_point=POINT["H"] if ends_home else None,
        skills=skills or {},
        parts=parts or {},
        locked=locked,
    )
    return Route(person, visits)
