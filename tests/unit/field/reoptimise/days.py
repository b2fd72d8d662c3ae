"""Days of every shape for the re-optimisation, and how the checker is asked about what became of them."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Sequence
from uuid import UUID

import numpy as np

from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.route import Route, Stop, Travel, Visit, schedule
from field.reoptimise.check.roads import Roads
from field.reoptimise.check.rules import Line, Person, Place, Violation, violations
from field.reoptimise.engine.replan import Prices, Replanned, Rest, Wish
from field.road.pace import STEP_S, Pace
from tests.unit.field.oracle import at_a_pace, random_case

SEVERITIES = (Weights(120, 1000), Weights(600, 100), Weights(600, 0))


def after_steps(most: int) -> Callable[[int], float]:
    """A budget of so many steps."""
    return lambda made: made / most


def random_rest(seed: int, reps: int = 5, visits: int = 7, *, hours: bool = False) -> Rest:
    """A day in any state, with stops that nobody has, somebody who is gone, locks of all kinds. `hours`: on
    roads that are not the same at every hour.
    """
    dice = random.Random(seed)
    case = random_case(seed, reps, visits)
    case = at_a_pace(case, seed) if hours else case
    routes = [
        Route(dataclasses.replace(route.rep, end_point=route.rep.start_point), route.visits)
        for route in case.routes
    ]
    tasks = [visit.task_id for route in routes for visit in route.visits]
    people = [route.rep.rep_id for route in routes]
    loose = [
        dataclasses.replace(case.new, task_id=UUID(int=k + 1), point=dice.randrange(len(case.travel)))
        for k in range(dice.randint(0, 3))
    ]
    wishes = {
        task_id: Wish(
            owner=dice.choice([None, *people]),
            declined=frozenset(each for each in people if dice.random() < 0.1),
            weights=dice.choice(SEVERITIES),
            keeps_rep=dice.random() < 0.1,
            keeps_place=dice.random() < 0.1,
        )
        for task_id in (*tasks, *(visit.task_id for visit in loose))
    }
    return Rest(
        routes=routes,
        travel=case.travel,
        now=case.now,
        wishes=wishes,
        loose=[dataclasses.replace(visit, held=False) for visit in loose],
        gone=frozenset(each for each in people if dice.random() < 0.1),
        prices=Prices(moved_s=dice.choice((0, 300)), accepted_s=600, pays_s=dice.choice((1, 300))),
    )


def asked_of_the_checker(rest: Rest, done: Replanned) -> list[Violation]:
    """What is wrong with the outcome, in the eyes of somebody who knows rows only."""
    changed = {route.rep.rep_id: route for route in done.routes}
    touched = set(changed) | {was for was, _ in done.moved.values() if was is not None}
    before = {route.rep.rep_id: route for route in rest.routes if route.rep.rep_id in touched}
    after = {rep_id: changed.get(rep_id, before[rep_id]) for rep_id in before}
    handed_over = {task_id for task_id, (was, _) in done.moved.items() if was in rest.gone}
    after = {
        rep_id: Route(route.rep, tuple(v for v in route.visits if v.task_id not in handed_over))
        if rep_id in rest.gone
        else route
        for rep_id, route in after.items()
    }
    return violations(
        {rep_id: person(route, rest) for rep_id, route in before.items()},
        {rep_id: lines(route, rest) for rep_id, route in before.items()},
        {rep_id: lines(route, rest) for rep_id, route in after.items()},
        legs(rest.travel),
        rest.now,
        frozenset(visit.task_id for visit in rest.loose),
        roads_of(rest.routes[0].rep.pace),
    )


def roads_of(pace: Pace) -> Roads:
    """The hours of a pace, one by one."""
    hours = enumerate(itertools.pairwise(pace.ridden))
    return Roads(
        tuple(
            (pace.origin + k * STEP_S, pace.origin + (k + 1) * STEP_S, (after - before) // STEP_S)
            for k, (before, after) in hours
        ),
        pace.still_s,
    )


def person(route: Route, rest: Rest) -> Person:
    rep = route.rep
    return Person(
        id=rep.rep_id,
        begins=_place(rep.start_point),
        ends=None if rep.end_point is None else _place(rep.end_point),
        shift_start=rep.shift_start,
        shift_end=rep.shift_end,
        skills=rep.skills,
        parts=rep.parts,
        locked=rep.locked,
        gone=rep.rep_id in rest.gone,
    )


def lines(route: Route, rest: Rest) -> list[Line]:
    return [_line(stop, rest) for stop in schedule(route, rest.travel, rest.now).stops]


def _line(stop: Stop, rest: Rest) -> Line:
    visit, wish = stop.visit, rest.wish(stop.visit.task_id)
    return Line(
        task_id=visit.task_id,
        place=_place(visit.point),
        service_s=visit.service_s,
        window_start=visit.earliest,
        window_end=visit.latest,
        skill=visit.skill or "",
        level=visit.level if visit.skill else 0,
        parts=visit.parts,
        declined_by=wish.declined,
        state=visit.state.value,
        held=visit.held,
        free_at=stop.finish_at,
        travel_s=stop.travel_s,
        starts_at=stop.start_at,
        ends_at=stop.finish_at,
        keeps_rep=wish.keeps_rep,
        keeps_place=wish.keeps_place,
        is_rest=visit.is_rest,
    )


def _place(point: int) -> Place:
    return float(point), 0.0


def legs(travel: Travel) -> Callable[[Place, Place], int]:
    return lambda a, b: int(travel[int(a[0]), int(b[0])])


def plane_day(seed: int, reps: int, stops: int, now: int = 8 * 3600) -> Rest:
    """A day on a plane of 12 × 12 km in which whatever is loose has to find somebody."""
    from field.dispatch.engine.route import RepDay

    dice = np.random.default_rng(seed)
    places = dice.uniform(0, 12, (reps + stops, 2))
    travel = np.rint(np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1)) * 220).astype(np.int32)
    routes = [
        Route(RepDay(UUID(int=100 + k), 8 * 3600, 17 * 3600, k, k, {"valve": 2}, {})) for k in range(reps)
    ]
    loose = [Visit(UUID(int=10_000 + k), reps + k, 1800, 8 * 3600, 17 * 3600, "valve") for k in range(stops)]
    return Rest(routes=routes, travel=travel, now=now, wishes={}, loose=loose)


def ids(routes: Sequence[Route]) -> dict[UUID, list[UUID]]:
    return {route.rep.rep_id: [visit.task_id for visit in route.visits] for route in routes}
