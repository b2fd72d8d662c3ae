"""Rounds that come again, and the days to which their stops are dealt out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("zones", DOCUMENT, nullable=False),
        sa.Column("points", DOCUMENT, nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("answerable_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.ForeignKeyConstraint(["answerable_id"], ["staff.id"], name="fk_round_answerable_id"),
    )
    op.create_table(
        "round_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("point_key", sa.String(64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("made_task_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_round_stop"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_stop_round_id"),
        sa.UniqueConstraint(
            "round_id", "point_key", "due_on", name="uq_round_stop_round_id_point_key_due_on"
        ),
    )
    op.create_index("ix_round_stop_made_task_id", "round_stop", ["made_task_id"])
    op.create_index("ix_round_stop_planned_on", "round_stop", ["planned_on"])
