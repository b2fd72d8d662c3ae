"""Escalations that climb by a ladder, the rules for it, and who leads a station or a sub-area."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "escalation_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("rungs", DOCUMENT, nullable=False),
        sa.Column("always", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_rule"),
        sa.UniqueConstraint("kind", "station", "category", name="uq_escalation_rule_kind_station_category"),
    )
    op.create_table(
        "area_lead",
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("level", "code", name="pk_area_lead"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_area_lead_staff_id"),
    )
    op.create_table(
        "escalation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("rungs", DOCUMENT, nullable=False),
        sa.Column("always", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("asked", DOCUMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalation"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_escalation_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_escalation_rep_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name="fk_escalation_holder_id"),
    )
    op.create_index("ix_escalation_task_id", "escalation", ["task_id"])
    op.create_index("ix_escalation_rep_id_opened_at", "escalation", ["rep_id", "opened_at"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_escalation_open",
        "escalation",
        ["task_id"],
        unique=True,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
