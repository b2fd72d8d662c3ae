"""The pipe network: layers as they came in, versions of what they make, and how valves were found."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.geometry import describe

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "network_layer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("crs", sa.String(32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_network_layer"),
    )
    op.create_table(
        "network_version",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("snap_m", sa.Double(), nullable=False),
        sa.Column("layers", DOCUMENT, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_network_version"),
    )
    _rows_of_a_version(
        "network_node",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        *_place(),
    )
    _rows_of_a_version(
        "network_link",
        sa.Column("pipe", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("start_node", sa.Integer(), nullable=False),
        sa.Column("end_node", sa.Integer(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("diameter_mm", sa.Double(), nullable=True),
        sa.Column("shape", Geometry("LINESTRING", srid=4326, spatial_index=False), nullable=False),
    )
    describe(op.get_bind(), "network_link", "shape", "LINESTRING")
    _rows_of_a_version(
        "network_valve",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        *_place(),
    )
    _rows_of_a_version(
        "network_fitting",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False),
        *_place(),
    )
    op.create_table(
        "valve_finding",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(80), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_valve_finding"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_valve_finding_task_id"),
    )
    op.create_index("ix_valve_finding_task_id", "valve_finding", ["task_id"])


def _rows_of_a_version(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        *columns,
        sa.PrimaryKeyConstraint("version", "number", name=f"pk_{name}"),
    )


def _place() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column("lon", sa.Double(), nullable=False), sa.Column("lat", sa.Double(), nullable=False)
