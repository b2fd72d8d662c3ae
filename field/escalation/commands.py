"""What becomes of escalations: put to somebody, climbing with time, taken, passed on, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.commands import assign_task
from field.escalation import ladder as rungs
from field.escalation.ladder import (
    SET_BACK,
    ClimbEvent,
    ClimbState,
    EscalationKind,
    EscalationMoved,
    Ladder,
    Span,
    Stand,
)
from field.escalation.people import Standing, standing, working_hours
from field.escalation.rules import kept, ladder_for, ladder_of
from field.escalation.tables import Escalation
from field.grid.tables import Rep, Zone
from field.grid.territory.tables import Absence
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from field.task.timeline import remember
from kernel.actors import SYSTEM, Actor
from kernel.contracts import TaskEscalated
from kernel.database import Database, UnitOfWork, check_version
from kernel.errors import NotFound
from kernel.i18n import text
from kernel.identity.staff import Staff
from kernel.jobs import one_by_one
from kernel.push.commands import send_push

RESOURCE = "escalation"
KEPT_ASKED: Final = 40
"""So many of those who were asked are kept; on the last rung it goes round and round."""
LASTS = timedelta(hours=1)


async def open_escalation(
    uow: UnitOfWork, services: FieldServices, task: Task, rep: Rep, kind: EscalationKind
) -> Escalation:
    """Put a task of this representative's to whom the rules say. The caller moves the task.

    Raises:
        NobodyToEscalateTo: there is no dispatcher, supervisor or admin either.
    """
    ladder = await ladder_for(uow.session, kind, await _station(uow.session, task, rep), task.category)
    known = await standing(uow.session, services, ladder, task, rep, uow.now)
    stand = rungs.begun(ladder, known.people, uow.now, await _open_at(uow, services, ladder, task, rep))
    before = Escalation.task_id == task.id, Escalation.ended_at.is_(None)
    for row in await uow.session.scalars(select(Escalation).where(*before).with_for_update()):
        _end(row, uow.now)
    await uow.session.flush()
    row = Escalation(
        id=uow.new_id(),
        task_id=task.id,
        rep_id=rep.id,
        kind=kind,
        rungs=kept(ladder.rungs),
        always=ladder.always,
        asked=[],
        opened_at=uow.now,
    )
    uow.session.add(row)
    _keep(row, stand)
    _note(row, "begin", uow.now)
    await _tell(uow, services, task, row, rep, known)
    return row


async def _station(session: AsyncSession, task: Task, rep: Rep) -> str:
    zone = await session.get(Zone, task.zone_id) if task.zone_id is not None else None
    return zone.station if zone is not None else rep.station


async def _open_at(
    uow: UnitOfWork, services: FieldServices, ladder: Ladder, task: Task, rep: Rep
) -> list[Span]:
    if ladder.always:
        return []
    return await working_hours(uow.session, services, await _station(uow.session, task, rep), uow.now)


def stand_of(row: Escalation) -> Stand:
    return Stand(row.state, row.rung, row.holder_id, row.since, row.set_at, row.next_at)


def _keep(row: Escalation, stand: Stand) -> None:
    row.state, row.rung, row.holder_id = stand.state, stand.rung, stand.holder
    row.since, row.set_at, row.next_at = stand.since, stand.set_at, stand.next_at


def _note(row: Escalation, what: str, at: datetime) -> None:
    line = {"rung": row.rung, "staff": str(row.holder_id), "at": at.isoformat(), "what": what}
    row.asked = [*row.asked, line][-KEPT_ASKED:]


def _end(row: Escalation, now: datetime) -> None:
    row.state, row.ended_at, row.next_at = rungs.move(row.state, ClimbEvent.END), now, None


async def due_escalations(session: AsyncSession, services: FieldServices, now: datetime) -> Sequence[UUID]:
    """Those about which time, or somebody's going, has something to do."""
    away = select(Rep.staff_id).join(Absence, Absence.rep_id == Rep.id)
    query = (
        select(Escalation.id)
        .join(Task, Task.id == Escalation.task_id)
        .join(Staff, Staff.id == Escalation.holder_id)
        .where(Escalation.ended_at.is_(None))
        .where(
            or_(
                Task.state != TaskState.ESCALATED,
                Escalation.next_at <= now,
                Escalation.set_at > now + SET_BACK,
                Staff.active.is_(False),
                Escalation.holder_id.in_(away.where(Absence.day == services.day_of(now))),
            )
        )
        .order_by(Escalation.next_at, Escalation.id)
    )
    return (await session.scalars(query)).all()


