"""A day of which half is known in the morning; the rest comes in while people work.

Every quarter of an hour what has come in is planned into what is left of the day. What has begun goes on: no
plan changes it. The same day, all of it known at eight, says how much better it could have been.
"""

import dataclasses
import time
from uuid import UUID

import numpy as np

from benchmarks.reoptimisation.station import HOUR, OPENS, station_day
from field.dispatch.engine.route import Route, Visit, schedule
from field.reoptimise.engine.compiled import Moves
from field.reoptimise.engine.improve import Spent
from field.reoptimise.engine.replan import Rest, Wish, replan
from field.task.task import TaskState

LAST_RELEASE = 14 * HOUR
EVERY_S = 900
UNSERVED_S = 6 * HOUR


@dataclasses.dataclass(frozen=True)
class Lived:
    """How a day went: travel and stops nobody came to; of each re-optimisation the share of open stops that
    changed hands; frozen stops that moved.
    """

    travel_s: int
    unserved: int
    moved: tuple[float, ...]
    frozen_moved: int

    @property
    def cost_s(self) -> int:
        return self.travel_s + UNSERVED_S * self.unserved


def cpu(seconds: float) -> Spent:
    """A budget of processor time."""
    begun = time.process_time()
    return lambda _made: (time.process_time() - begun) / seconds


def day_of_releases(seed: int, people: int, stops: int) -> tuple[Rest, dict[UUID, int]]:
    """A day, and when each of its stops becomes known. A stop cannot be wanted before it is known."""
    rest = station_day(seed, people, stops)
    dice = np.random.default_rng(seed + 1)
    late = dice.random(stops) < 0.5
    known = np.where(late, dice.integers(OPENS, LAST_RELEASE, stops), OPENS)
    loose = []
    for visit, at in zip(rest.loose, known.tolist(), strict=True):
        opens = max(visit.earliest, at)
        closes = max(visit.latest, opens + 2 * HOUR)
        loose.append(dataclasses.replace(visit, earliest=opens, latest=closes))
    releases = {visit.task_id: int(at) for visit, at in zip(loose, known, strict=True)}
    wishes = {visit.task_id: Wish(weights=rest.wishes[visit.task_id].weights) for visit in loose}
    return dataclasses.replace(rest, loose=loose, wishes=wishes), releases


def all_known(rest: Rest, seconds: float, moves: Moves) -> Lived:
    """The day planned at once, by somebody who knew all of it."""
    done = replan(rest, cpu(seconds), moves)
    routes = {route.rep.rep_id: route for route in (*rest.routes, *done.routes)}
    travel = sum(schedule(route, rest.travel, rest.now).travel_s for route in routes.values())
    return Lived(travel, len(done.left), (), 0)


def as_it_comes(rest: Rest, releases: dict[UUID, int], seconds: float, moves: Moves) -> Lived:
    """The day as it is lived: planned again every quarter of an hour, `seconds` each."""
    routes = {route.rep.rep_id: route for route in rest.routes}
    waiting: list[Visit] = []
    shares, frozen_moved = [], 0
    for now in range(OPENS, LAST_RELEASE + EVERY_S, EVERY_S):
        routes = {rep_id: _lived_until(route, rest, now) for rep_id, route in routes.items()}
        waiting += [v for v in rest.loose if now - EVERY_S < releases[v.task_id] <= now]
        here = dataclasses.replace(rest, routes=tuple(routes.values()), loose=waiting, now=now)
        done = replan(here, cpu(seconds), moves, seed=now)
        frozen_moved += _frozen_moved(here, done.routes)
        if standing := sum(v.state is TaskState.ASSIGNED for r in routes.values() for v in r.visits):
            shares.append(sum(was is not None for was, _ in done.moved.values()) / standing)
        routes |= {route.rep.rep_id: route for route in done.routes}
        waiting = [visit for visit in waiting if visit.task_id in done.left]
    travel = sum(schedule(route, rest.travel, now).travel_s for route in routes.values())
    return Lived(travel, len(waiting), tuple(shares), frozen_moved)


def _lived_until(route: Route, rest: Rest, now: int) -> Route:
    """The route with what its times say has happened by now."""
    visits = []
    for stop in schedule(route, rest.travel, max(OPENS, now - EVERY_S)).stops:
        visit = stop.visit
        if visit.state is TaskState.DONE:
            pass
        elif stop.finish_at <= now:
            visit = dataclasses.replace(
                visit, state=TaskState.DONE, started_at=stop.start_at, finished_at=stop.finish_at
            )
        elif stop.start_at <= now:
            visit = dataclasses.replace(visit, state=TaskState.ON_SITE, started_at=stop.start_at)
        elif stop.leave_at <= now:
            visit = dataclasses.replace(visit, state=TaskState.TRAVELLING, departed_at=stop.leave_at)
        visits.append(visit)
    return Route(route.rep, tuple(visits))


def _frozen_moved(rest: Rest, changed: tuple[Route, ...]) -> int:
    before = {route.rep.rep_id: route for route in rest.routes}
    wrong = 0
    for route in changed:
        was = before[route.rep.rep_id]
        frozen = schedule(was, rest.travel, rest.now).frozen
        wrong += was.visits[:frozen] != route.visits[:frozen]
    return wrong
