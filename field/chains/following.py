"""A step of a chain has moved, or a permit has: the other steps follow.

Each look at a chain is one transaction, and changes what one step stands for: it is taken off a route because
it has to wait again, placed because it need not wait any more, or moved because what it waits for ends at
another time. What that changes is an event again, so that the chain is looked at until nothing is to be done.
One route is written at a time; no two looks wait for each other. A step is looked at behind those it waits
for, so that this comes to an end.

A step that somebody is on the way to, or at work on, stays theirs: the phone says what is missing
(:func:`field.chains.reading.require_ready_to_begin`), and people decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from field.chains.chain import WAITS, Bounds
from field.chains.reading import ChainRows, chain_by
from field.chains.tables import TaskChain
from field.dispatch.engine.route import Schedule, schedule, without
from field.dispatch.handing import retime
from field.dispatch.placement import NOBODY_ABLE, place, shelve, take_out, tell_unplaced
from field.dispatch.planning import Day, days_of, load_day, moment
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.answering import keeper_of
from field.task.tables import Task
from field.task.task import FINAL, By, Given, TaskEvent, TaskState
from field.task.timeline import departed, hint, step, tell_chain
from kernel.actors import SYSTEM
from kernel.contracts import RouteEased
from kernel.database import Database, UnitOfWork

TO_COME = (TaskState.ASSIGNED, TaskState.ACCEPTED)
UNDER_WAY = (*TO_COME, TaskState.TRAVELLING)
NOTICED = timedelta(minutes=5)
"""Whoever waits hears of another time from this difference on."""
AT_A_TIME = 200
STEP_MOVED = "step_moved"


async def follow(uow: UnitOfWork, services: FieldServices, chain_id: UUID) -> bool:
    """Look at a chain once; whether something had to be done about a step."""
    if await uow.session.get(TaskChain, chain_id, with_for_update=True) is None:
        return False
    await uow.session.flush()
    chain = await chain_by(uow.session, chain_id, afresh=True)
    assert chain is not None
    for task_id in chain.order:
        if await _follow_step(uow, services, chain, task_id):
            tell_chain(uow, chain.tasks[task_id])
            return True
    return False


async def _follow_step(uow: UnitOfWork, services: FieldServices, chain: ChainRows, task_id: UUID) -> bool:
    task = chain.tasks[task_id]
    if task.state in FINAL:
        return False
    changed = keep_bounds(uow, task, chain.bounds(task_id, uow.now))
    waits = task.waits_for
    if waits is not None and task.state in TO_COME:
        await _off_route(uow, services, task, waits)
        return True
    if task.state is TaskState.UNPLACED:
        return await _in_inbox(uow, services, task, changed)
    if waits is None and changed and task.state in UNDER_WAY:
        return await _moved(uow, services, chain, task)
    return False


def keep_bounds(uow: UnitOfWork, task: Task, bounds: Bounds) -> bool:
    """Write down what a step has to keep; whether that is other than before."""
    waits = bounds.waits_for.value if bounds.waits_for is not None else None
    before = (task.waits_for, task.not_before, task.not_after)
    if before == (waits, bounds.not_before, bounds.not_after):
        return False
    task.waits_for, task.not_before, task.not_after = waits, bounds.not_before, bounds.not_after
    hint(uow, task, inbox=task.state is TaskState.UNPLACED)
    return True


async def _in_inbox(uow: UnitOfWork, services: FieldServices, task: Task, changed: bool) -> bool:
    """What lies there for another reason, as what a dispatcher has taken back, stays with them."""
    waits, why = task.waits_for, task.unplaced_reason
    if waits is not None:
        if why == waits or why not in {NOBODY_ABLE, *WAITS}:
            return False
        shelve(uow, task, SYSTEM, waits)
        return True
    if why in WAITS or (why == NOBODY_ABLE and changed):
        await place(uow, services, task, SYSTEM)
        return True
    return False


async def _off_route(uow: UnitOfWork, services: FieldServices, task: Task, why: str) -> None:
    """The step has to wait again: it leaves its route, and a dispatcher is told why."""
    before = await _taken_back(uow, services, task, why)
    tell_unplaced(uow, task, why)
    departed(uow, task, before, "taken_back")


async def _taken_back(uow: UnitOfWork, services: FieldServices, task: Task, why: str) -> UUID:
    before = task.rep_id
    assert before is not None
    step(uow, task, TaskEvent.TAKE_BACK, By.SYSTEM, SYSTEM, Given(reason=why), reason=why)
    await take_out(uow, services, task)
    task.rep_id, task.response_due_at, task.unplaced_reason = None, None, why
    task.accepted_at = task.departed_at = None
    task.answerable_id = await keeper_of(uow.session, task)
    return before


async def _moved(uow: UnitOfWork, services: FieldServices, chain: ChainRows, task: Task) -> bool:
    """The step may begin at another time than it was planned with: the same day with that time, or, where
    that would not do, another place for it.
    """
    visit = await uow.session.get(VisitRow, task.id, populate_existing=True)
    if visit is None:
        return False
    await uow.session.flush()
    row = await uow.session.get_one(RouteRow, visit.route_id)
    rep = await uow.session.get_one(Rep, row.rep_id)
    await uow.hold(days_of(rep.id))
    day = await load_day(uow.session, services, uow.now, row.day, [rep])
    times = day.schedule(rep.id)
    if task.state in TO_COME and not _will_do(day, rep, chain, task, times):
        await _placed_again(uow, services, task)
        return True
    etas = {task_id: known.eta for task_id, known in day.visits.items()}
    stored = await day.store(uow, rep.id, day.routes[rep.id])
    for stop in stored.stops:
        other = day.tasks.get(stop.visit.task_id)
        if other is None or other.state not in TO_COME:
            continue
        if abs(moment(stop.arrive_at) - etas[other.id]) >= NOTICED:
            retime(uow, SYSTEM, other, rep, moment(stop.arrive_at))
    uow.emit(RouteEased(rep_id=rep.id))
    return True


def _will_do(day: Day, rep: Rep, chain: ChainRows, task: Task, times: Schedule) -> bool:
    """Whether the step can stay where it is: behind what it waits for where that is the same person's, over
    before its permit ends, and no reason to work late.
    """
    order = [stop.visit.task_id for stop in times.stops]
    if any(each.task_id in order[order.index(task.id) :] for each in chain.before(task.id)):
        return False
    stop = next(stop for stop in times.stops if stop.visit.task_id == task.id)
    if task.not_after is not None and moment(stop.finish_at) > task.not_after:
        return False
    shorter = schedule(without(day.routes[rep.id], task.id), day.travel, day.seconds)
    return times.overtime_s <= shorter.overtime_s


async def _placed_again(uow: UnitOfWork, services: FieldServices, task: Task) -> None:
    before = await _taken_back(uow, services, task, STEP_MOVED)
    await place(uow, services, task, SYSTEM)
    if task.rep_id != before:
        departed(uow, task, before, "reassigned" if task.rep_id else "taken_back")


async def due_chains(database: Database) -> Sequence[UUID]:
    """Chains to which time has done something: work that takes longer than planned, a permit that is over."""
    now = database.clock.now()
    async with database.reading() as session:
        overrun = (
            select(Task.chain_id)
            .join(VisitRow, VisitRow.task_id == Task.id)
            .where(Task.chain_id.is_not(None), Task.state.in_((*UNDER_WAY, TaskState.ON_SITE)))
            .where(VisitRow.ends_at < now)
        )
        over = select(Task.chain_id).where(
            Task.chain_id.is_not(None),
            Task.state.not_in(FINAL),
            Task.waits_for.is_(None),
            Task.not_after < now,
        )
        late = await session.scalars(overrun.limit(AT_A_TIME))
        found = {*late, *await session.scalars(over.limit(AT_A_TIME))}
    return sorted((chain_id for chain_id in found if chain_id is not None), key=str)
