"""Check-in timers of people who work alone, their steps, and how stations want them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "safety_policy",
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("types", DOCUMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("before_s", sa.Integer(), nullable=False),
        sa.Column("climb_s", sa.Integer(), nullable=False),
        sa.Column("climb_on_s", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("station", name="pk_safety_policy"),
    )
    op.create_table(
        "lone_timer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("why", sa.String(32), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lone_timer"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_lone_timer_rep_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_lone_timer_task_id"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["staff.id"], name="fk_lone_timer_answered_by_id"),
    )
    op.create_index("ix_lone_timer_rep_id", "lone_timer", ["rep_id"])
    op.create_index("ix_lone_timer_ended_at", "lone_timer", ["ended_at"])
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_lone_timer_open",
        "lone_timer",
        ["rep_id"],
        unique=True,
        postgresql_where=still,
        sqlite_where=still,
    )
    op.create_table(
        "lone_step",
        sa.Column("timer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("timer_id", "number", name="pk_lone_step"),
        sa.ForeignKeyConstraint(["timer_id"], ["lone_timer.id"], name="fk_lone_step_timer_id"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_lone_step_by_id"),
    )
