"""Reading shifts: a week of a station, one's own weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import Holiday, RouteRow, VisitRow
from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.overtime import OvertimeState
from field.shifts.roster.duty import Book, WorkingDay, shifts_of
from field.shifts.roster.settling import books_of
from field.shifts.roster.written import written
from field.shifts.tables import CalendarLink, Depot, Overtime, ShiftException, ShiftPattern
from field.shifts.views import (
    BreakView,
    DepotView,
    HolidayView,
    OvertimeView,
    OwnShiftsView,
    PatternView,
    RepWeekView,
    ShiftsView,
    ShiftView,
    Source,
)

MOST_SHOWN: Final = 500
"""Representatives of one answer."""

_REP = (Rep.id, Rep.code, Rep.name, Rep.name_en, Rep.station, Rep.shift_start, Rep.shift_end)


async def week(
    session: AsyncSession,
    services: FieldServices,
    now: datetime,
    first: date | None,
    days: int,
    station: str | None,
) -> ShiftsView:
    """The days of everybody, or of a station's people."""
    today = services.day_of(now)
    first = first or today
    last = first + timedelta(days=days - 1)
    wanted = select(*_REP).where(Rep.active).order_by(Rep.station, Rep.code).limit(MOST_SHOWN + 1)
    if station is not None:
        wanted = wanted.where(Rep.station == station)
    reps = (await session.execute(wanted)).all()
    shown = reps[:MOST_SHOWN]
    by_rep = await days_of(session, services, shown, first, last)
    stops = await planned_stops(session, [rep.id for rep in shown], first, last)
    stations = select(Rep.station).where(Rep.active).distinct().order_by(Rep.station)
    holidays = select(Holiday).where(Holiday.day >= min(today, first)).order_by(Holiday.day)
    return ShiftsView(
        today=today,
        first=first,
        last=last,
        timezone=str(services.timezone),
        stations=list(await session.scalars(stations)),
        holidays=[HolidayView(day=row.day, name=row.name) for row in await session.scalars(holidays)],
        depots=[
            DepotView(station=row.station, lon=row.lon, lat=row.lat)
            for row in await session.scalars(select(Depot).order_by(Depot.station))
        ],
        reps=[
            RepWeekView(
                rep_id=rep.id,
                code=rep.code,
                name=rep.name,
                name_en=rep.name_en,
                station=rep.station,
                days=by_rep[rep.id],
                stops=[stops.get((rep.id, day.day), 0) for day in by_rep[rep.id]],
            )
            for rep in shown
        ],
        overtime=await overtime_views(session, [rep.id for rep in shown], today),
        truncated=len(reps) > MOST_SHOWN,
    )


async def planned_stops(
    session: AsyncSession, ids: Sequence[UUID], first: date, last: date
) -> dict[tuple[UUID, date], int]:
    counted = (
        select(RouteRow.rep_id, RouteRow.day, func.count())
        .join(VisitRow, VisitRow.route_id == RouteRow.id)
        .where(RouteRow.rep_id.in_(ids), RouteRow.day.between(first, last))
        .group_by(RouteRow.rep_id, RouteRow.day)
    )
    return {(rep_id, day): count for rep_id, day, count in await session.execute(counted)}


async def days_of(
    session: AsyncSession, services: FieldServices, reps: Sequence[Any], first: date, last: date
) -> dict[UUID, list[ShiftView]]:
    """What each day is, and why."""
    books = await books_of(session, reps, first, last)
    special: dict[UUID, dict[date, tuple[UUID, int]]] = defaultdict(dict)
    listed = select(ShiftException.rep_id, ShiftException.day, ShiftException.id, ShiftException.version)
    of_them = ShiftException.rep_id.in_([rep.id for rep in reps])
    for rep_id, day, id, version in await session.execute(
        listed.where(of_them, ShiftException.day.between(first, last))
    ):
        special[rep_id][day] = id, version
    return {
        rep.id: [
            _shift_view(books[rep.id], day, special[rep.id].get(day.day))
            for day in shifts_of(books[rep.id], first, last, services.timezone)
        ]
        for rep in reps
    }


def _source(book: Book, day: date) -> Source:
    if day in book.absent:
        return "absent"
    if day in book.exceptions:
        return "exception"
    if day in book.holidays:
        return "holiday"
    return "pattern" if any(pattern.holds(day) for pattern in book.patterns) else "usual"


def _shift_view(book: Book, day: WorkingDay, special: tuple[UUID, int] | None) -> ShiftView:
    rest = day.rest
    return ShiftView(
        day=day.day,
        source=_source(book, day.day),
        starts_at=day.start,
        ends_at=day.end,
        worked_min=day.worked_s // 60,
        rest=BreakView(earliest=rest.earliest, latest=rest.latest, minutes=rest.seconds // 60)
        if rest
        else None,
        on_call_from=day.on_call[0] if day.on_call else None,
        on_call_until=day.on_call[1] if day.on_call else None,
        overtime_until=book.overtime.get(day.day),
        duty=written(book.duty_on(day.day)),
        exception_id=special[0] if special else None,
        version=special[1] if special else None,
    )


async def patterns_of(
    session: AsyncSession, services: FieldServices, rep_id: UUID, now: datetime
) -> list[PatternView]:
    """A representative's patterns that count now or later, by their first day."""
    today = services.day_of(now)
    found = (
        select(ShiftPattern)
        .where(ShiftPattern.rep_id == rep_id)
        .where(ShiftPattern.valid_until.is_(None) | (ShiftPattern.valid_until >= today))
        .order_by(ShiftPattern.valid_from)
    )
    return [
        PatternView(
            id=row.id,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            weeks=row.weeks,
            duties=row.duties,
            version=row.version,
        )
        for row in await session.scalars(found)
    ]


async def overtime_views(session: AsyncSession, ids: Sequence[UUID], today: date) -> list[OvertimeView]:
    """Overtime of these representatives from today on, and what waits for an answer."""
    found = (
        select(Overtime, Rep)
        .join(Rep, Rep.id == Overtime.rep_id)
        .where(Overtime.rep_id.in_(ids))
        .where((Overtime.day >= today - timedelta(days=1)) | (Overtime.state == OvertimeState.ASKED))
        .order_by(Overtime.day, Overtime.asked_at)
    )
    return [overtime_view(wish, rep) for wish, rep in (await session.execute(found)).all()]


def overtime_view(wish: Overtime, rep: Rep) -> OvertimeView:
    return OvertimeView(
        id=wish.id,
        rep_id=wish.rep_id,
        rep_name=rep.name,
        day=wish.day,
        until_at=wish.until_at,
        state=wish.state.value,
        asked_at=wish.asked_at,
        asked_by_rep=wish.asked_by == rep.staff_id,
        decided_at=wish.decided_at,
        version=wish.version,
    )


async def own_shifts(
    session: AsyncSession, services: FieldServices, rep: Rep, now: datetime, first: date | None, days: int
) -> OwnShiftsView:
    """A representative's own days."""
    today = services.day_of(now)
    first = first or today
    last = first + timedelta(days=days - 1)
    link = await session.get(CalendarLink, rep.id)
    return OwnShiftsView(
        today=today,
        first=first,
        last=last,
        timezone=str(services.timezone),
        days=(await days_of(session, services, [rep], first, last))[rep.id],
        overtime=await overtime_views(session, [rep.id], today),
        calendar_since=link.renewed_at if link else None,
    )
