"""Push: browsers that are told of news while their page is closed, and the key they subscribed with."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "push_key",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("private", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_push_key"),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("endpoint_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("receiver", sa.LargeBinary(65), nullable=False),
        sa.Column("auth", sa.LargeBinary(16), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscription"),
        sa.ForeignKeyConstraint(
            ["session_hash"],
            ["session.token_hash"],
            name="fk_push_subscription_session_hash",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_push_subscription_staff_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("session_hash", name="uq_push_subscription_session_hash"),
        sa.UniqueConstraint("endpoint_hash", name="uq_push_subscription_endpoint_hash"),
    )
    op.create_index("ix_push_subscription_staff_id", "push_subscription", ["staff_id"])
