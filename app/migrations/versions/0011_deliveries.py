"""Deliveries: what is to leave the house after a commit, and what became of it. What was kept is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("recipient", sa.String(32), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_request_id", "delivery", ["request_id"])
    waiting = sa.text("state = 'waiting'")
    for columns in (["due_at"], ["recipient", "id"]):
        op.create_index(
            "_".join(("ix_delivery", *columns)),
            "delivery",
            columns,
            postgresql_where=waiting,
            sqlite_where=waiting,
        )
    op.execute(
        "INSERT INTO delivery (id, channel, recipient, text, request_id, state, attempts, answer,"
        " written_at, expires_at, due_at, ended_at)"
        " SELECT id, 'sms', recipient, text, request_id, 'sent', 1, 'kept',"
        " sent_at, sent_at, sent_at, sent_at"
        " FROM sent_message"
    )
    op.drop_index("ix_sent_message_request_id", "sent_message")
    op.drop_table("sent_message")
