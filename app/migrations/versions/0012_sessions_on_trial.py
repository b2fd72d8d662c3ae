"""Sessions on trial: what a personal link opened holds for minutes, until something is done with it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
