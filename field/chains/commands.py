"""What dispatchers do with chains: make one of a task, add a step or a link, take a link away."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, select

from field.chains.chain import (
    LONGEST_LAG_MIN,
    MOST_STEPS,
    Link,
    Linked,
    PermitKind,
    Wait,
    bounds_of,
    link_faults,
)
from field.chains.reading import ChainRows, chain_by, plain
from field.chains.tables import ChainLink, ChainStep, ChainTemplate, TaskChain
from field.dispatch.commands import NewTask, create_task, task_to_change
from field.forms.closing import TYPE_CODE
from field.forms.tables import TaskType
from field.grid.tables import Zone
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, TaskFinished, TaskState
from field.task.timeline import remember
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound, Refused

SPARE: Final = timedelta(hours=2)
"""How much sooner than reckoned a step before somebody's window may be done."""
AFTER: Final = timedelta(days=2)
"""How long after the step before is over a later one may be put off."""

Side = Literal["before", "after"]


class ChainInvalid(Invalid):
    """These tasks cannot hang together like that."""

    code = "chain_invalid"


class ChainStands(Refused):
    """This task is a step of a chain already; add to it instead."""

    code = "chain_stands"


@dataclasses.dataclass(frozen=True)
class NewStep:
    """A step that is to be made: a task type's code, minutes after the step before, kinds of permit."""

    type: str
    lag_min: int = 0
    permits: Sequence[str] = ()


async def make_chain(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task_id: UUID,
    version: int | None,
    template: str,
    number: int | None,
) -> UUID:
    """Make a task into a chain after a template; it becomes step ``number`` of it, from 0.

    ``number`` None: the first step of the task's own type. The others are made as tasks at the same place.

    Raises:
        ChainInvalid: with every fault: no such template, or none that anything new is made of; no step for
            this task; types that are gone.
        ChainStands, TaskFinished, NotFound, StaleVersion.
    """
    task = await task_to_change(uow, task_id, version)
    if task.state in FINAL:
        raise TaskFinished(event="chain", state=task.state.value)
    if task.chain_id is not None:
        raise ChainStands()
    known = await uow.session.get(ChainTemplate, template) if TYPE_CODE.fullmatch(template) else None
    if known is None or not known.active:
        raise ChainInvalid(faults=[Fault("template_unknown", "body.template")])
    steps = [NewStep(each["type"], each["lag_min"], each["permits"]) for each in known.steps]
    of_type = (place for place, each in enumerate(steps) if each.type == task.type)
    at = next(of_type, None) if number is None else number
    faults = await _type_faults(uow, [each.type for place, each in enumerate(steps) if place != at])
    if at is None or not 0 <= at < len(steps):
        faults.append(Fault("no_step_for_task", "body.step"))
    if faults or at is None:
        raise ChainInvalid(faults=faults)
    chain = await _begin(uow, actor, task, template)
    tasks: list[Task] = []
    for place, new in enumerate(steps):
        if place == at:
            tasks.append(task)
            await _add_step(uow, chain, task, place, new.permits)
            continue
        window = _window(task, steps, at, place, await _lengths(uow, task, steps, at), uow.now)
        tasks.append(await _make_step(uow, services, actor, chain, task, new, place, window, place > 0))
    for before, after, new in zip(tasks, tasks[1:], steps[1:], strict=False):
        uow.session.add(
            ChainLink(predecessor_id=before.id, successor_id=after.id, chain_id=chain.id, lag_min=new.lag_min)
        )
    await uow.session.flush()
    remember(uow, task, "chain", actor, task.state, what=template)
    await uow.audit(actor, "make_chain", f"task:{task.id}", template=template, steps=len(steps))
    return chain.id


