"""What dispatchers do with tasks, and how tasks come to be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from field.dispatch.addressing import AddressUnsure, known_address, locate_by_address
from field.dispatch.companion import require_lead
from field.dispatch.engine.proposals import WEIGHTS, Proposal, place_against_rules, proposal_for
from field.dispatch.engine.search import Rule as SearchRule
from field.dispatch.placement import (
    days_to_try,
    open_days,
    place,
    put,
    reason,
    search_and_hold,
    take_out,
    tell_unplaced,
    wanted,
    weights_for,
    whereabouts,
)
from field.dispatch.planning import days_of, load_day, moment
from field.dispatch.terms import set_windows, standing_wishes, terms_among
from field.dispatch.together.placing import find_second
from field.forms.closing import type_of
from field.forms.filling import require_settler
from field.grid.reasons import Reason
from field.grid.store import point_of
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.clocks import promised_window
from field.task.tables import Task
from field.task.task import By, Given, TaskEvent, TaskState
from field.task.timeline import departed, remember, step
from kernel.actors import SYSTEM, Actor
from kernel.contracts import TaskCancelled, TaskSettled
from kernel.database import UnitOfWork, check_version
from kernel.errors import NotFound, Refused

TAKEN_BACK = "taken_back"
PERMIT_ENDS = "permit_ends"


class TaskWaits(Refused):
    """This task cannot be planned now: a step before it or a permit is missing, or the permit ends sooner."""

    code = "task_waits"


class RepUnable(Refused):
    """This representative cannot take the task by the rules; assign it all the same to overrule them."""

    code = "rep_unable"


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewTask:
    """What is to be done, where and when; the content of a task before anybody has it."""

    category: str
    type: str = ""
    """The code of a task type; empty: by the category."""
    clock_s: int | None = None
    """Within how many seconds somebody is promised to be there; None: as the severity says."""
    severity: str = "minor"
    skill: str
    level: int = 1
    duration_s: int
    priority: int = 0
    parts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    fault: str = ""
    ownership: str = ""
    note: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    windows: Sequence[tuple[datetime, datetime]] = ()
    """Several of which one will do, in order; then `window_start` and `window_end` say nothing."""
    needs_two: bool = False
    second_skill: str = ""
    second_level: int = 1
    """Whether two have to be there at the same time, and what the second has to be able to do."""
    verdict: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    evidence: Sequence[str] = ()
    customer: Mapping[str, Any] = dataclasses.field(default_factory=dict)


async def create_task(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    job: NewTask,
    *,
    answerable_id: UUID | None = None,
    request_id: UUID | None = None,
    chain_id: UUID | None = None,
    waits_for: str | None = None,
) -> Task:
    """Make a task and place it. Nobody able, or no zone: it lies in the inbox with the reason.

    ``chain_id``, ``waits_for``: of a step of a chain, as far as it is known yet (:mod:`field.chains`).
    """
    task = Task(
        id=uow.new_id(),
        request_id=request_id,
        state=TaskState.UNPLACED,
        created_at=uow.now,
        changed_at=uow.now,
        answerable_id=answerable_id or actor.id,
        steps=0,
        chain_id=chain_id,
        waits_for=waits_for,
    )
    _set_job(task, job, uow.now)
    # Nothing that is read meanwhile is about this task: it is written once, when it has its place.
    with uow.session.no_autoflush:
        uow.session.add(task)
        remember(uow, task, "create", actor)
        task.wishes = await standing_wishes(uow.session, task.address, uow.now)
        await locate_by_address(uow, services, task)
        await place(uow, services, task, SYSTEM)
    return task


async def ask_again(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, job: NewTask, answerable_id: UUID
) -> None:
    """A visit that was called off is asked for once more, as it is known now; placed as if it were new."""
    step(uow, task, TaskEvent.REOPEN, By.SYSTEM, actor)
    task.answerable_id = answerable_id
    task.accepted_at = task.departed_at = task.arrived_at = task.finished_at = task.late_since = None
    _set_job(task, job, uow.now)
    task.wishes = await standing_wishes(uow.session, task.address, uow.now)
    await locate_by_address(uow, services, task)
    await place(uow, services, task, SYSTEM)


def _set_job(task: Task, job: NewTask, now: datetime) -> None:
    """Write down what is to be done, before anybody has it."""
    promised_from, promised_until = promised_window(now, job.severity, job.clock_s)
    task.type = job.type or type_of(job.category)
    task.category, task.fault, task.severity, task.ownership = (
        job.category,
        job.fault,
        job.severity,
        job.ownership,
    )
    task.skill, task.level, task.parts = job.skill, job.level, dict(job.parts)
    task.priority, task.duration_s, task.note = job.priority, job.duration_s, job.note
    task.verdict, task.evidence, task.customer = dict(job.verdict), list(job.evidence), dict(job.customer)
    task.address = job.address
    _set_point(task, job.lon, job.lat)
    task.window_start = start = job.window_start or promised_from
    task.window_end = job.window_end or max(promised_until, start + (promised_until - promised_from))
    task.windows, task.wishes = [], {}
    task.needs_two, task.second_skill, task.second_level = job.needs_two, job.second_skill, job.second_level
    task.second_refused_by, task.partner_id, task.meets_at = [], None, None
    if job.windows:
        set_windows(task, job.windows)
    task.placement, task.refused_by, task.escalation_reason = {}, [], ""


def _set_point(task: Task, lon: float | None, lat: float | None) -> None:
    known = lon is not None and lat is not None
    task.lon, task.lat = (lon, lat) if known else (None, None)
    task.point = point_of(lon, lat) if lon is not None and lat is not None else None


async def task_to_change(uow: UnitOfWork, task_id: UUID, version: int | None) -> Task:
    """The task, in the version that the caller saw."""
    # Locked where the database can: the second of two waits for the first, then sees what it did.
    task = await uow.session.get(Task, task_id, with_for_update=True)
    if task is None:
        raise NotFound()
    check_version(task, version)
    return task


async def set_place(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    lon: float | None,
    lat: float | None,
    address: str | None = None,
) -> None:
    """Say where a task in the inbox is; it is then placed as if it had just come in.

    Raises:
        AddressUnsure: no point was given, and the address does not mean one known door.
    """
    if lon is None or lat is None:
        found = await known_address(uow.session, services, address or task.address)
        if found is None:
            raise AddressUnsure(address=address or task.address)
        lon, lat = found.lon, found.lat
    step(uow, task, TaskEvent.LOCATE, By.DISPATCHER, actor, Given(lon=lon, lat=lat))
    _set_point(task, lon, lat)
    if address:
        task.address = address
    await place(uow, services, task, SYSTEM)


async def assign_task(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    rep_id: UUID,
    *,
    overrule: bool = False,
) -> None:
    """Give the task to the representative whom the dispatcher chose, at the best place in that route.

    Raises:
        RepUnable: with the first rule that fails; ``overrule`` puts it at the end of the day instead.
        TaskWaits: a step before it or a permit is missing; nobody overrules that.
        PlaceMissing, TaskMoveRefused, TaskFinished: as :mod:`field.task.task` says.
    """
    require_ready(task)
    rep = await uow.session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    if task.lon is None or task.lat is None:
        step(uow, task, TaskEvent.LOCATE, By.DISPATCHER, actor)  # says that a place is missing
    before = task.rep_id
    event = TaskEvent.REASSIGN if before is not None else TaskEvent.ASSIGN
    task.zone_id, _ = await whereabouts(uow.session, services, task)
    await take_out(uow, services, task)
    if before is not None and before != rep.id:
        task.answerable_id = actor.id  # until the new one accepts
        departed(uow, task, before, "reassigned")
    failed: Reason | None = None
    if task.needs_two:
        failed = await _assign_both(uow, services, actor, task, rep, event)
        if failed is None:
            await uow.audit(actor, "assign_task", f"task:{task.id}", rep=rep.id, before=before)
            return
    await uow.hold(days_of(rep.id))
    terms = await terms_among(uow.session, services, task, [rep])
    for date in () if task.needs_two else days_to_try(services, task, uow.now):
        day = await load_day(uow.session, services, uow.now, date, [rep], [task])
        visit = wanted(day.visit_of(task), task, uow.now)
        weights = weights_for(task, uow.now)
        chosen = proposal_for(day.fleet, visit, day.travel, rep.id, terms=terms, weights=weights)
        if isinstance(chosen, Proposal):
            await put(uow, services, day, task, chosen, actor, event=event, by=By.DISPATCHER)
            break
        failed = failed or chosen.rule
    else:
        assert failed is not None
        if not overrule:
            raise RepUnable(rep_id=str(rep.id), rep_name=rep.name, rule=reason(failed))
        await _overrule(uow, services, actor, task, rep, event, failed)
        await find_second(uow, services, task)
    await uow.audit(actor, "assign_task", f"task:{task.id}", rep=rep.id, before=before, overrule=overrule)


async def _assign_both(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, rep: Rep, event: TaskEvent
) -> Reason | None:
    """Give a task for two to this representative and the best other; else the rule that fails."""
    searched, day = await search_and_hold(uow, services, task, task.zone_id, lead=rep.id)
    if day is not None:
        best = searched.found.best[0]
        await put(uow, services, day, task, best, actor, event=event, by=By.DISPATCHER)
        return None
    rules = {passed.rep_id: passed.rule for passed in searched.found.passed_over}
    return rules.get(rep.id) or Reason(SearchRule.NO_SECOND.value)


def require_ready(task: Task, finishes_at: datetime | None = None) -> None:
    """Raises TaskWaits, with ``reason``: it has to wait, or would not be over by the end of its permit."""
    if task.waits_for is not None:
        raise TaskWaits(reason=task.waits_for)
    if finishes_at is not None and task.not_after is not None and finishes_at > task.not_after:
        raise TaskWaits(reason=PERMIT_ENDS, at=task.not_after.isoformat())


async def _overrule(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    rep: Rep,
    event: TaskEvent,
    failed: Reason,
) -> None:
    """Against the rules, as the dispatcher wants, where the route bears it best; with the rule overruled."""
    date = next(open_days(services, task, uow.now))
    day = await load_day(uow.session, services, uow.now, date, [rep], [task])
    visit, weights = wanted(day.visit_of(task), task, uow.now), weights_for(task, uow.now)
    pressing = weights is WEIGHTS["urgent"]
    placed = place_against_rules(day.routes[rep.id], visit, day.travel, day.seconds, weights, pressing)
    require_ready(task, moment(placed.finishes_at))
    rule = Reason("overruled", {"rule": failed.code, **failed.params})
    placed = dataclasses.replace(placed, reasons=(rule, *placed.reasons))
    await put(uow, services, day, task, placed, actor, event=event, by=By.DISPATCHER)


async def take_back(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    why: str,
    unplaced: str = TAKEN_BACK,
) -> None:
    """Take an assignment back into the inbox. ``unplaced``: why it lies there."""
    require_lead(task)
    before = task.rep_id
    step(uow, task, TaskEvent.TAKE_BACK, By.DISPATCHER, actor, Given(reason=why), reason=why)
    await take_out(uow, services, task)
    task.rep_id, task.response_due_at, task.unplaced_reason = None, None, unplaced
    task.answerable_id = actor.id
    tell_unplaced(uow, task, unplaced)
    if before is not None:
        departed(uow, task, before, "taken_back")


async def settle_task(uow: UnitOfWork, actor: Actor, task: Task, note: str) -> None:
    """Finish an escalated task without a further visit.

    Raises:
        MayNotClose: its type is for a supervisor to settle.
    """
    await require_settler(uow.session, task, actor)
    step(uow, task, TaskEvent.SETTLE, By.DISPATCHER, actor, Given(note=note), note=note)
    task.finished_at, task.unplaced_reason, task.late_since = uow.now, None, None
    uow.emit(
        TaskSettled(
            task_id=task.id, request_id=task.request_id, step=task.steps, note=note, by_staff_id=actor.id
        )
    )


async def cancel_task(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, why: str) -> None:
    """The task will not be done."""
    require_lead(task)
    by = By.SYSTEM if actor.kind == "system" else By.DISPATCHER
    step(uow, task, TaskEvent.CANCEL, by, actor, Given(reason=why), reason=why)
    await take_out(uow, services, task, "cancelled")
    task.finished_at, task.response_due_at, task.unplaced_reason = uow.now, None, None
    if task.rep_id is not None:
        departed(uow, task, task.rep_id, "cancelled")
    staff_id = actor.id if actor.kind == "staff" else None
    uow.emit(
        TaskCancelled(
            task_id=task.id, request_id=task.request_id, step=task.steps, reason=why, by_staff_id=staff_id
        )
    )
