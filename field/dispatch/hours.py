"""When somebody works on a day, with the break, and where the day begins and ends; out of rows.

A day without a row is the representative's usual one. Whoever changes rows notes for which days
(:func:`note_changed`): everybody's days are kept by each process until then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.route import Visit, rest
from field.dispatch.tables import Shift, ShiftDay
from kernel.database import UnitOfWork

Point = tuple[float, float]

SHIFTS: Final = "shifts"
"""What whoever changes shifts holds: a day's changes are counted one after the other."""


@dataclasses.dataclass(frozen=True)
class RestWindow:
    """A break: when it may begin, first and last, and how long it lasts; Unix time and seconds."""

    earliest: int
    latest: int
    seconds: int


@dataclasses.dataclass(frozen=True)
class Hours:
    """A representative's working day. `begins`, `ends`: None at home; `on_call`: from, until."""

    start: datetime
    end: datetime
    rest: RestWindow | None = None
    begins: Point | None = None
    ends: Point | None = None
    open_end: bool = False
    on_call: tuple[datetime, datetime] | None = None

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.start, self.end

    @property
    def lasts_until(self) -> datetime:
        """When nothing of it is left: work and time on call."""
        return max(self.end, self.on_call[1]) if self.on_call else self.end

    def for_urgent(self, now: datetime) -> Hours:
        """The day for what is urgent: whoever is on call takes that, too.

        Until the shift is over it counts alone, but for a time on call that follows at once; afterwards, and
        on a day off, the time on call counts.
        """
        if self.on_call is None:
            return self
        begins, until = self.on_call
        if self.start < self.end and begins <= self.end:
            return dataclasses.replace(self, start=min(self.start, begins), end=max(self.end, until))
        if now < self.end and self.start < self.end:
            return self
        return dataclasses.replace(self, start=begins, end=until, rest=None)


def hours_of(shift: Shift) -> Hours:
    """A stored day."""
    rest = None
    if shift.rest_from is not None and shift.rest_until is not None and shift.rest_s is not None:
        rest = RestWindow(int(shift.rest_from.timestamp()), int(shift.rest_until.timestamp()), shift.rest_s)
    on_call = None
    if shift.on_call_from is not None and shift.on_call_until is not None:
        on_call = shift.on_call_from, shift.on_call_until
    return Hours(
        shift.start_at,
        shift.end_at,
        rest,
        _point(shift.start_lon, shift.start_lat),
        _point(shift.end_lon, shift.end_lat),
        shift.open_end,
        on_call,
    )


def _point(lon: float | None, lat: float | None) -> Point | None:
    return None if lon is None or lat is None else (lon, lat)


def rest_of(rep_id: UUID, day: date, pause: RestWindow) -> Visit:
    """The break as a stop of the day; its id is the same whenever it is asked for."""
    return rest(uuid5(rep_id, day.isoformat()), pause.earliest, pause.latest, pause.seconds)


def rest_place(decided: int | None, begins: Sequence[datetime], begun: int, pause: RestWindow) -> int:
    """How many of the visits come before the break. Where nobody has decided it yet (the route is older than
    the roster): those that have `begun`, and those that are to begin before the break may.
    """
    if decided is not None:
        return min(decided, len(begins))
    return max(begun, sum(moment.timestamp() < pause.earliest for moment in begins))


async def stored_hours(
    session: AsyncSession, day: date, ids: Sequence[UUID] | None = None
) -> Mapping[UUID, Hours]:
    """The days that are other than usual, of these representatives or of all."""
    found = select(Shift).where(Shift.day == day)
    if ids is not None:
        found = found.where(Shift.rep_id.in_(ids))
    return {shift.rep_id: hours_of(shift) for shift in await session.scalars(found)}


async def note_changed(uow: UnitOfWork, days: Collection[date]) -> None:
    """The shifts of these days have changed in this transaction: what is kept of them is old."""
    if not days:
        return
    await uow.hold(SHIFTS)
    await uow.session.flush()
    last = func.max(func.coalesce(Shift.on_call_until, Shift.end_at))
    ends = select(Shift.day, func.max(Shift.end_at), last).where(Shift.day.in_(days)).group_by(Shift.day)
    until = {
        day: max(moment for moment in (end, later) if moment is not None)
        for day, end, later in await uow.session.execute(ends)
    }
    known = {
        row.day: row for row in await uow.session.scalars(select(ShiftDay).where(ShiftDay.day.in_(days)))
    }
    for day in sorted(days):
        row = known.get(day)
        if row is None:
            row = ShiftDay(day=day, changes=0)
            uow.session.add(row)
        row.changes += 1
        row.lasts_until = until.get(day)
    await uow.session.flush()
