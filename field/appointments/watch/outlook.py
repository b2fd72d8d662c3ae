"""How a visit stands as of now: when somebody will be there, how many stops come before, and whether what
was promised can be kept.

A route's stored times are of its last change. What has happened since (an overrun, an arrival, where the
representative was last seen) is put in here, each time somebody looks, and stored nowhere.
"""

import dataclasses
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from field.dispatch.engine.proposals import Proposal, pack, proposal_for
from field.dispatch.engine.route import Route, Schedule, Travel, Visit, insert, schedule, without
from field.task.task import TaskState

TIGHT_S: Final = 900
"""A promise that would be kept by less than this is at risk: enough time to do something about it."""
SEEN_FOR_S: Final = 300
"""How long a representative's last position says where they are."""


@dataclasses.dataclass(frozen=True)
class Outlook:
    """One stop as of now. `expected`: at the door, Unix seconds; `ahead`: stops before it that are not done;
    `position`: in the route.
    """

    expected: int
    ahead: int
    position: int
    state: TaskState


def outlooks(
    route: Route, travel: Travel, now: int, still_to_go_s: int | None = None
) -> tuple[Schedule, Mapping[UUID, Outlook]]:
    """The route's times as of `now` and the outlook of each stop that nobody has reached yet.

    `still_to_go_s`: the way that is left to the stop under way, from where the representative was last seen;
    it takes the place of what was reckoned when they set off.
    """
    if still_to_go_s is not None:
        route = _seen_on_the_way(route, travel, now, still_to_go_s)
    times = schedule(route, travel, now)
    ahead, found = 0, {}
    for position, stop in enumerate(times.stops):
        state = stop.visit.state
        if state is TaskState.DONE or stop.visit.is_rest:
            continue
        if state is not TaskState.ON_SITE:
            found[stop.visit.task_id] = Outlook(stop.arrive_at, ahead, position, state)
        ahead += 1
    return times, found


def _seen_on_the_way(route: Route, travel: Travel, now: int, still_to_go_s: int) -> Route:
    """As if the stop under way had been set off for just so that it is reached from where they are."""
    before, visits = route.rep.start_point, list(route.visits)
    for place, visit in enumerate(visits):
        if visit.state is TaskState.TRAVELLING:
            way = int(travel[before, visit.point])
            visits[place] = dataclasses.replace(visit, departed_at=now + still_to_go_s - way)
            break
        before = before if visit.is_rest else visit.point
    return dataclasses.replace(route, visits=tuple(visits))


def at_risk(outlook: Outlook, window_end: int) -> bool:
    """Whether a promise may break: nobody is there yet, and will be too close to its end, or past it."""
    return outlook.expected + TIGHT_S > window_end


def later_in(route: Route, travel: Travel, now: int, visit: Visit) -> Route | None:
    """The same day with `visit`, which stands in it already, no earlier than it can be now; None where that
    makes somebody late, or it misses its own window.

    It is tried where it stands, then in the cheapest other place of the same route.
    """
    before = schedule(route, travel, now)
    same = dataclasses.replace(
        route, visits=tuple(visit if each.task_id == visit.task_id else each for each in route.visits)
    )
    if _no_worse(before, schedule(same, travel, now), visit):
        return same
    rest = without(route, visit.task_id)
    found = proposal_for(pack([rest], travel, now), visit, travel, route.rep.rep_id)
    if not isinstance(found, Proposal):
        return None
    moved = insert(rest, visit, found.position)
    return moved if _no_worse(before, schedule(moved, travel, now), visit) else None


def _no_worse(before: Schedule, after: Schedule, visit: Visit) -> bool:
    late = {stop.visit.task_id: stop.late_s for stop in before.stops}
    own = next(stop for stop in after.stops if stop.visit.task_id == visit.task_id)
    others = all(stop.late_s <= late.get(stop.visit.task_id, 0) for stop in after.stops if stop is not own)
    return others and own.late_s == 0 and after.overtime_s <= before.overtime_s
