"""Who answers for a task that nobody has."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.task.escalation import Answerable, NobodyToEscalateTo, escalation_target
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Role
from kernel.identity.staff import Staff


async def answerable_staff(session: AsyncSession) -> list[Answerable]:
    """Everybody to whom a task could be escalated, with how many they have already."""
    open_now = (
        await session.execute(
            select(Task.answerable_id, func.count())
            .where(Task.state == TaskState.ESCALATED)
            .group_by(Task.answerable_id)
        )
    ).all()
    counts = {staff_id: count for staff_id, count in open_now}
    wanted = {Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN}
    people = await session.scalars(select(Staff).where(Staff.active))
    return [
        Answerable(person.id, tuple(person.roles), open_escalations=counts.get(person.id, 0))
        for person in people
        if not wanted.isdisjoint(person.roles)
    ]


async def keeper_of(session: AsyncSession, task: Task) -> UUID:
    """Who answers for a task in the inbox: who does already, if that is somebody who works there.

    Where nobody does, it stays with whoever has had it: nothing is without an answerable person.
    """
    staff = await answerable_staff(session)
    if task.answerable_id in {person.staff_id for person in staff}:
        return task.answerable_id
    try:
        return escalation_target(staff)
    except NobodyToEscalateTo:
        return task.answerable_id
