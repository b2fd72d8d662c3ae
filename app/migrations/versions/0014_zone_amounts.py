"""How much work a zone is: connections, mains, key accounts, minimum night flow."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind in (
        ("connections", sa.Integer()),
        ("main_length_m", sa.Double()),
        ("key_accounts", sa.Integer()),
        ("min_night_flow", sa.Double()),
    ):
        op.add_column("zone", sa.Column(name, kind, nullable=True))
