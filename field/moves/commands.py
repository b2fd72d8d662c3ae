"""A dispatcher moves tasks: to somebody, to a place in the day; back again; and says what has to stay.

Several tasks are moved in one transaction, all or none. What the dispatcher saw is checked first: each task
by its version, the place by the two stops that were next to each other. Then the days are held, read, and
judged by the rules of :mod:`field.dispatch.engine`; what time alone has changed since is judged anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from field.dispatch.commands import RepUnable, require_ready
from field.dispatch.engine.gaps import Terms
from field.dispatch.engine.search import Rule
from field.dispatch.handing import announce, hand_to, retime
from field.dispatch.placement import described, reason, whereabouts
from field.dispatch.planning import Day, days_of, load_day, moment
from field.dispatch.tables import RouteRow, VisitRow
from field.dispatch.terms import settle, terms_among
from field.dispatch.together.placing import find_second
from field.grid.reasons import Reason
from field.grid.tables import Rep
from field.moves.places import Chosen, Gap, choose
from field.moves.tables import TaskMove
from field.reoptimise.commands import DayOver
from field.reoptimise.engine.outcome import NOTICED_S
from field.services import FieldServices
from field.task.tables import Task, TaskEntry
from field.task.task import By, PlaceMissing, TaskEvent, TaskMoveRefused, TaskState
from field.task.timeline import departed, hint, remember
from kernel.actors import Actor
from kernel.contracts import RouteEased
from kernel.database import UnitOfWork
from kernel.errors import NotFound, Refused

REORDER = "reorder"
TO_COME = (TaskState.ASSIGNED, TaskState.ACCEPTED)


class TaskMovedOn(Refused):
    """Somebody else has changed this meanwhile; look at it as it is now, and decide again."""

    code = "task_moved_on"


class NotPlanned(Refused):
    """This task stands on nobody's route, so there is nothing to lock."""

    code = "task_not_planned"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A move that is asked for. ``tasks``: ids in order, with the versions that were seen; None: any."""

    tasks: Sequence[tuple[UUID, int | None]]
    rep_id: UUID
    day: date
    gap: Gap | None = None
    overrule: bool = False


@dataclasses.dataclass(frozen=True)
class Stood:
    """Where a task stood before it was moved."""

    state: TaskState
    rep_id: UUID | None
    day: date | None
    position: int
    after: UUID | None
    reason: str | None
    lock: str | None


async def move_tasks(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    wanted: Wanted,
    *,
    move_id: UUID | None = None,
) -> UUID:
    """Give tasks to a representative, at a place in the day or where each fits best. The move's id.

    ``move_id``: of the move that this is a part of.

    Raises:
        TaskMovedOn: with ``tasks``, each that is not as it was seen, and who changed it.
        PlaceGone: the two stops are not next to each other any more, or what is behind has begun.
        RepUnable: with ``rule`` and ``task_id``, the first that does not fit; not when it is overruled.
        TaskWaits: a step before one of them or a permit is missing; nobody overrules that.
        DayOver, NotFound, PlaceMissing, TaskMoveRefused, TaskFinished: as they say.
    """
    if wanted.day < services.day_of(uow.now):
        raise DayOver()
    rep = await uow.session.get(Rep, wanted.rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    tasks = await seen_tasks(uow, wanted.tasks)
    if any(task.lon is None for task in tasks):
        raise PlaceMissing()
    for task in tasks:
        require_ready(task)
    stood = {task.id: await _stood(uow, task) for task in tasks}
    for rep_id in sorted({rep.id, *(was.rep_id for was in stood.values() if was.rep_id)}, key=str):
        await uow.hold(days_of(rep_id))
    day = await load_day(uow.session, services, uow.now, wanted.day, [rep], tasks)
    for task in tasks:
        task.zone_id, _ = await whereabouts(uow.session, services, task)
    terms = {task.id: await terms_among(uow.session, services, task, [rep]) for task in tasks}
    chosen = _chosen(day, rep, tasks, stood, wanted, terms)
    await _taken_out(uow, services, actor, tasks, stood, rep.id, wanted.day)
    move_id = move_id or uow.new_id()
    await _put(uow, services, actor, day, rep, tasks, stood, chosen, move_id)
    return move_id


async def seen_tasks(uow: UnitOfWork, seen: Sequence[tuple[UUID, int | None]]) -> list[Task]:
    """The tasks in the versions that were seen, in the given order; locked in one that everybody keeps."""
    ids = [task_id for task_id, _ in seen]
    found = select(Task).where(Task.id.in_(ids)).order_by(Task.id).with_for_update()
    listed = await uow.session.scalars(found, execution_options={"populate_existing": True})
    tasks = {task.id: task for task in listed}
    if len(tasks) < len(ids):
        raise NotFound()
    changed = [tasks[id] for id, version in seen if version is not None and tasks[id].version != version]
    if changed:
        raise TaskMovedOn(tasks=[await told_of(uow, task) for task in changed])
    return [tasks[task_id] for task_id in ids]


async def told_of(uow: UnitOfWork, task: Task) -> dict[str, Any]:
    """What became of a task, and by whom, for the dispatcher who comes second."""
    last = await uow.session.scalar(
        select(TaskEntry).where(TaskEntry.task_id == task.id).order_by(TaskEntry.number.desc()).limit(1)
    )
    rep = await uow.session.get(Rep, task.rep_id) if task.rep_id else None
    return {
        "task_id": str(task.id),
        "version": task.version,
        "state": task.state.value,
        "rep": rep.code if rep else None,
        "kind": last.kind if last else None,
        "by": last.actor_name if last and last.actor_kind == "staff" else "",
        "at": last.at.isoformat() if last else None,
    }


async def _stood(uow: UnitOfWork, task: Task) -> Stood:
    visit = await uow.session.get(VisitRow, task.id, populate_existing=True)
    if visit is None:
        return Stood(task.state, None, None, 0, None, task.unplaced_reason, None)
    row = await uow.session.get_one(RouteRow, visit.route_id)
    before = select(VisitRow.task_id).where(
        VisitRow.route_id == row.id, VisitRow.position == visit.position - 1
    )
    after = await uow.session.scalar(before)
    return Stood(task.state, row.rep_id, row.day, visit.position, after, task.unplaced_reason, visit.lock)


def _chosen(
    day: Day,
    rep: Rep,
    tasks: Sequence[Task],
    stood: dict[UUID, Stood],
    wanted: Wanted,
    terms: Mapping[UUID, Terms],
) -> list[Chosen]:
    """Where each task goes, one after the other; ``day`` has them at the end."""
    own = {visit.task_id: visit for visit in day.routes[rep.id].visits}
    moved = {task.id for task in tasks}
    route = day.routes[rep.id]
    route = dataclasses.replace(route, visits=tuple(v for v in route.visits if v.task_id not in moved))
    gap, chosen = wanted.gap, []
    for task in tasks:
        if task.id in own and task.state not in TO_COME:
            raise TaskMoveRefused(event=REORDER, state=task.state.value, allowed=[])
        visit = own.get(task.id) or dataclasses.replace(
            day.visit_of(task), state=TaskState.ASSIGNED, departed_at=None
        )
        visit = dataclasses.replace(visit, held=False)
        found = choose(route, visit, task, day, gap, terms[task.id], overrule=wanted.overrule)
        if found.refused is not None:
            rule = reason(found.refused)
            raise RepUnable(rep_id=str(rep.id), rep_name=rep.name, rule=rule, task_id=str(task.id))
        require_ready(task, moment(found.proposal.finishes_at))
        chosen.append(found)
        route = found.route
        gap = Gap(task.id, gap.before) if gap else None
    day.routes[rep.id] = route
    return chosen


async def _taken_out(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    tasks: Sequence[Task],
    stood: dict[UUID, Stood],
    to: UUID,
    on: date,
) -> None:
    """Take the tasks out of the other days in which they stand; the rest of those moves up."""
    days = {(was.rep_id, was.day) for was in stood.values() if was.rep_id} - {(to, on)}
    for rep_id, other in sorted(days, key=str):
        assert rep_id is not None and other is not None
        rep = await uow.session.get_one(Rep, rep_id)
        day = await load_day(uow.session, services, uow.now, other, [rep])
        gone = {task.id for task in tasks}
        route = day.routes[rep_id]
        rest = tuple(visit for visit in route.visits if visit.task_id not in gone)
        await _store(uow, actor, day, rep, dataclasses.replace(route, visits=rest), frozenset())
        uow.emit(RouteEased(rep_id=rep_id))


async def _store(
    uow: UnitOfWork, actor: Actor, day: Day, rep: Rep, route: Any, moved: frozenset[UUID]
) -> dict[UUID, int]:
    """Write a route; those who wait on it hear of it when somebody comes at another time. Task → arrival."""
    etas = {task_id: int(visit.eta.timestamp()) for task_id, visit in day.visits.items()}
    times = await day.store(uow, rep.id, route)
    arrivals = {stop.visit.task_id: stop.arrive_at for stop in times.stops if not stop.visit.is_rest}
    for task_id, arrival in arrivals.items():
        task = day.tasks[task_id]
        if task_id not in moved and task.state in TO_COME and abs(arrival - etas[task_id]) >= NOTICED_S:
            retime(uow, actor, task, rep, moment(arrival))
    return arrivals


async def _put(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    day: Day,
    rep: Rep,
    tasks: Sequence[Task],
    stood: dict[UUID, Stood],
    chosen: Sequence[Chosen],
    move_id: UUID,
) -> None:
    """Write the day with its new stops, and what became of each task."""
    moved = frozenset(task.id for task in tasks)
    arrivals = await _store(uow, actor, day, rep, day.routes[rep.id], moved)
    shift = day.routes[rep.id].rep
    for task, place in zip(tasks, chosen, strict=True):
        was, eta = stood[task.id], moment(arrivals[task.id])
        settle(task, place.proposal.starts_at)
        day.visits[task.id].lock = was.lock
        if was.rep_id == rep.id:
            retime(uow, actor, task, rep, eta, REORDER)
        else:
            if was.rep_id is not None:
                task.answerable_id = actor.id  # until the new one accepts
                departed(uow, task, was.rep_id, "reassigned")
            waits = task.state in (TaskState.UNPLACED, TaskState.ESCALATED)
            event = TaskEvent.ASSIGN if waits else TaskEvent.REASSIGN
            hand_to(uow, task, rep, shift, event, By.DISPATCHER, actor)
            announce(uow, task, rep, eta)
        task.placement = {
            "day": day.day.isoformat(),
            "passed_over": [],
            **described(place.proposal, rep.name),
            "by": By.DISPATCHER.value,
            "travel_source": services.travel.source,
        }
        if task.needs_two and task.partner_id is None:
            await uow.session.flush()
            if not await find_second(uow, services, task) and not place.overruled:
                told = reason(Reason(Rule.NO_SECOND.value))
                raise RepUnable(rep_id=str(rep.id), rep_name=rep.name, rule=told, task_id=str(task.id))
        uow.session.add(_row(uow, actor, move_id, task, was, rep.id))
        await uow.audit(
            actor, "move_task", f"task:{task.id}", rep=rep.id, before=was.rep_id, overruled=place.overruled
        )


def _row(uow: UnitOfWork, actor: Actor, move_id: UUID, task: Task, was: Stood, to: UUID) -> TaskMove:
    return TaskMove(
        id=uow.new_id(),
        move_id=move_id,
        task_id=task.id,
        at=uow.now,
        by_id=actor.id,
        from_state=was.state,
        from_rep_id=was.rep_id,
        from_day=was.day,
        from_position=was.position,
        from_after=was.after,
        from_reason=was.reason,
        to_rep_id=to,
        step=task.steps,
        undone_at=None,
    )


async def lock_stops(
    uow: UnitOfWork, actor: Actor, seen: Sequence[tuple[UUID, int]], lock: str | None
) -> None:
    """Say that stops stay with whoever has them, or in their order as well; None: they are free again.

    Raises:
        TaskMovedOn, NotFound: as :func:`seen_tasks` says.
        NotPlanned: with ``tasks``, those that stand on nobody's route.
    """
    tasks = await seen_tasks(uow, seen)
    visits = {task.id: await uow.session.get(VisitRow, task.id) for task in tasks}
    if strays := [str(task_id) for task_id, visit in visits.items() if visit is None]:
        raise NotPlanned(tasks=strays)
    for task in tasks:
        visit = visits[task.id]
        assert visit is not None
        if visit.lock == lock:
            continue
        visit.lock = lock
        remember(uow, task, "lock", actor, task.state, what=lock or "free")
        row = await uow.session.get_one(RouteRow, visit.route_id)
        # A plan that was made without this lock is one for another day.
        row.changed_at = uow.now
        flag_modified(row, "changed_at")
        hint(uow, task)
        await uow.audit(actor, "lock_stop", f"task:{task.id}", lock=lock)
