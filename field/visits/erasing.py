"""Erasing what a task tells of a person, wherever a capability keeps something of it (:mod:`kernel.erasing`).

A finished task may still be a stop of today's route, from which the next leg is reckoned: its place becomes
its zone's. A task outside every zone has no such point, and leaves its route.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select

from field.dispatch.placement import take_out
from field.dispatch.tables import RepPosition
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL
from field.task.timeline import remember
from kernel.actors import SYSTEM, Actor
from kernel.contracts import PicturesErased
from kernel.database import Database, UnitOfWork
from kernel.errors import CurbstopError

log = structlog.get_logger(__name__)

POSITION_KEPT = timedelta(days=1)
"""A representative's last position is of use on the day only; the next report replaces it anyway."""
AT_A_TIME = 100


async def erase_task(uow: UnitOfWork, services: FieldServices, task: Task, actor: Actor) -> None:
    """Erase the personal data of a task that is finished. Doing it twice is doing it once."""
    if task.erased_at is not None:
        return
    if task.zone_id is None:
        await take_out(uow, services, task)
    files = await services.erasers.erase(uow, "task", task.id)
    task.erased_at = uow.now
    remember(uow, task, "erase", actor, task.state)
    # Whoever came along was told the address.
    stops = select(Task).where(Task.partner_id == task.id, Task.companion, Task.state.in_(FINAL))
    for beside in (await uow.session.scalars(stops)).all():
        await erase_task(uow, services, beside, actor)
    if files:
        uow.emit(PicturesErased(blob_ids=tuple(sorted(files))))


async def erase_lapsed(database: Database, services: FieldServices, retention: timedelta) -> int:
    """Erase tasks that no request asked for, ``retention`` after they were finished, or at once where they
    are steps of a chain whose customer is erased; how many that were.
    """
    async with database.reading() as session:
        forgotten = select(Task.chain_id).where(
            Task.chain_id.is_not(None), Task.request_id.is_not(None), Task.erased_at.is_not(None)
        )
        query = (
            select(Task.id)
            .where(Task.erased_at.is_(None), Task.request_id.is_(None), Task.state.in_(FINAL))
            .where((Task.finished_at < database.clock.now() - retention) | Task.chain_id.in_(forgotten))
            .order_by(Task.finished_at)
            .limit(AT_A_TIME)
        )
        lapsed = (await session.scalars(query)).all()
    done = 0
    for task_id in lapsed:
        try:
            await database.run(_erase_one, services, task_id)
            done += 1
        except CurbstopError as refusal:  # the others need not wait for it; the next sweep tries again
            log.warning("retention_skipped", task=str(task_id), code=refusal.code)
    return done


async def _erase_one(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> None:
    task = await uow.session.get_one(Task, task_id, with_for_update=True)
    await erase_task(uow, services, task, SYSTEM)
    await uow.audit(SYSTEM, "task_erased", f"task:{task.id}")


async def forget_positions(uow: UnitOfWork) -> None:
    """Nobody needs to know where a representative was yesterday."""
    await uow.session.execute(delete(RepPosition).where(RepPosition.at < uow.now - POSITION_KEPT))