async def add_step(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task_id: UUID,
    version: int | None,
    side: Side,
    new: NewStep,
) -> UUID:
    """Make a task of a type as a step right before or behind another; the chain's id.

    Raises:
        ChainInvalid: with every fault, as :func:`field.chains.chain.link_faults` says; an unknown type.
        TaskFinished, NotFound, StaleVersion.
    """
    task = await task_to_change(uow, task_id, version)
    known = await _chain_of(uow, task)
    count = len(known.steps) if known else 1
    faults = await _type_faults(uow, [new.type])
    if task.state in FINAL and not (side == "after" and task.state is TaskState.DONE):
        raise TaskFinished(event="chain", state=task.state.value)
    if side == "before" and task.arrived_at is not None:
        faults.append(Fault("step_begun", "body.side"))
    if count + 1 > MOST_STEPS:
        faults.append(Fault("too_many_steps", "body.side", params={"most": MOST_STEPS}))
    if faults:
        raise ChainInvalid(faults=faults)
    row = known.row if known else await _begin(uow, actor, task, "")
    if known is None:
        await _add_step(uow, row, task, 0, ())
    steps = [NewStep(task.type), new] if side == "after" else [new, NewStep(task.type)]
    at = 0 if side == "after" else 1
    lengths = await _lengths(uow, task, steps, at)
    window = _window(task, steps, at, 1 - at, lengths, uow.now)
    number = await _next_number(uow, row.id)
    made = await _make_step(uow, services, actor, row, task, new, number, window, side == "after")
    before, after = (task, made) if side == "after" else (made, task)
    uow.session.add(
        ChainLink(predecessor_id=before.id, successor_id=after.id, chain_id=row.id, lag_min=new.lag_min)
    )
    row.changed_at = uow.now
    await uow.session.flush()
    remember(uow, task, "chain", actor, task.state, what=side)
    await uow.audit(actor, "add_chain_step", f"task:{task.id}", chain=str(row.id), side=side, type=new.type)
    return row.id


async def add_beside(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    type: str,
    window: tuple[datetime, datetime],
) -> Task:
    """Make a task of a type in the same chain that waits for nothing: somebody comes within ``window``.

    Raises:
        ChainInvalid: with every fault.
    """
    known = await _chain_of(uow, task)
    faults = await _type_faults(uow, [type])
    if known is not None and len(known.steps) + 1 > MOST_STEPS:
        faults.append(Fault("too_many_steps", "body.side", params={"most": MOST_STEPS}))
    if faults:
        raise ChainInvalid(faults=faults)
    row = await begin_alone(uow, actor, task)
    number = await _next_number(uow, row.id)
    made = await _make_step(uow, services, actor, row, task, NewStep(type), number, window, False)
    row.changed_at = uow.now
    return made


async def link_tasks(
    uow: UnitOfWork, actor: Actor, predecessor: UUID, successor: UUID, lag_min: int, version: int | None
) -> UUID:
    """Have a task wait for another; the chain's id. ``version``: of the successor, as it was seen.

    Raises:
        ChainInvalid: with every fault, as :func:`field.chains.chain.link_faults` says.
        NotFound, StaleVersion.
    """
    tasks = {
        task.id: task
        for task in await uow.session.scalars(
            select(Task).where(Task.id.in_({predecessor, successor})).order_by(Task.id).with_for_update()
        )
    }
    if predecessor not in tasks or successor not in tasks:
        raise NotFound()
    check_version(tasks[successor], version)
    chains = [chain for task in tasks.values() if (chain := await _chain_of(uow, task)) is not None]
    links = {(link.predecessor, link.successor): link for chain in chains for link in plain(chain.links)}
    steps = {*tasks, *(step for chain in chains for step in chain.steps)}
    linked = {task.id: await _linked(uow, task) for task in tasks.values()}
    new = Link(predecessor, successor, lag_min)
    faults = link_faults(list(links.values()), new, linked, len(steps))
    if not 0 <= lag_min <= LONGEST_LAG_MIN:
        faults.append(("lag_min", "lag_out_of_range"))
    if faults:
        raise ChainInvalid(faults=[Fault(code, f"body.{end}") for end, code in faults])
    first, second = tasks[predecessor], tasks[successor]
    root = second if second.request_id is not None and first.request_id is None else first
    row = chains[0].row if chains else await _begin(uow, actor, root, "")
    for task in (first, second):
        if task.id not in {step for known in chains for step in known.steps}:
            await _add_step(uow, row, task, await _next_number(uow, row.id), ())
    uow.session.add(
        ChainLink(predecessor_id=first.id, successor_id=second.id, chain_id=row.id, lag_min=lag_min)
    )
    row.changed_at = uow.now
    await uow.session.flush()
    remember(uow, second, "chain", actor, second.state, what="linked")
    await uow.audit(actor, "link_tasks", f"task:{second.id}", after=str(first.id), lag_min=lag_min)
    return row.id


async def unlink_tasks(
    uow: UnitOfWork, actor: Actor, chain_id: UUID, predecessor: UUID, successor: UUID, version: int | None
) -> None:
    """The successor no longer waits for that step. Raises NotFound, StaleVersion (of the successor)."""
    link = await uow.session.get(ChainLink, (predecessor, successor))
    if link is None or link.chain_id != chain_id:
        raise NotFound()
    task = await task_to_change(uow, successor, version)
    await uow.session.delete(link)
    row = await uow.session.get_one(TaskChain, chain_id)
    row.changed_at = uow.now
    await uow.session.flush()
    remember(uow, task, "chain", actor, task.state, what="unlinked")
    await uow.audit(actor, "unlink_tasks", f"task:{successor}", after=str(predecessor))


