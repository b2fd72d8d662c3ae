"""Hints to open pages lie in a table of their own; what hangs on an event is found by it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hints", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hint"),
    )
    # Whoever deletes an event looks for both.
    op.create_index("ix_inbox_event_id", "inbox", ["event_id"])
    op.create_index("ix_failed_event_event_id", "failed_event", ["event_id"])
