"""What if: a day as it would be if somebody went home earlier, or if more work came in.

What is supposed is kept with the wish for a plan, and put into the day that the search reads; nothing else of
the house knows of it. Tasks that are supposed stand at random places of their zone, the same for the same
wish. They do not exist, so a plan with them can be looked at, never applied.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import shapely

from field.dispatch.planning import Day
from field.forms.closing import type_of
from field.grid.store import Grid
from field.task.clocks import promised_window
from field.task.tables import Task
from field.task.task import TaskState

TRIES: Final = 200
"""Points tried until one lies in the zone."""


@dataclasses.dataclass(frozen=True)
class Extra:
    """A task that is supposed to come in."""

    id: UUID
    zone: str
    lon: float
    lat: float
    category: str
    severity: str
    skill: str
    duration_s: int


@dataclasses.dataclass(frozen=True)
class Supposed:
    """``leaves``: by representative, when they go home, Unix seconds."""

    leaves: Mapping[UUID, int] = dataclasses.field(default_factory=dict)
    extra: Sequence[Extra] = ()

    @property
    def anything(self) -> bool:
        return bool(self.leaves or self.extra)

    def stored(self) -> dict[str, Any] | None:
        """As JSON; None where nothing is supposed."""
        if not self.anything:
            return None
        extra = [{**dataclasses.asdict(each), "id": str(each.id)} for each in self.extra]
        return {"leaves": {str(rep_id): at for rep_id, at in self.leaves.items()}, "extra": extra}


NOTHING: Final = Supposed()


def supposed_of(stored: Mapping[str, Any] | None) -> Supposed:
    """Out of JSON."""
    if not stored:
        return NOTHING
    return Supposed(
        {UUID(rep_id): at for rep_id, at in stored["leaves"].items()},
        tuple(Extra(**{**each, "id": UUID(each["id"])}) for each in stored["extra"]),
    )


def scattered(grid: Grid, zone: str, count: int, seed: int) -> list[tuple[float, float]]:
    """Places of a zone, longitude and latitude. KeyError where there is no such zone."""
    geometry = {each.code: each for each in grid.index.zones}[zone].geometry
    shapely.prepare(geometry)
    west, south, east, north = geometry.bounds
    dice = random.Random(seed)
    middle = geometry.representative_point()
    places: list[tuple[float, float]] = []
    while len(places) < count:
        drawn = ((dice.uniform(west, east), dice.uniform(south, north)) for _ in range(TRIES))
        found = next((at for at in drawn if geometry.contains(shapely.Point(at))), (middle.x, middle.y))
        places.append(found)
    return places


def tasks_of(supposed: Supposed, grid: Grid, now: datetime) -> list[Task]:
    """The supposed tasks as rows that are never stored."""
    return [_task(each, grid, now) for each in supposed.extra]


def _task(each: Extra, grid: Grid, now: datetime) -> Task:
    opens, closes = promised_window(now, each.severity)
    return Task(
        id=each.id,
        state=TaskState.UNPLACED,
        category=each.category,
        fault="",
        severity=each.severity,
        skill=each.skill,
        level=1,
        parts={},
        duration_s=each.duration_s,
        address=each.zone,
        lon=each.lon,
        lat=each.lat,
        zone_id=grid.zone_id_of(each.lon, each.lat),
        window_start=opens,
        window_end=closes,
        placement={},
        refused_by=[],
        windows=[],
        wishes={},
        type=type_of(each.category),
        departed_at=None,
        arrived_at=None,
        finished_at=None,
    )


def as_supposed(day: Day, supposed: Supposed) -> None:
    """The day with the hours of those who go home earlier."""
    for rep_id, at in supposed.leaves.items():
        if rep_id not in day.routes:
            continue
        route = day.routes[rep_id]
        until = max(min(route.rep.shift_end, at), route.rep.shift_start)
        day.routes[rep_id] = dataclasses.replace(route, rep=dataclasses.replace(route.rep, shift_end=until))
