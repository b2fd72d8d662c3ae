"""What a look back forgets with a customer: how far their door was from somebody else's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from field.hindsight.tables import HindsightDecision
from kernel.database import UnitOfWork
from kernel.erasing import Eraser
from kernel.sql.columns import BlobId


async def forget_nearness(uow: UnitOfWork, task_id: UUID) -> set[BlobId]:
    """What it cost stays, and with whom."""
    own = update(HindsightDecision).where(HindsightDecision.task_id == task_id)
    await uow.session.execute(own.values(near_m=None, near_at=None))
    return set()


eraser = Eraser("task", (HindsightDecision.near_m, HindsightDecision.near_at), forget_nearness)
