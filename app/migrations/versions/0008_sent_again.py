"""What a customer's phone sends again after a lost answer: names by which it has its effect once."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_request", sa.Column("started_with", sa.LargeBinary(32), nullable=True))
    op.add_column("service_request", sa.Column("last_change_id", sa.Uuid(), nullable=True))
    op.create_index("ix_service_request_started_with", "service_request", ["started_with"], unique=True)
    op.add_column("guide_answer", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.create_index("ix_guide_answer_client_id", "guide_answer", ["request_id", "client_id"], unique=True)
