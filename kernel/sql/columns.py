"""Column types shared by every table, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType

from geoalchemy2 import Geometry
from sqlalchemy import JSON, Column, DateTime, Dialect, Enum, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

WGS84 = 4326
"""EPSG code of every stored coordinate: longitude, latitude in degrees."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite has no time zones, so the zone is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BlobId = NewType("BlobId", str)
"""Names a stored file: the SHA-256 of its bytes, 64 hexadecimal digits. Empty once the file was erased."""


class BlobColumn(TypeDecorator[BlobId]):
    """A column that names a stored file, which lives as long as a row names it in a column of this type."""

    impl = String(64)
    cache_ok = True


def blob_columns(metadata: MetaData) -> tuple[Column[BlobId], ...]:
    """Every column that names stored files. The tables are the only list, so that none can be forgotten."""
    return tuple(
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, BlobColumn)
    )


JsonColumn = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document. Assign a new object to change it: changes inside are not noticed."""


def enum_column(kind: type[StrEnum]) -> Enum:
    """An enum stored as its text value; adding a member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def point_column() -> Geometry:
    """A WGS-84 point."""
    return Geometry("POINT", srid=WGS84, spatial_index=False)


def area_column() -> Geometry:
    """A WGS-84 multipolygon; pair it with :class:`BoundingBox`."""
    return Geometry("MULTIPOLYGON", srid=WGS84, spatial_index=False)


class BoundingBox:
    """The bounds of a geometry as plain numbers: the prefilter where no spatial index exists."""

    min_lon: Mapped[float] = mapped_column(index=True)
    min_lat: Mapped[float]
    max_lon: Mapped[float]
    max_lat: Mapped[float]


class Versioned:
    """A row whose every change is a compare-and-set on ``version`` (1, 2, 3 …)."""

    version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        # At mapping time the attribute is the column itself; a mixin cannot say so in its type.
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
