"""Forgetting what a customer said beside the score."""

from __future__ import annotations

from uuid import UUID

from assist.rating.tables import Rating
from kernel.database import UnitOfWork
from kernel.erasing import Eraser


async def forget_comment(uow: UnitOfWork, request_id: UUID) -> None:
    """Empty the comment; the score stays."""
    if rating := await uow.session.get(Rating, request_id):
        rating.comment = ""


eraser = Eraser("request", (Rating.comment,), forget_comment)
