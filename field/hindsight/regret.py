"""A day that is over, priced: as it was driven, as somebody would have driven it who knew all of it, and what
each task cost by standing where it stood.

The price of a day is that of the search for a better one (`field.reoptimise.engine`): seconds of travel, of
lateness at three times their weight, of waiting by severity, of overtime. Both days are made of the same
stops, the same way times, the same time spent at each door, and the same windows: what differs is who went
where, in which order. Nobody comes before the task was made.

The *regret* of a task is what the day as driven costs more than the same day with this one task at its
cheapest place, everybody's own order else unchanged. That is exact: every place of every route is tried, and
each route is timed anew. It is never negative, since the place where it stood is one of them. Regrets do not
add up: two tasks may each want the same gap.

A place whose detour alone costs more than the best one found is not timed: whoever has one more stop comes no
sooner anywhere behind it, so everything else can only add to that. Where a detour saves travel (ways by a
third door that are shorter than the direct one), or leads to a better door before a break, this does not
hold, and the place is timed.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import numpy as np

from field.reoptimise.engine.compiled import Moves
from field.reoptimise.engine.draft import (
    ABSENCE,
    DELAY,
    DUE,
    EARLIEST,
    END,
    IDLE,
    LATEST,
    LIMIT,
    NOWHERE,
    POINT,
    READY,
    SERVICE,
    SHIFT_END,
    START,
    WISH,
)
from field.reoptimise.engine.improve import Spent, improve
from field.reoptimise.engine.replan import Prices, Rest, Table

FREE: Final = Prices(moved_s=0, accepted_s=0, pays_s=0)
"""Afterwards nobody minds who is given what."""
MOST: Final = 5
LEAST_S: Final = 60
"""Seconds below which a regret is not worth a word."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """Seconds. `total`: as the search weighs; `travel`; `late`: starts after their window; `over`: work after
    shifts' ends.
    """

    total: int = 0
    travel: int = 0
    late: int = 0
    over: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.total + other.total,
            self.travel + other.travel,
            self.late + other.late,
            self.over + other.over,
        )

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            self.total - other.total,
            self.travel - other.travel,
            self.late - other.late,
            self.over - other.over,
        )


NOTHING: Final = Cost()


@dataclasses.dataclass(frozen=True)
class Regret:
    """What a task cost by standing with `rep_id` instead of with `better_id`, between the tasks `before` and
    `after` (None: at the begin or the end of the day), where it would have begun at `starts_at`.
    """

    task_id: UUID
    rep_id: UUID
    better_id: UUID
    before: UUID | None
    after: UUID | None
    starts_at: int
    cost: Cost


@dataclasses.dataclass(frozen=True)
class Hindsight:
    """The day as driven, the day that knew all, and the largest regrets, largest first."""

    driven: Cost
    known: Cost
    stops: int
    regrets: tuple[Regret, ...]

    @classmethod
    def of_nothing(cls) -> "Hindsight":
        """A day on which nothing was done."""
        return cls(NOTHING, NOTHING, 0, ())


def look_back(rest: Rest, budget: Callable[[], Spent], moves: Moves, *, seed: int = 1) -> Hindsight:
    """Price the day whose routes `rest` has as they were driven, nothing begun, with `FREE` prices.

    `budget()` begins one of two searches: from the day as it was driven, which is therefore never better than
    what is found, and from nothing, each stop put where it costs least.
    """
    table = Table.of(rest)
    day = Priced(table)
    driven = day.sum(table.order)
    only_rests = [[stop for stop in stops if day.is_rest(stop)] for stops in table.order]
    found = [
        improve(table.terms, table.order, budget(), moves, seed=seed),
        improve(table.terms, only_rests, budget(), moves, seed=seed, fill=True),
    ]
    known = day.sum(min(found, key=lambda each: each.total).order)
    regrets = sorted(day.regrets(rest), key=lambda each: (-each.cost.total, str(each.task_id)))
    stops = sum(len(stops) for stops in table.order) - sum(len(stops) for stops in only_rests)
    return Hindsight(
        driven, known, stops, tuple(each for each in regrets[:MOST] if each.cost.total >= LEAST_S)
    )


class Priced:
    """A day laid out for pricing one route at a time: the numbers of a `Table` as Python's own."""

    def __init__(self, table: Table) -> None:
        terms = table.terms
        self._table = table
        # Looking into it gives Python's integers, without a copy of what may be nine million of them.
        self._travel = np.ascontiguousarray(terms.travel, np.int32).data
        self._stops: list[list[int]] = terms.stops.tolist()
        self._people: list[list[int]] = terms.people.tolist()
        self._price: list[list[int]] = terms.price.tolist()
        self._late = terms.late

    def is_rest(self, stop: int) -> bool:
        return self._stops[stop][POINT] < 0

    def sum(self, order: Sequence[Sequence[int]]) -> Cost:
        """The price of a whole day. Every stop must stand somewhere."""
        total = NOTHING
        for row, stops in enumerate(order):
            cost = self.route(row, stops)
            assert cost is not None
            total += cost
        absent = set(range(len(self._stops))) - {stop for stops in order for stop in stops}
        return total + Cost(sum(self._stops[stop][ABSENCE] for stop in absent))

    def route(self, row: int, order: Sequence[int]) -> Cost | None:
        """The price of one route; None where a stop or the end of the day comes too late. As
        `field.reoptimise.engine.moves.retime` has it.
        """
        travel, stops, people = self._travel, self._stops, self._people[row]
        free, here = people[READY], people[START]
        total = ways = late = 0
        driven = False
        for stop in order:
            facts = stops[stop]
            way = 0
            if facts[POINT] >= 0:
                way, here, driven = travel[here, facts[POINT]], facts[POINT], True
            begin = max(free + way, facts[EARLIEST])
            if begin > facts[LATEST]:
                return None
            ways += way
            total += self._price[stop][row] + self._moment(facts, begin)
            late += max(0, begin - facts[DUE])
            free = begin + facts[SERVICE]
        home = people[IDLE]
        if driven:
            home = travel[here, people[END]] if people[END] >= 0 else 0
        if free + home > people[LIMIT]:
            return None
        over = 0
        if free + home > people[SHIFT_END]:
            over = free + home - max(people[SHIFT_END], people[READY])
            total += over * self._late // 1000
        return Cost(total + ways + home, ways + home, late, over)

    def _moment(self, facts: Sequence[int], begin: int) -> int:
        price = (begin - facts[WISH]) * facts[DELAY] // 1000
        if begin > facts[DUE]:
            price += (begin - facts[DUE]) * self._late // 1000
        return price

    def regrets(self, rest: Rest) -> list[Regret]:
        """The regret of every task of the day, in the order of the routes."""
        order = [list(stops) for stops in self._table.order]
        costs = [self._known(row, stops) for row, stops in enumerate(order)]
        found = []
        for row, stops in enumerate(order):
            for stop in stops:
                if not self.is_rest(stop):
                    found.append(self._regret(rest, order, costs, row, stop))
        return found

    def _known(self, row: int, stops: Sequence[int]) -> Cost:
        cost = self.route(row, stops)
        assert cost is not None, "a day that was driven can be driven"
        return cost

    def _regret(self, rest: Rest, order: list[list[int]], costs: list[Cost], row: int, stop: int) -> Regret:
        place = order[row].index(stop)
        others = order[row][:place] + order[row][place + 1 :]
        without = self.route(row, others)
        best, where = NOTHING, (row, place)
        for candidate, stops in enumerate(order):
            own = candidate == row
            if self._price[stop][candidate] >= NOWHERE or (without is None and not own):
                continue
            around = others if own else stops
            # What the day costs more by the two routes before the stop is back in one of them.
            open_ = NOTHING if without is None else without - costs[row]
            for at in range(len(around) + 1):
                if (
                    without is not None
                    and open_.total + self._least(candidate, around, at, stop) >= best.total
                ):
                    continue
                cost = self.route(candidate, [*around[:at], stop, *around[at:]])
                if cost is None:
                    continue
                change = cost - costs[row] if own else open_ + (cost - costs[candidate])
                if change.total < best.total:
                    best, where = change, (candidate, at)
        return self._told(rest, order, stop, row, where, best)

    def _least(self, row: int, around: Sequence[int], at: int, stop: int) -> int:
        """What the stop costs at least in that gap; less than anything where that cannot be said."""
        travel, stops, people = self._travel, self._stops, self._people[row]
        point = stops[stop][POINT]
        before = next((stops[each][POINT] for each in reversed(around[:at]) if not self.is_rest(each)), None)
        after = next((stops[each][POINT] for each in around[at:] if not self.is_rest(each)), people[END])
        sets_out = before is not None or any(not self.is_rest(each) for each in around[at:])
        before = people[START] if before is None else before
        way = travel[before, point]
        onward = travel[point, after] if after >= 0 else 0
        direct = travel[before, after] if sets_out and after >= 0 else 0
        detour = way + onward - direct
        # Who waits for the break anyway may be nearer to what comes after it.
        if at < len(around) and self.is_rest(around[at]) and onward < direct:
            return -NOWHERE
        if detour < 0:
            return -NOWHERE
        begin = max(people[READY] + way, stops[stop][EARLIEST])
        return detour + self._price[stop][row] + self._moment(stops[stop], begin)

    def _told(
        self,
        rest: Rest,
        order: list[list[int]],
        stop: int,
        row: int,
        where: tuple[int, int],
        change: Cost,
    ) -> Regret:
        visits, people = self._table.visits, self._table.people
        better, at = where
        around = [each for each in order[better] if each != stop]
        before = [each for each in around[:at] if not self.is_rest(each)]
        after = [each for each in around[at:] if not self.is_rest(each)]
        return Regret(
            task_id=visits[stop].task_id,
            rep_id=rest.routes[people[row]].rep.rep_id,
            better_id=rest.routes[people[better]].rep.rep_id,
            before=visits[before[-1]].task_id if before else None,
            after=visits[after[0]].task_id if after else None,
            starts_at=self._start(better, [*around[:at], stop], stop),
            cost=NOTHING - change,
        )

    def _start(self, row: int, order: Sequence[int], stop: int) -> int:
        """When the last of these begins."""
        free, here, begin = self._people[row][READY], self._people[row][START], 0
        for each in order:
            facts = self._stops[each]
            way = 0
            if facts[POINT] >= 0:
                way, here = self._travel[here, facts[POINT]], facts[POINT]
            begin = max(free + way, facts[EARLIEST])
            free = begin + facts[SERVICE]
        return begin
