"""How long it takes to find a task its place, and whether it is the place that trying everything finds.

A station's day at half past ten: 60 representatives on a plane of 12 × 12 km, about ten stops each,
skills, parts and windows; the day was itself planned by insertion. Then tasks come in and each is
looked a place for. Times are milliseconds of CPU per call, so that what else runs on the machine does
not count.
"""

import dataclasses
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

import numpy as np

from benchmarks import Figure
from field.dispatch.engine.gaps import Ways, Weights, ask_for, asks_for
from field.dispatch.engine.proposals import Proposals, pack, propose, warm_up
from field.dispatch.engine.route import RepDay, Route, Travel, Visit, insert, schedule
from field.dispatch.engine.search import Rule, search, search_each, search_plain
from field.task.task import TaskState

REPS = 60
TASKS = 600
HOUR = 3600
NOW = 10 * HOUR + HOUR // 2
SKILLS = ("leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting")


def run(preset: str = "full") -> Iterator[Figure]:
    """Yield the figures; "quick" asks fewer times."""
    quick = preset == "quick"
    engine = warm_up()
    routes, new, travel = _station_day(300 if quick else 2000)
    fleet = pack(routes, travel, NOW)
    context = {
        "engine": engine,
        "reps": REPS,
        "stops": sum(len(route.visits) for route in routes),
        "frozen": sum(schedule(route, travel, NOW).frozen for route in routes),
        "calls": len(new),
    }
    asks = [ask_for(fleet, visit, None, (), Weights()) for visit in new]
    asked_for = [(ask, Ways.of(travel, visit.point)) for ask, visit in zip(asks, new, strict=True)]
    yield from _times("search", [partial(search, fleet.gaps, *each) for each in asked_for], context)
    some = asked_for[: len(asked_for) // 4]
    plain = [partial(search_plain, fleet.gaps, *each) for each in some]
    yield from _times("search_plain", plain, context | {"engine": "python", "calls": len(some)})
    owners = [route.rep.rep_id for route in routes]
    asked = [partial(propose, fleet, visit, travel, owner=owners[at % REPS]) for at, visit in enumerate(new)]
    yield from _times("propose_with_reasons", asked, context)
    whole = [partial(_pack_and_propose, routes, visit, travel) for visit in new[: len(new) // 4]]
    # No figure is set for this one: it is what a placing costs in all, once the rows are read.
    for figure in _times("pack_and_propose", whole, context | {"calls": len(whole)}):
        yield dataclasses.replace(figure, target=None, moonshot=None)
    yield _equality(1_000 if quick else 10_000)


def _pack_and_propose(routes: Sequence[Route], visit: Visit, travel: Travel) -> Proposals:
    """Everything from rows that have been read to reasons that can be shown."""
    return propose(pack(routes, travel, NOW), visit, travel)


def _times(name: str, calls: Sequence[Callable[[], object]], context: dict[str, object]) -> Iterator[Figure]:
    for call in calls[:20]:
        call()
    took = []
    for call in calls:
        start = time.thread_time_ns()
        call()
        took.append(time.thread_time_ns() - start)
    p50, p99 = (float(value) / 1e6 for value in np.percentile(took, [50, 99]))
    yield Figure(f"insertion.{name}_p50", round(p50, 4), "ms", 1.0, 0.1, "lower", context)
    yield Figure(f"insertion.{name}_p99", round(p99, 4), "ms", 5.0, 1.0, "lower", context)


def _equality(cases: int) -> Figure:
    """Days of every shape, mid-route holds and locked routes among them, against a brute-force oracle."""
    from tests.unit.field.oracle import best_by_trying_all, random_case

    equal = placed = several = held = 0
    for seed in range(1_000_000, 1_000_000 + cases):
        case = random_case(seed)
        fleet = pack(case.routes, case.travel, case.now)
        asks = asks_for(fleet, case.new, case.owner, case.declined, case.weights, case.terms)
        expected = best_by_trying_all(
            case.routes,
            case.new,
            case.travel,
            case.now,
            case.owner,
            case.declined,
            case.weights,
            case.terms,
        )
        answers = []
        for find in (search, search_plain):
            found = search_each(fleet.gaps, asks, Ways.of(case.travel, case.new.point), find)
            columns = zip(
                found.rule.tolist(),
                found.cost.tolist(),
                found.position.tolist(),
                found.start.tolist(),
                strict=True,
            )
            answers.append([None if rule != Rule.OK.number else tuple(rest) for rule, *rest in columns])
        equal += answers[0] == answers[1] == expected
        placed += any(best is not None for best in expected)
        several += len(case.new.windows) > 1
        held += any(visit.held for route in case.routes for visit in route.visits)
    context = {
        "cases": cases,
        "with_a_place": placed,
        "with_several_windows": several,
        "with_mid_route_holds": held,
    }
    return Figure(
        "insertion.equal_to_brute_force", equal / cases, "share of cases", 1.0, 1.0, "higher", context
    )


def _station_day(arrivals: int) -> tuple[list[Route], list[Visit], Travel]:
    dice = random.Random(7)
    homes = [(dice.uniform(0, 12), dice.uniform(0, 12)) for _ in range(REPS)]
    places = [*homes]
    for _ in range(TASKS + arrivals):
        x, y = dice.choice(homes)
        places.append((x + dice.gauss(0, 0.7), y + dice.gauss(0, 0.7)))
    travel = _drive(np.array(places))
    routes = [_rep(dice, number) for number in range(REPS)]
    for number in range(TASKS):
        visit = _visit(dice, REPS + number, 8 * HOUR)
        found = propose(pack(routes, travel, 8 * HOUR), visit, travel).best
        if found:
            row = next(at for at, route in enumerate(routes) if route.rep.rep_id == found[0].rep_id)
            routes[row] = insert(routes[row], visit, found[0].position)
    begun = [_live_until_now(route, travel) for route in routes]
    return begun, [_visit(dice, REPS + TASKS + number, NOW) for number in range(arrivals)], travel


def _drive(places: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Travel:
    """Seconds at 22 km/h with a detour of 1.35."""
    kilometres = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    seconds: Travel = np.rint(kilometres * 1.35 / 22 * HOUR).astype(np.int32)
    return seconds


def _rep(dice: random.Random, number: int) -> Route:
    skills = {skill: dice.randint(1, 3) for skill in SKILLS if dice.random() < 0.75}
    rep = RepDay(
        UUID(int=number + 1),
        8 * HOUR,
        17 * HOUR + HOUR // 2,
        number,
        number,
        skills,
        {"meter": 6, "gasket": 8},
    )
    return Route(rep)


def _visit(dice: random.Random, point: int, opens: int) -> Visit:
    kind = dice.random()
    begin = max(opens, dice.randint(8, 15) * HOUR) if kind < 0.3 else opens
    return Visit(
        task_id=UUID(int=10_000 + point),
        point=point,
        service_s=dice.choice((1200, 1500, 1800, 2700)),
        earliest=begin,
        latest=begin + 2 * HOUR if kind < 0.5 else 17 * HOUR,
        skill=dice.choice(SKILLS),
        level=dice.choice((1, 1, 1, 2, 3)),
        parts={"meter": 1} if kind > 0.75 else {"gasket": dice.randint(0, 2)},
    )


def _live_until_now(route: Route, travel: Travel) -> Route:
    """The route with what its times say has happened by now."""
    visits = []
    for stop in schedule(route, travel, 8 * HOUR).stops:
        visit = stop.visit
        if stop.finish_at <= NOW:
            visit = dataclasses.replace(
                visit, state=TaskState.DONE, started_at=stop.start_at, finished_at=stop.finish_at
            )
        elif stop.start_at <= NOW:
            visit = dataclasses.replace(visit, state=TaskState.ON_SITE, started_at=stop.start_at)
        elif stop.leave_at <= NOW:
            visit = dataclasses.replace(visit, state=TaskState.TRAVELLING, departed_at=stop.leave_at)
        visits.append(visit)
    return Route(route.rep, tuple(visits))
