"""Rosters, breaks, nights on call, overtime; a day begins and ends where it does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("rest_from", "rest_until", "on_call_from", "on_call_until"):
        op.add_column("shift", sa.Column(name, MOMENT, nullable=True))
    op.add_column("shift", sa.Column("rest_s", sa.Integer(), nullable=True))
    for name in ("start_lon", "start_lat", "end_lon", "end_lat"):
        op.add_column("shift", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("shift", sa.Column("open_end", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_shift_day", "shift", ["day"])
    op.add_column("route", sa.Column("rest_at", sa.Integer(), nullable=True))
    op.create_table(
        "shift_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("lasts_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("day", name="pk_shift_day"),
    )
    op.create_table(
        "shift_pattern",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("duties", DOCUMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_shift_pattern_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_pattern"),
        sa.UniqueConstraint("rep_id", "valid_from", name="uq_shift_pattern_rep_id_valid_from"),
    )
    op.create_table(
        "shift_exception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("duty", DOCUMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_shift_exception_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_exception"),
        sa.UniqueConstraint("rep_id", "day", name="uq_shift_exception_rep_id_day"),
    )
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_holiday"),
    )
    op.create_table(
        "depot",
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("station", name="pk_depot"),
    )
    op.create_table(
        "shift_settled",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_shift_settled_rep_id"),
        sa.PrimaryKeyConstraint("rep_id", name="pk_shift_settled"),
    )
    op.create_table(
        "overtime",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_overtime_rep_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name="fk_overtime_asked_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_overtime_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_overtime"),
    )
    op.create_index("ix_overtime_day", "overtime", ["day"])
    op.create_index("ix_overtime_rep_id_day", "overtime", ["rep_id", "day"])
    op.create_table(
        "calendar_link",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("renewed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_calendar_link_rep_id"),
        sa.PrimaryKeyConstraint("rep_id", name="pk_calendar_link"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_link_token_hash"),
    )
