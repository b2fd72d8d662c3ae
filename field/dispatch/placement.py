"""Where a task goes: into somebody's route with the reasons, or into the dispatcher's inbox with the reason.

Placing happens inside the transaction that made it necessary, so there is no moment in which a task
belongs nowhere. The search asks everybody, out of what is kept of their days (:mod:`field.dispatch.rosters`).
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.companion import leave_route, part, partner_of, second_of, stop_beside
from field.dispatch.engine.proposals import WEIGHTS, Companion, Proposal, Proposals, Rule, Weights, propose
from field.dispatch.engine.route import Visit, insert
from field.dispatch.handing import announce, hand_to
from field.dispatch.holds import holds_at, lay_holds
from field.dispatch.planning import Day, days_of, load_day, moment, usual_hours, visit_of
from field.dispatch.rosters.reading import at_hand, keep, roster_at
from field.dispatch.rosters.roster import Roster
from field.dispatch.tables import RouteRow, VisitRow
from field.dispatch.terms import loosen, open_spans, settle, spans_of, terms_of
from field.grid.reasons import Reason
from field.grid.store import ZoneBrief
from field.grid.tables import Rep
from field.grid.territory.answering import deputy_of
from field.services import FieldServices
from field.task.answering import keeper_of
from field.task.tables import Task
from field.task.task import By, Given, TaskEvent, TaskState
from field.task.timeline import remember, step
from field.task.window import last_start
from kernel.actors import SYSTEM, Actor
from kernel.contracts import TaskUnplaced
from kernel.database import Hold, UnitOfWork

DAYS_AHEAD = 7
"""Working days tried, from the first on which the task's window is open."""

NAMED = 60
"""Of those passed over, the nearest are named with their reason; the others are counted by theirs."""

URGENT = "urgent"

NO_PLACE = "no_place"
OUTSIDE_ZONES = "outside_zones"
NO_WAY = "no_way"
NOBODY_ABLE = "nobody_able"


async def whereabouts(
    session: AsyncSession, services: FieldServices, task: Task
) -> tuple[UUID | None, str | None]:
    """The zone of the task's point, or why it is not placed: there is none, no way, or the task has to wait.
    Only what has a zone is placed by rule.
    """
    if task.lon is None or task.lat is None:
        return None, NO_PLACE
    grid = await services.grid.current(session)
    zone_id = grid.zone_id_of(task.lon, task.lat)
    if zone_id is None:
        return None, OUTSIDE_ZONES
    return zone_id, task.waits_for if services.travel.reaches((task.lon, task.lat)) else NO_WAY


async def place(uow: UnitOfWork, services: FieldServices, task: Task, actor: Actor) -> bool:
    """Find the best route for an unplaced or declined task; without one it goes to the inbox."""
    task.zone_id, reason = await whereabouts(uow.session, services, task)
    if reason is None:
        searched, day = await search_and_hold(uow, services, task, task.zone_id)
        if day is not None:
            await put_found(uow, services, task, searched, day, actor)
            return True
        task.placement = searched.told()
        reason = NOBODY_ABLE
    else:
        task.placement = {}
    task.answerable_id = await keeper_of(uow.session, task)
    shelve(uow, task, actor, reason)
    return False


async def place_again(uow: UnitOfWork, services: FieldServices, task: Task) -> bool:
    """Find a route for a task that nobody could take before; without one nothing changes."""
    zone_id, reason = await whereabouts(uow.session, services, task)
    if reason is not None:
        return False
    searched, day = await search_and_hold(uow, services, task, zone_id)
    if day is None:
        return False
    task.zone_id = zone_id
    await put_found(uow, services, task, searched, day, SYSTEM)
    return True


def shelve(uow: UnitOfWork, task: Task, actor: Actor, reason: str) -> None:
    """Put a task that nobody has into the dispatcher's inbox."""
    task.rep_id, task.response_due_at, task.unplaced_reason = None, None, reason
    loosen(task)
    if task.state is TaskState.DECLINED:
        step(uow, task, TaskEvent.SHELVE, By.SYSTEM, actor, Given(reason=reason), reason=reason)
    else:
        remember(uow, task, TaskEvent.SHELVE.value, actor, task.state, reason=reason)
    tell_unplaced(uow, task, reason)


