"""Who could take a task, and where in whose day: read from what is kept of the days, nothing is held."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.columns import REST, STATE
from field.dispatch.engine.fits import about_the_person, fits_in_any
from field.dispatch.engine.gaps import Terms, asks_for
from field.dispatch.engine.proposals import Rule, first_failed
from field.dispatch.engine.search import search_each
from field.dispatch.holds import Laid, holds_at, lay_holds
from field.dispatch.placement import (
    NO_PLACE,
    answering,
    days_to_try,
    is_urgent,
    wanted,
    weights_for,
    whereabouts,
)
from field.dispatch.planning import usual_hours, visit_of
from field.dispatch.rosters.reading import at_hand, roster_at
from field.dispatch.rosters.roster import Roster
from field.dispatch.tables import RouteRow, VisitRow
from field.dispatch.terms import terms_of, window_for
from field.grid.reasons import Reason
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, By, TaskEvent, allowed

GIVING = frozenset({TaskEvent.ASSIGN, TaskEvent.REASSIGN})


@dataclasses.dataclass(frozen=True)
class Place:
    """A gap of somebody's day, judged; see :class:`field.moves.views.GapColumns`."""

    after: UUID | None
    rule: str | None
    start: int
    extra_s: int
    late_s: int
    pushes_s: int


@dataclasses.dataclass(frozen=True)
class Fit:
    """Somebody's day, judged for one task. ``best``: number of the cheapest of ``places``."""

    rep_id: UUID
    code: str
    version: int
    rule: Reason | None
    best: int | None
    cost_s: int | None
    places: tuple[Place, ...]


@dataclasses.dataclass(frozen=True)
class Fits:
    """Everybody's; ``blocked``: why the task cannot be given to anybody as it stands."""

    day: date | None
    blocked: str | None
    reps: tuple[Fit, ...] = ()


def blocked_by(task: Task) -> str | None:
    """Why a dispatcher cannot give the task to anybody, whoever it is; a code of the reasons."""
    if task.waits_for is not None and task.state not in FINAL:
        return task.waits_for
    if not GIVING.isdisjoint(allowed(task.state, By.DISPATCHER)):
        return None
    return f"task_{task.state.value}"


async def fits_of(
    session: AsyncSession,
    services: FieldServices,
    task: Task,
    now: datetime,
    day: date | None = None,
    only: UUID | None = None,
) -> Fits:
    """Judge every gap of everybody's day. ``only``: of one representative."""
    if task.state in FINAL:
        return Fits(day, blocked_by(task))
    zone_id, _ = await whereabouts(session, services, task)
    if task.lon is None or task.lat is None:
        return Fits(day, NO_PLACE)
    here, travel = (task.lon, task.lat), services.travel
    await at_hand(session, travel, [here], around=True)
    day = day or await day_for(session, services, task, now)
    hours = partial(usual_hours, services)
    kept: Roster = await roster_at(services.rosters, session, day, hours, travel, services.paces)
    holds = await holds_at(session, travel, now, besides=task.id)
    laid = lay_holds(kept.without(task.id, task.rep_id, travel), holds, travel, now)
    roster = laid.roster
    briefs = (await services.grid.current(session)).briefs
    zone = briefs.get(zone_id) if zone_id else None
    asked = await answering(session, roster, zone_id, zone, None)
    owner = asked.owner_id if asked else None
    terms = terms_of(task, roster.contracted, briefs)
    return Fits(day, blocked_by(task), _judged(laid, task, now, owner, terms, here, services, only))


async def day_for(session: AsyncSession, services: FieldServices, task: Task, now: datetime) -> date:
    """The day on which the task stands, unless it is over; else the first on which it may be done."""
    standing = await session.scalar(
        select(RouteRow.day)
        .join(VisitRow, VisitRow.route_id == RouteRow.id)
        .where(VisitRow.task_id == task.id)
    )
    if standing is not None and standing >= services.day_of(now):
        return standing
    return next(days_to_try(services, task, now))


def _judged(
    laid: Laid,
    task: Task,
    now: datetime,
    owner: UUID | None,
    terms: Terms,
    here: tuple[float, float],
    services: FieldServices,
    only: UUID | None,
) -> tuple[Fit, ...]:
    roster = laid.roster
    fleet = roster.fleet(now, urgent=is_urgent(task))
    visit = wanted(visit_of(task, 0), task, now)
    ways = roster.ways(services.travel, here)
    declined = [UUID(rep_id) for rep_id in task.refused_by]
    asks = asks_for(fleet, visit, owner, declined, weights_for(task, now), terms)
    found, every = search_each(fleet.gaps, asks, ways), fits_in_any(fleet.gaps, asks, ways)
    codes = [None, *(rule.value for rule in list(Rule)[1:])]
    rules, best, cost = found.rule.tolist(), found.position.tolist(), found.cost.tolist()
    table = (every.open, every.rule, every.start, every.extra, every.pushes)
    fits: list[Fit] = []
    for row, person in enumerate(roster.people):
        if only is not None and person.id != only:
            continue
        first = rules[row] if about_the_person(rules[row]) else 0
        after = _stored_before(roster.tasks[row], _unstored(roster, row, laid.held.get(row, ())))
        gaps = [
            (
                gap,
                Place(
                    after[gap],
                    codes[first or rule],
                    start,
                    extra,
                    max(0, start - window_for(task, start)[1]),
                    pushes,
                ),
            )
            for gap, (free, rule, start, extra, pushes) in enumerate(
                zip(*(column[row, : len(after)].tolist() for column in table), strict=True)
            )
            if free
        ]
        able = rules[row] == Rule.OK.number
        fits.append(
            Fit(
                rep_id=person.id,
                code=person.code,
                version=roster.plans[row].version,
                rule=None if able else first_failed(fleet, visit, found, row),
                best=_number_of(best[row], gaps) if able else None,
                cost_s=cost[row] if able else None,
                places=tuple(place for _, place in _once_each(gaps)),
            )
        )
    return tuple(fits)


Numbered = list[tuple[int, Place]]
"""Gaps by their number in the day with what is held laid in."""


def _stored_before(tasks: tuple[UUID, ...], held: tuple[bool, ...]) -> list[UUID | None]:
    """Of each gap, the stop before it that is stored: what is only held stands in no route."""
    before: list[UUID | None] = [None]
    for at, task_id in enumerate(tasks):
        before.append(before[-1] if held and held[at] else task_id)
    return before


def _unstored(roster: Roster, row: int, held: tuple[bool, ...]) -> tuple[bool, ...]:
    """Which stops stand in no route: what is only held, and the break."""
    resting = [numbers[STATE] == REST for numbers in roster.plans[row].numbers]
    return tuple(rest or bool(held and held[at]) for at, rest in enumerate(resting))


def _once_each(gaps: Numbered) -> Numbered:
    """One gap behind each stored stop: where something is held there, the better side of it."""
    found: dict[UUID | None, tuple[int, Place]] = {}
    for gap, place in gaps:
        known = found.get(place.after)
        if known is None or _worse(known[1]) > _worse(place):
            found[place.after] = gap, place
    return list(found.values())


def _worse(place: Place) -> tuple[bool, int]:
    return place.rule is not None, place.extra_s


def _number_of(gap: int, gaps: Numbered) -> int:
    """Which of the gaps that are told has the stop before it that this one has."""
    after = next(place.after for number, place in gaps if number == gap)
    return next(at for at, (_, place) in enumerate(_once_each(gaps)) if place.after == after)
