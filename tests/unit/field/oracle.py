"""An insertion worked out the long way, and days of every shape to try it on.

Nothing here is shared with the engine: each position of each route is tried by building the whole route
and living through it second by second's worth of visits; the cheapest one that breaks no rule wins.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from typing import TypeVar
from uuid import UUID

import numpy as np

from field.dispatch.engine.gaps import NO_TERMS, Terms, Weights
from field.dispatch.engine.route import RepDay, Route, Travel, Visit, rest
from field.road.pace import EVEN, STEP_S, UNIT, Pace
from field.task.task import TaskState

SOON = 300
NO_WAY = 10_000_000
STARTED = (TaskState.DONE, TaskState.ON_SITE, TaskState.TRAVELLING)


@dataclasses.dataclass(frozen=True)
class Lived:
    """A day as it would go. `travel` counts every leg driven, the way home too, as on empty roads."""

    arrivals: list[int]
    starts: list[int]
    leaves: list[int]
    ends: int
    travel: int


def second_by_second(pace: Pace, leave: int, way: int) -> int:
    """When one arrives who rides on for second after second; `way` base seconds."""
    still = min(way, pace.still_s)
    moment, left = leave, (way - still) * UNIT
    speeds = [(after - before) // STEP_S for before, after in itertools.pairwise(pace.ridden)]
    while left > 0:
        hour = (moment - pace.origin) // STEP_S
        left -= speeds[hour] if 0 <= hour < len(speeds) else UNIT
        moment += 1
    return moment + still


@dataclasses.dataclass(frozen=True)
class Clock:
    """A day's pace, hour after hour. Without a pace one second is as good as another."""

    pace: Pace

    def there(self, leave: int, way: int) -> int:
        if self.pace is EVEN:
            return leave + way
        still = min(way, self.pace.still_s)
        moment, left = leave, (way - still) * UNIT
        while left > 0:
            hour = (moment - self.pace.origin) // STEP_S
            known = 0 <= hour < len(self.pace.ridden) - 1
            speed = (self.pace.ridden[hour + 1] - self.pace.ridden[hour]) // STEP_S if known else UNIT
            # Behind the last hour the roads are empty for good.
            ends = self.pace.origin + (hour + 1) * STEP_S if hour < len(self.pace.ridden) - 1 else 1 << 60
            seconds = min(ends - moment, -(-left // speed))
            moment, left = moment + seconds, left - seconds * speed
        return moment + still

    def off(self, arrive: int, way: int) -> int:
        """The last second at which one leaves so as to be there by then, by trying."""
        if self.pace is EVEN:
            return arrive - way
        low, high = arrive - 4 * way - 1, arrive
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.there(middle, way) <= arrive else (low, middle - 1)
        return low


def live(route: Route, travel: Travel, now: int) -> Lived:
    """Go through the day visit by visit, without a thought for later ones."""
    clock = Clock(route.rep.pace)
    at, free, driven = route.rep.start_point, route.rep.shift_start, 0
    arrivals: list[int] = []
    starts: list[int] = []
    leaves: list[int] = []
    for visit in route.visits:
        if visit.is_rest:
            start = max(free, visit.earliest)
            for times in (arrivals, starts, leaves):
                times.append(start)
            free = start + visit.service_s
            continue
        way = int(travel[at, visit.point])
        driven += way
        if visit.state is TaskState.DONE:
            assert visit.started_at is not None and visit.finished_at is not None
            start = arrival = visit.started_at
            free, leave = visit.finished_at, clock.off(start, way)
        elif visit.state is TaskState.ON_SITE:
            assert visit.started_at is not None
            start = arrival = visit.started_at
            leave = clock.off(start, way)
            free = max(now, start + visit.service_s)
        elif visit.state is TaskState.TRAVELLING:
            assert visit.departed_at is not None
            leave = visit.departed_at
            arrival = max(now, clock.there(leave, way))
            start = max(arrival, visit.earliest)
            free = start + visit.service_s
        else:
            arrival = clock.there(max(free, now), way)
            start = max(arrival, visit.earliest)
            leave = clock.off(start, way)
            free = start + visit.service_s
        arrivals.append(arrival)
        starts.append(start)
        leaves.append(leave)
        at = visit.point
    if any(not visit.is_rest for visit in route.visits) and route.rep.end_point is not None:
        home = int(travel[at, route.rep.end_point])
        driven, free = driven + home, clock.there(free, home)
    return Lived(arrivals, starts, leaves, free, driven)


def immovable(route: Route, lived: Lived, now: int) -> int:
    """How many visits at the front must stay where they are."""
    front = 0
    for place, visit in enumerate(route.visits):
        if lived.starts[place] < now if visit.is_rest else visit.state in STARTED:
            front = place + 1
    rest = route.visits[front:]
    if rest and rest[0].state is TaskState.ACCEPTED and lived.leaves[front] <= now + SOON:
        front += 1
    return front


def broken_rules(before: Route, after: Route, new: Visit, travel: Travel, now: int) -> list[str]:
    """Everything that is wrong with `after`, which should be `before` with `new` put in. Empty: nothing."""
    return _broken(before, live(before, travel, now), after, live(after, travel, now), new, travel, now)


def _broken(
    before: Route, was: Lived, after: Route, then: Lived, new: Visit, travel: Travel, now: int
) -> list[str]:
    wrong: list[str] = []
    rep = before.rep
    position = next(place for place, visit in enumerate(after.visits) if visit.task_id == new.task_id)
    others = after.visits[:position] + after.visits[position + 1 :]
    if others != before.visits:
        wrong.append("the other visits are not what they were")
        return wrong
    if position < immovable(before, was, now):
        wrong.append("something was put into the frozen prefix")
    following = next_door(before, position)
    if following < len(before.visits) and before.visits[following].held:
        wrong.append("a held visit was parted from what it follows")
    if rep.locked:
        wrong.append("the route is locked")
    if new.skill is not None and rep.skills.get(new.skill, 0) < new.level:
        wrong.append("the skill is missing")
    for part, count in new.parts.items():
        used = sum(visit.parts.get(part, 0) for visit in before.visits)
        if count > 0 and rep.parts.get(part, 0) - used < count:
            wrong.append(f"not enough {part}")
    if not new.earliest <= then.starts[position] <= new.latest:
        wrong.append("the new visit misses its window")
    if rep.shift_end <= max(new.earliest, now) or rep.shift_start > new.latest:
        wrong.append("the new visit is outside the shift")
    for place, visit in enumerate(before.visits):
        moved_to = then.starts[place if place < position else place + 1]
        if place < position and moved_to != was.starts[place]:
            wrong.append("an earlier visit moved")
        if place >= position and moved_to > max(visit.latest, was.starts[place]):
            wrong.append("a later visit comes late")
    if then.ends > max(rep.shift_end, was.ends if before.visits else 0):
        wrong.append("the day gets too long")
    doors = [visit.point for visit in before.visits[:position] if not visit.is_rest]
    legs = [doors[-1] if doors else before.rep.start_point, new.point]
    if following < len(before.visits):
        legs.append(before.visits[following].point)
    elif rep.end_point is not None:
        legs.append(rep.end_point)
    if any(int(travel[a, b]) >= NO_WAY for a, b in itertools.pairwise(legs)):
        wrong.append("there is no way")
    return wrong


def next_door(route: Route, position: int) -> int:
    """The place of the first visit from `position` on that is no break."""
    while position < len(route.visits) and route.visits[position].is_rest:
        position += 1
    return position


def best_by_trying_all(
    routes: list[Route],
    new: Visit,
    travel: Travel,
    now: int,
    owner: UUID | None,
    declined: set[UUID],
    weights: Weights,
    terms: Terms = NO_TERMS,
) -> list[tuple[int, int, int] | None]:
    """Of a visit with several windows, the cheapest of what each alone would give: (cost, position), then the
    earlier window. A later window costs more by what it opens later.
    """
    if not new.windows:
        return _best_in_one(routes, new, travel, now, owner, declined, weights, terms)
    best: list[tuple[int, int, int] | None] = [None] * len(routes)
    for opens, closes in new.windows:
        alone = dataclasses.replace(new, earliest=opens, latest=closes, windows=())
        found = _best_in_one(routes, alone, travel, now, owner, declined, weights, terms)
        later = (max(opens, now) - max(new.windows[0][0], now)) * weights.delay_permille // 1000
        for row, answer in enumerate(found):
            if answer is not None:
                cost, position, start = answer[0] + later, answer[1], answer[2]
                known = best[row]
                if known is None or (cost, position) < known[:2]:
                    best[row] = cost, position, start
    return best


def _best_in_one(
    routes: list[Route],
    new: Visit,
    travel: Travel,
    now: int,
    owner: UUID | None,
    declined: set[UUID],
    weights: Weights,
    terms: Terms,
) -> list[tuple[int, int, int] | None]:
    """For each route (cost, position, start) of the cheapest position that breaks no rule, or None."""
    answers: list[tuple[int, int, int] | None] = []
    owned = any(route.rep.rep_id == owner for route in routes)
    for route in routes:
        best, was = None, live(route, travel, now)
        fits: dict[int, tuple[int, int, int]] = {}
        for position in range(len(route.visits) + 1):
            if route.rep.rep_id in declined or terms.barred.get(route.rep.rep_id):
                continue
            after = dataclasses.replace(
                route, visits=(*route.visits[:position], new, *route.visits[position:])
            )
            then = live(after, travel, now)
            if _broken(route, was, after, then, new, travel, now):
                continue
            cost = then.travel - was.travel
            if owned and route.rep.rep_id != owner:
                cost += weights.owner_s
            cost += terms.surcharge.get(route.rep.rep_id, 0)
            start = then.starts[position]
            cost += (start - max(new.earliest, now)) * weights.delay_permille // 1000
            if (following := next_door(route, position)) < len(route.visits):
                waits = start - then.arrivals[position]
                put_off = max(0, then.starts[following + 1] - was.starts[following])
                cost += min(waits, put_off) * weights.idle_permille // 1000
            fits[position] = cost, position, start
        for position, answer in fits.items():
            following = next_door(route, position)
            if following + 1 in fits and _same_door(route.visits[following], new, travel):
                continue
            if best is None or answer[0] < best[0]:
                best = answer
        answers.append(best)
    return answers


def _same_door(first: Visit, new: Visit, travel: Travel) -> bool:
    """Whether `new` has to wait behind what was promised at the same door before, and no later."""
    apart = int(travel[first.point, new.point]), int(travel[new.point, first.point])
    return apart == (0, 0) and first.latest <= new.latest


SKILLS = ("leak_repair", "valve", "meter_work")
PARTS = ("gasket", "coupling")


@dataclasses.dataclass(frozen=True)
class Case:
    """One question to the engine."""

    routes: list[Route]
    new: Visit
    travel: Travel
    now: int
    owner: UUID | None
    declined: set[UUID]
    weights: Weights
    terms: Terms = NO_TERMS


def random_case(seed: int, most_reps: int = 3, most_visits: int = 6) -> Case:
    """A day in any state: nothing begun, in full swing, gone wrong; with locks, holds, and roads that end.

    In every second one all times are multiples of 500 s, so that being just in time and equal costs occur.
    """
    dice = random.Random(seed)
    reps = dice.randint(1, most_reps)
    points = dice.randint(3, 12)
    travel = np.array([[dice.randint(0, 3000) for _ in range(points)] for _ in range(points)], np.int32)
    for _ in range(dice.choice((0, 0, 1, 4))):
        travel[dice.randrange(points), dice.randrange(points)] = NO_WAY
    np.fill_diagonal(travel, 0)
    now = dice.randint(6 * 3600, 14 * 3600)
    grain = dice.choice((1, 500))
    routes = [_random_route(dice, number, points, now, most_visits) for number in range(reps)]
    people = [route.rep.rep_id for route in routes]
    new = _coarse(_random_visit(dice, UUID(int=1), points, now), grain)
    agreed = random.Random(seed + 1_000_003)
    return Case(
        routes=[
            Route(_coarse(route.rep, grain), tuple(_coarse(visit, grain) for visit in route.visits))
            for route in routes
        ],
        new=dataclasses.replace(new, windows=_random_windows(agreed, now, grain)),
        travel=travel // grain * grain,
        now=now // grain * grain,
        owner=dice.choice([None, *people, UUID(int=999)]),
        declined={each for each in people if dice.random() < 0.1},
        weights=Weights(dice.choice((0, 500, 600)), dice.choice((0, 100, 1000)), dice.choice((0, 500, 1000))),
        terms=_random_terms(agreed, people),
    )


def at_a_pace(case: Case, seed: int) -> Case:
    """The same day on roads that are slower at some hours and quicker at others."""
    dice = random.Random(seed + 2_000_003)
    hours = dice.randint(1, 24)
    speeds = [dice.choice((333, 500, 500, 800, 1000, 1000, 2000)) for _ in range(hours)]
    pace = Pace.of(
        dice.randint(0, 12) * STEP_S + dice.choice((0, 0, 1234)), speeds, dice.choice((0, 45, 120))
    )
    routes = [Route(dataclasses.replace(each.rep, pace=pace), each.visits) for each in case.routes]
    return dataclasses.replace(case, routes=routes)


def _random_windows(dice: random.Random, now: int, grain: int) -> tuple[tuple[int, int], ...]:
    """None in most cases; else up to four that follow each other, some over already."""
    if dice.random() < 0.6:
        return ()
    windows, opens = [], now - dice.randint(0, 2 * 3600)
    for _ in range(dice.randint(1, 4)):
        closes = opens + dice.choice((0, 900, 3600, 2 * 3600))
        windows.append((opens // grain * grain, closes // grain * grain))
        opens = closes + grain + dice.randint(0, 3 * 3600)
    return tuple(windows)


def _random_terms(dice: random.Random, people: list[UUID]) -> Terms:
    """People who are wished for, refused, dearer, or whose contract has nothing of the kind."""
    return Terms(
        barred={each: dice.choice((2, 3)) for each in people if dice.random() < 0.1},
        surcharge={each: dice.choice((-1500, -600, 500, 1200)) for each in people if dice.random() < 0.2},
    )


TIMES = {
    "shift_start",
    "shift_end",
    "service_s",
    "earliest",
    "latest",
    "departed_at",
    "started_at",
    "finished_at",
}

Timed = TypeVar("Timed", RepDay, Visit)


def _coarse(timed: Timed, grain: int) -> Timed:
    """The same with its times rounded down to multiples of `grain`."""
    values = {name: value for name, value in vars(timed).items() if name in TIMES and value is not None}
    return dataclasses.replace(timed, **{name: value // grain * grain for name, value in values.items()})


def _random_route(dice: random.Random, number: int, points: int, now: int, most_visits: int) -> Route:
    begins = dice.randint(6, 10) * 3600
    rep = RepDay(
        rep_id=UUID(int=100 + number),
        shift_start=begins,
        shift_end=begins + dice.randint(3, 10) * 3600,
        start_point=dice.randrange(points),
        end_point=dice.choice((None, dice.randrange(points), dice.randrange(points))),
        skills={skill: dice.randint(1, 3) for skill in SKILLS if dice.random() < 0.8},
        parts={part: dice.randint(0, 8) for part in PARTS if dice.random() < 0.8},
        locked=dice.random() < 0.05,
    )
    visits = [
        _random_visit(dice, UUID(int=1000 * (number + 1) + k), points, now)
        for k in range(dice.randint(0, most_visits))
    ]
    begun = dice.randint(0, len(visits)) if dice.random() < 0.6 and now > begins else 0
    moment = begins
    for k in range(begun):
        last = k == begun - 1
        state = dice.choice(STARTED) if last else TaskState.DONE
        start = min(now, moment + dice.randint(0, 1800))
        finish = min(now, start + dice.randint(60, 5400))
        visits[k] = dataclasses.replace(
            visits[k],
            state=state,
            departed_at=moment if state is TaskState.TRAVELLING else None,
            started_at=start if state is not TaskState.TRAVELLING else None,
            finished_at=finish if state is TaskState.DONE else None,
        )
        moment = finish
    if dice.random() < 0.5:
        opens = begins + dice.randint(0, 6) * 3600
        window = dice.choice((0, 1800, 2 * 3600))
        pause = rest(
            UUID(int=1000 * (number + 1) + 999), opens, opens + window, dice.choice((900, 1800, 3600))
        )
        visits.insert(dice.randint(0, len(visits)), pause)
    return Route(rep, tuple(visits))


def _random_visit(dice: random.Random, task_id: UUID, points: int, now: int) -> Visit:
    opens = dice.choice((0, now - 7200, now, now + dice.randint(0, 3 * 3600)))
    return Visit(
        task_id=task_id,
        point=dice.randrange(points),
        service_s=dice.randint(0, 5400),
        earliest=opens,
        latest=opens + dice.choice((1800, 2 * 3600, 6 * 3600, 24 * 3600)),
        skill=dice.choice((None, *SKILLS, "consulting")) if dice.random() < 0.5 else None,
        level=dice.randint(1, 3),
        parts={part: dice.randint(0, 2) for part in (*PARTS, "pump") if dice.random() < 0.2},
        state=dice.choice((TaskState.ASSIGNED, TaskState.ACCEPTED)),
        held=dice.random() < 0.15,
    )
