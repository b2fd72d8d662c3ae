"""Sources as rows: where they are, how the last turn went, and what was last read well."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from field.sources.source import SourceKind, SourceState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column


class ZoneSource(Versioned, Base):
    """A map of zones on another server. ``crs``: in which datum its degrees are, as a person says;
    ``faults``: of the last turn; ``content``: GeoJSON as last read well, at ``read_at``."""

    __tablename__ = "zone_source"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[SourceKind] = mapped_column(enum_column(SourceKind))
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(1000))
    layer: Mapped[str] = mapped_column(String(200))
    crs: Mapped[str] = mapped_column(String(32))
    every_hours: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    state: Mapped[SourceState] = mapped_column(enum_column(SourceState))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    faults: Mapped[list[Any]] = mapped_column(JsonColumn)
    digest: Mapped[str] = mapped_column(String(64))
    features: Mapped[int]
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
