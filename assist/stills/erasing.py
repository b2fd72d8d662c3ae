"""Forgetting the pictures, and what was drawn on them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select

from assist.stills.tables import Mark, Still
from kernel.database import UnitOfWork
from kernel.erasing import Eraser
from kernel.sql.columns import BlobId


async def forget_pictures(uow: UnitOfWork, request_id: UUID) -> set[BlobId]:
    """Forget which files the stills are, and what was drawn on them; the files' names."""
    stills = (await uow.session.scalars(select(Still).where(Still.request_id == request_id))).all()
    await uow.session.execute(delete(Mark).where(Mark.still_id.in_([still.id for still in stills])))
    files = {still.blob_id for still in stills if still.blob_id}
    for still in stills:
        still.blob_id, still.size, still.erased_at = BlobId(""), 0, uow.now
    return files


eraser = Eraser("request", (Still.blob_id, Mark.text, Mark.points), forget_pictures)
