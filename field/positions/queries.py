"""What is kept of a representative's positions, for that representative."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import RepPosition
from field.positions.commands import unpacked
from field.positions.tables import TrackPiece
from field.positions.thinning import Fix

PIECES = 200


@dataclasses.dataclass(frozen=True)
class Kept:
    """Everything, or, with ``more``, the newest part of it; ``fixes`` newest first."""

    last: RepPosition | None
    fixes: list[Fix]
    more: datetime | None


async def kept_of(session: AsyncSession, rep_id: UUID, before: datetime | None) -> Kept:
    """What is kept of a representative; ``before``: of pieces that end earlier."""
    query = select(TrackPiece).where(TrackPiece.rep_id == rep_id)
    if before is not None:
        query = query.where(TrackPiece.last_at < before)
    found = await session.scalars(query.order_by(TrackPiece.last_at.desc()).limit(PIECES + 1))
    pieces = list(found)
    shown = pieces[:PIECES]
    fixes = sorted((fix for piece in shown for fix in unpacked(piece)), key=lambda fix: fix.at, reverse=True)
    more = shown[-1].last_at if len(pieces) > PIECES else None
    return Kept(await session.get(RepPosition, rep_id), fixes, more)
