"""What dispatchers move by hand can be moved back; a stop can be locked."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("lock", sa.String(8), nullable=True))
    op.create_table(
        "task_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.String(32), nullable=False),
        sa.Column("from_rep_id", sa.Uuid(), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("from_position", sa.Integer(), nullable=False),
        sa.Column("from_after", sa.Uuid(), nullable=True),
        sa.Column("from_reason", sa.String(64), nullable=True),
        sa.Column("to_rep_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_task_move"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_move_task_id"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_task_move_by_id"),
        sa.ForeignKeyConstraint(["from_rep_id"], ["rep.id"], name="fk_task_move_from_rep_id"),
        sa.ForeignKeyConstraint(["to_rep_id"], ["rep.id"], name="fk_task_move_to_rep_id"),
        sa.UniqueConstraint("move_id", "task_id", name="uq_task_move_move_id_task_id"),
    )
    op.create_index("ix_task_move_task_id", "task_move", ["task_id"])
