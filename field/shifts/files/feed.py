"""The secret address under which a representative's calendar is fetched: made, renewed, opened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.files.calendar import calendar_of
from field.shifts.queries import planned_stops
from field.shifts.roster.duty import shifts_of
from field.shifts.roster.settling import books_of
from field.shifts.tables import CalendarLink
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.identity.staff import Staff
from kernel.ids import new_token, token_hash

BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=42)


async def renew_link(uow: UnitOfWork, actor: Actor, rep: Rep) -> str:
    """A fresh secret; the one before opens nothing any more."""
    token = new_token()
    row = await uow.session.get(CalendarLink, rep.id)
    if row is None:
        row = CalendarLink(rep_id=rep.id)
        uow.session.add(row)
    row.token_hash, row.renewed_at = token_hash(token), uow.now
    await uow.audit(actor, "renew_calendar_link", f"rep:{rep.id}")
    return token


async def drop_link(uow: UnitOfWork, actor: Actor, rep: Rep) -> None:
    """The calendar is nowhere to be fetched any more."""
    row = await uow.session.get(CalendarLink, rep.id)
    if row is None:
        raise NotFound()
    await uow.session.delete(row)
    await uow.audit(actor, "drop_calendar_link", f"rep:{rep.id}")


async def calendar_behind(session: AsyncSession, services: FieldServices, token: str, now: datetime) -> bytes:
    """The calendar that a secret opens. Raises NotFound, also for somebody who is no longer at work."""
    found = select(Rep).join(CalendarLink, CalendarLink.rep_id == Rep.id)
    rep = (
        await session.scalars(found.where(CalendarLink.token_hash == token_hash(token), Rep.active))
    ).first()
    if rep is None:
        raise NotFound()
    staff = await session.get_one(Staff, rep.staff_id)
    return await calendar_for(session, services, rep, now, staff.language)


async def calendar_for(
    session: AsyncSession, services: FieldServices, rep: Rep, now: datetime, language: str
) -> bytes:
    """A representative's calendar, from a week ago on."""
    today = services.day_of(now)
    first, last = today - BACK, today + AHEAD
    book = (await books_of(session, [rep], first, last))[rep.id]
    stops = {day: n for (_, day), n in (await planned_stops(session, [rep.id], first, last)).items()}
    days = list(shifts_of(book, first, last, services.timezone))
    return calendar_of(rep.id, days, stops, now, language)
