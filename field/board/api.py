"""Tasks, as dispatchers see and move them."""

from __future__ import annotations

from uuid import UUID

from field.board.bodies import (
    AssignmentBody,
    ChangesQuery,
    NewTaskBody,
    NoteBody,
    PlaceBody,
    ReasonBody,
    TaskQuery,
)
from field.board.overview import read_changes, read_overview
from field.board.overview_views import ChangesView, OverviewView
from field.board.queries import TaskFilter, list_inbox, list_tasks, task_by_id
from field.board.shown import show_task, show_tasks
from field.board.views import PassedOverView, ProposalsView, ProposalView, TaskDetailView, TaskView
from field.callers import CONSOLE, DISPATCHER, PARTIES, is_console
from field.dispatch.addressing import AddressUnsure
from field.dispatch.commands import (
    NewTask,
    RepUnable,
    TaskWaits,
    assign_task,
    cancel_task,
    create_task,
    set_place,
    settle_task,
    take_back,
    task_to_change,
)
from field.dispatch.companion import NotTheLead
from field.dispatch.placement import NO_PLACE, described, search, whereabouts
from field.forms.closing import MayNotClose, type_of
from field.forms.queries import TypeUnknown, usual_for
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.spans import WindowsInvalid, require_windows
from field.task.tables import Task
from field.task.task import NoteMissing, PlaceMissing, ReasonMissing, TaskFinished, TaskMoveRefused
from kernel.database import UnitOfWork
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call

api = Api("field")

USUAL = {"severity": "minor", "level": 1, "duration_s": 1800, "clock_s": None}
"""Of a task of which only the category is said."""

MOVES = (StaleVersion, TaskMoveRefused, TaskFinished)


async def shown(call: Call, task_id: UUID) -> TaskDetailView:
    """The task after what was done to it."""
    async with call.database.reading() as session:
        return await show_task(session, await task_by_id(session, task_id), call.now, call.actor)


@api.get("/api/board", who=CONSOLE, summary="All that the console shows, in one reading", compressed=True)
async def get_board(call: Call) -> OverviewView:
    async with call.database.reading() as session:
        return await read_overview(session, call.use(FieldServices), call.now)


@api.get(
    "/api/board/changes",
    who=CONSOLE,
    summary="What became of some tasks and representatives",
    compressed=True,
)
async def get_board_changes(call: Call, query: ChangesQuery) -> ChangesView:
    services = call.use(FieldServices)
    async with call.database.reading() as session:
        return await read_changes(session, services, call.now, query.tasks, query.reps)


@api.get("/api/tasks", who=CONSOLE, summary="Tasks in the order in which they came in")
async def get_tasks(call: Call, query: TaskQuery) -> list[TaskView]:
    wanted = TaskFilter(
        states=(query.state,) if query.state else (),
        open_only=query.open,
        late_only=query.late,
        rep_id=query.rep_id,
        zone=query.zone,
        after=query.after,
        limit=query.limit,
    )
    async with call.database.reading() as session:
        tasks = await list_tasks(session, wanted, call.now)
        return await show_tasks(session, tasks, call.now, call.actor)


@api.get("/api/inbox", who=CONSOLE, summary="Tasks that wait for a dispatcher, the most urgent first")
async def get_inbox(call: Call) -> list[TaskView]:
    async with call.database.reading() as session:
        return await show_tasks(session, await list_inbox(session), call.now, call.actor)


@api.get("/api/tasks/{task_id}", who=PARTIES, summary="A task with its reasons and its timeline")
async def get_task(call: Call, task_id: UUID) -> TaskDetailView:
    async with call.database.reading() as session:
        task = await task_by_id(session, task_id)
        if not is_console(call.actor):
            rep = await session.get(Rep, task.rep_id) if task.rep_id else None
            if rep is None or rep.staff_id != call.actor.id:
                raise NotFound()
        return await show_task(session, task, call.now, call.actor)


