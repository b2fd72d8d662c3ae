"""Tasks for two people: what the second needs, and the stop of whoever comes along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("task", sa.Column("needs_two", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("task", sa.Column("second_skill", sa.String(32), nullable=False, server_default=""))
    one = sa.text("1")
    op.add_column("task", sa.Column("second_level", sa.Integer(), nullable=False, server_default=one))
    op.add_column("task", sa.Column("second_refused_by", DOCUMENT, nullable=False, server_default="[]"))
    op.add_column("task", sa.Column("companion", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("task", sa.Column("partner_id", sa.Uuid(), nullable=True))
    op.add_column("task", sa.Column("meets_at", MOMENT, nullable=True))
    op.create_index("ix_task_partner_id", "task", ["partner_id"])
    op.create_index(
        "ix_task_alone",
        "task",
        ["id"],
        postgresql_where=sa.text("needs_two AND partner_id IS NULL"),
        sqlite_where=sa.text("needs_two = 1 AND partner_id IS NULL"),
    )
