"""Days looked back at: what they cost as driven, and their costliest decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SECONDS = ("_s", "_travel_s", "_late_s", "_over_s")


def upgrade() -> None:
    op.create_table(
        "hindsight_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("refused", sa.String(64), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        *(
            sa.Column(f"{plan}{part}", sa.BigInteger(), nullable=False)
            for plan in ("driven", "known")
            for part in SECONDS
        ),
        sa.PrimaryKeyConstraint("day", "station", name="pk_hindsight_day"),
    )
    op.create_index(
        "ix_hindsight_day_asked",
        "hindsight_day",
        ["day"],
        postgresql_where=sa.text("told = -1"),
        sqlite_where=sa.text("told = -1"),
    )
    op.create_table(
        "hindsight_decision",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("better_id", sa.Uuid(), nullable=False),
        sa.Column("better_at", MOMENT, nullable=False),
        sa.Column("near_m", sa.Integer(), nullable=True),
        sa.Column("near_at", MOMENT, nullable=True),
        *(
            sa.Column(each, sa.BigInteger(), nullable=False)
            for each in ("cost_s", "travel_s", "late_s", "over_s")
        ),
        sa.PrimaryKeyConstraint("day", "station", "rank", name="pk_hindsight_decision"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_hindsight_decision_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_hindsight_decision_rep_id"),
        sa.ForeignKeyConstraint(["better_id"], ["rep.id"], name="fk_hindsight_decision_better_id"),
    )
    op.create_index("ix_hindsight_decision_task_id", "hindsight_decision", ["task_id"])
