"""Several windows, people who are wished for or refused, contractors and what they may get."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contractor",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("types", DOCUMENT, nullable=False),
        sa.Column("stations", DOCUMENT, nullable=False),
        sa.Column("zones", DOCUMENT, nullable=False),
        sa.Column("cost_permille", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_contractor"),
    )
    with op.batch_alter_table("rep") as rep:
        rep.add_column(sa.Column("contractor", sa.String(32), nullable=True))
        rep.add_column(sa.Column("contract", DOCUMENT, nullable=False, server_default="{}"))
        rep.create_foreign_key("fk_rep_contractor", "contractor", ["contractor"], ["code"])
    op.create_index("ix_rep_contractor", "rep", ["contractor"])
    op.add_column("task", sa.Column("windows", DOCUMENT, nullable=False, server_default="[]"))
    op.add_column("task", sa.Column("wishes", DOCUMENT, nullable=False, server_default="{}"))
    op.create_table(
        "standing_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("door", sa.String(200), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standing_wish"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_standing_wish_rep_id"),
        sa.ForeignKeyConstraint(["set_by_id"], ["staff.id"], name="fk_standing_wish_set_by_id"),
        sa.UniqueConstraint("door", "rep_id", name="uq_standing_wish_door_rep_id"),
    )
    op.create_index("ix_standing_wish_until", "standing_wish", ["until"])
    op.create_table(
        "wish_policy",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("preferred_s", sa.Integer(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_wish_policy"),
    )
