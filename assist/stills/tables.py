"""Stills, the wish for one, and what is drawn on them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import BlobColumn, BlobId, JsonColumn, UtcDateTime


class Freeze(Base):
    """A technician's wish for a still of what the camera shows now."""

    __tablename__ = "freeze"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Still(Base):
    """A picture that belongs to a request. `blob_id` names the file; sizes are in pixels and bytes."""

    __tablename__ = "still"
    __table_args__ = (UniqueConstraint("request_id", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"))
    client_id: Mapped[UUID]
    freeze_id: Mapped[UUID | None] = mapped_column(ForeignKey("freeze.id"))
    source: Mapped[str] = mapped_column(String(16))
    """capture (the camera's own still), canvas (a frame of the video) or upload (a file)."""
    taken_by: Mapped[str] = mapped_column(String(16))
    blob_id: Mapped[BlobId] = mapped_column(BlobColumn)
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mark(Base):
    """A drawing on a still, as vectors in 0–1 coordinates of that still (x right, y down)."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("still_id", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    still_id: Mapped[UUID] = mapped_column(ForeignKey("still.id"))
    client_id: Mapped[UUID]
    author_kind: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[UUID]
    tool: Mapped[str] = mapped_column(String(16))
    points: Mapped[list[list[float]]] = mapped_column(JsonColumn)
    text: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
