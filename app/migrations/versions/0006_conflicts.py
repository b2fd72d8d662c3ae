"""Conflicts: what was done on a task that had gone to somebody else; why a task left a phone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "task_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        sa.Column("acts", DOCUMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_conflict"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_conflict_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_task_conflict_rep_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name="fk_task_conflict_decided_by_id"),
        sa.UniqueConstraint("task_id", "rep_id", name="uq_task_conflict_task_id_rep_id"),
    )
    op.create_index("ix_task_conflict_rep_id_changed_at", "task_conflict", ["rep_id", "changed_at"])
    undecided = sa.text("state = 'open'")
    op.create_index(
        "ix_task_conflict_open",
        "task_conflict",
        ["task_id"],
        postgresql_where=undecided,
        sqlite_where=undecided,
    )
    op.create_table(
        "task_departure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_departure"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_departure_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_task_departure_rep_id"),
    )
    op.create_index("ix_task_departure_task_id", "task_departure", ["task_id"])
    op.create_index("ix_task_departure_rep_id_at", "task_departure", ["rep_id", "at"])
