"""A representative's day: visits in order, when each will happen, and how much later each could still
happen.

Times are whole seconds on one clock of the caller's choosing (Curbstop uses Unix time), durations whole
seconds. Places are *points*: row and column numbers of a travel matrix of whole seconds that the caller
gives (`travel[a, b]`: from a to b on empty roads, int32; `UNREACHABLE` or more where there is no way). How
long a way takes at its hour, the day's *pace* says (`field.road.pace`).

A visit's window binds the start of its service: whoever would come early waits, and does so before
setting off, so that the arrival to be expected is the start itself. The *frozen prefix* are the
visits that nothing may be put before and that keep their order: done, on site, travelling, and an
accepted one whose set-off is only minutes away. Times that have happened are taken as they were; a
visit under way ends no earlier than now.

The *latest start* of a visit is the latest second at which it could begin so that neither it nor
anything after it comes late (forward slack: Savelsbergh 1992, DOI 10.1287/ijoc.4.2.146). A plan may
have gone wrong already; a visit that is late as things stand counts as promised for the time it is
expected now, so that it gets no later.

A *break* is a stop without a place: it has a window and a length, needs no way, and the next way begins where
the one before it ended. It is taken as soon as somebody is free in its window, whatever the hour it is looked
at: nobody says that they take it, so one whose moment has come is over in its time. From that moment on it
belongs to the frozen prefix. A route has one at most.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from field.road.pace import EVEN, Pace
from field.task.task import TaskState

Travel = NDArray[np.int32]
Span = tuple[int, int]
"""From when to when a service may start, both included."""

UNREACHABLE: Final = 10_000_000
"""Travel seconds from which on there is no way."""

PLACELESS: Final = -1
"""The point of a break: it is taken wherever one is."""

ABOUT_TO_START_S: Final = 300

STARTED: Final = {TaskState.DONE: 0, TaskState.ON_SITE: 1, TaskState.TRAVELLING: 2}
HAPPENED: Final = frozenset({TaskState.DONE, TaskState.ON_SITE})


@dataclasses.dataclass(frozen=True)
class Visit:
    """One task as a stop. `earliest`/`latest` bound the start of service.

    `held` keeps it directly behind what is before it. `departed_at`, `started_at`, `finished_at` are
    what happened.

    `windows`: of a visit for which a place is looked for, those of which one will do, in order; empty: the
    one from `earliest` to `latest`. A visit that stands in a route has one window, the one it was placed
    into.

    `second`: of a visit for which a place is looked for, whom it needs besides; None: nobody.
    """

    task_id: UUID
    point: int
    service_s: int
    earliest: int
    latest: int
    skill: str | None = None
    level: int = 1
    parts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    state: TaskState = TaskState.ASSIGNED
    held: bool = False
    departed_at: int | None = None
    started_at: int | None = None
    finished_at: int | None = None
    windows: tuple[Span, ...] = ()
    second: "Second | None" = None

    @property
    def is_rest(self) -> bool:
        """Whether this is the break."""
        return self.point == PLACELESS


@dataclasses.dataclass(frozen=True)
class Second:
    """Who else a visit needs: somebody with a skill of a level, or anybody; not those who declined."""

    skill: str | None = None
    level: int = 1
    declined_by: frozenset[UUID] = frozenset()


def rest(rest_id: UUID, earliest: int, latest: int, seconds: int) -> Visit:
    """A break that begins from `earliest` to `latest`; `rest_id` names it as a task's id names a visit."""
    return Visit(rest_id, PLACELESS, seconds, earliest, latest)


@dataclasses.dataclass(frozen=True)
class RepDay:
    """One representative's shift. `parts` is the van's stock at the start of the shift, which every
    visit of the route, done or not, draws on. `end_point` None: the day ends at the last visit. A
    `locked` route takes nothing. `pace`: of the day's hours, the same for all who are searched together.
    """

    rep_id: UUID
    shift_start: int
    shift_end: int
    start_point: int
    end_point: int | None
    skills: Mapping[str, int]
    parts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    locked: bool = False
    pace: Pace = EVEN


