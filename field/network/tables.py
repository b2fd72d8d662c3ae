"""The pipe network as rows: what came in, what it was joined to, and what people have found of its valves.

An import writes its rows under a number of its own, a little at a time, and is seen as a whole once its
version is the current one. The versions before it are kept, so that one that was a mistake can be taken back.
How a valve stands is known of the valve, whatever version of the network it is in: it is kept by the valve's
code.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import WGS84, JsonColumn, UtcDateTime, enum_column


class VersionState(StrEnum):
    """``loading``: its rows are being written; ``current``: the one that counts; ``past``: it counted before;
    ``withdrawn``: it was taken back.
    """

    LOADING = "loading"
    CURRENT = "current"
    PAST = "past"
    WITHDRAWN = "withdrawn"


class ValveState(StrEnum):
    """How a valve stands: known to turn; not known; open, and not to be shut; shut."""

    WORKING = "working"
    UNKNOWN = "unknown"
    STUCK = "stuck"
    CLOSED = "closed"


class NetworkLayer(Base):
    """A layer as it came in: what :mod:`field.network.files.stored` wrote of it."""

    __tablename__ = "network_layer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    crs: Mapped[str] = mapped_column(String(32))
    rows: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class NetworkVersion(Base):
    """The network as it was at a time. ``layers``: the id of each layer that it was made of; ``counts``: how
    many of each there are; ``valid_from``: when it became the current one, last.
    """

    __tablename__ = "network_version"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[VersionState] = mapped_column(enum_column(VersionState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    snap_m: Mapped[float]
    layers: Mapped[dict[str, str]] = mapped_column(JsonColumn)
    counts: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NetworkNode(Base):
    """A junction. ``kind``: junction, valve (where one divides a pipe), reservoir, tank or inlet."""

    __tablename__ = "network_node"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    lon: Mapped[float]
    lat: Mapped[float]


class NetworkLink(Base):
    """A pipe, or a part of one that is divided. ``start_node``, ``end_node``: numbers of junctions."""

    __tablename__ = "network_link"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pipe: Mapped[str] = mapped_column(String(64))
    part: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    start_node: Mapped[int]
    end_node: Mapped[int]
    length_m: Mapped[float]
    diameter_mm: Mapped[float | None]
    shape: Mapped[WKBElement] = mapped_column(Geometry("LINESTRING", srid=WGS84, spatial_index=False))


class NetworkValve(Base):
    """A valve at one end of a link: ``side`` 0 is its start. ``state``: as the layer says."""

    __tablename__ = "network_valve"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16))
    link: Mapped[int]
    side: Mapped[int]
    lon: Mapped[float]
    lat: Mapped[float]


class NetworkFitting(Base):
    """A connection or a hydrant on a link. ``kind``: a connection's class (home, business, school, hospital,
    dependant), or ``hydrant``. Of people nothing is kept but that somebody there depends on water.
    """

    __tablename__ = "network_fitting"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    link: Mapped[int]
    lon: Mapped[float]
    lat: Mapped[float]


class ValveFinding(Base):
    """How a valve was last found, and by whom. ``task_id``: on which task, where it was on one."""

    __tablename__ = "valve_finding"

    code: Mapped[str] = mapped_column(String(80), primary_key=True)
    state: Mapped[ValveState] = mapped_column(enum_column(ValveState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(80))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"), index=True)
