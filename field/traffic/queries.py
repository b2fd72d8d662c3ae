"""The travel profile as it counts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import TravelProfile
from field.road.pace import UNIT
from field.road.profile import HOURS, KINDS
from field.services import FieldServices
from field.traffic.views import TravelFactorsView, TravelProfileView

EVERY_HOUR = {kind: [UNIT] * HOURS for kind in KINDS}


async def newest(session: AsyncSession) -> TravelProfile | None:
    """The profile that counts, if somebody has set one."""
    found = select(TravelProfile).order_by(TravelProfile.number.desc()).limit(1)
    profile: TravelProfile | None = await session.scalar(found)
    return profile


async def travel_profile(session: AsyncSession, services: FieldServices) -> TravelProfileView:
    """The profile that counts."""
    row = await newest(session)
    factors = row.factors if row is not None else EVERY_HOUR
    return TravelProfileView(
        number=row.number if row is not None else 0,
        factors=TravelFactorsView(**factors),
        still_s=services.travel.still_s,
        set_at=row.set_at if row is not None else None,
    )
