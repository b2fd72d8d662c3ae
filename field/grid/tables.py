"""The grid as rows: units, DMA zones, representatives, and each import that changed them.

The hierarchy is company → office → station → sub-area → zone. A zone carries the codes of the units above
it, so that a listing by station needs no climbing; the units' names are in :class:`Cell`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import (
    BoundingBox,
    JsonColumn,
    UtcDateTime,
    Versioned,
    area_column,
    enum_column,
    point_column,
)


class VersionState(StrEnum):
    """Of a version of the zones. One that waits is taken when its time comes, or withdrawn before; the one
    that was taken last can be undone."""

    WAITING = "waiting"
    TAKEN = "taken"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"


class Cell(Base):
    """A company, office, station or sub-area."""

    __tablename__ = "cell"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(32))
    parent: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    name_zh_hant: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("level", "code"),)


class Contractor(Versioned, Base):
    """A company whose people work for the utility, and what they may get: kinds of task (``types``), in the
    zones of some ``stations`` and in some ``zones`` (ids) beside. ``cost_permille``: what an hour of theirs
    is worth against one of the utility's own; 1200 is a fifth more. Whoever changes one writes it to its
    representatives (``Rep.contract``) in the same transaction.
    """

    __tablename__ = "contractor"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    types: Mapped[list[str]] = mapped_column(JsonColumn)
    stations: Mapped[list[str]] = mapped_column(JsonColumn)
    zones: Mapped[list[str]] = mapped_column(JsonColumn)
    cost_permille: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def terms(self) -> dict[str, Any]:
        """What is kept with each of its representatives."""
        return {
            "types": self.types,
            "stations": self.stations,
            "zones": self.zones,
            "cost_permille": self.cost_permille,
        }


class Rep(Versioned, Base):
    """A representative. Shift in minutes after local midnight; skill → level; part → count in the van."""

    __tablename__ = "rep"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(32))
    station: Mapped[str] = mapped_column(String(32), index=True)
    skills: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    parts: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    contractor: Mapped[str | None] = mapped_column(ForeignKey("contractor.code"), index=True)
    contract: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict, server_default="{}")
    """What the contractor's contract covers (:class:`Contractor`), as it is now; empty of the utility's
    own.
    """
    shift_start: Mapped[int]
    shift_end: Mapped[int]
    home: Mapped[WKBElement] = mapped_column(point_column(), deferred=True)
    home_lon: Mapped[float]
    home_lat: Mapped[float]
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Zone(Versioned, BoundingBox, Base):
    """A DMA zone. ``owner_code`` is the representative the file named; ``owner_id`` the one found for
    it; ``record`` what is known beside (:mod:`field.grid.files.zone_record`).
    """

    __tablename__ = "zone"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_zh_hant: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    company: Mapped[str] = mapped_column(String(32))
    office: Mapped[str] = mapped_column(String(32))
    station: Mapped[str] = mapped_column(String(32), index=True)
    sub_area: Mapped[str] = mapped_column(String(32))
    area: Mapped[WKBElement] = mapped_column(area_column(), deferred=True)
    owner_code: Mapped[str | None] = mapped_column(String(32))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("rep.id"), index=True)
    connections: Mapped[int | None]
    main_length_m: Mapped[float | None]
    key_accounts: Mapped[int | None]
    min_night_flow: Mapped[float | None]
    record: Mapped[dict[str, Any]] = mapped_column(JsonColumn, server_default="{}")
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_zone_bounds", "min_lon", "max_lon", "min_lat", "max_lat"),)


class ZoneOwner(Base):
    """Who answered for a zone, from when until when; ``until_at`` is empty of who answers now. ``rep_code``
    is the representative the file named; ``rep_id`` is empty where there was none of that code."""

    __tablename__ = "zone_owner"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"))
    rep_code: Mapped[str] = mapped_column(String(32))
    rep_id: Mapped[UUID | None] = mapped_column(ForeignKey("rep.id"))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_zone_owner_zone_id", "zone_id", "until_at"),)


class ColumnMapping(Base):
    """Which column held a field in the last file of zones that was taken; ``column_name`` empty: the
    ``value`` that all zones had."""

    __tablename__ = "column_mapping"

    field: Mapped[str] = mapped_column(String(32), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(String(200))


class GridVersion(Versioned, Base):
    """Zones as one file, or one undoing, made them; or will, from a moment on.

    ``content`` has the zones of one that waits, ``before`` those that it replaced
    (:mod:`field.grid.plans.snapshot`). ``confirmed`` are the doubts that were read and meant.
    """

    __tablename__ = "grid_version"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[VersionState] = mapped_column(enum_column(VersionState), index=True)
    cause: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("grid_import.id"))
    digest: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    confirmed: Mapped[list[str]] = mapped_column(JsonColumn)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class GridImport(Base):
    """One import that was taken. The newest id is the grid's version, by which copies are kept."""

    __tablename__ = "grid_import"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
