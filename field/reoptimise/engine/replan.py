"""The rest of a station's day, planned again: from routes to better routes.

What has begun or is about to (the frozen prefix of `field.dispatch.engine.route`) stays. So do locked routes
and what is held behind another stop. Everything else may change its place and its representative, under the
rules by which a new visit is placed (`field.dispatch.engine.proposals`): skills and their level, parts,
shift, windows; a break moves among its representative's stops. A stop that is late as things stand is
promised for the time it is expected now: it may get earlier and to somebody else, never later.

A plan costs, in seconds:

    travel as on empty roads, the ways home included
    + `owner_s` for each stop with somebody else than its zone's representative
    + what is agreed about its representative (`Wish.surcharge`; less than nothing for one who is wished for)
    + `delay_permille` / 1000 × (start − the first moment the stop could start), as its severity has it
    + `late_permille` / 1000 × (lateness + overtime)
    + `moved_s` or `accepted_s` for each stop that changes hands (more once its representative has said yes)
    + what it costs to leave a stop without anybody

A change must pay for itself. What differs between the old plan and the new falls into groups of
representatives who exchange stops with each other only; a group that gains less than `pays_s` is left as it
was.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np

from field.dispatch.engine.columns import numbered, pace_of
from field.dispatch.engine.gaps import Weights
from field.dispatch.engine.route import (
    UNREACHABLE,
    RepDay,
    Route,
    Schedule,
    Travel,
    Visit,
    points_of,
    schedule,
    stock_left,
)
from field.reoptimise.engine.compiled import Moves
from field.reoptimise.engine.draft import ABSENCE, NOWHERE, POINT, START, Ints, Terms
from field.reoptimise.engine.improve import USUAL_HEAT, Arranged, Heat, Spent, improve, laid_out
from field.task.task import TaskState

DAY_S: Final = 86_400
DEFAULT_WEIGHTS: Final = Weights()
UNTHINKABLE: Final = 1_000_000_000
"""What it costs to take a stop from somebody and give it to nobody."""
UNSERVED: Final = 1_000_000
"""What it costs to leave a stop whose representative is gone without anybody."""
WAITING: Final = 6 * 3600
"""What it costs to leave a stop in the inbox that lies there."""
HERE: Final = frozenset({TaskState.DONE, TaskState.ON_SITE})


@dataclasses.dataclass(frozen=True)
class Prices:
    """What changes cost, in seconds; see above. On a day of which half comes in while people work, `moved_s`
    of 600, 120, 60 and 0 left 0.7, 2.5, 3.8 and 11 % of the open stops change hands each time, for ways 35,
    21, 17 and 11 % longer than somebody would drive who knew all of it.
    """

    moved_s: int = 120
    accepted_s: int = 600
    pays_s: int = 60
    late_permille: int = 3000


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is known of a stop beside its visit. `owner`: its zone's representative; `declined`: who must not
    have it; `keeps_rep`: stays with whoever has it; `keeps_place`: stays where it is in the order, too.
    """

    owner: UUID | None = None
    declined: frozenset[UUID] = frozenset()
    weights: Weights = DEFAULT_WEIGHTS
    surcharge: Mapping[UUID, int] = dataclasses.field(default_factory=dict)
    keeps_rep: bool = False
    keeps_place: bool = False


@dataclasses.dataclass(frozen=True)
class Rest:
    """The rest of a day to be planned: routes, stops that nobody has, representatives who do no more of what
    they have not begun (`gone`), and by task what is wished. All as of `now`.
    """

    routes: Sequence[Route]
    travel: Travel
    now: int
    wishes: Mapping[UUID, Wish]
    loose: Sequence[Visit] = ()
    gone: frozenset[UUID] = frozenset()
    prices: Prices = Prices()

    def wish(self, task_id: UUID) -> Wish:
        return self.wishes.get(task_id, _NO_WISH)


_NO_WISH: Final = Wish()


