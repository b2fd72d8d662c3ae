"""Rosters are worked out into days, some weeks ahead: what plans a day reads one row and asks no pattern.

A day that is as the representative's usual ones has no row. Days that are over are never touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.hours import SHIFTS, note_changed
from field.dispatch.tables import Holiday, Shift
from field.grid.tables import Rep
from field.grid.territory.tables import Absence
from field.services import FieldServices
from field.shifts.overtime import OvertimeState
from field.shifts.roster.duty import Book, Pattern, Place, Point, WorkingDay, shifts_of
from field.shifts.roster.written import duties_of, duty_of
from field.shifts.tables import Depot, Overtime, Settled, ShiftException, ShiftPattern
from kernel.contracts import RouteEased
from kernel.database import Database, UnitOfWork
from kernel.jobs import one_by_one

AHEAD: Final = timedelta(days=42)
"""Days ahead that are worked out."""
RENEWED: Final = timedelta(days=35)
"""They are worked out anew once fewer than this are left."""
AT_ONCE: Final = 200


async def books_of(session: AsyncSession, reps: Sequence[Any], first: date, last: date) -> dict[UUID, Book]:
    """All that speaks about the days of these representatives (whatever has ``id`` and usual hours)."""
    ids = [rep.id for rep in reps]
    patterns: dict[UUID, list[Pattern]] = defaultdict(list)
    for pattern in await session.scalars(
        select(ShiftPattern).where(ShiftPattern.rep_id.in_(ids), ShiftPattern.valid_from <= last)
    ):
        patterns[pattern.rep_id].append(pattern_of(pattern))
    exceptions: dict[UUID, dict[date, Any]] = defaultdict(dict)
    for row in await session.scalars(
        select(ShiftException).where(ShiftException.rep_id.in_(ids), ShiftException.day.between(first, last))
    ):
        exceptions[row.rep_id][row.day] = duty_of(row.duty)
    absent: dict[UUID, set[date]] = defaultdict(set)
    away = select(Absence.rep_id, Absence.day).where(
        Absence.rep_id.in_(ids), Absence.day.between(first, last)
    )
    for rep_id, day in await session.execute(away):
        absent[rep_id].add(day)
    overtime: dict[UUID, dict[date, Any]] = defaultdict(dict)
    granted = select(Overtime).where(
        Overtime.rep_id.in_(ids),
        Overtime.day.between(first, last),
        Overtime.state == OvertimeState.GRANTED,
    )
    for wish in await session.scalars(granted):
        until = overtime[wish.rep_id].get(wish.day)
        overtime[wish.rep_id][wish.day] = max(wish.until_at, until) if until else wish.until_at
    holidays = set(await session.scalars(select(Holiday.day).where(Holiday.day.between(first, last))))
    return {
        rep.id: Book(
            usual=(rep.shift_start, rep.shift_end),
            patterns=patterns[rep.id],
            exceptions=exceptions[rep.id],
            holidays=holidays,
            absent=absent[rep.id],
            overtime=overtime[rep.id],
        )
        for rep in reps
    }


def pattern_of(row: ShiftPattern) -> Pattern:
    return Pattern(row.valid_from, row.valid_until, row.weeks, duties_of(row.duties))


async def settle(
    uow: UnitOfWork,
    services: FieldServices,
    rep_id: UUID,
    first: date | None = None,
    last: date | None = None,
) -> int:
    """Work out the days of one representative, from today on; how many of them changed."""
    rep = await uow.session.get(Rep, rep_id)
    if rep is None:
        return 0
    await uow.hold(SHIFTS)
    today = services.day_of(uow.now)
    whole = first is None
    first, last = max(first or today, today), last or today + AHEAD
    if first > last:
        return 0
    await uow.session.flush()
    book = (await books_of(uow.session, [rep], first, last))[rep_id]
    depot = await uow.session.get(Depot, rep.station)
    station = (depot.lon, depot.lat) if depot else None
    stored = {
        shift.day: shift
        for shift in await uow.session.scalars(
            select(Shift).where(Shift.rep_id == rep_id, Shift.day.between(first, last))
        )
    }
    changed, eased = [], False
    usual = Book(book.usual)
    ordinary = shifts_of(usual, first, last, services.timezone)
    for day, plain in zip(shifts_of(book, first, last, services.timezone), ordinary, strict=True):
        row = stored.get(day.day)
        if day == plain:
            if row is not None:
                await uow.session.delete(row)
                changed.append(day.day)
            continue
        values = _values(day, station)
        if row is None:
            uow.session.add(Shift(id=uow.new_id(), rep_id=rep_id, day=day.day, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
        else:
            continue
        eased |= day.works
        changed.append(day.day)
    if whole:
        await _note_settled(uow, rep_id, last)
    if changed:
        await note_changed(uow, changed)
        uow.changed("shift", rep_id, "reps", f"rep:{rep_id}")
        if eased:
            uow.emit(RouteEased(rep_id=rep_id))
    return len(changed)


def _values(day: WorkingDay, station: Point | None) -> dict[str, Any]:
    """The columns of a day."""
    begins, ends = _point(day.begins, station), _point(day.ends, station)
    rest, on_call = day.rest, day.on_call
    return {
        "start_at": day.start,
        "end_at": day.end,
        "rest_from": rest.earliest if rest else None,
        "rest_until": rest.latest if rest else None,
        "rest_s": rest.seconds if rest else None,
        "start_lon": begins[0] if begins else None,
        "start_lat": begins[1] if begins else None,
        "end_lon": ends[0] if ends else None,
        "end_lat": ends[1] if ends else None,
        "open_end": day.ends == "anywhere",
        "on_call_from": on_call[0] if on_call else None,
        "on_call_until": on_call[1] if on_call else None,
    }


def _point(place: Place, station: Point | None) -> Point | None:
    if place == "station":
        return station
    return None if isinstance(place, str) else place


async def _note_settled(uow: UnitOfWork, rep_id: UUID, until: date) -> None:
    row = await uow.session.get(Settled, rep_id)
    if row is None:
        row = Settled(rep_id=rep_id)
        uow.session.add(row)
    row.until, row.stale = until, False


async def _settle_usual(uow: UnitOfWork, services: FieldServices, ids: Sequence[UUID]) -> set[UUID]:
    """Note of those whose days are all the usual ones that this is so, in one transaction; who they are.

    After a file that brings a city's representatives these are nearly all of them.
    """
    await uow.hold(SHIFTS)
    first = services.day_of(uow.now)
    last = first + AHEAD
    reps = (await uow.session.scalars(select(Rep).where(Rep.id.in_(ids)))).all()
    books = await books_of(uow.session, reps, first, last)
    stored = select(Shift.rep_id).where(Shift.rep_id.in_(ids), Shift.day.between(first, last)).distinct()
    otherwise = set(await uow.session.scalars(stored))
    usual = {id for id, book in books.items() if book.is_usual and id not in otherwise}
    noted = await uow.session.scalars(select(Settled).where(Settled.rep_id.in_(usual)))
    known = {row.rep_id: row for row in noted}
    for rep_id in sorted(usual):
        if rep_id not in known:
            known[rep_id] = Settled(rep_id=rep_id)
            uow.session.add(known[rep_id])
        known[rep_id].until, known[rep_id].stale = last, False
    return usual


async def settle_waiting(database: Database, services: FieldServices) -> int:
    """Work out what a file, a holiday or the course of time has made old; one representative at a time, but
    for those of whom nothing is said.
    """
    today = services.day_of(database.clock.now())
    async with database.reading() as session:
        waiting = (
            select(Rep.id)
            .outerjoin(Settled, Settled.rep_id == Rep.id)
            .where(
                Rep.active,
                Settled.rep_id.is_(None) | Settled.stale | (Settled.until < today + RENEWED),
            )
            .order_by(Rep.code)
            .limit(AT_ONCE)
        )
        ids = list(await session.scalars(waiting))

    async def one(uow: UnitOfWork, bound: FieldServices, rep_id: UUID) -> bool:
        return await settle(uow, bound, rep_id) > 0

    if ids:
        usual = await database.run(_settle_usual, services, ids)
        await one_by_one(database, one, [rep_id for rep_id in ids if rep_id not in usual], services)
    return len(ids)
