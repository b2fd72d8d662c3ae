"""Danger that is only claimed, beyond what one address or area is believed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "queue_entry", sa.Column("surplus", sa.Boolean(), nullable=False, server_default=sa.false())
    )
