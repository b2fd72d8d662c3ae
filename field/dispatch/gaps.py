"""Routes laid out for the search: one row a representative, one column a gap between two stops.

`pack` computes once what every later search needs in each gap: where one comes from and when one may
leave, where one goes on to and by when one must be there. A gap count is the number of visits plus one.
"""

import dataclasses
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from field.dispatch.route import ABOUT_TO_START_S, Route, Schedule, Travel, Visit, schedule, stock_left

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER: Final = 1 << 60


@dataclasses.dataclass(frozen=True)
class Gaps:
    """R representatives × G gaps (the most of any route; unused ones are closed).

    `before`/`after`: (R, G) points on either side, `after` −1 where the day ends anywhere; `leave`: (R,
    G) the earliest second one may leave `before`; `limit`: (R, G) the latest second one must be at
    `after`; `base`: (R, G) travel now made between them; `next_start`: (R, G) when the visit after it now
    starts, `NEVER` where there is none; `open`: (R, G); `count`: (R,) gaps; `levels`: (R, S) by skill, 0 =
    lacks it; `stock`: (R, P) parts left; `shift_start`, `shift_end`: (R,); `locked`: (R,); `now`.
    """

    before: Ints
    after: Ints
    leave: Ints
    limit: Ints
    base: Ints
    next_start: Ints
    open: Flags
    count: Ints
    levels: Ints
    stock: Ints
    shift_start: Ints
    shift_end: Ints
    locked: Flags
    now: int


@dataclasses.dataclass(frozen=True)
class Weights:
    """What a second is worth, in seconds of detour. `owner_s`: the detour worth making so that the
    zone's own representative comes; `delay_permille`: per 1000 s of earlier arrival; `idle_permille`:
    per 1000 s of standing before the new visit's door while later customers wait.
    """

    owner_s: int = 600
    delay_permille: int = 0
    idle_permille: int = 500


@dataclasses.dataclass(frozen=True)
class Ask:
    """What is to be placed. `skill`: column of `levels`, −1 none needed, −2 nobody has it; `demand`:
    (P,) parts; `unknown_part`: asks for a part no van has; `penalty`: (R,) seconds; `declined`: (R,).
    """

    point: int
    service: int
    earliest: int
    latest: int
    skill: int
    level: int
    demand: Ints
    unknown_part: bool
    penalty: Ints
    declined: Flags
    delay_permille: int
    idle_permille: int


@dataclasses.dataclass(frozen=True)
class Found:
    """Per representative, (R,): number of the rule that failed (0: none), and where it is none the best
    gap, its cost, extra travel, the earliest arrival and the start. For a missed window `start` is the
    earliest possible arrival.
    """

    rule: Ints
    position: Ints
    cost: Ints
    extra: Ints
    arrive: Ints
    start: Ints


@dataclasses.dataclass(frozen=True)
class Fleet:
    """Routes ready for searching, with their schedules. Immutable; pack anew when a route changes."""

    routes: tuple[Route, ...]
    schedules: tuple[Schedule, ...]
    gaps: Gaps
    skills: dict[str, int]
    parts: dict[str, int]

    @cached_property
    def _rows(self) -> dict[UUID, int]:
        return {route.rep.rep_id: row for row, route in enumerate(self.routes)}

    def row_of(self, rep_id: UUID) -> int:
        """The row of this representative. KeyError for a stranger."""
        return self._rows[rep_id]

    def has(self, rep_id: UUID) -> bool:
        return rep_id in self._rows

    def missing_parts(self, row: int, visit: Visit) -> list[str]:
        """The parts this visit needs that the van in `row` lacks, sorted."""
        return sorted(
            part
            for part, count in visit.parts.items()
            if count > 0 and (part not in self.parts or self.gaps.stock[row, self.parts[part]] < count)
        )


