"""Erasing what a task tells of a person.

What stays is what the work was: fault, skill, times, who did it, and the zone. The place becomes the zone's:
a point inside it that says nothing more, because a finished task may still be a stop of today's route, from
which the next leg is reckoned. A task outside every zone has no such point, and leaves its route.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from geoalchemy2.shape import to_shape
from sqlalchemy import delete, select

from field.dispatch.placement import take_out
from field.dispatch.tables import RepPosition
from field.grid.store import point_of
from field.grid.tables import Zone
from field.services import FieldServices
from field.task.tables import Conflict, Proof, Task, TaskEntry
from field.task.task import FINAL
from field.task.timeline import remember
from kernel.actors import SYSTEM, Actor
from kernel.contracts import PicturesErased
from kernel.database import Database, UnitOfWork
from kernel.errors import CurbstopError
from kernel.outbox import forget_private

log = structlog.get_logger(__name__)

KEPT_OF_STEPS = frozenset({"rep", "rep_name", "to", "what"})
"""What is kept of a timeline's lines: who, but no words. A reason that the house itself gave is a code."""
POSITION_KEPT = timedelta(days=1)
"""A representative's last position is of use on the day only; the next report replaces it anyway."""
AT_A_TIME = 100


async def erase_task(uow: UnitOfWork, services: FieldServices, task: Task, actor: Actor) -> None:
    """Erase the personal data of a task that is finished. Doing it twice is doing it once."""
    if task.erased_at is not None:
        return
    await _coarsen(uow, services, task)
    task.address = task.note = task.escalation_reason = ""
    task.customer = {"name": "", "phone": "", "language": task.customer.get("language", "")}
    task.evidence, task.placement = [], {}
    for entry in await uow.session.scalars(select(TaskEntry).where(TaskEntry.task_id == task.id)):
        entry.detail = _without_words(entry)
    for conflict in await uow.session.scalars(select(Conflict).where(Conflict.task_id == task.id)):
        conflict.acts = [act | {"note": "", "reason": "", "proofs": []} for act in conflict.acts]
    files = set(await uow.session.scalars(select(Proof.blob_id).where(Proof.task_id == task.id)))
    await uow.session.execute(delete(Proof).where(Proof.task_id == task.id))
    await forget_private(uow.session, task.id)
    task.erased_at = uow.now
    remember(uow, task, "erase", actor, task.state)
    if files:
        uow.emit(PicturesErased(blob_ids=tuple(sorted(files))))


async def _coarsen(uow: UnitOfWork, services: FieldServices, task: Task) -> None:
    """Nothing finer than the zone."""
    zone = await uow.session.get(Zone, task.zone_id) if task.zone_id else None
    if zone is None:
        await take_out(uow, services, task)
        task.lon = task.lat = task.point = None
        return
    inside = to_shape(zone.area).representative_point()
    task.lon, task.lat = inside.x, inside.y
    task.point = point_of(inside.x, inside.y)


def _without_words(entry: TaskEntry) -> dict[str, Any]:
    kept = KEPT_OF_STEPS | ({"reason"} if entry.actor_kind == "system" else set())
    return {name: value for name, value in entry.detail.items() if name in kept}


async def erase_lapsed(database: Database, services: FieldServices, retention: timedelta) -> int:
    """Erase tasks that no request asked for, ``retention`` after they were finished; how many that were."""
    async with database.reading() as session:
        query = (
            select(Task.id)
            .where(Task.erased_at.is_(None), Task.request_id.is_(None), Task.state.in_(FINAL))
            .where(Task.finished_at < database.clock.now() - retention)
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
