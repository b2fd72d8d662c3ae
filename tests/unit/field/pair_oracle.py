"""The cheapest pair worked out the long way: every two people, every place of both, every moment there is.

Both routes are built whole and lived through, with the visit not to begin before the moment tried.
"""

from __future__ import annotations

import dataclasses

from field.dispatch.engine.route import Route, Second, Visit
from tests.unit.field.oracle import Case, _broken, live, next_door


def cheapest_pairs(case: Case, second: Second) -> list[tuple[int, int] | None]:
    """For each who could lead (cost, start) of the cheapest pair, the earliest of those, or None."""
    windows = case.new.windows or ((case.new.earliest, case.new.latest),)
    answers: list[tuple[int, int] | None] = [None] * len(case.routes)
    for opens, closes in windows:
        lead = dataclasses.replace(case.new, earliest=opens, latest=closes, windows=())
        along = dataclasses.replace(lead, skill=second.skill, level=second.level, parts={})
        later = (max(opens, case.now) - max(windows[0][0], case.now)) * case.weights.delay_permille // 1000
        for row, answer in enumerate(_in_one(case, lead, along, second)):
            if answer is not None:
                answer = answer[0] + later, answer[1]
                best = answers[row]
                answers[row] = answer if best is None else min(best, answer)
    return answers


def _in_one(case: Case, lead: Visit, along: Visit, second: Second) -> list[tuple[int, int] | None]:
    owned = any(route.rep.rep_id == case.owner for route in case.routes)
    leads: list[dict[int, int]] = []
    others: list[dict[int, int]] = []
    moments = _moments(case, lead) | _moments(case, along)
    for route in case.routes:
        rep_id = route.rep.rep_id
        agreed = case.terms.surcharge.get(rep_id, 0)
        barred = bool(case.terms.barred.get(rep_id))
        stranger = case.weights.owner_s if owned and rep_id != case.owner else 0
        delay = case.weights.delay_permille
        leads.append({})
        others.append({})
        for moment in moments:
            if not barred and rep_id not in case.declined:
                cost = _cheapest(case, route, lead, moment)
                if cost is not None:
                    late = (moment - max(lead.earliest, case.now)) * delay // 1000
                    leads[-1][moment] = cost + stranger + agreed + late
            if not barred and rep_id not in second.declined_by:
                cost = _cheapest(case, route, along, moment)
                if cost is not None:
                    others[-1][moment] = cost + max(0, agreed)
    answers: list[tuple[int, int] | None] = []
    for row, mine in enumerate(leads):
        sums = [
            (cost + theirs[moment], moment)
            for moment, cost in mine.items()
            for other, theirs in enumerate(others)
            if other != row and moment in theirs
        ]
        answers.append(min(sums, default=None))
    return answers


def _moments(case: Case, visit: Visit) -> set[int]:
    """When the visit would begin at each place of each route; and some moments later."""
    found: set[int] = set()
    for route in case.routes:
        for position in range(len(route.visits) + 1):
            then = live(_with(route, visit, position), case.travel, case.now)
            found.add(then.starts[position])
    return found | {moment + more for moment in found for more in (1, 700)}


def _with(route: Route, visit: Visit, position: int) -> Route:
    visits = (*route.visits[:position], visit, *route.visits[position:])
    return dataclasses.replace(route, visits=visits)


def _cheapest(case: Case, route: Route, visit: Visit, moment: int) -> int | None:
    """What it costs at least that this route has the visit begin at this moment."""
    best, was = None, live(route, case.travel, case.now)
    at = dataclasses.replace(visit, earliest=max(moment, visit.earliest))
    for position in range(len(route.visits) + 1):
        after = _with(route, at, position)
        then = live(after, case.travel, case.now)
        if then.starts[position] != moment:
            continue
        if _broken(route, was, after, then, visit, case.travel, case.now):
            continue
        cost = then.travel - was.travel
        if (following := next_door(route, position)) < len(route.visits):
            arrival = live(_with(route, visit, position), case.travel, case.now).arrivals[position]
            put_off = max(0, then.starts[following + 1] - was.starts[following])
            cost += min(moment - arrival, put_off) * case.weights.idle_permille // 1000
        best = cost if best is None else min(best, cost)
    return best