def tell_unplaced(uow: UnitOfWork, task: Task, reason: str) -> None:
    """The task lies in the inbox; its request hears of it, and of who answers for it there."""
    uow.emit(
        TaskUnplaced(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            reason=reason,
            answerable_id=task.answerable_id,
        )
    )


@dataclasses.dataclass(frozen=True)
class Searched:
    """What a search found, and among whom. ``as_stored``: the roster is what the transaction saw stored."""

    day: date
    roster: Roster
    found: Proposals
    as_stored: bool = True

    def name_of(self, rep_id: UUID) -> str:
        return self.roster.people[self.roster.rows[rep_id]].name

    def version_of(self, rep_id: UUID) -> int:
        """The version of the route that was searched; 0 where there was none."""
        return self.roster.plans[self.roster.rows[rep_id]].version

    def told(self) -> dict[str, Any]:
        """Who was passed over, as it is stored and shown: the nearest by name, the others by number."""
        passed = [
            {
                "rep_id": str(passed.rep_id),
                "rep_name": self.name_of(passed.rep_id),
                "rule": reason(passed.rule),
            }
            for passed in self.found.passed_over
        ]
        return {"day": self.day.isoformat(), "passed_over": passed, "others": dict(self.found.others)}

    def someone_on_shift(self) -> bool:
        rules = {passed.rule.code for passed in self.found.passed_over} | self.found.others.keys()
        return bool(self.found.best) or bool(rules - {Rule.OFF_SHIFT.value})


async def search(
    session: AsyncSession,
    services: FieldServices,
    task: Task,
    zone_id: UUID | None,
    now: datetime,
    limit: int = 3,
    *,
    besides: Sequence[UUID] = (),
    owner: UUID | None = None,
    lead: UUID | None = None,
) -> Searched:
    """Proposals on the first working day that has any; else the first that says more than "off shift".

    Everybody is asked, but for those who declined and those ``besides`` whom it is searched. ``owner``: who
    would answer for the zone, where that is not decided yet. ``lead``: who is to have it, whoever declined.
    What has to be read or searched, and takes long, is got ready before the transaction
    (:class:`~kernel.database.NotReady`).
    """
    assert task.lon is not None and task.lat is not None
    here, travel = (task.lon, task.lat), services.travel
    await at_hand(session, travel, [here], around=True)
    briefs = (await services.grid.current(session)).briefs
    zone = briefs.get(zone_id) if zone_id else None
    refused = [*(UUID(rep_id) for rep_id in task.refused_by), *besides]
    partner = await partner_of(session, task)
    if task.companion and partner is not None and partner.rep_id is not None:
        refused.append(partner.rep_id)
    visit = dataclasses.replace(wanted(visit_of(task, 0), task, now), second=second_of(task))
    told: Searched | None = None
    holds = await holds_at(session, travel, now, besides=task.id)
    asked_again: set[date] = set()
    hours = partial(usual_hours, services)
    today, days = services.day_of(now), deque(days_to_try(services, task, now))
    while days:
        day = days.popleft()
        stored: Roster = await roster_at(services.rosters, session, day, hours, travel, services.paces)
        if day == today and today not in asked_again and _in_night(stored, now):
            # Who began yesterday and is still at work or on call is asked first: a night is one day's work.
            asked_again.add(day)
            days.appendleft(day)
            day -= timedelta(days=1)
            stored = await roster_at(services.rosters, session, day, hours, travel, services.paces)
        without = stored.without(task.id, task.rep_id, travel)
        if partner is not None and not task.companion:
            without = without.without(partner.id, partner.rep_id, travel)
        laid = lay_holds(without, holds, travel, now)
        roster = laid.roster
        others = [] if lead is None else [person.id for person in roster.people if person.id != lead]
        asked = await answering(session, roster, zone_id, zone, owner)
        found = propose(
            roster.fleet(now, urgent=is_urgent(task)),
            visit,
            roster.ways(travel, here),
            owner=asked.owner_id if asked else None,
            declined_by=refused if lead is None else others,
            terms=terms_of(task, roster.contracted, briefs),
            weights=weights_for(task, now),
            limit=limit,
            order=roster.by_nearness(here, asked),
            named=NAMED if lead is None else None,
        )
        found = dataclasses.replace(found, best=tuple(laid.among_stored(each) for each in found.best))
        searched = Searched(day, roster, found, roster is stored)
        if found.best:
            return searched
        if told is None or told.day < today or (searched.someone_on_shift() and not told.someone_on_shift()):
            told = searched
    assert told is not None
    return told


