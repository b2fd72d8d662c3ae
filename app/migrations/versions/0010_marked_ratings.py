"""Links that staff have seen, and ratings that came over them. All links until now were shown to staff."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_link", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("rating", sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()))