def pack(
    routes: Sequence[Route], travel: Travel, now: int, *, about_to_start_s: int = ABOUT_TO_START_S
) -> Fleet:
    """Lay out routes as of `now`. Ties in a search go to the route that comes first here."""
    schedules = tuple(schedule(route, travel, now, about_to_start_s=about_to_start_s) for route in routes)
    rows, wide = len(routes), max((len(route.visits) for route in routes), default=0) + 1
    skills = {
        name: at for at, name in enumerate(sorted({name for route in routes for name in route.rep.skills}))
    }
    parts = {
        name: at for at, name in enumerate(sorted({name for route in routes for name in route.rep.parts}))
    }
    gaps = Gaps(
        before=np.zeros((rows, wide), np.int64),
        after=np.full((rows, wide), -1, np.int64),
        leave=np.zeros((rows, wide), np.int64),
        limit=np.zeros((rows, wide), np.int64),
        base=np.zeros((rows, wide), np.int64),
        next_start=np.full((rows, wide), NEVER, np.int64),
        open=np.zeros((rows, wide), np.bool_),
        count=np.array([len(route.visits) + 1 for route in routes], np.int64),
        levels=np.zeros((rows, len(skills)), np.int64),
        stock=np.zeros((rows, len(parts)), np.int64),
        shift_start=np.array([route.rep.shift_start for route in routes], np.int64),
        shift_end=np.array([route.rep.shift_end for route in routes], np.int64),
        locked=np.array([route.rep.locked for route in routes], np.bool_),
        now=now,
    )
    for row, (route, times) in enumerate(zip(routes, schedules, strict=True)):
        _fill(gaps, row, route, times, now)
        for name, level in route.rep.skills.items():
            gaps.levels[row, skills[name]] = level
        for name, left in stock_left(route).items():
            if name in parts:
                gaps.stock[row, parts[name]] = left
    return Fleet(tuple(routes), schedules, gaps, skills, parts)


def _fill(gaps: Gaps, row: int, route: Route, times: Schedule, now: int) -> None:
    rep, stops, size = route.rep, times.stops, len(times.stops) + 1
    points = [stop.visit.point for stop in stops]
    free = [rep.shift_start, *(stop.finish_at for stop in stops)]
    gaps.before[row, :size] = [rep.start_point, *points]
    gaps.after[row, :size] = [*points, -1 if rep.end_point is None else rep.end_point]
    gaps.leave[row, :size] = [max(free_at, now) for free_at in free]
    gaps.limit[row, :size] = [*(stop.latest_start for stop in stops), times.end_limit]
    gaps.next_start[row, :size] = [*(stop.start_at for stop in stops), NEVER]
    # The last leg is the way home; a day without visits has none, it is spent at the start.
    gaps.base[row, :size] = [*(stop.travel_s for stop in stops), times.ends_at - free[-1]]
    gaps.open[row, times.frozen : size] = [*(not stop.visit.held for stop in stops[times.frozen :]), True]


def ask_for(
    fleet: Fleet,
    visit: Visit,
    owner: UUID | None,
    declined_by: Collection[UUID],
    weights: Weights,
) -> Ask:
    """A visit in the fleet's numbering. With no owner among the routes nobody is penalised."""
    rows = len(fleet.routes)
    penalty = np.zeros(rows, np.int64)
    if owner is not None and fleet.has(owner):
        penalty[:] = weights.owner_s
        penalty[fleet.row_of(owner)] = 0
    declined = np.zeros(rows, np.bool_)
    for rep_id in declined_by:
        if fleet.has(rep_id):
            declined[fleet.row_of(rep_id)] = True
    demand = np.zeros(len(fleet.parts), np.int64)
    unknown = False
    for part, count in visit.parts.items():
        if part in fleet.parts:
            demand[fleet.parts[part]] = count
        elif count > 0:
            unknown = True
    return Ask(
        point=visit.point,
        service=visit.service_s,
        earliest=visit.earliest,
        latest=visit.latest,
        skill=-1 if visit.skill is None else fleet.skills.get(visit.skill, -2),
        level=visit.level,
        demand=demand,
        unknown_part=unknown,
        penalty=penalty,
        declined=declined,
        delay_permille=weights.delay_permille,
        idle_permille=weights.idle_permille,
    )
