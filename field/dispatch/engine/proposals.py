"""Who should take a task, and where in the running day it fits.

A new visit is tried in every open gap of every able representative's route; the best gap is the
cheapest feasible one (Solomon 1987, DOI 10.1287/opre.35.2.254; constant time a gap by forward slack,
see `field.dispatch.engine.route`):

    cost = extra travel
         + `owner_s`, unless this is the zone's own representative
         + what is agreed about the person (`Terms.surcharge`; less than nothing for one who is wished for)
         + `delay_permille` / 1000 × (start − the moment the visit could first start anywhere)
         + `idle_permille` / 1000 × (the waiting at the new visit's door by which the next one comes later)

in whole seconds, each term rounded down. Travel is counted as on empty roads, whatever the hour: a detour in
the rush hour is no other detour, but it ends later (`field.road.pace`). Ties go to the route that comes
first, then the earlier gap. A
gap is feasible when the visit starts within its window, everything after it still starts by its latest
start, and the day ends within the shift. Gaps of the frozen prefix and gaps before a `held` visit are
closed.

Where somebody is to visit the same door already, the new visit goes behind what was promised there first,
if the gap behind is feasible and its own window closes no earlier.

A visit with several windows is tried in each of them, as if it had that one only; the cheapest place of all
counts. It then has the window it was placed into.

A visit that needs two is searched for as `field.dispatch.engine.pairs` says; a proposal then names both.

Every representative is accounted for: among the best, or passed over with the first rule that failed,
in the order of `Rule`. Where several gaps fail by different rules, the one that came furthest counts.
Of many only the nearest are named; how many of the others failed by which rule is counted.
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np

from field.dispatch.engine.gaps import (
    NO_TERMS,
    Fleet,
    Found,
    Ints,
    Terms,
    Ways,
    Weights,
    asks_for,
    pack,
)
from field.dispatch.engine.pairs import FoundPairs, pair_up_each
from field.dispatch.engine.pairs import warm_up as warm_up_pairs
from field.dispatch.engine.route import Route, Travel, Visit, insert, schedule
from field.dispatch.engine.search import Rule, search_each
from field.dispatch.engine.search import warm_up as warm_up_search
from field.grid.reasons import Reason

__all__ = [
    "Fleet",
    "PassedOver",
    "Proposal",
    "Proposals",
    "Rule",
    "Weights",
    "between",
    "first_failed",
    "pack",
    "place_against_rules",
    "proposal_for",
    "propose",
    "warm_up",
]


DEFAULT_WEIGHTS: Final = Weights()
DAY_S: Final = 86_400
COSTLIER: Final = "costlier"

WEIGHTS: Final[Mapping[str, Weights]] = {
    "urgent": Weights(owner_s=120, delay_permille=1000),
    "major": Weights(owner_s=600, delay_permille=100),
    "minor": Weights(owner_s=600, delay_permille=0),
}
"""By severity: the more urgent, the more an early arrival counts against a familiar face."""


@dataclasses.dataclass(frozen=True)
class Companion:
    """Who comes along, and at which place of their route; they begin when the one who leads does."""

    rep_id: UUID
    position: int
    extra_travel_s: int


@dataclasses.dataclass(frozen=True)
class Proposal:
    """A place in a route. `position` counts from 0 in the route's visits; times are on the caller's
    clock.
    """

    rep_id: UUID
    position: int
    cost_s: int
    extra_travel_s: int
    arrives_at: int
    starts_at: int
    finishes_at: int
    reasons: tuple[Reason, ...]
    companion: Companion | None = None


@dataclasses.dataclass(frozen=True)
class PassedOver:
    """A representative who is not proposed. `rule.code` is a `Rule`, or `costlier` for one who could do
    it too.
    """

    rep_id: UUID
    rule: Reason


@dataclasses.dataclass(frozen=True)
class Proposals:
    """At most `limit` proposals, best first, and everybody else with the reason: those who are named, and of
    the `others` how many by each rule's code.
    """

    task_id: UUID
    best: tuple[Proposal, ...]
    passed_over: tuple[PassedOver, ...]
    others: Mapping[str, int] = dataclasses.field(default_factory=dict)


def propose(
    fleet: Fleet,
    visit: Visit,
    ways: Travel | Ways,
    *,
    owner: UUID | None = None,
    declined_by: Collection[UUID] = (),
    terms: Terms = NO_TERMS,
    weights: Weights = DEFAULT_WEIGHTS,
    limit: int = 3,
    order: Ints | None = None,
    named: int | None = None,
) -> Proposals:
    """The best places for `visit` in the packed routes (`pack`).

    `ways`: from and to the visit, by the fleet's points; or a whole matrix with the visit's own point in it.
    `owner`: the representative of the task's zone. `order`: (R,) the rows by nearness, in which ties are
    decided and people named; as they are when left out. `named`: how many of those passed over at most.
    """
    ways = ways if isinstance(ways, Ways) else Ways.of(ways, visit.point)
    found = _found(fleet, visit, ways, owner, declined_by, terms, weights)
    rows = np.arange(len(fleet.reps)) if order is None else order
    able = rows[found.rule[rows] == Rule.OK.number]
    ranked = able[np.argsort(found.cost[able], kind="stable")].tolist()
    best = tuple(_proposal(fleet, visit, found, row, owner, terms) for row in ranked[:limit])
    passed = rows[~np.isin(rows, ranked[:limit])]
    near, far = passed[:named], passed[len(passed) if named is None else named :]
    rules, counts = np.unique(found.rule[far], return_counts=True)
    return Proposals(
        task_id=visit.task_id,
        best=best,
        passed_over=tuple(
            PassedOver(fleet.reps[row].rep_id, first_failed(fleet, visit, found, row))
            for row in near.tolist()
        ),
        others={
            COSTLIER if number == Rule.OK.number else Rule.numbered(number).value: count
            for number, count in zip(rules.tolist(), counts.tolist(), strict=True)
        },
    )


def _found(
    fleet: Fleet,
    visit: Visit,
    ways: Ways,
    owner: UUID | None,
    declined_by: Collection[UUID],
    terms: Terms,
    weights: Weights,
) -> Found:
    """The answer for everybody; where the visit needs two, for everybody as the one who leads."""
    asks = asks_for(fleet, visit, owner, declined_by, weights, terms)
    if visit.second is None:
        return search_each(fleet.gaps, asks, ways)
    along = dataclasses.replace(
        visit, skill=visit.second.skill, level=visit.second.level, parts={}, second=None
    )
    # The moment counts once, with the one who leads.
    waiting = Weights(owner_s=0, delay_permille=0, idle_permille=weights.idle_permille)
    # Somebody who is wished for is wished for to lead; who is refused must not come along either.
    agreed = Terms(terms.barred, {rep_id: s for rep_id, s in terms.surcharge.items() if s > 0})
    seconds = asks_for(fleet, along, None, visit.second.declined_by, waiting, agreed)
    return pair_up_each(fleet.gaps, asks, seconds, ways)


def warm_up() -> str:
    """Make the compiled searches ready; see `field.dispatch.engine.search.warm_up`."""
    warm_up_pairs()
    return warm_up_search()


def proposal_for(
    fleet: Fleet,
    visit: Visit,
    travel: Travel,
    rep_id: UUID,
    *,
    terms: Terms = NO_TERMS,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Proposal | PassedOver:
    """The best place in one representative's route, for a dispatcher who has chosen. Raises KeyError
    for a stranger.
    """
    row = fleet.row_of(rep_id)
    asks = asks_for(fleet, visit, rep_id, (), weights, terms)
    found = search_each(fleet.gaps, asks, Ways.of(travel, visit.point))
    if int(found.rule[row]) == Rule.OK.number:
        return _proposal(fleet, visit, found, row, None, terms)
    return PassedOver(rep_id, first_failed(fleet, visit, found, row))


def place_against_rules(
    route: Route, visit: Visit, travel: Travel, now: int, weights: Weights, pressing: bool
) -> Proposal:
    """Where a visit goes that a dispatcher gives to somebody although a rule forbids it.

    The person is taken as able, with the parts, and willing to work late. A place at which the visit is in
    time and makes nobody else late is as good as by the rules; where there is none, what is `pressing` comes
    next, before all that has not begun, and what is not comes last.
    """
    late = max(route.rep.shift_end, now) + DAY_S
    rep = dataclasses.replace(route.rep, parts={}, locked=False, shift_end=late)
    free = dataclasses.replace(visit, skill=None, parts={})
    fleet = pack([Route(rep, route.visits)], travel, now)
    found = proposal_for(fleet, free, travel, rep.rep_id, weights=weights)
    if isinstance(found, Proposal):
        return found
    visits, position = route.visits, len(route.visits)
    if pressing:
        position = schedule(route, travel, now).frozen
        while position < len(visits) and visits[position].held:
            position += 1
    after = insert(route, visit, position)
    stop, before = schedule(after, travel, now).stops[position], schedule(route, travel, now)
    return Proposal(
        rep_id=rep.rep_id,
        position=position,
        cost_s=0,
        extra_travel_s=schedule(after, travel, now).travel_s - before.travel_s,
        arrives_at=stop.arrive_at,
        starts_at=stop.start_at,
        finishes_at=stop.finish_at,
        reasons=(
            between(
                [each.task_id for each in visits if not each.is_rest],
                position - sum(each.is_rest for each in visits[:position]),
            ),
        ),
    )


def first_failed(fleet: Fleet, visit: Visit, found: Found, row: int) -> Reason:
    """Why the representative in `row` is passed over; `costlier` where no rule failed."""
    rule = Rule.numbered(int(found.rule[row]))
    if rule is Rule.OK:
        return Reason(COSTLIER, {"extra_travel_s": int(found.extra[row])})
    if rule is Rule.NO_SKILL:
        return Reason(rule.value, {"skill": visit.skill or ""})
    if rule is Rule.OFF_SHIFT:
        rep = fleet.reps[row]
        return Reason(rule.value, {"from": rep.shift_start, "until": rep.shift_end})
    if rule is Rule.LEVEL_TOO_LOW:
        has = fleet.reps[row].skills.get(visit.skill or "", 0)
        return Reason(rule.value, {"skill": visit.skill or "", "level": has, "needed": visit.level})
    if rule is Rule.NO_PARTS:
        return Reason(rule.value, {"parts": ", ".join(fleet.missing_parts(row, visit))})
    if rule is Rule.WINDOW_MISSED:
        return Reason(rule.value, {"at": int(found.start[row])})
    return Reason(rule.value)


def _proposal(
    fleet: Fleet, visit: Visit, found: Found, row: int, owner: UUID | None, terms: Terms
) -> Proposal:
    rep = fleet.reps[row]
    companion: Companion | None = None
    if isinstance(found, FoundPairs):
        partner = fleet.reps[int(found.partner[row])].rep_id
        companion = Companion(partner, int(found.partner_position[row]), int(found.partner_extra[row]))
    position, start, could_arrive = int(found.position[row]), int(found.start[row]), int(found.arrive[row])
    reasons: list[Reason] = []
    if owner is not None and owner == rep.rep_id:
        reasons.append(Reason("zone_owner"))
    elif owner is not None and fleet.has(owner):
        reasons.append(
            Reason("instead_of_owner", {"rule": first_failed(fleet, visit, found, fleet.row_of(owner)).code})
        )
    if terms.surcharge.get(rep.rep_id, 0) < 0:
        reasons.append(Reason("wished_for"))
    if visit.skill is not None:
        reasons.append(Reason("skill_fits", {"skill": visit.skill, "level": rep.skills[visit.skill]}))
    reasons.append(Reason("extra_travel_s", {"extra_travel_s": int(found.extra[row])}))
    reasons.append(Reason("arrives_at", {"at": start}))
    if start > could_arrive:
        reasons.append(Reason("waits_s", {"wait_s": start - could_arrive}))
    reasons.append(_between_tasks(fleet, row, position))
    return Proposal(
        rep_id=rep.rep_id,
        position=position,
        cost_s=int(found.cost[row]),
        extra_travel_s=int(found.extra[row]),
        arrives_at=start,
        starts_at=start,
        finishes_at=start + visit.service_s,
        reasons=tuple(reasons),
        companion=companion,
    )


def _between_tasks(fleet: Fleet, row: int, position: int) -> Reason:
    """Between which visits the place is; the break is none."""
    tasks, pause = list(fleet.tasks[row]), int(fleet.gaps.rest_gap[row])
    if pause >= 0:
        del tasks[pause]
        position -= position > pause
    return between(tasks, position)


def between(tasks: Sequence[UUID], position: int) -> Reason:
    """Where in the order of the day a place is."""
    if not tasks:
        return Reason("only_stop")
    if position == 0:
        return Reason("first_stop", {"before": str(tasks[0])})
    if position == len(tasks):
        return Reason("last_stop", {"after": str(tasks[-1])})
    return Reason("fits_between", {"after": str(tasks[position - 1]), "before": str(tasks[position])})
