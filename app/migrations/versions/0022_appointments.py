"""Windows that are held while a customer decides, what was promised, and what customers have said since."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "window_hold",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_end", MOMENT, nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_window_hold"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_window_hold_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_window_hold_rep_id"),
    )
    op.create_index("ix_window_hold_expires_at", "window_hold", ["expires_at"])
    op.create_table(
        "appointment",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_end", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(16), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_appointment"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_appointment_task_id"),
    )
    op.create_table(
        "customer_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("effect", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_customer_word"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_customer_word_task_id"),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"], name="fk_customer_word_seen_by"),
    )
    op.create_index("ix_customer_word_task_id", "customer_word", ["task_id"])
    unseen = sa.text("seen_at IS NULL")
    op.create_index(
        "ix_customer_word_unseen", "customer_word", ["at"], postgresql_where=unseen, sqlite_where=unseen
    )
