"""Figures: what each task and each person's day counts for, and the sums of weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SUMS = ("made", "prompt", "answers", "due", "met", "visited", "fixed", "trips")
SECONDS = ("answer_s", "travel_s", "work_s")


def upgrade() -> None:
    op.add_column("task", sa.Column("counted", sa.Integer(), nullable=False, server_default=sa.text("-1")))
    op.create_index(
        "ix_task_uncounted",
        "task",
        ["id"],
        postgresql_where=sa.text("counted <> steps"),
        sqlite_where=sa.text("counted != steps"),
    )
    op.create_table(
        "figure_task",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("prompt", sa.Integer(), nullable=False),
        sa.Column("answer_s", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("fixed", sa.Integer(), nullable=False),
        sa.Column("travel_s", sa.Integer(), nullable=True),
        sa.Column("work_s", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("task_id", name="pk_figure_task"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_figure_task_task_id"),
    )
    for day in ("made_on", "due_on", "done_on"):
        op.create_index(f"ix_figure_task_{day}", "figure_task", [day])
    op.create_table(
        "figure_rep_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("shift_s", sa.Integer(), nullable=False),
        sa.Column("overtime_s", sa.Integer(), nullable=False),
        sa.Column("work_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "rep_id", name="pk_figure_rep_day"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_figure_rep_day_rep_id"),
    )
    op.create_table(
        "figure_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_figure_day"),
    )
    op.create_index("ix_figure_day_stale", "figure_day", ["stale", "day"])
    op.create_table(
        "figure_ground",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", name="pk_figure_ground"),
    )
    for name, column in (
        ("zone", sa.Column("zone_id", sa.Uuid(), nullable=False)),
        ("place", sa.Column("station", sa.String(32), nullable=False)),
        ("type", sa.Column("type", sa.String(32), nullable=False)),
    ):
        op.create_table(
            f"figure_{name}_week",
            sa.Column("week", sa.Date(), nullable=False),
            column,
            *(sa.Column(each, sa.Integer(), nullable=False) for each in SUMS),
            *(sa.Column(each, sa.BigInteger(), nullable=False) for each in SECONDS),
            sa.PrimaryKeyConstraint("week", column.name, name=f"pk_figure_{name}_week"),
        )
    op.create_table(
        "figure_station_week",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        *(
            sa.Column(each, sa.BigInteger(), nullable=False)
            for each in ("shift_s", "overtime_s", "even_s", "most_s")
        ),
        sa.PrimaryKeyConstraint("week", "station", name="pk_figure_station_week"),
    )
