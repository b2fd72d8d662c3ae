"""Forgetting what is known of a place, with the visit that said so last."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select, update

from field.sites.tables import DoorCheck, SiteNote, SiteNoteRead
from field.task.tables import Proof
from kernel.database import UnitOfWork
from kernel.erasing import Eraser


async def forget_site(uow: UnitOfWork, task_id: UUID) -> None:
    """Take out the notes that rest on this visit, its code, and its photos from notes that rest on others."""
    session = uow.session
    notes = list(await session.scalars(select(SiteNote.id).where(SiteNote.task_id == task_id)))
    await session.execute(
        delete(SiteNoteRead).where(SiteNoteRead.note_id.in_(notes) | (SiteNoteRead.task_id == task_id))
    )
    await session.execute(delete(SiteNote).where(SiteNote.id.in_(notes)))
    photos = select(Proof.id).where(Proof.task_id == task_id)
    gone = update(SiteNote).where(SiteNote.photo_id.in_(photos)).values(photo_id=None, arrow=None)
    await session.execute(gone.execution_options(synchronize_session=False))
    await session.execute(delete(DoorCheck).where(DoorCheck.task_id == task_id))


eraser = Eraser(
    "task",
    (
        *(SiteNote.place, SiteNote.lon, SiteNote.lat, SiteNote.text, SiteNote.gate_code),
        *(SiteNote.spot_lon, SiteNote.spot_lat, SiteNote.arrow),
    ),
    forget_site,
)
