"""The register of accounts, and requests by their address."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_register",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("emptied", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("loading", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_register"),
    )
    op.create_table(
        "account",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("meter", sa.String(40), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("dependant", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_account"),
    )
    op.create_index("ix_account_reference", "account", ["reference", "number"])
    op.create_table(
        "account_token",
        sa.Column("token", sa.LargeBinary(60), nullable=False),
        sa.Column("account", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token", "account", name="pk_account_token"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customer_address", "customer", ["address"])
    # What is open is found by its customer; without this each look-up read every request there ever was.
    op.create_index("ix_service_request_customer_id", "service_request", ["customer_id"])
