"""Travel times by the hour of the day: profiles, and what a way would take on empty roads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "travel_profile",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("factors", DOCUMENT, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_travel_profile"),
        sa.ForeignKeyConstraint(["set_by_id"], ["staff.id"], name="fk_travel_profile_set_by_id"),
    )
    op.add_column("visit", sa.Column("base_s", sa.Integer(), nullable=True))
