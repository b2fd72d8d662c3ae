"""Photos of finished work, and where representatives are: what phones send beside their actions."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.planning import usual_hours
from field.dispatch.tables import RepPosition, Shift
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Proof, Task, TaskEntry
from field.task.task import TaskEvent
from field.task.timeline import hint
from field.visits.commands import rep_of
from kernel.actors import Actor
from kernel.database import BESIDE_OTHERS, UnitOfWork
from kernel.errors import Gone, NotFound, Refused
from kernel.pictures.blobs import BlobRef
from kernel.pictures.pictures import CleanPicture
from kernel.pictures.removal import let_go

HINT_EVERY = timedelta(seconds=10)
"""Open maps are told of a representative's moves no more often than this."""


class TaskErased(Gone):
    """What belongs to this task was erased; nothing is kept with it any more."""

    code = "task_erased"


class OffShift(Refused):
    """Positions are taken during the shift only; this one was not kept."""

    code = "off_shift_position"


async def had_task(session: AsyncSession, rep: Rep, task: Task) -> bool:
    """Whether the task is, or ever was, this representative's."""
    if task.rep_id == rep.id or str(rep.id) in task.refused_by:
        return True
    given = (TaskEvent.PLACE, TaskEvent.ASSIGN, TaskEvent.REASSIGN)
    lines = await session.scalars(
        select(TaskEntry).where(TaskEntry.task_id == task.id, TaskEntry.kind.in_(given))
    )
    return any(line.detail.get("rep") == str(rep.id) for line in lines)


async def once_own_task(
    session: AsyncSession, actor: Actor, task_id: UUID, lock: dict[str, bool] | None = None
) -> tuple[Rep, Task]:
    """The task, if it is or was the actor's own: whoever stood at the door may prove what was done there.

    ``lock``: SQLAlchemy's ``with_for_update``, for commands only.

    Raises:
        NotFound: it never was, or there is none.
    """
    rep = await rep_of(session, actor)
    task = await session.get(Task, task_id, with_for_update=lock)
    if task is None or not await had_task(session, rep, task):
        raise NotFound()
    return rep, task


async def proof_sent_before(session: AsyncSession, task_id: UUID, client_id: UUID) -> Proof | None:
    """The photo with the phone's id, when it has arrived already."""
    query = select(Proof).where(Proof.task_id == task_id, Proof.client_id == client_id)
    return (await session.scalars(query)).first()


async def add_proof(
    uow: UnitOfWork, actor: Actor, task_id: UUID, client_id: UUID, picture: CleanPicture, stored: BlobRef
) -> Proof:
    """Keep a photo with its task. The same photo sent twice is one.

    Raises:
        TaskErased: a phone that was away for long sends what nobody may keep any more.
    """
    rep, task = await once_own_task(uow.session, actor, task_id, BESIDE_OTHERS)
    if task.erased_at is not None:
        raise TaskErased()
    proof = await proof_sent_before(uow.session, task_id, client_id)
    if proof is None:
        proof = Proof(
            id=uow.new_id(),
            task_id=task.id,
            client_id=client_id,
            rep_id=rep.id,
            at=uow.now,
            blob_id=stored.id,
            media_type=stored.media_type,
            width=picture.width,
            height=picture.height,
        )
        uow.session.add(proof)
        await uow.session.flush()
        hint(uow, task)
    elif proof.blob_id != stored.id:  # it came twice at once, and differently
        await let_go(uow, stored.id)
    return proof


async def report_position(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    lon: float,
    lat: float,
    accuracy_m: float | None,
    at: datetime | None,
) -> None:
    """Remember where a representative is. An older report than the one kept changes nothing.

    Raises:
        OffShift: nobody is followed outside of working hours.
    """
    rep = await rep_of(uow.session, actor)
    seen_at = min(at or uow.now, uow.now)
    day = services.day_of(seen_at)
    shift = (await uow.session.scalars(select(Shift).where(Shift.rep_id == rep.id, Shift.day == day))).first()
    start, end = (shift.start_at, shift.end_at) if shift else usual_hours(services, rep, day)
    if not start <= seen_at < end:
        raise OffShift()
    position = await uow.session.get(RepPosition, rep.id)
    if position is not None and position.at >= seen_at:
        return
    told = position is not None and seen_at - position.at < HINT_EVERY
    if position is None:
        position = RepPosition(rep_id=rep.id)
        uow.session.add(position)
    position.lon, position.lat, position.accuracy_m, position.at = lon, lat, accuracy_m, seen_at
    if not told:
        uow.changed("position", rep.id, "reps")
