"""Many days as columns of numbers, and their times worked out for all representatives at once.

What a route holds is kept here as it is stored, whatever the hour; `lay_out` says how it stands at one
moment. The rules are those of `field.dispatch.engine.route.schedule`, column by column: the loops run over
the stops of the longest route, never over people.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypedDict, TypeVar

import numpy as np
from numpy.typing import NDArray

from field.dispatch.engine.route import Route, Travel, Visit, legs_of, points_of
from field.road.pace import EVEN, Pace
from field.task.task import TaskState

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Number = TypeVar("Number", bound=np.generic)

NEVER: Final = 1 << 60
UNKNOWN: Final = -1
"""In place of a moment that nobody wrote down."""

DONE: Final = 0
ON_SITE: Final = 1
TRAVELLING: Final = 2
ACCEPTED: Final = 3
PLANNED: Final = 4
REST: Final = 5
"""A break, which has no task and so no state of one."""

STATE_CODES: Final[Mapping[TaskState, int]] = {
    TaskState.DONE: DONE,
    TaskState.ON_SITE: ON_SITE,
    TaskState.TRAVELLING: TRAVELLING,
    TaskState.ACCEPTED: ACCEPTED,
}


@dataclasses.dataclass(frozen=True)
class Crew:
    """R representatives on one day. `levels`: (R, S) by skill; `stock`: (R, P) parts left in the van; the
    rest (R,). `skills`, `parts`: name → column; `pace`: of the day.
    """

    shift_start: Ints
    shift_end: Ints
    locked: Flags
    levels: Ints
    stock: Ints
    skills: dict[str, int]
    parts: dict[str, int]
    pace: Pace = EVEN


@dataclasses.dataclass(frozen=True)
class Stops:
    """R routes × V places (the most of any route). `home`, `end`: (R,) points, `end` −1 where a day ends at
    its last visit; `count`: (R,) visits, a break among them, whose point is the one before it; `point`,
    `service`, `earliest`, `latest`, `state`, `departed`, `started`, `finished`, `held`: (R, V); `way`: (R,
    V + 1) seconds on empty roads to each visit and, behind the last, home.
    """

    home: Ints
    end: Ints
    count: Ints
    point: Ints
    service: Ints
    earliest: Ints
    latest: Ints
    state: Ints
    departed: Ints
    started: Ints
    finished: Ints
    held: Flags
    way: Ints


class Layout(TypedDict):
    """The columns of `Gaps` that depend on the hour."""

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


def lay_out(crew: Crew, stops: Stops, now: int, about_to_start_s: int) -> Layout:
    """How all routes stand at `now`: (R, V + 1) each. O(V) steps over whole columns."""
    rows, wide = stops.point.shape
    each = np.arange(rows)
    home_way = np.where(stops.count > 0, stops.way[each, stops.count], 0)
    start, finish, ends_at = _times(crew, stops, now, home_way)
    end_limit = np.maximum(crew.shift_end, ends_at)
    latest = _latest_starts(stops, start, end_limit, home_way, crew.pace)
    gap = np.arange(wide + 1)
    visits = stops.count[:, None]
    behind = gap < visits
    free = np.concatenate([crew.shift_start[:, None], finish], axis=1)
    frozen = _frozen(stops, start, now, now + about_to_start_s, crew.pace)
    rest = (stops.state == REST) & (np.arange(wide) < visits)
    laid = Layout(
        before=_used(np.concatenate([stops.home[:, None], stops.point], axis=1), gap <= visits, 0),
        after=_used(np.where(behind, _wider(stops.point), stops.end[:, None]), gap <= visits, -1),
        leave=_used(np.maximum(free, now), gap <= visits, 0),
        limit=_used(np.where(behind, _wider(latest), end_limit[:, None]), gap <= visits, 0),
        base=_used(stops.way, gap <= np.where(visits > 0, visits, -1), 0),
        next_start=_used(_wider(start), behind, NEVER),
        next_latest=_used(_wider(stops.latest), behind, NEVER),
        open=(gap >= frozen[:, None]) & (gap <= visits) & ~(behind & _wider(stops.held)),
        rest_gap=np.full(rows, -1, np.int64),
        rest_s=np.zeros(rows, np.int64),
        rest_from=np.zeros(rows, np.int64),
        rest_by=np.zeros(rows, np.int64),
    )
    if rest.any():
        _with_rests(laid, stops, start, *np.nonzero(rest))
    return laid


def _with_rests(laid: Layout, stops: Stops, start: Ints, row: Ints, at: Ints) -> None:
    """What goes before a break goes on, behind it, to the stop after: that gap knows both."""
    for name in ("after", "limit", "base", "next_start", "next_latest"):
        laid[name][row, at] = laid[name][row, at + 1]
    held_behind = (at + 1 < stops.count[row]) & stops.held[row, np.minimum(at + 1, stops.held.shape[1] - 1)]
    laid["open"][row, at] &= ~held_behind
    promised = np.maximum(stops.latest[row, at], start[row, at])
    laid["rest_gap"][row], laid["rest_by"][row] = at, promised
    laid["rest_s"][row], laid["rest_from"][row] = stops.service[row, at], stops.earliest[row, at]


def starts_of(crew: Crew, stops: Stops, now: int) -> Ints:
    """When each stop of each route starts, as of `now`: (R, V); unused places hold nothing of use."""
    each = np.arange(len(stops.count))
    home_way = np.where(stops.count > 0, stops.way[each, stops.count], 0)
    return _times(crew, stops, now, home_way)[0]


def _times(crew: Crew, stops: Stops, now: int, home_way: Ints) -> tuple[Ints, Ints, Ints]:
    """(start, finish) of each visit, and when each day ends."""
    start, finish = np.zeros_like(stops.point), np.zeros_like(stops.point)
    free = crew.shift_start.copy()
    resting = (stops.state == REST).any(axis=0).tolist()
    for at in range(stops.point.shape[1]):
        way, service, state = stops.way[:, at], stops.service[:, at], stops.state[:, at]
        left, began, ended = stops.departed[:, at], stops.started[:, at], stops.finished[:, at]
        could_arrive = crew.pace.arrivals(np.maximum(free, now), way)
        on_the_way = np.maximum(crew.pace.arrivals(np.where(left == UNKNOWN, now, left), way), now)
        begins = np.maximum(np.where(state == TRAVELLING, on_the_way, could_arrive), stops.earliest[:, at])
        ends = begins + service
        on_site = state == ON_SITE
        here = np.where(began == UNKNOWN, now, began)
        ends = np.where(on_site, np.maximum(here + service, now), ends)
        begins = np.where(on_site, here, begins)
        if resting[at]:
            rest, at_rest = state == REST, np.maximum(free, stops.earliest[:, at])
            begins, ends = np.where(rest, at_rest, begins), np.where(rest, at_rest + service, ends)
        done = state == DONE
        over = np.where(ended == UNKNOWN, free, ended)
        began_then = np.minimum(np.where(began == UNKNOWN, over, began), over)
        start[:, at] = np.where(done, began_then, begins)
        finish[:, at] = np.where(done, over, ends)
        free = np.where(at < stops.count, finish[:, at], free)
    return start, finish, crew.pace.arrivals(free, home_way)


def _latest_starts(stops: Stops, start: Ints, end_limit: Ints, home_way: Ints, pace: Pace) -> Ints:
    latest = np.zeros_like(start)
    next_latest, next_way = end_limit, home_way
    for at in range(start.shape[1] - 1, -1, -1):
        used = at < stops.count
        promised = np.maximum(stops.latest[:, at], start[:, at])
        fits = np.minimum(promised, pace.departures(next_latest, next_way) - stops.service[:, at])
        latest[:, at] = np.maximum(start[:, at], fits)
        next_latest = np.where(used, latest[:, at], next_latest)
        next_way = np.where(used, stops.way[:, at], next_way)
    return latest


def _frozen(stops: Stops, start: Ints, now: int, soon: int, pace: Pace) -> Ints:
    """Lengths of the frozen prefixes."""
    rows, wide = start.shape
    if not wide:
        return np.zeros(rows, np.int64)
    place = np.arange(wide)
    begun = (stops.state <= TRAVELLING) | ((stops.state == REST) & (start < now))
    begun &= place < stops.count[:, None]
    frozen = np.where(begun, place + 1, 0).max(axis=1)
    each, at = np.arange(rows), np.minimum(frozen, wide - 1)
    leaves = pace.departures(start[each, at], stops.way[each, at])
    upcoming = (frozen < stops.count) & (stops.state[each, at] == ACCEPTED) & (leaves <= soon)
    return np.asarray(frozen + upcoming, np.int64)


def _wider(column: NDArray[Number]) -> NDArray[Number]:
    """One gap more than there are visits; what stands in it is never looked at."""
    return np.concatenate([column, np.zeros((len(column), 1), column.dtype)], axis=1)


def _used(values: Ints, used: Flags, otherwise: int) -> Ints:
    return np.ascontiguousarray(np.where(used, values, otherwise), np.int64)


def columns_of(routes: Sequence[Route], travel: Travel) -> tuple[Crew, Stops]:
    """Routes with the travel times between their points."""
    skills = numbered(name for route in routes for name in route.rep.skills)
    parts = numbered(name for route in routes for name in route.rep.parts)
    crew = crew_of(
        [(route.rep.shift_start, route.rep.shift_end, route.rep.locked) for route in routes],
        [route.rep.skills for route in routes],
        [left_of(route.rep.parts, (visit.parts for visit in route.visits)) for route in routes],
        skills,
        parts,
        pace_of(routes),
    )
    stops = empty_stops(
        [route.rep.start_point for route in routes],
        [-1 if route.rep.end_point is None else route.rep.end_point for route in routes],
        max((len(route.visits) for route in routes), default=0),
    )
    for row, route in enumerate(routes):
        if route.visits:
            ways, home = legs_of(route, travel)
            numbers = [numbers_of(visit) for visit in route.visits]
            fill_row(stops, row, numbers, points_of(route), [*ways, home])
    return crew, stops


Numbers = tuple[int, int, int, int, int, int, int, bool]
"""service, earliest, latest, state, departed, started, finished, held."""

STATE: Final = 3
"""Where the state is among them."""


def numbers_of(visit: Visit) -> Numbers:
    """A visit as a row of numbers."""
    return (
        visit.service_s,
        visit.earliest,
        visit.latest,
        REST if visit.is_rest else STATE_CODES.get(visit.state, PLANNED),
        UNKNOWN if visit.departed_at is None else visit.departed_at,
        UNKNOWN if visit.started_at is None else visit.started_at,
        UNKNOWN if visit.finished_at is None else visit.finished_at,
        visit.held,
    )


def fill_row(
    stops: Stops, row: int, visits: Sequence[Numbers], points: Sequence[int], ways: Sequence[int]
) -> None:
    """Write one route into its row, which must be wide enough. `ways`: to each visit, and home."""
    size = len(visits)
    stops.count[row] = size
    stops.way[row, : size + 1] = ways
    stops.point[row, :size] = points
    columns = (
        stops.service,
        stops.earliest,
        stops.latest,
        stops.state,
        stops.departed,
        stops.started,
        stops.finished,
        stops.held,
    )
    for column, values in zip(columns, zip(*visits, strict=True), strict=True):
        column[row, :size] = values


def empty_stops(home: Sequence[int], end: Sequence[int], wide: int) -> Stops:
    """Days without visits, with room for `wide`."""
    rows = len(home)

    def ints(columns: int = wide) -> Ints:
        return np.zeros((rows, columns), np.int64)

    return Stops(
        home=np.array(home, np.int64),
        end=np.array(end, np.int64),
        count=np.zeros(rows, np.int64),
        point=ints(),
        service=ints(),
        earliest=ints(),
        latest=ints(),
        state=ints(),
        departed=ints(),
        started=ints(),
        finished=ints(),
        held=np.zeros((rows, wide), np.bool_),
        way=ints(wide + 1),
    )


def crew_of(
    hours: Sequence[tuple[int, int, bool]],
    skills: Sequence[Mapping[str, int]],
    stock: Sequence[Mapping[str, int]],
    skill_columns: dict[str, int],
    part_columns: dict[str, int],
    pace: Pace = EVEN,
) -> Crew:
    """Shift start and end and whether the route is locked, levels by skill, parts left: one each a person."""
    levels = np.zeros((len(hours), len(skill_columns)), np.int64)
    left = np.zeros((len(hours), len(part_columns)), np.int64)
    for table, columns, rows in ((levels, skill_columns, skills), (left, part_columns, stock)):
        for row, values in enumerate(rows):
            for name, value in values.items():
                if name in columns:
                    table[row, columns[name]] = value
    start, end, locked = (np.array(column) for column in zip(*hours, strict=True)) if hours else ((), (), ())
    return Crew(
        shift_start=np.asarray(start, np.int64),
        shift_end=np.asarray(end, np.int64),
        locked=np.asarray(locked, np.bool_),
        levels=levels,
        stock=left,
        skills=skill_columns,
        parts=part_columns,
        pace=pace,
    )


def pace_of(routes: Iterable[Route]) -> Pace:
    """The pace that all these days have. ValueError where they differ."""
    paces = {route.rep.pace for route in routes}
    if len(paces) > 1:
        raise ValueError("days of different paces are not searched together")
    return paces.pop() if paces else EVEN


def numbered(names: Iterable[str]) -> dict[str, int]:
    """Name → column, in alphabetical order."""
    return {name: at for at, name in enumerate(sorted(set(names)))}


def left_of(parts: Mapping[str, int], used: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """What is left of a van's parts after all visits; negative where they need more than there is."""
    left = dict(parts)
    for needs in used:
        for part, count in needs.items():
            left[part] = left.get(part, 0) - count
    return left