@dataclasses.dataclass(frozen=True)
class Replanned:
    """Routes that changed, in their new order. `moved`: task → (who had it, who has it); None where nobody.
    `left`: stops that nobody can take. `gain_s`: by how much the plan costs less. `steps` of the search.
    """

    routes: tuple[Route, ...]
    moved: Mapping[UUID, tuple[UUID | None, UUID]]
    left: tuple[UUID, ...]
    gain_s: int
    steps: int


def replan(
    rest: Rest,
    spent: Spent,
    moves: Moves,
    *,
    seed: int = 1,
    heat: Heat = USUAL_HEAT,
) -> Replanned:
    """Search until the budget is `spent`."""
    table = Table.of(rest)
    found = improve(table.terms, table.order, spent, moves, seed=seed, heat=heat)
    return _worthwhile(rest, table, found, moves)


@dataclasses.dataclass(frozen=True)
class Table:
    """A rest of a day in the columns of the search. `people`: row → index of the route; `order`: as it is;
    `frozen`: of each row how many visits stay; `freed_from`: who had the stop and is gone.
    """

    terms: Terms
    visits: tuple[Visit, ...]
    people: tuple[int, ...]
    frozen: tuple[int, ...]
    order: tuple[tuple[int, ...], ...]
    freed_from: Mapping[UUID, UUID]

    @classmethod
    def of(cls, rest: Rest) -> "Table":
        visits: list[Visit] = []
        latest: list[int] = []
        order: list[tuple[int, ...]] = []
        people, frozen, rows = [], [], []
        freed_from: dict[UUID, UUID] = {}
        for index, route in enumerate(rest.routes):
            times = schedule(route, rest.travel, rest.now)
            stops = times.stops[times.frozen :]
            if route.rep.rep_id in rest.gone:
                stops = tuple(
                    stop for stop in times.stops if stop.visit.state not in HERE and not stop.visit.is_rest
                )
                freed_from |= {stop.visit.task_id: route.rep.rep_id for stop in stops}
            elif route.rep.locked:
                continue
            else:
                people.append(index)
                frozen.append(times.frozen)
                rows.append(_Row.of(route, times, rest.travel, rest.now))
                order.append(tuple(range(len(visits), len(visits) + len(stops))))
            visits += [stop.visit for stop in stops]
            gone = route.rep.rep_id in rest.gone
            latest += [
                max(_bound(stop.visit, rest.now) if gone else stop.visit.latest, stop.start_at)
                for stop in stops
            ]
        visits += rest.loose
        latest += [_bound(visit, rest.now) for visit in rest.loose]
        terms = _terms(rest, visits, latest, rows, order, freed_from)
        return cls(terms, tuple(visits), tuple(people), tuple(frozen), tuple(order), freed_from)


@dataclasses.dataclass(frozen=True)
class _Row:
    """A representative from the moment on when what is frozen is over."""

    rep: RepDay
    start: int
    ready: int
    limit: int
    home_s: int
    stock: Mapping[str, int]

    @classmethod
    def of(cls, route: Route, times: Schedule, travel: Travel, now: int) -> "_Row":
        rep, home_s = route.rep, 0
        if times.frozen:
            last = times.stops[times.frozen - 1]
            start, ready = points_of(route)[times.frozen - 1], max(last.finish_at, now)
            driven = any(not visit.is_rest for visit in route.visits[: times.frozen])
            home_s = int(travel[start, rep.end_point]) if driven and rep.end_point is not None else 0
        else:
            start, ready = rep.start_point, max(rep.shift_start, now)
        spent_already = Route(rep, route.visits[: times.frozen])
        return cls(rep, start, ready, times.end_limit, home_s, stock_left(spent_already))


def _bound(visit: Visit, now: int) -> int:
    """The latest start of what nobody has; once the window has passed, as soon as anybody can come."""
    return visit.latest if visit.latest >= now else now + DAY_S


