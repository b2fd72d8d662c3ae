"""Who answers for a zone on a day: its owner; on a day of absence whoever covers it; and when the owner is
off otherwise, the deputy."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Rep, Zone
from field.grid.territory.tables import ZoneCover


async def covered_zones(session: AsyncSession, day: date) -> dict[UUID, list[str]]:
    """Codes of the zones that somebody covers on that day in their owner's place, by who does."""
    listed = select(ZoneCover.rep_id, Zone.code).join(Zone, Zone.id == ZoneCover.zone_id)
    found: dict[UUID, list[str]] = {}
    for rep_id, code in await session.execute(listed.where(ZoneCover.day == day)):
        found.setdefault(rep_id, []).append(code)
    return found


async def deputy_of(session: AsyncSession, zone_id: UUID) -> UUID | None:
    """The representative whom the zone's record names for when the owner is off, if that is anybody."""
    deputy = (await session.get_one(Zone, zone_id)).record.get("deputy")
    return await session.scalar(select(Rep.id).where(Rep.code == deputy, Rep.active)) if deputy else None