@dataclasses.dataclass(frozen=True)
class Route:
    """A representative's day and its visits in order, started ones first (see `in_order`)."""

    rep: RepDay
    visits: tuple[Visit, ...] = ()


@dataclasses.dataclass(frozen=True)
class Stop:
    """When a visit happens. `arrive_at`: at the door, never before `leave_at` and the way; `wait_s`: time
    to spare before it; `latest_start`: see above; `slack_s` = latest start − start; `late_s`: past its
    window. `travel_s`: of the way at its hour; `base_s`: on empty roads.
    """

    visit: Visit
    travel_s: int
    leave_at: int
    arrive_at: int
    start_at: int
    finish_at: int
    latest_start: int
    slack_s: int
    late_s: int
    wait_s: int = 0
    base_s: int = 0


@dataclasses.dataclass(frozen=True)
class Schedule:
    """A route with its times. `frozen`: length of the frozen prefix; `end_limit`: shift end, or the
    expected end of a day that is too long already; `travel_s`: of the whole day, the way back included;
    `base_s`: the same on empty roads.
    """

    stops: tuple[Stop, ...]
    frozen: int
    ends_at: int
    end_limit: int
    travel_s: int
    overtime_s: int
    base_s: int = 0


def in_order(visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """The visits with the started ones first: done in the order they were finished, on site,
    travelling; then the rest as they were. To be applied when a representative does a later visit
    first. The break stays where it was, or comes behind what was begun without leaving time for it.
    """

    def rank(visit: Visit) -> tuple[int, int]:
        step = STARTED.get(visit.state, 3)
        return step, (visit.finished_at or 0) if step == 0 else 0

    ordered = sorted((visit for visit in visits if not visit.is_rest), key=rank)
    for place, visit in enumerate(visits):
        if visit.is_rest:
            ordered.insert(_rest_place(ordered, visit, place), visit)
    return tuple(ordered)


def _rest_place(ordered: Sequence[Visit], pause: Visit, place: int) -> int:
    """The first place from `place` on at which no later visit had begun before the break was over."""
    while place < len(ordered) and ordered[place].state in STARTED:
        before, after = ordered[place - 1] if place else None, ordered[place]
        free = (before.finished_at or 0) if before is not None else 0
        begun = after.departed_at if after.departed_at is not None else after.started_at
        if begun is not None and max(free, pause.earliest) + pause.service_s <= begun:
            break
        place += 1
    return place


def schedule(route: Route, travel: Travel, now: int, *, about_to_start_s: int = ABOUT_TO_START_S) -> Schedule:
    """Compute all times of a route as of `now`. O(n)."""
    rep, visits = route.rep, route.visits
    ways, home = legs_of(route, travel)
    times: list[tuple[int, int, int, int, int]] = []
    free_at = rep.shift_start
    for visit, way in zip(visits, ways, strict=True):
        times.append(_times(visit, way, free_at, now, rep.pace))
        free_at = times[-1][3]
    ends_at = rep.pace.arrival(free_at, home)
    end_limit = max(rep.shift_end, ends_at)
    stops: list[Stop] = []
    latest_next, way_next = end_limit, home
    for place in range(len(visits) - 1, -1, -1):
        visit, way, (leave, arrive, start, finish, wait) = visits[place], ways[place], times[place]
        promised = max(visit.latest, start)
        latest = max(start, min(promised, rep.pace.departure(latest_next, way_next) - visit.service_s))
        late, ridden = promised - visit.latest, _ridden_s(visit, leave, arrive, way, rep.pace)
        stops.append(
            Stop(visit, ridden, leave, arrive, start, finish, latest, latest - start, late, wait, way)
        )
        latest_next, way_next = latest, way
    stops.reverse()
    return Schedule(
        stops=tuple(stops),
        frozen=_frozen(stops, now, now + about_to_start_s),
        ends_at=ends_at,
        end_limit=end_limit,
        travel_s=sum(stop.travel_s for stop in stops) + ends_at - free_at,
        overtime_s=max(0, ends_at - rep.shift_end) if visits else 0,
        base_s=sum(ways) + home,
    )


def legs_of(route: Route, travel: Travel) -> tuple[list[int], int]:
    """Seconds to each visit from the one before, and home from the last; who has none does not set out."""
    if not route.visits:
        return [], 0
    points = points_of(route)
    end = points[-1] if route.rep.end_point is None else route.rep.end_point
    legs: list[int] = travel[[route.rep.start_point, *points], [*points, end]].tolist()
    for place, visit in enumerate(route.visits):
        if visit.is_rest:
            legs[place] = 0
    stays = route.rep.end_point is None or all(visit.is_rest for visit in route.visits)
    return legs[:-1], 0 if stays else legs[-1]


def points_of(route: Route) -> list[int]:
    """Where one is at each stop; at the break where one was."""
    points, here = [], route.rep.start_point
    for visit in route.visits:
        here = here if visit.is_rest else visit.point
        points.append(here)
    return points


def _ridden_s(visit: Visit, leave: int, arrive: int, way: int, pace: Pace) -> int:
    """Seconds on the way to a visit; of what has happened, as they would have been expected."""
    if visit.is_rest:
        return 0
    if visit.state in HAPPENED:
        return arrive - pace.departure(arrive, way)
    return pace.arrival(leave, way) - leave if visit.state is TaskState.TRAVELLING else arrive - leave


def _times(visit: Visit, way: int, free_at: int, now: int, pace: Pace) -> tuple[int, int, int, int, int]:
    """(leave, arrive, start, finish, wait) of a visit by someone free at `free_at`, `way` seconds away."""
    state = visit.state
    if visit.is_rest:
        start = max(free_at, visit.earliest)
        return start, start, start, start + visit.service_s, start - free_at
    if state is TaskState.DONE:
        finish = visit.finished_at if visit.finished_at is not None else free_at
        start = min(visit.started_at if visit.started_at is not None else finish, finish)
        return min(visit.departed_at or pace.departure(start, way), start), start, start, finish, 0
    if state is TaskState.ON_SITE:
        start = visit.started_at if visit.started_at is not None else now
        leave = min(visit.departed_at or pace.departure(start, way), start)
        return leave, start, start, max(start + visit.service_s, now), 0
    if state is TaskState.TRAVELLING:
        leave = visit.departed_at if visit.departed_at is not None else now
        arrive = max(pace.arrival(leave, way), now)
        start = max(arrive, visit.earliest)
        return leave, arrive, start, start + visit.service_s, start - arrive
    could_arrive = pace.arrival(max(free_at, now), way)
    start = max(could_arrive, visit.earliest)
    # Nobody sets off only to wait at the door: the waiting is done before leaving.
    return pace.departure(start, way), start, start, start + visit.service_s, start - could_arrive


def _frozen(stops: Sequence[Stop], now: int, soon: int) -> int:
    started = [place for place, stop in enumerate(stops, 1) if _has_begun(stop, now)]
    frozen = started[-1] if started else 0
    if frozen < len(stops):
        upcoming = stops[frozen]
        if upcoming.visit.state is TaskState.ACCEPTED and upcoming.leave_at <= soon:
            frozen += 1
    return frozen


def _has_begun(stop: Stop, now: int) -> bool:
    return stop.start_at < now if stop.visit.is_rest else stop.visit.state in STARTED


def in_each_window(visit: Visit) -> tuple[Visit, ...]:
    """The visit once for each of its windows, in order; itself where it has one."""
    if not visit.windows:
        return (visit,)
    return tuple(
        dataclasses.replace(visit, earliest=earliest, latest=latest, windows=())
        for earliest, latest in visit.windows
    )


def insert(route: Route, visit: Visit, position: int) -> Route:
    """The route with `visit` at `position` (0 = first)."""
    return dataclasses.replace(route, visits=(*route.visits[:position], visit, *route.visits[position:]))


def without(route: Route, task_id: UUID) -> Route:
    """The route without this task's visit."""
    return dataclasses.replace(
        route, visits=tuple(visit for visit in route.visits if visit.task_id != task_id)
    )


def stock_left(route: Route) -> dict[str, int]:
    """What is left in the van after all visits of the route; negative where the route needs more than
    there is.
    """
    left = dict(route.rep.parts)
    for visit in route.visits:
        for part, count in visit.parts.items():
            left[part] = left.get(part, 0) - count
    return left