def _terms(
    rest: Rest,
    visits: Sequence[Visit],
    latest: Sequence[int],
    rows: Sequence[_Row],
    order: Sequence[tuple[int, ...]],
    freed_from: Mapping[UUID, UUID],
) -> Terms:
    def column(values: Iterable[int]) -> Ints:
        return np.fromiter(values, np.int64)

    def table(values: Iterable[tuple[int, ...]]) -> Ints:
        return np.array(list(values), np.int64)

    owner_of = {stop: row for row, stops in enumerate(order) for stop in stops}
    held = np.array([visit.held for visit in visits], np.bool_)
    pinned = np.array([rest.wish(visit.task_id).keeps_place for visit in visits], np.bool_)
    for stops in order:
        for place, stop in enumerate(stops):
            if held[stop]:
                pinned[stop] = True
                while place > 0:
                    place -= 1
                    pinned[stops[place]] = True
                    if not visits[stops[place]].is_rest:
                        break
    loose = np.array([stop not in owner_of for stop in range(len(visits))], np.bool_)
    held &= ~loose
    pinned &= ~loose
    names = numbered(name for visit in visits for name in visit.parts)
    demand = np.zeros((len(visits), len(names)), np.int64)
    for stop, visit in enumerate(visits):
        for name, count in visit.parts.items():
            demand[stop, names[name]] = max(0, count)
    stock = np.zeros((len(rows), len(names)), np.int64)
    for row, person in enumerate(rows):
        for name, at in names.items():
            stock[row, at] = person.stock.get(name, 0)
        # What somebody has been given against the rules stays possible.
        stock[row] = np.maximum(stock[row], demand[list(order[row])].sum(axis=0))
    start = column(person.start for person in rows)
    # A break is near what is near its representative's start.
    near = column(
        rows[owner_of[stop]].start if visit.is_rest else visit.point for stop, visit in enumerate(visits)
    )
    between = rest.travel[near[:, None], near[None]]
    remote = rest.travel[start[:, None], near[None]].min(axis=0) if rows else np.zeros(len(visits))
    return Terms(
        travel=np.ascontiguousarray(rest.travel, np.int32),
        reach=np.ascontiguousarray(rest.travel.T, np.int32),
        stops=table(
            _stop_row(rest, visit, last, stop in owner_of, visit.task_id in freed_from)
            for stop, (visit, last) in enumerate(zip(visits, latest, strict=True))
        ).reshape(-1, 8),
        pinned=pinned,
        held=held,
        remote=np.asarray(remote, np.int64),
        near=np.argsort(between, axis=1, kind="stable").astype(np.int32),
        demand=demand,
        people=table(
            (
                person.start,
                -1 if person.rep.end_point is None else person.rep.end_point,
                person.ready,
                person.limit,
                person.rep.shift_end,
                person.home_s,
            )
            for person in rows
        ).reshape(-1, 6),
        stock=stock,
        price=_prices(rest, visits, latest, rows, owner_of),
        late=rest.prices.late_permille,
        pace=pace_of(rest.routes).row,
    )


def _stop_row(rest: Rest, visit: Visit, latest: int, has_somebody: bool, freed: bool) -> tuple[int, ...]:
    """A row of `Terms.stops`."""
    delay = rest.wish(visit.task_id).weights.delay_permille
    absence = UNTHINKABLE if has_somebody else UNSERVED if freed else WAITING + 4 * delay
    wish = max(visit.earliest, rest.now)
    return visit.point, visit.service_s, visit.earliest, latest, visit.latest, wish, delay, absence


def _prices(
    rest: Rest,
    visits: Sequence[Visit],
    latest: Sequence[int],
    rows: Sequence[_Row],
    owner_of: Mapping[int, int],
) -> Ints:
    """(N, R): what this person costs for this stop beside the travel; `NOWHERE` for one who may not have
    it.
    """
    price = np.full((len(visits), len(rows)), NOWHERE, np.int64)
    here = {route.rep.rep_id for route in rest.routes}
    for stop, visit in enumerate(visits):
        wish, own = rest.wish(visit.task_id), owner_of.get(stop)
        change = rest.prices.accepted_s if visit.state is TaskState.ACCEPTED else rest.prices.moved_s
        for row, person in enumerate(rows):
            stranger = wish.weights.owner_s * (wish.owner in here and wish.owner != person.rep.rep_id)
            stranger += wish.surcharge.get(person.rep.rep_id, 0)
            if row == own:
                price[stop, row] = stranger
            elif own is None or not (wish.keeps_rep or wish.keeps_place or visit.is_rest):
                if _may_have(person.rep, visit, wish, latest[stop], rest.now):
                    price[stop, row] = stranger + change * (own is not None)
    return price