def _in_night(roster: Roster, now: datetime) -> bool:
    """Whether somebody's day before has not ended yet."""
    return roster.marks.night_until is not None and now < roster.marks.night_until


async def answering(
    session: AsyncSession, roster: Roster, zone_id: UUID | None, zone: ZoneBrief | None, owner: UUID | None
) -> ZoneBrief | None:
    """The zone with whoever answers for it on the roster's day."""
    if zone is None or zone_id is None:
        return None
    if owner is None:
        owner = roster.covered_by.get(zone_id)
        if owner is None and (zone.owner_id is None or roster.is_off(zone.owner_id)):
            owner = await deputy_of(session, zone_id)
    return zone if owner is None else dataclasses.replace(zone, owner_id=owner)


async def search_and_hold(
    uow: UnitOfWork,
    services: FieldServices,
    task: Task,
    zone_id: UUID | None,
    *,
    lead: UUID | None = None,
) -> tuple[Searched, Day | None]:
    """The best place for the task, in a route that nobody else changes before this transaction ends, and
    that route's day; None where nobody is able.

    Many who create tasks at once find the same representative best. The search asks nobody to wait. Whoever
    comes second to the route waits for the first, then searches again while holding it: others who come to it
    wait until this one has its place. One route is held at a time, so that no two wait for each other; of two
    people both are held, in one order for all.
    """
    if task.needs_two:
        return await _search_and_hold_both(uow, services, task, zone_id, lead)
    held: Hold | None = None
    while True:
        searched = await search(uow.session, services, task, zone_id, uow.now, limit=1)
        best = searched.found.best[0].rep_id if searched.found.best else None
        if held is not None and (best is None or held.name != days_of(best)):
            await held.give_back()
            held = None
        if best is None:
            return searched, None
        fresh = held is not None
        held = held or await uow.hold_for_now(days_of(best))
        day = await _day_of(uow, services, task, searched, best)
        row = day.rows.get(best)
        if fresh or held.all_along or searched.version_of(best) == (row.version if row else 0):
            return searched, day


async def _search_and_hold_both(
    uow: UnitOfWork, services: FieldServices, task: Task, zone_id: UUID | None, lead: UUID | None
) -> tuple[Searched, Day | None]:
    while True:
        searched = await search(uow.session, services, task, zone_id, uow.now, limit=1, lead=lead)
        if not searched.found.best:
            return searched, None
        best = searched.found.best[0]
        assert best.companion is not None
        both = sorted((best.rep_id, best.companion.rep_id), key=str)
        for rep_id in both:
            await uow.hold(days_of(rep_id))
        day = await _day_of(uow, services, task, searched, best.rep_id, best.companion.rep_id)
        seen = {rep_id: row.version for rep_id, row in day.rows.items()}
        if all(searched.version_of(rep_id) == seen.get(rep_id, 0) for rep_id in both):
            return searched, day


