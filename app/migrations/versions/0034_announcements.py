"""Announcements, each step of theirs, and how much notice each kind needs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0034"
down_revision = "0030"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("moved_from", MOMENT, nullable=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("zones", DOCUMENT, nullable=False),
        sa.Column("area", DOCUMENT, nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("extra", DOCUMENT, nullable=False),
        sa.Column("advice", DOCUMENT, nullable=False),
        sa.Column("bowser", sa.String(300), nullable=False),
        sa.Column("contact", sa.String(120), nullable=False),
        sa.Column("exempt", sa.String(300), nullable=False),
        sa.Column("without_water", DOCUMENT, nullable=False),
        sa.Column("texts", DOCUMENT, nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("passed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("min_lon", sa.Double(), nullable=False),
        sa.Column("min_lat", sa.Double(), nullable=False),
        sa.Column("max_lon", sa.Double(), nullable=False),
        sa.Column("max_lat", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_announcement_task_id"),
    )
    op.create_index("ix_announcement_state", "announcement", ["state"])
    op.create_index("ix_announcement_min_lon", "announcement", ["min_lon"])
    op.create_table(
        "announcement_step",
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("told", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("announcement_id", "number", name="pk_announcement_step"),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name="fk_announcement_step_announcement_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_announcement_step_by_id"),
    )
    op.create_table(
        "announcement_policy",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("notice_h", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_announcement_policy"),
    )
