"""Routes laid out for the search: one row a representative, one column a gap between two stops.

`lay_out` computes, for all representatives at once, what every later search needs in each gap: where one
comes from and when one may leave, where one goes on to and by when one must be there. A gap count is the
number of visits plus one. Its reference is `field.dispatch.engine.route.schedule`, one day at a time.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from field.dispatch.engine.columns import NEVER, Crew, Flags, Ints, Layout, Stops, columns_of, lay_out
from field.dispatch.engine.route import ABOUT_TO_START_S, RepDay, Route, Travel, Visit
from field.road.pace import EVEN, Pace

__all__ = [
    "NEVER",
    "NO_TERMS",
    "Ask",
    "Flags",
    "Fleet",
    "Found",
    "Gaps",
    "Ints",
    "LayOut",
    "Terms",
    "Ways",
    "Weights",
    "ask_for",
    "asks_for",
    "gaps_of",
    "lay_out_by",
    "pack",
]


@dataclasses.dataclass(frozen=True)
class Gaps:
    """R representatives × G gaps (the most of any route; unused ones are closed).

    `before`/`after`: (R, G) points on either side, `after` −1 where the day ends anywhere; `leave`: (R,
    G) the earliest second one may leave `before`; `limit`: (R, G) the latest second one must be at
    `after`; `base`: (R, G) travel now made between them, on empty roads; `next_start`: (R, G) when the visit
    after it now starts, and `next_latest` when its window closes, `NEVER` where there is none; `open`:
    (R, G); `count`: (R,) gaps; `levels`: (R, S) by skill, 0 = lacks it; `stock`: (R, P) parts left;
    `shift_start`, `shift_end`: (R,); `locked`: (R,); `now`; `pace`: of the day.

    Of the gap in front of a break (`rest_gap`, −1: none; (R,) as the following) `after` and all that is said
    of what comes next is of the stop behind the break. Whoever stops in that gap then takes the break of
    `rest_s` seconds, not before `rest_from` and not after `rest_by`, and goes on.
    """

    before: Ints
    after: Ints
    leave: Ints
    limit: Ints
    base: Ints
    next_start: Ints
    next_latest: Ints
    open: Flags
    rest_gap: Ints
    rest_s: Ints
    rest_from: Ints
    rest_by: Ints
    count: Ints
    levels: Ints
    stock: Ints
    shift_start: Ints
    shift_end: Ints
    locked: Flags
    now: int
    pace: Pace = EVEN


@dataclasses.dataclass(frozen=True)
class Ways:
    """Travel seconds between a visit's place and every point of the fleet: `to` it, `on` from it, (N,)."""

    to: NDArray[np.int32]
    on: NDArray[np.int32]

    @classmethod
    def of(cls, travel: Travel, point: int) -> "Ways":
        """The column and the row of a whole matrix."""
        return cls(np.ascontiguousarray(travel[:, point]), np.ascontiguousarray(travel[point]))


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
class Terms:
    """What is agreed about people, by representative. `barred`: number of the rule (`search.Rule`) by which
    somebody must not have the visit whatever the gap; `surcharge`: seconds of detour by which they count as
    dearer, negative: as wished for.
    """

    barred: Mapping[UUID, int] = dataclasses.field(default_factory=dict)
    surcharge: Mapping[UUID, int] = dataclasses.field(default_factory=dict)


NO_TERMS: Final = Terms()

DECLINED: Final = 1
"""Number of the rule that somebody declined."""


@dataclasses.dataclass(frozen=True)
class Ask:
    """What is to be placed. `skill`: column of `levels`, −1 none needed, −2 nobody has it; `demand`:
    (P,) parts; `unknown_part`: asks for a part no van has; `penalty`: (R,) seconds; `barred`: (R,) number of
    the rule by which somebody must not have it, 0 where there is none.
    """

    service: int
    earliest: int
    latest: int
    skill: int
    level: int
    demand: Ints
    unknown_part: bool
    penalty: Ints
    barred: Ints
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
    """Routes ready for searching as of one moment: who they are, the tasks on each in order, and the gaps.

    `rows`: where each representative is. Immutable; pack anew when a route changes.
    """

    reps: Sequence[RepDay]
    tasks: Sequence[tuple[UUID, ...]]
    gaps: Gaps
    skills: dict[str, int]
    parts: dict[str, int]
    rows: Mapping[UUID, int]

    def row_of(self, rep_id: UUID) -> int:
        """The row of this representative. KeyError for a stranger."""
        return self.rows[rep_id]

    def has(self, rep_id: UUID) -> bool:
        return rep_id in self.rows

    def missing_parts(self, row: int, visit: Visit) -> list[str]:
        """The parts this visit needs that the van in `row` lacks, sorted."""
        return sorted(
            part
            for part, count in visit.parts.items()
            if count > 0 and (part not in self.parts or self.gaps.stock[row, self.parts[part]] < count)
        )


