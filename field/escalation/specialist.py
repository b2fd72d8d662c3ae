"""A second task for a specialist, made out of an escalation in one go: before, after or together with it.

The task itself goes back to the representative who escalated it: the customer's page goes on with the face it
knows. What the two have to do with each other is a chain (:mod:`field.chains`).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select

from field.chains.commands import NewStep, add_beside, add_step
from field.chains.following import keep_bounds
from field.chains.reading import chain_by
from field.dispatch.commands import assign_task
from field.dispatch.tables import VisitRow
from field.dispatch.terms import PREFER, policy_of, wishes_of
from field.escalation.commands import end_escalation, open_one
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.timeline import remember
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import Refused

TOGETHER: Final = timedelta(minutes=15)
"""So much sooner or later than the representative a specialist may begin who comes together with them."""
KNOWS: Final = "knows_place"


class Order(StrEnum):
    """When the specialist comes, as the task sees it."""

    BEFORE = "before"
    AFTER = "after"
    TOGETHER = "together"


class SpecialistUnplaced(Refused):
    """Nobody who is able has time for the task that has to come first; choose another order or kind."""

    code = "specialist_unplaced"


class RepGone(Refused):
    """The representative who escalated this is no longer at work; assign the task to somebody else."""

    code = "rep_gone"


async def call_specialist(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    escalation_id: UUID,
    version: int | None,
    type: str,
    order: Order,
) -> UUID:
    """Make the specialist's task, and give the escalated one back to its representative; the new one's id.

    Raises:
        ChainInvalid: with every fault.
        SpecialistUnplaced: it would have to come first, and can be planned with nobody.
        RepGone, TaskWaits, PlaceMissing: the task cannot go back.
        EscalationMoved, NotFound, StaleVersion.
    """
    row, task, rep = await open_one(uow, escalation_id, version)
    if not rep.active:
        raise RepGone()
    # The work begins anew; wherever it is planned again, who knows the place is wished for.
    task.accepted_at = task.departed_at = task.arrived_at = None
    bonus_s = (await policy_of(uow.session)).preferred_s
    preferred = {**task.wishes.get(PREFER, {}), str(rep.id): KNOWS}
    task.wishes = {**wishes_of([(rep.id, PREFER, KNOWS)], bonus_s), **task.wishes, PREFER: preferred}
    task.answerable_id = actor.id
    if order is Order.TOGETHER:
        made = await _together(uow, services, actor, task, rep, type)
    elif order is Order.AFTER:
        made = await _linked(uow, services, actor, task, type, "after")
        await _back(uow, services, actor, task, rep)
    else:
        made = await _linked(uow, services, actor, task, type, "before")
        await _behind(uow, services, actor, task, rep, made)
    end_escalation(uow, row, rep)
    remember(uow, task, "specialist", actor, task.state, what=order.value, made=str(made.id))
    await uow.audit(actor, "call_specialist", f"task:{task.id}", order=order.value, made=str(made.id))
    return made.id


async def _linked(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, type: str, side: str
) -> Task:
    new = NewStep(type)
    chain_id = await add_step(
        uow, services, actor, task.id, None, "before" if side == "before" else "after", new
    )
    newest = select(Task).where(Task.chain_id == chain_id).order_by(Task.id.desc()).limit(1)
    return (await uow.session.scalars(newest)).one()


async def _back(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, rep: Rep) -> None:
    await assign_task(uow, services, actor, task, rep.id, overrule=True)
    await uow.session.flush()


async def _behind(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, rep: Rep, made: Task
) -> None:
    """The task is planned behind the specialist's, as the chain would have it follow."""
    if made.rep_id is None:
        raise SpecialistUnplaced(reason=made.unplaced_reason or "")
    await uow.session.flush()
    assert task.chain_id is not None
    chain = await chain_by(uow.session, task.chain_id, afresh=True)
    assert chain is not None
    keep_bounds(uow, task, chain.bounds(task.id, uow.now))
    await _back(uow, services, actor, task, rep)


async def _together(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, rep: Rep, type: str
) -> Task:
    """Two tasks, one window: the specialist's begins about when the representative's does."""
    await _back(uow, services, actor, task, rep)
    visit = await uow.session.get_one(VisitRow, task.id, populate_existing=True)
    window = max(visit.starts_at - TOGETHER, uow.now), visit.starts_at + TOGETHER
    return await add_beside(uow, services, actor, task, type, window)