async def begin_alone(uow: UnitOfWork, actor: Actor, task: Task) -> TaskChain:
    """The task's chain; where there is none, one of this task alone, for what hangs on chains."""
    if task.chain_id is not None:
        return await uow.session.get_one(TaskChain, task.chain_id, with_for_update=True)
    chain = await _begin(uow, actor, task, "")
    await _add_step(uow, chain, task, 0, ())
    return chain


async def _begin(uow: UnitOfWork, actor: Actor, task: Task, template: str) -> TaskChain:
    chain = TaskChain(id=task.id, template=template, made_at=uow.now, made_by_id=actor.id, changed_at=uow.now)
    uow.session.add(chain)
    await uow.session.flush()
    return chain


async def _add_step(
    uow: UnitOfWork, chain: TaskChain, task: Task, number: int, permits: Sequence[str]
) -> None:
    task.chain_id = chain.id
    uow.session.add(ChainStep(task_id=task.id, chain_id=chain.id, number=number, permits=list(permits)))
    await uow.session.flush()


async def _make_step(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    chain: TaskChain,
    task: Task,
    new: NewStep,
    number: int,
    window: tuple[datetime, datetime],
    waits: bool,
) -> Task:
    """A task of the step's type, where the chain's task is. Who the customer is stays with theirs."""
    kind = await uow.session.get_one(TaskType, new.type)
    needed = {PermitKind(each) for each in new.permits}
    wait = Wait.PREDECESSOR_UNPLANNED if waits else bounds_of((), needed, (), 0, uow.now).waits_for
    made = await create_task(
        uow,
        services,
        actor,
        NewTask(
            category=kind.category,
            type=kind.code,
            severity=task.severity,
            skill=kind.skill,
            level=kind.level,
            duration_s=kind.duration_s,
            priority=task.priority,
            address=task.address,
            lon=task.lon,
            lat=task.lat,
            window_start=window[0],
            window_end=window[1],
        ),
        chain_id=chain.id,
        waits_for=wait.value if wait else None,
    )
    await uow.session.flush()
    await _add_step(uow, chain, made, number, new.permits)
    return made


async def _lengths(uow: UnitOfWork, task: Task, steps: Sequence[NewStep], at: int) -> list[timedelta]:
    """How long each step takes, with the lag before it."""
    codes = [each.type for each in steps]
    found = await uow.session.execute(
        select(TaskType.code, TaskType.duration_s).where(TaskType.code.in_(codes))
    )
    seconds = {code: duration for code, duration in found}
    lengths = [timedelta(seconds=seconds.get(each.type, 0), minutes=each.lag_min) for each in steps]
    lengths[at] = timedelta(seconds=task.duration_s, minutes=steps[at].lag_min)
    return lengths


def _window(
    task: Task, steps: Sequence[NewStep], at: int, place: int, lengths: Sequence[timedelta], now: datetime
) -> tuple[datetime, datetime]:
    """When a step may begin. Before somebody's promised window no sooner than it takes: nobody's water is
    turned off days before the repair. Behind it, whenever the step before is over, for some days.
    """
    if place < at:
        ahead = sum(lengths[place:at], steps[at].lag_min * timedelta(minutes=1))
        return max(now, task.window_start - ahead - SPARE), max(task.window_end, now + ahead + SPARE)
    behind = sum(lengths[at:place], timedelta())
    return now, max(task.window_end, now) + behind + AFTER


async def _type_faults(uow: UnitOfWork, codes: Sequence[str]) -> list[Fault]:
    active = set(await uow.session.scalars(select(TaskType.code).where(TaskType.active)))
    return [
        Fault("task_type_unknown", "body.type", params={"type": code})
        for code in dict.fromkeys(codes)
        if code not in active
    ]


async def _chain_of(uow: UnitOfWork, task: Task) -> ChainRows | None:
    return None if task.chain_id is None else await chain_by(uow.session, task.chain_id)


async def _linked(uow: UnitOfWork, task: Task) -> Linked:
    zone = await uow.session.get(Zone, task.zone_id) if task.zone_id is not None else None
    return Linked(task.state, zone.station if zone is not None else None, task.chain_id)


async def _next_number(uow: UnitOfWork, chain_id: UUID) -> int:
    most = await uow.session.scalar(select(func.max(ChainStep.number)).where(ChainStep.chain_id == chain_id))
    return 0 if most is None else most + 1
