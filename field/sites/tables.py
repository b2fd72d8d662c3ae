"""What is known of places, who has read it, and the codes by which representatives are known at doors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from field.sites.note import NoteDoubt, NoteKind, NoteState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column


class SiteNote(Versioned, Base):
    """A note of a place (:mod:`field.sites.note`).

    ``task_id``: the visit that wrote it or last said "still so"; the note is erased with it. ``place``: the
    address as it is compared; ``lon`` and ``lat``: where the door is, ``spot_…`` where the thing itself is,
    WGS-84. ``photo_id``: a photo sent with the visit's others; ``arrow``: from where to where on it, as parts
    of its width and height from the upper left: x, y, x, y.
    """

    __tablename__ = "site_note"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    place: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    kind: Mapped[NoteKind] = mapped_column(enum_column(NoteKind))
    state: Mapped[NoteState] = mapped_column(enum_column(NoteState))
    text: Mapped[str] = mapped_column(String(300))
    gate_code: Mapped[str] = mapped_column(String(40))
    spot_lon: Mapped[float | None]
    spot_lat: Mapped[float | None]
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("proof.id"), index=True)
    arrow: Mapped[list[float] | None] = mapped_column(JsonColumn)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    doubt: Mapped[NoteDoubt | None] = mapped_column(enum_column(NoteDoubt))
    doubted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    doubted_by: Mapped[str] = mapped_column(String(16), default="")
    """staff or customer."""
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (Index("ix_site_note_place", "place"),)


_DISPUTED = SiteNote.state == NoteState.DISPUTED
Index("ix_site_note_disputed", SiteNote.doubted_at, postgresql_where=_DISPUTED, sqlite_where=_DISPUTED)


class SiteNoteRead(Base):
    """A representative has said that they know of a danger, for one visit."""

    __tablename__ = "site_note_read"

    note_id: Mapped[UUID] = mapped_column(ForeignKey("site_note.id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True, index=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DoorCheck(Versioned, Base):
    """The door code of a visit (:mod:`field.sites.door`). ``told_at``: since when a dispatcher is
    told of wrong tries; empty once one has looked."""

    __tablename__ = "door_check"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    code: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    wrong: Mapped[int] = mapped_column(default=0)
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    right_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
