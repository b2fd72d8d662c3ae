"""Where in a day a task goes that a dispatcher gives to somebody: the gap that was meant, or the best one."""

from __future__ import annotations

import dataclasses
from uuid import UUID

from field.dispatch.engine.fits import about_the_person, fits_in_any
from field.dispatch.engine.gaps import Terms, Ways, asks_for
from field.dispatch.engine.proposals import (
    WEIGHTS,
    PassedOver,
    Proposal,
    Rule,
    between,
    first_failed,
    pack,
    place_against_rules,
    proposal_for,
)
from field.dispatch.engine.route import Route, Visit, insert, schedule
from field.dispatch.engine.search import search_each
from field.dispatch.placement import wanted, weights_for
from field.dispatch.planning import Day
from field.dispatch.terms import window_for
from field.grid.reasons import Reason
from field.task.tables import Task
from kernel.errors import Refused


class PlaceGone(Refused):
    """This place in the day is not there any more: what was next to it has moved, or has begun."""

    code = "place_gone"


@dataclasses.dataclass(frozen=True)
class Gap:
    """A place between two stops that were seen next to each other; None: the beginning, the end."""

    after: UUID | None
    before: UUID | None


@dataclasses.dataclass(frozen=True)
class Chosen:
    """Where a task goes: ``route`` has it. ``refused``: the rule that forbids it, unless overruled."""

    proposal: Proposal
    route: Route
    refused: Reason | None = None
    overruled: str | None = None


def choose(
    route: Route, visit: Visit, task: Task, day: Day, gap: Gap | None, terms: Terms, *, overrule: bool
) -> Chosen:
    """Find the place for ``visit`` in ``route``, in which it does not stand.

    Raises:
        PlaceGone: the gap that was meant is not there.
    """
    asked = wanted(visit, task, day.now)
    if gap is None:
        found = proposal_for(
            pack([route], day.travel, day.seconds),
            asked,
            day.travel,
            route.rep.rep_id,
            terms=terms,
            weights=weights_for(task, day.now),
        )
        if isinstance(found, Proposal):
            settled = _in_window(visit, task, found.starts_at)
            return Chosen(found, insert(route, settled, found.position))
        return _against(route, visit, asked, task, day, found, overrule)
    position, failed, start = _best_of(_positions(route, gap), route, asked, task, day, terms)
    after = insert(route, _in_window(visit, task, start), position)
    before, times = schedule(route, day.travel, day.seconds), schedule(after, day.travel, day.seconds)
    stop, extra = times.stops[position], times.travel_s - before.travel_s
    reasons = (
        Reason("extra_travel_s", {"extra_travel_s": extra}),
        Reason("arrives_at", {"at": stop.start_at}),
        between(
            [each.task_id for each in route.visits if not each.is_rest],
            position - sum(each.is_rest for each in route.visits[:position]),
        ),
    )
    proposal = Proposal(
        rep_id=route.rep.rep_id,
        position=position,
        cost_s=extra,
        extra_travel_s=extra,
        arrives_at=stop.arrive_at,
        starts_at=stop.start_at,
        finishes_at=stop.finish_at,
        reasons=reasons,
    )
    return _ruled(Chosen(proposal, after), failed, overrule)


def _best_of(
    positions: list[int], route: Route, asked: Visit, task: Task, day: Day, terms: Terms
) -> tuple[int, Reason | None, int]:
    """The first of these where no rule fails, else the first, with the rule; and when it would begin
    there.
    """
    judged = [(position, *_failing(route, asked, task, day, position, terms)) for position in positions]
    return next((each for each in judged if each[1] is None), judged[0])


def _ruled(chosen: Chosen, failed: Reason | None, overrule: bool) -> Chosen:
    """With the rule that failed: as a refusal, or as one that is overruled."""
    if failed is None:
        return chosen
    if not overrule:
        return dataclasses.replace(chosen, refused=failed)
    told = (Reason("overruled", {"rule": failed.code, **failed.params}), *chosen.proposal.reasons)
    return dataclasses.replace(
        chosen, proposal=dataclasses.replace(chosen.proposal, reasons=told), overruled=failed.code
    )


def _against(
    route: Route, visit: Visit, asked: Visit, task: Task, day: Day, found: PassedOver, overrule: bool
) -> Chosen:
    weights = weights_for(task, day.now)
    pressing = weights is WEIGHTS["urgent"]
    placed = place_against_rules(route, asked, day.travel, day.seconds, weights, pressing)
    settled = _in_window(visit, task, placed.starts_at)
    return _ruled(Chosen(placed, insert(route, settled, placed.position)), found.rule, overrule)


def _positions(route: Route, gap: Gap) -> list[int]:
    """The numbers of the gap in the route as it is now: before the break and behind it, if one lies in it."""
    found, before = [], None
    for position in range(len(route.visits) + 1):
        rest = [visit.task_id for visit in route.visits[position:] if not visit.is_rest]
        if before == gap.after and (rest[0] if rest else None) == gap.before:
            found.append(position)
        if position < len(route.visits) and not route.visits[position].is_rest:
            before = route.visits[position].task_id
    if not found:
        raise PlaceGone(rep_id=str(route.rep.rep_id))
    return found


def _in_window(visit: Visit, task: Task, start: int) -> Visit:
    """The visit with the one window in which it begins."""
    if not task.windows:
        return visit
    earliest, latest = window_for(task, start)
    return dataclasses.replace(visit, earliest=earliest, latest=latest)


def _failing(
    route: Route, asked: Visit, task: Task, day: Day, position: int, terms: Terms
) -> tuple[Reason | None, int]:
    """The first rule that fails at this place, and when the visit would begin."""
    fleet = pack([route], day.travel, day.seconds)
    declined = [UUID(rep_id) for rep_id in task.refused_by]
    asks = asks_for(fleet, asked, None, declined, weights_for(task, day.now), terms)
    ways = Ways.of(day.travel, asked.point)
    found, fits = search_each(fleet.gaps, asks, ways), fits_in_any(fleet.gaps, asks, ways)
    start = int(fits.start[0, position])
    if not fits.open[0, position]:
        raise PlaceGone(rep_id=str(route.rep.rep_id))
    if about_the_person(int(found.rule[0])):
        return first_failed(fleet, asked, found, 0), start
    rule = Rule.numbered(int(fits.rule[0, position]))
    if rule is Rule.OK:
        return None, start
    return Reason(rule.value, {"at": start} if rule is Rule.WINDOW_MISSED else {}), start