async def look_at_escalations(database: Database, services: FieldServices) -> int:
    """Take for each escalation whose time has come the next step; how many that were."""
    async with database.reading() as session:
        ids = await due_escalations(session, services, database.clock.now())
    return await one_by_one(database, pass_time, ids, services)


async def pass_time(uow: UnitOfWork, services: FieldServices, escalation_id: UUID) -> bool:
    """One step of what time has brought to an escalation, with the words that go out for it."""
    found = await _locked(uow, escalation_id)
    if found is None:
        return False
    row, task, rep = found
    if task.state is not TaskState.ESCALATED:
        _end(row, uow.now)
        _hint(uow, row, rep)
        return True
    ladder, known, open_at = await _around(uow, services, row, task, rep)
    stand = rungs.anchored(stand_of(row), uow.now)
    here = row.holder_id in known.present
    step = rungs.passed(stand, ladder, known.people, uow.now, open_at, here=here)
    if step is None:
        _keep(row, stand)
        return False
    event, after = step
    await _goes_to(uow, services, row, task, rep, known, after, event, SYSTEM)
    return True


async def _around(
    uow: UnitOfWork, services: FieldServices, row: Escalation, task: Task, rep: Rep
) -> tuple[Ladder, Standing, list[Span]]:
    ladder = ladder_of(row.rungs, row.always)
    asked = [UUID(each["staff"]) for each in row.asked]
    known = await standing(uow.session, services, ladder, task, rep, uow.now, asked)
    return ladder, known, await _open_at(uow, services, ladder, task, rep)


async def _locked(uow: UnitOfWork, escalation_id: UUID) -> tuple[Escalation, Task, Rep] | None:
    """An escalation that is not over, its task first: whoever assigns it holds that one."""
    task_id = await uow.session.scalar(select(Escalation.task_id).where(Escalation.id == escalation_id))
    if task_id is None:
        return None
    task = await uow.session.get_one(Task, task_id, with_for_update=True)
    row = await uow.session.get_one(Escalation, escalation_id, with_for_update=True)
    if row.ended_at is not None:
        return None
    return row, task, await uow.session.get_one(Rep, row.rep_id)


async def _goes_to(
    uow: UnitOfWork,
    services: FieldServices,
    row: Escalation,
    task: Task,
    rep: Rep,
    known: Standing,
    stand: Stand,
    event: ClimbEvent,
    actor: Actor,
) -> None:
    """Somebody else's from now on, or theirs once more; the task, the request and all who look follow."""
    _keep(row, stand)
    _note(row, event.value, uow.now)
    task.answerable_id = row.holder_id
    task.changed_at = uow.now
    remember(uow, task, "climb", actor, task.state, what=event.value, to=str(row.holder_id), rung=row.rung)
    uow.emit(
        TaskEscalated(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            reason=task.escalation_reason,
            to_staff_id=row.holder_id,
        )
    )
    await _tell(uow, services, task, row, rep, known)


async def _tell(
    uow: UnitOfWork, services: FieldServices, task: Task, row: Escalation, rep: Rep, known: Standing
) -> None:
    """Whose it is, and the one above, who should know before it is theirs."""
    _hint(uow, row, rep)
    about = task.id

    def words(key: str, severity: str, language: str) -> dict[str, str]:
        return {
            "task": str(about),
            "severity": severity,
            "title": text(language, "rep", f"push.escalation.{key}"),
            "body": text(language, "rep", f"push.escalation.{key}.body"),
        }

    severity = "urgent" if row.kind is EscalationKind.DANGER else "major"
    holder = await uow.session.scalar(select(Rep).where(Rep.staff_id == row.holder_id, Rep.active))
    if holder is not None:
        uow.changed(RESOURCE, row.id, f"rep:{holder.id}")
    await send_push(uow, row.holder_id, lambda language: words("yours", severity, language), LASTS)
    higher = rungs.above(known.people, stand_of(row))
    if higher is not None:
        await send_push(uow, higher, lambda language: words("above", severity, language), LASTS)


