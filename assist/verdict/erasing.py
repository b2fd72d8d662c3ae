"""Forgetting the words of a verdict, and which pictures proved it."""

from __future__ import annotations

from uuid import UUID

from assist.verdict.tables import VerdictRow
from kernel.database import UnitOfWork
from kernel.erasing import Eraser


async def forget_words(uow: UnitOfWork, request_id: UUID) -> None:
    """Empty the technician's words. Whose pipe, which fault and how bad stays."""
    if verdict := await uow.session.get(VerdictRow, request_id):
        verdict.note, verdict.still_ids = "", []


eraser = Eraser("request", (VerdictRow.note, VerdictRow.still_ids), forget_words)