@api.post(
    "/api/tasks",
    who=DISPATCHER,
    summary="Create a task and place it",
    status=201,
    errors=(TypeUnknown, WindowsInvalid),
)
async def post_task(call: Call, body: NewTaskBody) -> TaskDetailView:
    async with call.database.glance() as session:
        begun = await usual_for(session, body.type or type_of(body.category or ""))
    if body.type is None:
        begun |= USUAL
    given = body.model_dump(exclude={"customer_name", "customer_phone", "type", "windows"}, exclude_none=True)
    windows = require_windows([(each.start, each.end) for each in body.windows], call.now)
    customer = {"name": body.customer_name, "phone": body.customer_phone, "language": ""}
    job = NewTask(**(begun | given), windows=windows, customer=customer)
    task = await call.database.run(create_task, call.use(FieldServices), call.actor, job)
    return await shown(call, task.id)


@api.patch(
    "/api/tasks/{task_id}",
    who=DISPATCHER,
    summary="Say where an inbox task is; it is then placed by itself",
    errors=(*MOVES, PlaceMissing, AddressUnsure),
)
async def patch_task(call: Call, task_id: UUID, body: PlaceBody) -> TaskDetailView:
    services, actor, place = call.use(FieldServices), call.actor, body.place

    async def command(uow: UnitOfWork) -> None:
        task = await task_to_change(uow, task_id, body.version)
        await set_place(uow, services, actor, task, place.lon, place.lat, place.address)

    await call.database.run(command)
    return await shown(call, task_id)


@api.get("/api/tasks/{task_id}/proposals", who=CONSOLE, summary="The best three places for a task, and why")
async def get_proposals(call: Call, task_id: UUID) -> ProposalsView:
    services = call.use(FieldServices)
    async with call.database.reading() as session:
        task: Task = await task_by_id(session, task_id)
        zone_id, reason = await whereabouts(session, services, task)
        if reason is not None and reason in (NO_PLACE, task.waits_for):
            return ProposalsView(
                task_id=task.id,
                task_version=task.version,
                day=None,
                travel_source=services.travel.source,
                unplaced_reason=reason,
                best=[],
                passed_over=[],
            )
        searched = await search(session, services, task, zone_id, call.now)
    return ProposalsView(
        task_id=task.id,
        task_version=task.version,
        day=searched.day,
        travel_source=services.travel.source,
        unplaced_reason=reason,
        best=[
            ProposalView.model_validate(described(proposal, searched.name_of(proposal.rep_id)))
            for proposal in searched.found.best
        ],
        passed_over=[PassedOverView.model_validate(passed) for passed in searched.told()["passed_over"]],
        others=dict(searched.found.others),
    )


@api.post(
    "/api/tasks/{task_id}/assignment",
    who=DISPATCHER,
    summary="Give a task to the representative of the dispatcher's choice",
    errors=(*MOVES, RepUnable, PlaceMissing, TaskWaits),
)
async def post_assignment(call: Call, task_id: UUID, body: AssignmentBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> None:
        task = await task_to_change(uow, task_id, body.version)
        await assign_task(uow, services, actor, task, body.rep_id, overrule=body.overrule)

    await call.database.run(command)
    return await shown(call, task_id)


@api.post(
    "/api/tasks/{task_id}/return",
    who=DISPATCHER,
    summary="Take an assignment back into the inbox",
    errors=(*MOVES, ReasonMissing, NotTheLead),
)
async def post_return(call: Call, task_id: UUID, body: ReasonBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> None:
        await take_back(uow, services, actor, await task_to_change(uow, task_id, body.version), body.reason)

    await call.database.run(command)
    return await shown(call, task_id)


@api.post(
    "/api/tasks/{task_id}/settlement",
    who=DISPATCHER,
    summary="Finish an escalated task without a further visit",
    errors=(*MOVES, NoteMissing, MayNotClose),
)
async def post_settlement(call: Call, task_id: UUID, body: NoteBody) -> TaskDetailView:
    actor = call.actor

    async def command(uow: UnitOfWork) -> None:
        await settle_task(uow, actor, await task_to_change(uow, task_id, body.version), body.note)

    await call.database.run(command)
    return await shown(call, task_id)


@api.post(
    "/api/tasks/{task_id}/cancellation",
    who=DISPATCHER,
    summary="Cancel a task",
    errors=(*MOVES, ReasonMissing, NotTheLead),
)
async def post_cancellation(call: Call, task_id: UUID, body: ReasonBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> None:
        await cancel_task(uow, services, actor, await task_to_change(uow, task_id, body.version), body.reason)

    await call.database.run(command)
    return await shown(call, task_id)