def _hint(uow: UnitOfWork, row: Escalation, rep: Rep) -> None:
    uow.changed(RESOURCE, row.id, f"rep:{rep.id}", "inbox")


async def open_one(uow: UnitOfWork, escalation_id: UUID, version: int | None) -> tuple[Escalation, Task, Rep]:
    """An escalation whose task still is escalated.

    Raises:
        NotFound, StaleVersion.
        EscalationMoved: it is over.
    """
    found = await _locked(uow, escalation_id)
    if found is None and await uow.session.get(Escalation, escalation_id) is None:
        raise NotFound()
    if found is None or found[1].state is not TaskState.ESCALATED:
        raise EscalationMoved(state=ClimbState.ENDED.value)
    check_version(found[0], version)
    return found


async def take_escalation(uow: UnitOfWork, actor: Actor, escalation_id: UUID, version: int | None) -> None:
    """Somebody at the console answers for it from now on, whoever was asked.

    Raises:
        NotFound, StaleVersion.
        EscalationMoved: somebody was quicker.
    """
    row, task, rep = await open_one(uow, escalation_id, version)
    before = row.holder_id
    _keep(row, rungs.taken(stand_of(row), actor.id, uow.now))
    _note(row, ClimbEvent.TAKE.value, uow.now)
    task.answerable_id = actor.id
    remember(uow, task, "climb", actor, task.state, what=ClimbEvent.TAKE.value, to=str(actor.id))
    if before != actor.id:
        uow.emit(
            TaskEscalated(
                task_id=task.id,
                request_id=task.request_id,
                step=task.steps,
                reason=task.escalation_reason,
                to_staff_id=actor.id,
            )
        )
    _hint(uow, row, rep)
    await uow.audit(actor, "take_escalation", f"task:{task.id}", escalation=str(row.id))


async def take_on(
    uow: UnitOfWork, services: FieldServices, actor: Actor, escalation_id: UUID, version: int | None
) -> None:
    """A representative with whom it is does the work: it stands on their route.

    Raises:
        NotFound: it is not with them.
        RepUnable: their day, or what they may do, does not bear it; they pass it on.
        EscalationMoved, StaleVersion, TaskWaits, PlaceMissing.
    """
    row, task, rep, own = await _mine(uow, actor, escalation_id, version)
    await assign_task(uow, services, actor, task, own.id)
    _note(row, ClimbEvent.TAKE.value, uow.now)
    _end(row, uow.now)
    _hint(uow, row, rep)


async def pass_on(
    uow: UnitOfWork, services: FieldServices, actor: Actor, escalation_id: UUID, version: int | None
) -> None:
    """A representative with whom it is says that it is not for them: it climbs at once.

    Raises:
        NotFound: it is not with them.
        NobodyToEscalateTo: there is nobody else.
        EscalationMoved, StaleVersion.
    """
    row, task, rep, _ = await _mine(uow, actor, escalation_id, version)
    ladder, known, open_at = await _around(uow, services, row, task, rep)
    stand = rungs.anchored(stand_of(row), uow.now)
    after = rungs.passed_on(stand, ladder, known.people, uow.now, open_at)
    await _goes_to(uow, services, row, task, rep, known, after, ClimbEvent.MOVE, actor)


async def _mine(
    uow: UnitOfWork, actor: Actor, escalation_id: UUID, version: int | None
) -> tuple[Escalation, Task, Rep, Rep]:
    own = (await uow.session.scalars(select(Rep).where(Rep.staff_id == actor.id, Rep.active))).first()
    holder = await uow.session.scalar(select(Escalation.holder_id).where(Escalation.id == escalation_id))
    if own is None or holder is None:
        raise NotFound()
    row, task, rep = await open_one(uow, escalation_id, version)
    if row.holder_id != actor.id:
        raise NotFound()
    return row, task, rep, own


def end_escalation(uow: UnitOfWork, row: Escalation, rep: Rep) -> None:
    """Its task goes on: nothing climbs any more."""
    _end(row, uow.now)
    _hint(uow, row, rep)
