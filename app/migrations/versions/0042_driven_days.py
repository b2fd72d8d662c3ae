"""Ways that were driven, counted by day, hour and ratio."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "driven_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("still_s", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_driven_day"),
    )