async def _day_of(
    uow: UnitOfWork, services: FieldServices, task: Task, searched: Searched, *rep_ids: UUID
) -> Day:
    reps = [await uow.session.get_one(Rep, rep_id) for rep_id in rep_ids]
    of_all = {rep_id: searched.roster.hours[searched.roster.rows[rep_id]] for rep_id in rep_ids}
    hours = {
        rep_id: worked.for_urgent(uow.now) if is_urgent(task) else worked for rep_id, worked in of_all.items()
    }
    pace = searched.roster.crew.pace
    return await load_day(uow.session, services, uow.now, searched.day, reps, [task], hours, pace)


async def put_found(
    uow: UnitOfWork,
    services: FieldServices,
    task: Task,
    searched: Searched,
    day: Day,
    actor: Actor,
    *,
    event: TaskEvent = TaskEvent.PLACE,
) -> None:
    """Give the task the best place of a search."""
    proposal = searched.found.best[0]
    await put(uow, services, day, task, proposal, actor, searched.told(), event=event)
    if searched.as_stored and proposal.companion is None:
        # What the next one would find changed is known here.
        stored = searched.roster.after(proposal.rep_id, day.planned(proposal.rep_id))
        uow.afterwards.append(lambda: keep(services.rosters, stored))


def overdue(task: Task, now: datetime) -> bool:
    """Whether the promised window has passed. The promise is broken; the visit is owed all the more."""
    return int(now.timestamp()) > spans_of(task)[-1][1]


def wanted(visit: Visit, task: Task, now: datetime) -> Visit:
    """The visit as it is to be searched for: in any window that has not passed; once all have, as soon as
    anybody can come.
    """
    if task.companion:
        return visit  # at the moment that both keep, or not at all
    at, spans, last = int(now.timestamp()), open_spans(task), last_start(task)
    left = tuple(span for span in spans if span[1] >= at)
    if not left:
        until = now + timedelta(days=DAYS_AHEAD)
        latest = int((until if last is None else min(until, last)).timestamp())
        return dataclasses.replace(visit, earliest=spans[-1][0], latest=latest)
    several = left if len(left) > 1 else ()
    return dataclasses.replace(visit, earliest=left[0][0], latest=left[-1][1], windows=several)


def weights_for(task: Task, now: datetime) -> Weights:
    """What counts for the task: what is overdue is as pressing as what is urgent."""
    return WEIGHTS["urgent"] if overdue(task, now) else WEIGHTS.get(task.severity, Weights())


def is_urgent(task: Task) -> bool:
    """Whether whoever is on call is asked as well."""
    return task.severity == URGENT


def open_days(services: FieldServices, task: Task, now: datetime) -> Iterator[date]:
    """The working days on which the task may still be started; today when its window has passed."""
    spans = open_spans(task)
    opens = next((start for start, end in spans if end >= int(now.timestamp())), spans[-1][0])
    first = services.day_of(max(now, moment(opens)))
    last = max(first, services.day_of(moment(spans[-1][1])))
    for ahead in range(min((last - first).days, DAYS_AHEAD - 1) + 1):
        yield first + timedelta(days=ahead)


def days_to_try(services: FieldServices, task: Task, now: datetime) -> Iterator[date]:
    """The open days; of what is overdue the days from today on, until somebody can come; for whoever comes
    along the day of the task.
    """
    if task.companion and task.meets_at is not None:
        yield services.day_of(task.meets_at)
        return
    if not overdue(task, now):
        yield from open_days(services, task, now)
        return
    first = services.day_of(max(now, task.not_before or now))
    for ahead in range(DAYS_AHEAD):
        yield first + timedelta(days=ahead)


