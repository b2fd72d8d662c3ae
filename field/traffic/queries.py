"""The travel profile as it counts, and what was driven beside it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import Holiday, TravelProfile
from field.road.pace import UNIT
from field.road.profile import HOURS, KINDS, kind_of
from field.services import FieldServices
from field.traffic.jobs import DAYS
from field.traffic.learning import Bins, learnt
from field.traffic.tables import DrivenDay
from field.traffic.views import (
    LearntHourView,
    TravelFactorsView,
    TravelLearntDaysView,
    TravelLearntView,
    TravelProfileView,
)

EVERY_HOUR = {kind: [UNIT] * HOURS for kind in KINDS}


async def newest(session: AsyncSession) -> TravelProfile | None:
    """The profile that counts, if somebody has set one."""
    found = select(TravelProfile).order_by(TravelProfile.number.desc()).limit(1)
    profile: TravelProfile | None = await session.scalar(found)
    return profile


async def travel_profile(session: AsyncSession, services: FieldServices, today: date) -> TravelProfileView:
    """The profile that counts."""
    row = await newest(session)
    factors = row.factors if row is not None else EVERY_HOUR
    return TravelProfileView(
        number=row.number if row is not None else 0,
        factors=TravelFactorsView(**factors),
        still_s=services.travel.still_s,
        set_at=row.set_at if row is not None else None,
        learnt=await _learnt(session, services.travel.still_s, today),
    )


async def _learnt(session: AsyncSession, still_s: int, today: date) -> TravelLearntView:
    """What the days behind say. Days counted when parking took another time say nothing of this one's."""
    first = today - timedelta(days=DAYS)
    rows = (
        await session.scalars(select(DrivenDay).where(DrivenDay.day >= first, DrivenDay.still_s == still_s))
    ).all()
    holidays = set(await session.scalars(select(Holiday.day).where(Holiday.day >= first)))
    days: dict[str, list[dict[int, Bins]]] = {}
    for row in rows:
        hours = {
            int(hour): {int(at): count for at, count in bins.items()} for hour, bins in row.hours.items()
        }
        days.setdefault(kind_of(row.day, holidays), []).append(hours)
    found = learnt(days)
    return TravelLearntView(
        since=min((row.day for row in rows), default=None),
        until=max((row.day for row in rows), default=None),
        ways=sum(hour.ways for hours in found.values() for hour in hours),
        days=TravelLearntDaysView(
            **{
                kind: [LearntHourView(ways=hour.ways, factor=hour.factor) for hour in hours]
                for kind, hours in found.items()
            }
        ),
    )
