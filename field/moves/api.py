"""Who could take a task and where; moving, locking, and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from field.board.queries import task_by_id
from field.board.shown import show_tasks
from field.board.views import ReasonView, TaskView
from field.callers import CONSOLE, DISPATCHER
from field.dispatch.commands import RepUnable, TaskWaits
from field.dispatch.placement import reason
from field.moves.bodies import FitsQuery, LockBody, MoveBody
from field.moves.commands import (
    NotPlanned,
    TaskMovedOn,
    Wanted,
    lock_stops,
    move_tasks,
)
from field.moves.exceptions import Exceptional, WayOut, decision_on, exceptions_of
from field.moves.fits import Fit, Fits, fits_of
from field.moves.places import Gap, PlaceGone
from field.moves.tables import TaskMove
from field.moves.undoing import MoveFinal, MoveUndone, undo_move, undoable
from field.moves.views import (
    DecisionView,
    ExceptionView,
    FitColumns,
    FitsView,
    GapColumns,
    MoveView,
    WayOutView,
)
from field.reoptimise.commands import DayOver
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import PlaceMissing, TaskFinished, TaskMoveRefused
from kernel.errors import NotFound
from kernel.web import Api, Call

api = Api("field")


@api.get(
    "/api/tasks/{task_id}/fits",
    who=CONSOLE,
    summary="Who could take a task and where in the day, and for everybody else the first rule that fails",
    compressed=True,
)
async def get_fits(call: Call, task_id: UUID, query: FitsQuery) -> FitsView:
    services = call.use(FieldServices)
    async with call.database.reading() as session:
        task = await task_by_id(session, task_id)
        found = await fits_of(session, services, task, call.now, query.day, query.rep_id)
    return _fits_view(task, found, services.travel.source)


@api.post(
    "/api/task-moves",
    who=DISPATCHER,
    summary="Give tasks to a representative, at a place in the day or where each fits best; all or none",
    status=201,
    errors=(
        NotFound,
        TaskMovedOn,
        PlaceGone,
        RepUnable,
        DayOver,
        PlaceMissing,
        TaskMoveRefused,
        TaskFinished,
        TaskWaits,
    ),
)
async def post_task_move(call: Call, body: MoveBody) -> MoveView:
    services = call.use(FieldServices)
    wanted = Wanted(
        tasks=[(task.id, task.version) for task in body.tasks],
        rep_id=body.rep_id,
        day=body.day or services.day_of(call.now),
        gap=Gap(body.gap.after, body.gap.before) if body.gap else None,
        overrule=body.overrule,
    )
    move_id = await call.database.run(move_tasks, services, call.actor, wanted)
    return await _move_view(call, move_id)


@api.post(
    "/api/task-moves/{move_id}/reversal",
    who=DISPATCHER,
    summary="Take a move back, if nothing has happened to its tasks since; the way back is a move as well",
    errors=(
        *(TaskMovedOn, MoveUndone, MoveFinal, DayOver, RepUnable, PlaceGone),
        *(TaskMoveRefused, TaskFinished, TaskWaits),
    ),
)
async def post_reversal(call: Call, move_id: UUID) -> MoveView:
    back = await call.database.run(undo_move, call.use(FieldServices), call.actor, move_id)
    return await _move_view(call, back or move_id)


@api.put(
    "/api/stop-locks",
    who=DISPATCHER,
    summary="Say which stops stay where they are, whatever is planned again",
    errors=(NotFound, TaskMovedOn, NotPlanned),
)
async def put_stop_locks(call: Call, body: LockBody) -> list[TaskView]:
    seen = [(task.id, task.version) for task in body.tasks]
    await call.database.run(lock_stops, call.actor, seen, body.lock)
    return await _shown(call, [task.id for task in body.tasks])


@api.get(
    "/api/exceptions",
    who=CONSOLE,
    summary="What needs a decision now, the most pressing first, each with the one that is proposed",
)
async def get_exceptions(call: Call) -> list[ExceptionView]:
    async with call.database.reading() as session:
        found = await exceptions_of(session, call.use(FieldServices), call.now)
    return [_exception_view(each) for each in found]


async def _shown(call: Call, ids: Sequence[UUID]) -> list[TaskView]:
    async with call.database.reading() as session:
        found = await session.scalars(select(Task).where(Task.id.in_(ids)))
        tasks = {task.id: task for task in found}
        return await show_tasks(session, [tasks[task_id] for task_id in ids], call.now, call.actor)


async def _move_view(call: Call, move_id: UUID) -> MoveView:
    async with call.database.reading() as session:
        found = select(TaskMove).where(TaskMove.move_id == move_id).order_by(TaskMove.id)
        rows = (await session.scalars(found)).all()
    tasks = await _shown(call, [row.task_id for row in rows])
    return MoveView(id=move_id, undoable=undoable(rows), tasks=tasks)


def _fits_view(task: Task, found: Fits, travel_source: str) -> FitsView:
    reps = found.reps
    return FitsView(
        task_id=task.id,
        task_version=task.version,
        duration_s=task.duration_s,
        day=found.day,
        travel_source=travel_source,
        blocked=found.blocked,
        reps=FitColumns(
            id=[fit.rep_id for fit in reps],
            code=[fit.code for fit in reps],
            version=[fit.version for fit in reps],
            rule=[ReasonView.model_validate(reason(fit.rule)) if fit.rule else None for fit in reps],
            best=[fit.best for fit in reps],
            cost_s=[fit.cost_s for fit in reps],
            gaps=[_gaps(fit) for fit in reps],
        ),
    )


def _gaps(fit: Fit) -> GapColumns:
    places = fit.places
    return GapColumns(
        after=[place.after for place in places],
        rule=[place.rule for place in places],
        start=[place.start for place in places],
        extra_s=[place.extra_s for place in places],
        late_s=[place.late_s for place in places],
        pushes_s=[place.pushes_s for place in places],
    )


def _exception_view(each: Exceptional) -> ExceptionView:
    conflict, decision = each.conflict, decision_on(each)
    return ExceptionView(
        task_id=each.task.id,
        version=each.task.version,
        kind=each.kind,
        late_s=each.late_s,
        response_due_at=each.task.response_due_at,
        way_out=_way_out_view(each.way_out) if each.way_out else None,
        conflict=DecisionView(id=conflict.id, version=conflict.version, decision=decision)
        if conflict and decision
        else None,
        escalation=each.escalation,
    )


def _way_out_view(found: WayOut) -> WayOutView:
    return WayOutView(
        rep_id=found.rep_id, day=found.day, before=found.before, **dataclasses.asdict(found.place)
    )
