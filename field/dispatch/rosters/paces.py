"""The pace of a day out of the travel profile that counts, read once and kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, ScalarSelect, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import Holiday, TravelProfile
from field.road.pace import EVEN, Pace
from field.road.profile import Paces, days_around, pace_for
from field.road.travel import Travel
from kernel.database import is_settled

PaceMark = tuple[int, int]
"""The number of the profile, 0 where there is none, and which of the days around are holidays, as bits."""


def number_now() -> ScalarSelect[Any]:
    """The number of the profile that counts."""
    return select(func.coalesce(func.max(TravelProfile.number), 0)).scalar_subquery()


def holidays_around() -> ScalarSelect[Any]:
    """Which of the days around `day` are holidays, in bits; `first_day` is the first of them."""
    first = bindparam("day_before", type_=Date)
    days = [bindparam(f"day_{at}", type_=Date) for at in range(1, 4)]
    bit = case((Holiday.day == first, 1), *((Holiday.day == day, 2 << at) for at, day in enumerate(days)))
    found = select(func.coalesce(func.sum(bit), 0)).where(Holiday.day.in_([first, *days]))
    return found.scalar_subquery()


def days_asked(day: date) -> dict[str, date]:
    """What `holidays_around` is asked with."""
    first, *others = days_around(day)
    return {"day_before": first} | {f"day_{at}": each for at, each in enumerate(others, 1)}


_MARK = select(number_now(), holidays_around())


async def pace_at(session: AsyncSession, paces: Paces, travel: Travel, day: date) -> Pace:
    """The pace of a day as the session sees it; one small statement."""
    number, holidays = (await session.execute(_MARK, days_asked(day))).one()
    return await pace_marked(session, paces, travel, day, (number, int(holidays)))


async def pace_marked(session: AsyncSession, paces: Paces, travel: Travel, day: date, mark: PaceMark) -> Pace:
    """The pace of a day of which the mark is known already."""
    number, bits = mark
    if not number:
        return EVEN
    key = (number, day, bits)
    kept = paces.kept.get(key)
    if kept is not None:
        return kept
    factors = await session.scalar(select(TravelProfile.factors).where(TravelProfile.number == number))
    holidays = [each for at, each in enumerate(days_around(day)) if bits & 1 << at]
    pace = pace_for(factors or {}, day, paces.timezone, holidays, travel.still_s) if factors else EVEN
    if is_settled(session):
        paces.keep(key, pace)
    return pace
