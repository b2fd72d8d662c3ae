"""Door codes: made for the day's visits, checked by their customers, looked after by dispatchers."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Rep
from field.services import FieldServices
from field.sites.commands import CONSOLE_TOPIC
from field.sites.door import AT_THE_DOOR, DIGITS, MOST_WRONG, DoorAnswer, judge
from field.sites.queries import day_stops
from field.sites.tables import DoorCheck
from field.sites.views import (
    DoorAlertView,
    DoorCheckView,
    DoorCodeView,
    DoorPersonView,
    DoorRevealView,
)
from field.task.tables import Task
from field.task.task import IN_ROUTE
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound

RESOURCE = "door"


async def own_rep(session: AsyncSession, actor: Actor) -> Rep:
    """The representative behind a staff account. Raises NotFound."""
    rep = (await session.scalars(select(Rep).where(Rep.staff_id == actor.id, Rep.active))).first()
    if rep is None:
        raise NotFound()
    return rep


async def task_of(uow: UnitOfWork, request_id: UUID) -> Task | None:
    """The visit of a request, if there is one."""
    return (await uow.session.scalars(select(Task).where(Task.request_id == request_id))).first()


async def day_codes(uow: UnitOfWork, services: FieldServices, actor: Actor) -> list[DoorCodeView]:
    """The codes of the caller's stops of the day that a customer asked for; one that is missing, or was
    somebody else's or another day's, is made."""
    rep = await own_rep(uow.session, actor)
    day, stops = await day_stops(uow.session, services, rep, uow.now)
    today = services.day_of(uow.now)
    ends = services.moment(today, 1440)
    shown = []
    for task, on in stops:
        if task.request_id is None or task.state not in IN_ROUTE or on not in (day, today):
            continue
        row = await uow.session.get(DoorCheck, task.id, with_for_update=True)
        if row is None:
            row = DoorCheck(task_id=task.id, rep_id=rep.id, code="", ends_at=uow.now, wrong=0)
            uow.session.add(row)
        if row.rep_id != rep.id or row.ends_at <= uow.now or not row.code:
            row.rep_id, row.code = rep.id, f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
            row.made_at, row.ends_at, row.wrong = uow.now, ends, 0
            row.revealed_at = row.right_at = row.told_at = None
        shown.append(
            DoorCodeView(
                task_id=task.id,
                code=row.code,
                ends_at=row.ends_at,
                checked_at=row.right_at,
                locked=row.wrong >= MOST_WRONG,
            )
        )
    return shown


async def check_code(
    uow: UnitOfWork, actor: Actor, request_id: UUID, typed: str | None, company: str
) -> DoorCheckView:
    """A customer typed what they were shown (None: compared, and it differed)."""
    task, row = await _theirs(uow, request_id)
    if task is None or row is None:
        return DoorCheckView(answer=DoorAnswer.NOBODY, left=0, person=None)
    answer, wrong = judge(
        row.code, typed, wrong=row.wrong, state=task.state, ends_at=row.ends_at, now=uow.now
    )
    if answer is DoorAnswer.RIGHT:
        row.right_at = uow.now
        uow.changed(RESOURCE, task.id, f"rep:{row.rep_id}")
    if wrong > row.wrong:
        await uow.audit(actor, "door_code_wrong", f"task:{task.id}", wrong=wrong, compared=typed is None)
    if wrong >= MOST_WRONG and row.told_at is None:
        row.told_at = uow.now
        uow.changed(RESOURCE, task.id, CONSOLE_TOPIC, f"rep:{row.rep_id}")
    row.wrong = wrong
    right = answer is DoorAnswer.RIGHT
    person = await _person(uow.session, row.rep_id, company) if right else None
    return DoorCheckView(answer=answer, left=max(0, MOST_WRONG - wrong), person=person)


async def reveal_code(uow: UnitOfWork, actor: Actor, request_id: UUID, company: str) -> DoorRevealView:
    """The code for a customer who would rather compare; that it was shown is written down."""
    task, row = await _theirs(uow, request_id)
    if task is None or row is None or row.wrong >= MOST_WRONG:
        return DoorRevealView(code=None, person=None)
    if row.revealed_at is None:
        row.revealed_at = uow.now
        await uow.audit(actor, "door_code_revealed", f"task:{task.id}")
    return DoorRevealView(code=row.code, person=await _person(uow.session, row.rep_id, company))


async def _theirs(uow: UnitOfWork, request_id: UUID) -> tuple[Task | None, DoorCheck | None]:
    """The visit, and its code as long as it can be checked: of who has the visit, still to come or there."""
    task = await task_of(uow, request_id)
    if task is None or task.state not in AT_THE_DOOR:
        return task, None
    row = await uow.session.get(DoorCheck, task.id, with_for_update=True)
    if row is None or row.rep_id != task.rep_id or row.ends_at <= uow.now:
        return task, None
    return task, row


async def _person(session: AsyncSession, rep_id: UUID, company: str) -> DoorPersonView:
    rep = await session.get_one(Rep, rep_id)
    return DoorPersonView(name=rep.name, name_en=rep.name_en, number=rep.code, company=company)


async def door_alerts(session: AsyncSession, now: datetime) -> list[DoorAlertView]:
    """Doors at which a code was wrong, the newest first, until a dispatcher has looked."""
    query = (
        select(DoorCheck, Task, Rep)
        .join(Task, Task.id == DoorCheck.task_id)
        .join(Rep, Rep.id == DoorCheck.rep_id)
        .where(DoorCheck.told_at.is_not(None), DoorCheck.ends_at > now)
        .order_by(DoorCheck.told_at.desc())
    )
    return [
        DoorAlertView(
            task_id=task.id,
            address=task.address,
            rep_code=rep.code,
            rep_name=rep.name,
            rep_name_en=rep.name_en,
            told_at=row.told_at or now,
            state=task.state.value,
        )
        for row, task, rep in (await session.execute(query))
    ]


async def close_alert(uow: UnitOfWork, actor: Actor, task_id: UUID) -> None:
    """A dispatcher has looked: the alert goes, the visit gets another code, and its customer's page takes
    tries again. Doing it twice is doing it once.

    Raises:
        NotFound: there is no code for this task.
    """
    row = await uow.session.get(DoorCheck, task_id, with_for_update=True)
    if row is None:
        raise NotFound()
    if row.told_at is None:
        return
    row.told_at, row.wrong, row.code = None, 0, f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row.revealed_at = row.right_at = None
    await uow.audit(actor, "door_alert_closed", f"task:{task_id}")
    uow.changed(RESOURCE, task_id, CONSOLE_TOPIC, f"rep:{row.rep_id}")