LayOut = Callable[[Crew, Stops, int, int], Layout]

_ready: list[LayOut] = []


def lay_out_by(faster: LayOut) -> None:
    """Lay routes out by this from now on, which must answer as `lay_out` does for every input."""
    _ready.append(faster)


def gaps_of(crew: Crew, stops: Stops, now: int, *, about_to_start_s: int = ABOUT_TO_START_S) -> Gaps:
    """The gaps of all routes as of `now`, laid out by the fastest that is ready."""
    return Gaps(
        **(_ready[-1] if _ready else lay_out)(crew, stops, now, about_to_start_s),
        count=stops.count + 1,
        levels=crew.levels,
        stock=crew.stock,
        shift_start=crew.shift_start,
        shift_end=crew.shift_end,
        locked=crew.locked,
        now=now,
        pace=crew.pace,
    )


def pack(
    routes: Sequence[Route], travel: Travel, now: int, *, about_to_start_s: int = ABOUT_TO_START_S
) -> Fleet:
    """Lay out routes as of `now`. Ties in a search go to the route that comes first here."""
    crew, stops = columns_of(routes, travel)
    return Fleet(
        reps=[route.rep for route in routes],
        tasks=[tuple(visit.task_id for visit in route.visits) for route in routes],
        gaps=gaps_of(crew, stops, now, about_to_start_s=about_to_start_s),
        skills=crew.skills,
        parts=crew.parts,
        rows={route.rep.rep_id: row for row, route in enumerate(routes)},
    )


def ask_for(
    fleet: Fleet,
    visit: Visit,
    owner: UUID | None,
    declined_by: Collection[UUID],
    weights: Weights,
    terms: Terms = NO_TERMS,
) -> Ask:
    """A visit in the fleet's numbering. With no owner among the routes nobody is penalised for that."""
    rows = len(fleet.reps)
    penalty = np.zeros(rows, np.int64)
    if owner is not None and fleet.has(owner):
        penalty[:] = weights.owner_s
        penalty[fleet.row_of(owner)] = 0
    barred = np.zeros(rows, np.int64)
    for rep_id, number in terms.barred.items():
        if fleet.has(rep_id):
            barred[fleet.row_of(rep_id)] = number
    for rep_id in declined_by:
        if fleet.has(rep_id):
            barred[fleet.row_of(rep_id)] = DECLINED
    for rep_id, seconds in terms.surcharge.items():
        if fleet.has(rep_id):
            penalty[fleet.row_of(rep_id)] += seconds
    demand = np.zeros(len(fleet.parts), np.int64)
    unknown = False
    for part, count in visit.parts.items():
        if part in fleet.parts:
            demand[fleet.parts[part]] = count
        elif count > 0:
            unknown = True
    return Ask(
        service=visit.service_s,
        earliest=visit.earliest,
        latest=visit.latest,
        skill=-1 if visit.skill is None else fleet.skills.get(visit.skill, -2),
        level=visit.level,
        demand=demand,
        unknown_part=unknown,
        penalty=penalty,
        barred=barred,
        delay_permille=weights.delay_permille,
        idle_permille=weights.idle_permille,
    )


def asks_for(
    fleet: Fleet,
    visit: Visit,
    owner: UUID | None,
    declined_by: Collection[UUID],
    weights: Weights,
    terms: Terms = NO_TERMS,
) -> tuple[Ask, ...]:
    """One ask for each window of the visit. So that they compare, a later window costs what it opens later
    than the first: `delay_permille` of that, rounded down.
    """
    first = ask_for(fleet, visit, owner, declined_by, weights, terms)
    if not visit.windows:
        return (first,)
    now = fleet.gaps.now
    opens = max(visit.windows[0][0], now)
    return tuple(
        dataclasses.replace(
            first,
            earliest=earliest,
            latest=latest,
            penalty=first.penalty + (max(earliest, now) - opens) * weights.delay_permille // 1000,
        )
        for earliest, latest in visit.windows
    )
