"""Regrets are what trying every place comes to, and whoever knew all of a day does not do worse."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable
from uuid import UUID

import numpy as np
import pytest

from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.route import (
    RepDay,
    Route,
    Stop,
    Travel,
    Visit,
    insert,
    rest,
    schedule,
    without,
)
from field.hindsight.regret import FREE, LEAST_S, Cost, Hindsight, Priced, Regret, look_back
from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.improve import laid_out
from field.reoptimise.engine.replan import Rest, Table, Wish
from tests.unit.field.reoptimise.days import SEVERITIES, after_steps, random_rest

DAYS = 400


def a_day(seed: int, reps: int = 4, visits: int = 5, *, breaks: bool = True) -> Rest:
    """A day that is over: whatever was given to whom, against rules and windows, with breaks."""
    dice = random.Random(seed)
    case = random_rest(seed, reps, visits)
    now = min(route.rep.shift_start for route in case.routes)
    routes = []
    for route in case.routes:
        stops = [_driven(visit) for visit in route.visits if not visit.is_rest]
        if breaks and dice.random() < 0.4:
            opens = route.rep.shift_start + dice.randrange(4 * 3600)
            pause = rest(UUID(int=dice.getrandbits(100)), opens, opens + 1800, 1800)
            stops.insert(dice.randint(0, len(stops)), pause)
        end = route.rep.start_point if dice.random() < 0.8 else None
        rep = dataclasses.replace(route.rep, locked=False, end_point=end)
        routes.append(Route(rep, tuple(stops)))
    people = [route.rep.rep_id for route in routes]
    wishes = {
        visit.task_id: Wish(
            owner=dice.choice([None, *people]),
            declined=frozenset(each for each in people if dice.random() < 0.1),
            weights=dice.choice(SEVERITIES),
            surcharge={each: dice.randrange(900) for each in people if dice.random() < 0.2},
        )
        for route in routes
        for visit in route.visits
    }
    return Rest(routes=tuple(routes), travel=case.travel, now=now, wishes=wishes, prices=FREE)


def _driven(visit: Visit) -> Visit:
    return Visit(
        visit.task_id, visit.point, visit.service_s, visit.earliest, visit.latest, visit.skill, visit.level
    )


class Plain:
    """The price of a day, out of schedules as everybody reads them."""

    def __init__(self, day: Rest) -> None:
        self.day = day
        self.routes = {route.rep.rep_id: route for route in day.routes}
        self.stood = {stop.visit.task_id: stop.start_at for stop in self._stops(self.routes.values())}
        self.limit = {id: schedule(route, day.travel, day.now).end_limit for id, route in self.routes.items()}

    def _stops(self, routes: Iterable[Route]) -> list[Stop]:
        return [stop for route in routes for stop in schedule(route, self.day.travel, self.day.now).stops]

    def cost(self, route: Route) -> int | None:
        """None where somebody comes later than they may, or later than they did."""
        day = self.day
        times = schedule(route, day.travel, day.now)
        if times.ends_at > self.limit[route.rep.rep_id]:
            return None
        cost = times.travel_s
        for stop in times.stops:
            visit, wish = stop.visit, day.wish(stop.visit.task_id)
            if stop.start_at > max(visit.latest, self.stood[visit.task_id]):
                return None
            waited = stop.start_at - max(visit.earliest, day.now)
            cost += waited * wish.weights.delay_permille // 1000
            cost += max(0, stop.start_at - visit.latest) * 3000 // 1000
            cost += wish.surcharge.get(route.rep.rep_id, 0)
            if wish.owner in self.routes and wish.owner != route.rep.rep_id:
                cost += wish.weights.owner_s
        over = times.ends_at - max(route.rep.shift_end, route.rep.shift_start, day.now)
        return cost + (max(0, over) * 3000 // 1000 if times.ends_at > route.rep.shift_end else 0)

    def may_have(self, rep: RepDay, visit: Visit) -> bool:
        able = visit.skill is None or rep.skills.get(visit.skill, 0) >= max(1, visit.level)
        begins = max(visit.earliest, self.day.now)
        there = rep.shift_end > begins and rep.shift_start <= max(visit.latest, self.stood[visit.task_id])
        return able and there and rep.rep_id not in self.day.wish(visit.task_id).declined

    def regret(self, task_id: UUID) -> int:
        """Every place of every route, each day summed whole."""
        own = next(route for route in self.day.routes if task_id in [v.task_id for v in route.visits])
        visit = next(visit for visit in own.visits if visit.task_id == task_id)
        was = sum(self.cost(route) or 0 for route in self.day.routes)
        best = was
        bare = {route.rep.rep_id: without(route, task_id) for route in self.day.routes}
        for rep_id, route in bare.items():
            if rep_id != own.rep.rep_id and not self.may_have(route.rep, visit):
                continue
            for place in range(len(route.visits) + 1):
                costs = [self.cost(each) for each in (bare | {rep_id: insert(route, visit, place)}).values()]
                if None not in costs:
                    best = min(best, sum(cost for cost in costs if cost is not None))
        return was - best


def test_regrets_are_what_trying_every_place_comes_to() -> None:
    seen = 0
    for seed in range(DAYS):
        day = a_day(seed)
        plain, priced = Plain(day), Priced(Table.of(day))
        for each in priced.regrets(day):
            assert each.cost.total == plain.regret(each.task_id) >= 0, (seed, each)
            seen += each.cost.total > 0
    assert seen > DAYS, "the days are not all as good as can be"


def test_a_route_costs_what_the_search_takes_it_for() -> None:
    for seed in range(DAYS):
        table = Table.of(a_day(seed))
        draft, _ = laid_out(table.terms, table.order, quick_moves(), 1)
        costs = [Priced(table).route(row, stops) for row, stops in enumerate(table.order)]
        assert [cost.total if cost else None for cost in costs] == draft.cost.tolist(), seed


@pytest.mark.parametrize("steps", [1, 200])
def test_who_knew_all_of_a_day_does_not_do_worse(steps: int) -> None:
    better = 0
    for seed in range(120):
        day = a_day(seed)
        done = look_back(day, lambda: after_steps(steps), quick_moves())
        assert done.known.total <= done.driven.total, seed
        assert done.stops == sum(not v.is_rest for route in day.routes for v in route.visits)
        totals = [each.cost.total for each in done.regrets]
        assert totals == sorted(totals, reverse=True) and all(total >= LEAST_S for total in totals)
        # What one move could have saved, all moves together save: the search does no worse than that.
        better += bool(totals) and done.driven.total - done.known.total >= totals[0]
    assert better > 60 or steps == 1


def line_of_doors(count: int) -> Travel:
    """Doors a hundred seconds apart along a street."""
    at = np.arange(count, dtype=np.int32) * 100
    ways: Travel = np.abs(at[:, None] - at[None])
    return ways


def a_rep(number: int, home: int) -> RepDay:
    return RepDay(UUID(int=number), 0, 36_000, home, home, {})


def a_stop(number: int, point: int, latest: int = 30_000) -> Visit:
    return Visit(UUID(int=100 + number), point, 600, 0, latest)


def looked_back(*routes: Route) -> Hindsight:
    wishes = {visit.task_id: Wish(weights=Weights(0, 0)) for route in routes for visit in route.visits}
    day = Rest(routes=routes, travel=line_of_doors(60), now=0, wishes=wishes, prices=FREE)
    return look_back(day, lambda: after_steps(300), quick_moves())


def test_a_stop_at_the_far_end_of_the_street_belongs_to_who_passes_there() -> None:
    """By hand: the near one drives 40 doors there and back for it, the far one passes one door away."""
    near = Route(a_rep(1, 0), (a_stop(1, 2), a_stop(2, 42)))
    far = Route(a_rep(2, 45), (a_stop(3, 41),))
    done = looked_back(near, far)
    largest, other = done.regrets
    assert largest == Regret(
        task_id=UUID(int=102),
        rep_id=UUID(int=1),
        better_id=UUID(int=2),
        before=None,
        after=UUID(int=103),
        starts_at=300,
        cost=Cost(8000, 8000, 0, 0),
    )
    # The other one could as well have come along: either of the two, not both.
    assert (other.task_id, other.better_id, other.cost.total) == (UUID(int=103), UUID(int=1), 800)
    assert (done.driven.travel, done.known.travel) == (9200, 1200)


def test_the_order_of_one_day_is_a_decision_too_and_lateness_counts_thrice() -> None:
    late = a_stop(2, 3, latest=1000)
    done = looked_back(Route(a_rep(1, 0), (a_stop(1, 10), late)))
    first = done.regrets[0]
    assert first.rep_id == first.better_id
    # As driven: 10 doors, ten minutes' work, 7 doors back: 1300 s late. Before it: 300 s in, in time.
    assert first.cost == Cost(3 * 1300, 0, 1300, 0)


def test_a_day_as_good_as_can_be_has_no_regrets() -> None:
    done = looked_back(Route(a_rep(1, 0), (a_stop(1, 5),)), Route(a_rep(2, 40), (a_stop(2, 41),)))
    assert done.regrets == () and done.driven == done.known


def test_a_day_on_which_nobody_did_anything_costs_nothing() -> None:
    done = looked_back(Route(a_rep(1, 0)), Route(a_rep(2, 3)))
    assert (done.driven, done.known, done.stops, done.regrets) == (Cost(), Cost(), 0, ())
