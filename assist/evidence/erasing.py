"""Forgetting a person without breaking the chain."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from assist.evidence.tables import EvidenceEntry
from kernel.database import UnitOfWork
from kernel.erasing import Eraser


async def forget_evidence(uow: UnitOfWork, request_id: UUID) -> None:
    """Delete content and salt of what tells of a person: nobody can show or guess any more what it was."""
    query = select(EvidenceEntry).where(
        EvidenceEntry.request_id == request_id, EvidenceEntry.tells, EvidenceEntry.erased_at.is_(None)
    )
    for entry in await uow.session.scalars(query):
        entry.content, entry.salt, entry.erased_at = None, None, uow.now


eraser = Eraser("request", (EvidenceEntry.content, EvidenceEntry.salt), forget_evidence)