def _may_have(rep: RepDay, visit: Visit, wish: Wish, latest: int, now: int) -> bool:
    """Whether the stop could be this person's by the rules that ask for no place in the route."""
    return (
        rep.rep_id not in wish.declined
        and not (rep.shift_end <= max(visit.earliest, now) or rep.shift_start > latest)
        and (visit.skill is None or rep.skills.get(visit.skill, 0) >= max(1, visit.level))
    )


def _worthwhile(rest: Rest, table: Table, found: Arranged, moves: Moves) -> Replanned:
    """Of what the search found, the groups of changes that pay for themselves."""
    was = {stop: row for row, stops in enumerate(table.order) for stop in stops}
    now = {stop: row for row, stops in enumerate(found.order) for stop in stops}
    cost = laid_out(table.terms, table.order, moves, 1)[0].cost.tolist()
    gain: defaultdict[int, int] = defaultdict(int)
    group = list(range(len(table.order)))

    def leader(row: int) -> int:
        while group[row] != row:
            row = group[row]
        return row

    for stop, row in now.items():
        if stop in was:
            group[leader(row)] = leader(was[stop])
    for row, stops in enumerate(found.order):
        gain[leader(row)] += cost[row] - found.cost[row]
        gain[leader(row)] += sum(int(table.terms.stops[stop, ABSENCE]) for stop in stops if stop not in was)
    lost = {
        leader(row)
        for row, stops in enumerate(found.order)
        if _no_ways(table.terms, row, stops) - _no_ways(table.terms, row, table.order[row])
    }
    # Where a day has ways that are none, all else may get so much better that a stop left out seems worth it.
    lost |= {leader(row) for stop, row in was.items() if stop not in now}
    kept = [gain[leader(row)] >= rest.prices.pays_s and leader(row) not in lost for row in range(len(group))]
    order = [found.order[row] if pays else table.order[row] for row, pays in enumerate(kept)]
    placed = {stop: row for row, stops in enumerate(order) for stop in stops}
    people = [rest.routes[index].rep.rep_id for index in table.people]
    moved: dict[UUID, tuple[UUID | None, UUID]] = {}
    for stop, row in placed.items():
        task_id = table.visits[stop].task_id
        if stop not in was:
            moved[task_id] = table.freed_from.get(task_id), people[row]
        elif was[stop] != row:
            moved[task_id] = people[was[stop]], people[row]
    return Replanned(
        routes=tuple(
            _route(rest.routes[table.people[row]], table.frozen[row], [table.visits[stop] for stop in stops])
            for row, stops in enumerate(order)
            if stops != table.order[row]
        ),
        moved=moved,
        left=tuple(visit.task_id for stop, visit in enumerate(table.visits) if stop not in placed),
        gain_s=sum(value for row, value in gain.items() if kept[row]),
        steps=found.steps,
    )


def _no_ways(terms: Terms, row: int, stops: Sequence[int]) -> set[tuple[int, int]]:
    """Where a route goes although there is no way: from which point to which stop. What costs as much as one
    there was already would else pass for as good.
    """
    here, found = int(terms.people[row, START]), set()
    for stop in stops:
        there = int(terms.stops[stop, POINT])
        if there >= 0:
            if terms.travel[here, there] >= UNREACHABLE:
                found.add((here, stop))
            here = there
    return found


def _route(route: Route, frozen: int, visits: Sequence[Visit]) -> Route:
    """The frozen visits as they are, then these; what changes hands waits for an answer again."""
    own = {visit.task_id for visit in route.visits}
    rest = (
        visit if visit.task_id in own else dataclasses.replace(visit, state=TaskState.ASSIGNED, held=False)
        for visit in visits
    )
    return dataclasses.replace(route, visits=(*route.visits[:frozen], *rest))
