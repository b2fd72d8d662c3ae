"""Erasing: when a request and a task were, and which still have something to erase."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_column("customer", "erased_at")  # never written: the request is what is erased
    op.add_column("service_request", sa.Column("erased_at", MOMENT, nullable=True))
    kept = sa.text("erased_at IS NULL")
    op.create_index(
        "ix_service_request_kept", "service_request", ["ended_at"], postgresql_where=kept, sqlite_where=kept
    )
    op.add_column("task", sa.Column("erased_at", MOMENT, nullable=True))
    own = sa.text("erased_at IS NULL AND request_id IS NULL")
    op.create_index("ix_task_kept", "task", ["finished_at"], postgresql_where=own, sqlite_where=own)
