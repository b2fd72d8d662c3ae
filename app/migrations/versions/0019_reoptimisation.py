"""Re-optimisations of a station's day, and the policies that ask for them by themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reoptimisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("by_itself", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("budget_s", sa.Integer(), nullable=False),
        sa.Column("gain_s", sa.Integer(), nullable=False),
        sa.Column("gone", DOCUMENT, nullable=False),
        sa.Column("locks", DOCUMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("runs_until", MOMENT, nullable=True),
        sa.Column("plan", DOCUMENT, nullable=False),
        sa.Column("versions", DOCUMENT, nullable=False),
        sa.Column("outcome", DOCUMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reoptimisation"),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name="fk_reoptimisation_asked_by"),
    )
    op.create_index("ix_reoptimisation_state", "reoptimisation", ["state"])
    op.create_index("ix_reoptimisation_station_day", "reoptimisation", ["station", "day"])
    op.create_table(
        "reoptimisation_policy",
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("by_itself", sa.Boolean(), nullable=False),
        sa.Column("gain_s", sa.Integer(), nullable=False),
        sa.Column("budget_s", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("cause", name="pk_reoptimisation_policy"),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name="fk_reoptimisation_policy_changed_by"),
    )
