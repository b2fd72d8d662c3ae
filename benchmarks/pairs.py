"""How long it takes to find the cheapest two for a task that needs two, among 1,500 people.

A utility's morning on a plane of 40 × 40 km: 5,000 stops on everybody's routes, with windows and skills. Each
task asks everybody as the one who leads and as the one who comes along: a helping hand, or a second
specialist. Times are milliseconds of CPU per call, so that what else runs on the machine does not count. The
cost is held to trying everything by the unit tests, on small days.
"""

import dataclasses
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np

from benchmarks import Figure
from field.dispatch.engine.gaps import Fleet, Ways, Weights, asks_for
from field.dispatch.engine.pairs import pair_plain, pair_up
from field.dispatch.engine.proposals import pack, propose, warm_up
from field.dispatch.engine.route import RepDay, Route, Second, Visit, schedule

REPS = 1_500
TASKS = 5_000
HOUR = 3600
NOW = 8 * HOUR
SKILLS = ("leak_repair", "meter_work", "pressure", "valve")


class Plane:
    """Seconds between points at 22 km/h with a detour of 1.35, worked out where they are asked for."""

    def __init__(self, places: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> None:
        self.places = places

    def __getitem__(self, asked: Any) -> Any:
        start, end = asked
        kilometres = np.sqrt(((self.places[start] - self.places[end]) ** 2).sum(-1))
        return np.rint(kilometres * 1.35 / 22 * HOUR).astype(np.int32)

    def ways(self, point: int, among: int) -> Ways:
        """Between one point and all others."""
        every = np.arange(among)
        return Ways(self[every, point], self[point, every])


def run(preset: str = "full") -> Iterator[Figure]:
    """Yield the figures; "quick" asks fewer times."""
    calls = 40 if preset == "quick" else 300
    engine = warm_up()
    fleet, plane, new = _morning(calls)
    points = len(plane.places)
    context: dict[str, object] = {"engine": engine, "reps": REPS, "stops": TASKS, "calls": calls}
    asked = [(visit, plane.ways(visit.point, points)) for visit in new]
    for name, second in (("hand", Second()), ("specialist", Second("valve", 2))):
        two = [(dataclasses.replace(visit, second=second), ways) for visit, ways in asked]
        yield from _times(f"propose_{name}", [partial(propose, fleet, *each) for each in two], context)
    alone = [partial(propose, fleet, *each) for each in asked]
    for figure in _times("propose_one", alone, context):  # what one person costs, beside it
        yield dataclasses.replace(figure, target=None, moonshot=None)
    some = [partial(_plain, fleet, *each) for each in asked[: calls // 4]]
    for figure in _times("plain_hand", some, context | {"engine": "python", "calls": len(some)}):
        yield dataclasses.replace(figure, target=None, moonshot=None)


def _plain(fleet: Fleet, visit: Visit, ways: Ways) -> object:
    ask = asks_for(fleet, visit, None, (), Weights())[0]
    second = asks_for(fleet, dataclasses.replace(visit, skill=None, parts={}), None, (), Weights(0))[0]
    return pair_up(fleet.gaps, ask, second, ways, find=pair_plain)


def _times(name: str, calls: Sequence[Callable[[], object]], context: dict[str, object]) -> Iterator[Figure]:
    for call in calls[:5]:
        call()
    took = []
    for call in calls:
        start = time.thread_time_ns()
        call()
        took.append(time.thread_time_ns() - start)
    p50, p99 = (float(value) / 1e6 for value in np.percentile(took, [50, 99]))
    yield Figure(f"pairs.{name}_p50", round(p50, 3), "ms", 50.0, 10.0, "lower", context)
    yield Figure(f"pairs.{name}_p99", round(p99, 3), "ms", 100.0, 20.0, "lower", context)


def _morning(arrivals: int) -> tuple[Fleet, Plane, list[Visit]]:
    """Everybody's day, filled stop by stop with what is near and fits behind the last."""
    dice = random.Random(53)
    homes = [(dice.uniform(0, 40), dice.uniform(0, 40)) for _ in range(REPS)]
    places = list(homes)
    for number in range(TASKS):
        x, y = homes[number % REPS]
        places.append((x + dice.gauss(0, 1.5), y + dice.gauss(0, 1.5)))
    places += [(dice.uniform(0, 40), dice.uniform(0, 40)) for _ in range(arrivals)]
    plane = Plane(np.array(places))
    travel: Any = plane
    stops: list[list[Visit]] = [[] for _ in range(REPS)]
    for number in range(TASKS):
        stops[number % REPS].append(_visit(dice, REPS + number))
    routes = []
    for number, visits in enumerate(stops):
        skills = {skill: dice.randint(1, 3) for skill in SKILLS if dice.random() < 0.6}
        rep = RepDay(UUID(int=number + 1), 8 * HOUR, 17 * HOUR, number, number, skills)
        visits.sort(key=lambda each: each.earliest)
        route = Route(rep, tuple(visits))
        late = {stop.visit.task_id for stop in schedule(route, travel, NOW).stops if stop.late_s}
        loose = (dataclasses.replace(v, latest=17 * HOUR) if v.task_id in late else v for v in visits)
        routes.append(Route(rep, tuple(loose)))
    new = [
        dataclasses.replace(_visit(dice, REPS + TASKS + number), skill=dice.choice(SKILLS))
        for number in range(arrivals)
    ]
    return pack(routes, travel, NOW), plane, new


def _visit(dice: random.Random, point: int) -> Visit:
    opens = dice.randint(8, 14) * HOUR
    return Visit(
        task_id=UUID(int=10_000 + point),
        point=point,
        service_s=dice.choice((1200, 1800, 2700, 3600)),
        earliest=opens,
        latest=opens + dice.choice((2, 2, 8)) * HOUR,
    )
