"""Numbered events: what an event tells of and at which step, so that they keep their order."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("subject", sa.String(64), nullable=True))
    op.add_column("outbox", sa.Column("step", sa.Integer(), nullable=True))
    numbered = sa.text("subject IS NOT NULL")
    op.create_index(
        "ix_outbox_subject",
        "outbox",
        ["subject", "step", "id"],
        postgresql_where=numbered,
        sqlite_where=numbered,
    )
