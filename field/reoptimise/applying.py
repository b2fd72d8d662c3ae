"""A plan is put in force: as a whole, under the versions of every route it touches, or not at all.

The routes are held, then compared with what the search has read; what has been written is read again and
given to the checker, in the same transaction. Whatever speaks against the plan undoes all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog
from sqlalchemy import select

from field.chains.reading import awaited_by
from field.dispatch.engine.route import Route, Stop, Visit
from field.dispatch.handing import announce, hand_to, retime
from field.dispatch.hours import note_changed
from field.dispatch.placement import wanted
from field.dispatch.planning import Day, load_day, moment, usual_hours
from field.dispatch.tables import Shift
from field.dispatch.terms import settle
from field.grid.tables import Rep
from field.reoptimise.check.rows import Seen, wrong_with
from field.reoptimise.check.rules import MOVED_ON, Violation
from field.reoptimise.engine.outcome import NOTICED_S
from field.reoptimise.proposal import DayMovedOn, ProposalEvent, ProposalState, move
from field.reoptimise.reading import Asked, hold_and_load, in_longest_window
from field.reoptimise.supposed.what_if import supposed_of
from field.reoptimise.tables import Reoptimisation
from field.services import FieldServices
from field.task.answering import answerable_staff
from field.task.escalation import escalation_target
from field.task.tables import Task
from field.task.task import By, TaskEvent, TaskState
from field.task.timeline import departed
from kernel.actors import Actor
from kernel.contracts import RouteEased
from kernel.database import Database, UnitOfWork, check_version
from kernel.errors import NotFound, Refused

log = structlog.get_logger(__name__)

REPLANNED = "replanned"
TO_COME = (TaskState.ASSIGNED, TaskState.ACCEPTED)


class PlanSupposed(Refused):
    """This plan has tasks in it that do not exist; it can be looked at, and not applied."""

    code = "plan_supposed"


class PlanBreaksRules(Refused):
    """This plan would break a rule, so nothing of it was applied. Please ask for a new one."""

    code = "plan_breaks_rules"


async def put_in_force(
    database: Database,
    services: FieldServices,
    actor: Actor,
    reoptimisation_id: UUID,
    version: int | None,
) -> None:
    """Apply the plan, or mark it as outdated and say so.

    Raises:
        DayMovedOn: with ``reasons``, what is other now; nothing of the plan is in force.
        PlanBreaksRules: the checker found what time alone does not explain.
        ProposalMoveRefused, StaleVersion, NotFound: as they say.
    """
    try:
        await database.run(apply_plan, services, actor, reoptimisation_id, version)
    except DayMovedOn as refusal:
        await database.run(outdate, reoptimisation_id, refusal.params)
        raise


async def outdate(uow: UnitOfWork, reoptimisation_id: UUID, why: Mapping[str, object]) -> None:
    """The plan was made for a day that is over."""
    row = await uow.session.get_one(Reoptimisation, reoptimisation_id, with_for_update=True)
    if row.state is ProposalState.READY:
        take(uow, row, ProposalEvent.OUTDATE)
        row.outcome = {**row.outcome, "refused": why}


async def apply_plan(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    reoptimisation_id: UUID,
    version: int | None,
) -> None:
    """Put the plan in force, in this transaction."""
    row = await uow.session.get(Reoptimisation, reoptimisation_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    if supposed_of(row.what_if).extra:
        raise PlanSupposed()
    take(uow, row, ProposalEvent.APPLY)
    await _go_home(uow, services, row)
    plan = {UUID(rep_id): [UUID(task) for task in tasks] for rep_id, tasks in row.plan.items()}
    versions = {UUID(rep_id): version for rep_id, version in row.versions.items()}
    coming = list(await _tasks(uow, [task_id for tasks in plan.values() for task_id in tasks]))
    day = await hold_and_load(uow, services, row.day, versions, coming)
    _same_day(day, plan, versions, coming)
    asked = asked_of(row)
    grid = await services.grid.current(uow.session)
    stations = {zone_id: brief.station for zone_id, brief in grid.briefs.items()}
    awaited = await awaited_by(uow.session, list(day.tasks.values()))
    before = Seen.of(day, asked, stations, awaited)
    new = frozenset(task.id for task in coming if task.state is TaskState.UNPLACED)
    moved = await _write(uow, services, actor, row, day, plan)
    stored = await load_day(uow.session, services, uow.now, row.day, list(day.reps.values()), coming)
    awaited = await awaited_by(uow.session, list(stored.tasks.values()))
    seen = Seen.of(stored, asked, stations, awaited)
    _accepted(wrong_with(before, seen, services, day.seconds, new), row)
    await uow.audit(
        actor,
        "apply_reoptimisation",
        f"reoptimisation:{row.id}",
        station=row.station,
        routes=len(plan),
        moved=moved,
    )


async def _go_home(uow: UnitOfWork, services: FieldServices, row: Reoptimisation) -> None:
    """Those who were supposed to go home earlier do so: their day has other hours from now on."""
    for rep_id, at in supposed_of(row.what_if).leaves.items():
        rep = await uow.session.get_one(Rep, rep_id)
        shift = await uow.session.scalar(select(Shift).where(Shift.rep_id == rep_id, Shift.day == row.day))
        if shift is None:
            start, end = usual_hours(services, rep, row.day)
            shift = Shift(id=uow.new_id(), rep_id=rep_id, day=row.day, start_at=start, end_at=end)
            uow.session.add(shift)
        shift.end_at = max(shift.start_at, min(shift.end_at, moment(at)))
        uow.changed("rep", rep_id, f"rep:{rep_id}", "reps")
        await note_changed(uow, [row.day])


def asked_of(row: Reoptimisation) -> Asked:
    """What was asked for."""
    return Asked(
        row.station,
        row.day,
        frozenset(UUID(rep_id) for rep_id in row.gone),
        {UUID(task_id): lock for task_id, lock in row.locks.items()},
        supposed_of(row.what_if),
    )


def take(uow: UnitOfWork, row: Reoptimisation, event: ProposalEvent) -> None:
    """Move a re-optimisation, and hint to whoever may be looking."""
    row.state, row.changed_at = move(row.state, event), uow.now
    tell(uow, row)


def tell(uow: UnitOfWork, row: Reoptimisation) -> None:
    uow.changed("reoptimisation", row.id, "reoptimisations")


async def _tasks(uow: UnitOfWork, ids: Sequence[UUID]) -> Sequence[Task]:
    """The tasks, locked where the database can, in an order that all who lock several keep."""
    found = select(Task).where(Task.id.in_(ids)).order_by(Task.id).with_for_update()
    return (await uow.session.scalars(found, execution_options={"populate_existing": True})).all()


def _same_day(
    day: Day, plan: Mapping[UUID, Sequence[UUID]], versions: Mapping[UUID, int], coming: Sequence[Task]
) -> None:
    """Whether the routes are those that the search has read, and the tasks where they were."""
    stale = [
        str(rep_id)
        for rep_id, version in versions.items()
        if (day.rows[rep_id].version if rep_id in day.rows else 0) != version or rep_id not in day.reps
    ]
    if stale:
        raise DayMovedOn(reasons=["routes_changed"], reps=stale)
    resting = {
        str(rep_id)
        for rep_id, tasks in plan.items()
        if {visit.task_id for visit in day.routes[rep_id].visits if visit.is_rest} - set(tasks)
    }
    if resting:
        raise DayMovedOn(reasons=["routes_changed"], reps=sorted(resting))
    standing = {visit.task_id for route in day.routes.values() for visit in route.visits}
    lying = {task.id for task in coming if task.state is TaskState.UNPLACED and task.lon is not None}
    if {task_id for tasks in plan.values() for task_id in tasks} - standing - lying:
        raise DayMovedOn(reasons=["tasks_changed"], reps=[])


def _accepted(wrong: Sequence[Violation], row: Reoptimisation) -> None:
    if not wrong:
        return
    codes = sorted({each.code for each in wrong})
    if set(codes) <= MOVED_ON:
        raise DayMovedOn(reasons=codes, reps=sorted({str(each.rep_id) for each in wrong}))
    log.error("plan_breaks_rules", reoptimisation=str(row.id), codes=codes)
    raise PlanBreaksRules(codes=codes)


async def _write(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    row: Reoptimisation,
    day: Day,
    plan: Mapping[UUID, Sequence[UUID]],
) -> int:
    """Write the routes, and give each stop that changes hands to its new representative. How many do."""
    had = {visit.task_id: rep_id for rep_id, route in day.routes.items() for visit in route.visits}
    held = {visit.task_id: visit for route in day.routes.values() for visit in route.visits}
    moves = {
        task_id: rep_id for rep_id, tasks in plan.items() for task_id in tasks if had.get(task_id) != rep_id
    }
    answerable = await _dispatcher(uow, actor, row.station)
    etas = {task_id: int(visit.eta.timestamp()) for task_id, visit in day.visits.items()}
    for task_id, rep_id in moves.items():
        before = had.get(task_id)
        _hand_over(uow, services, actor, day, day.tasks[task_id], before, rep_id, answerable)
    for rep_id, tasks in plan.items():
        visits = [
            held[task_id]
            if had.get(task_id) == rep_id
            else _coming(day, day.tasks[task_id], had.get(task_id))
            for task_id in tasks
        ]
        times = await day.store(uow, rep_id, Route(day.routes[rep_id].rep, tuple(visits)))
        for stop in times.stops:
            if stop.visit.is_rest:
                continue
            task = day.tasks[stop.visit.task_id]
            if moves.get(task.id) == rep_id:
                _announce(uow, day, task, rep_id, stop)
            elif task.state in TO_COME and abs(stop.arrive_at - etas[task.id]) >= NOTICED_S:
                retime(uow, actor, task, day.reps[rep_id], moment(stop.arrive_at))
        if any(had.get(task_id) == rep_id for task_id in moves):
            uow.emit(RouteEased(rep_id=rep_id))
    return len(moves)


def _coming(day: Day, task: Task, before: UUID | None) -> Visit:
    """The stop as its new representative gets it: in the window it has, or, of what nobody had, in the one
    that was planned with."""
    if before is None and task.windows:
        visit = in_longest_window(wanted(day.visit_of(task), task, day.now), day)
        settle(task, visit.latest)
    return day.visit_of(task)


async def _dispatcher(uow: UnitOfWork, actor: Actor, station: str) -> UUID:
    """Who answers for what waits for an answer again."""
    if actor.kind == "staff":
        return actor.id
    return escalation_target(await answerable_staff(uow.session), station)


def _hand_over(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    day: Day,
    task: Task,
    before: UUID | None,
    rep_id: UUID,
    answerable: UUID,
) -> None:
    rep = day.reps[rep_id]
    by = By.DISPATCHER if actor.kind == "staff" else By.SYSTEM
    if before is not None:
        if actor.kind == "staff" or task.answerable_id == day.reps[before].staff_id:
            task.answerable_id = answerable  # until the new one accepts
        departed(uow, task, before, "reassigned")
    event = TaskEvent.REASSIGN if before is not None else TaskEvent.PLACE
    by = By.SYSTEM if before is None else by
    hand_to(uow, task, rep, day.routes[rep.id].rep, event, by, actor, reason=REPLANNED)


def _announce(uow: UnitOfWork, day: Day, task: Task, rep_id: UUID, stop: Stop) -> None:
    """Say where the task stands now, and why; its request and its representative hear of it."""
    rep = day.reps[rep_id]
    task.placement = {
        "day": day.day.isoformat(),
        "passed_over": [],
        "others": {},
        "rep_id": str(rep.id),
        "rep_name": rep.name,
        "arrives_at": moment(stop.arrive_at).isoformat(),
        "starts_at": moment(stop.start_at).isoformat(),
        "finishes_at": moment(stop.finish_at).isoformat(),
        "reasons": [{"code": REPLANNED, "params": {}}],
        "by": By.SYSTEM.value,
    }
    announce(uow, task, rep, moment(stop.arrive_at))