async def put(
    uow: UnitOfWork,
    services: FieldServices,
    day: Day,
    task: Task,
    proposal: Proposal,
    actor: Actor,
    told: Mapping[str, Any] = MappingProxyType({}),
    *,
    event: TaskEvent = TaskEvent.PLACE,
    by: By = By.SYSTEM,
) -> None:
    """Insert ``task`` into the route the proposal names, and give it to that representative."""
    rep = day.reps[proposal.rep_id]
    task.placement = {
        "day": day.day.isoformat(),
        "passed_over": [],
        **told,
        **described(proposal, rep.name),
        "by": by.value,
        "travel_source": services.travel.source,
    }
    settle(task, proposal.starts_at)
    if proposal.companion is not None:
        task.meets_at = moment(proposal.starts_at)
    hand_to(uow, task, rep, day.routes[rep.id].rep, event, by, actor)
    route = insert(day.routes[rep.id], day.visit_of(task), proposal.position)
    times = await day.store(uow, rep.id, route)
    eta = next(stop.arrive_at for stop in times.stops if stop.visit.task_id == task.id)
    announce(uow, task, rep, moment(eta))
    if proposal.companion is not None:
        beside = stop_beside(uow, task, moment(proposal.starts_at))
        await come_along(uow, day, beside, task, rep, proposal.companion)


async def come_along(
    uow: UnitOfWork, day: Day, beside: Task, task: Task, lead: Rep, companion: Companion
) -> None:
    """Give the companion's stop to whoever comes along, at a place of their route."""
    rep = day.reps[companion.rep_id]
    assert beside.meets_at is not None
    starts = beside.meets_at
    beside.placement = {
        "day": day.day.isoformat(),
        "passed_over": [],
        "rep_id": str(rep.id),
        "rep_name": rep.name,
        "position": companion.position,
        "extra_travel_s": companion.extra_travel_s,
        "arrives_at": starts.isoformat(),
        "starts_at": starts.isoformat(),
        "finishes_at": (starts + timedelta(seconds=task.duration_s)).isoformat(),
        "reasons": [{"code": "comes_along", "params": {"rep_name": lead.name}}],
        "by": By.SYSTEM.value,
    }
    hand_to(uow, beside, rep, day.routes[rep.id].rep, TaskEvent.PLACE, By.SYSTEM, SYSTEM)
    day.tasks[beside.id] = beside
    route = insert(day.routes[rep.id], day.visit_of(beside), companion.position)
    await day.store(uow, rep.id, route)
    announce(uow, beside, rep, starts)


async def take_out(uow: UnitOfWork, services: FieldServices, task: Task, why: str = "reassigned") -> None:
    """Remove the task from the route it stands in, if any; the rest of that day moves up. Whoever was to come
    along is free again; ``why``: what their phone says of that.
    """
    loosen(task)
    if not task.companion:
        await part(uow, services, task, why)
    await leave_route(uow, services, task)


async def refresh(uow: UnitOfWork, services: FieldServices, task: Task) -> VisitRow | None:
    """Bring the route in which ``task`` stands up to date with what has happened; the task's visit."""
    visit = await uow.session.get(VisitRow, task.id)
    if visit is None:
        return None
    row = await uow.session.get_one(RouteRow, visit.route_id)
    rep = await uow.session.get_one(Rep, row.rep_id)
    await uow.hold(days_of(rep.id))
    day = await load_day(uow.session, services, uow.now, row.day, [rep])
    await day.store(uow, rep.id, day.routes[rep.id])
    return visit


def described(proposal: Proposal, rep_name: str) -> dict[str, Any]:
    """A proposal as it is stored and shown: codes with parameters, times as ISO 8601."""
    return {
        "rep_id": str(proposal.rep_id),
        "rep_name": rep_name,
        "position": proposal.position,
        "cost_s": proposal.cost_s,
        "extra_travel_s": proposal.extra_travel_s,
        "arrives_at": moment(proposal.arrives_at).isoformat(),
        "starts_at": moment(proposal.starts_at).isoformat(),
        "finishes_at": moment(proposal.finishes_at).isoformat(),
        "reasons": [reason(each) for each in proposal.reasons],
        **({"second_id": str(proposal.companion.rep_id)} if proposal.companion else {}),
    }


_MOMENTS = ("at", "from", "until")


def reason(found: Reason) -> dict[str, Any]:
    """A reason as JSON. Moments, which the planner counts in seconds, become ISO 8601."""
    params = {
        name: moment(value).isoformat() if name in _MOMENTS and isinstance(value, int) else value
        for name, value in found.params.items()
    }
    return {"code": found.code, "params": params}
