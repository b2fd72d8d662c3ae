"""Territories: weights, what is agreed, proposals with alternatives, notices, and days of absence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "workload_weights",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("connections", "main_length_m", "task_minutes", "key_accounts", "min_night_flow")
        ),
        sa.Column("area", sa.Double(), nullable=False),
        sa.Column("most_zones", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workload_weights"),
    )
    op.create_table(
        "zone_terms",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("skills", DOCUMENT, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", name="pk_zone_terms"),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name="fk_zone_terms_zone_id"),
    )
    op.create_table(
        "rep_terms",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("languages", DOCUMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rep_id", name="pk_rep_terms"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_rep_terms_rep_id"),
    )
    op.create_table(
        "territory_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("station", sa.String(32), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("grid_version", sa.Uuid(), nullable=True),
        sa.Column("basis", DOCUMENT, nullable=False),
        sa.Column("chosen_id", sa.Uuid(), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("begun_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_territory_proposal"),
    )
    op.create_index("ix_territory_proposal_state", "territory_proposal", ["state"])
    op.create_table(
        "territory_alternative",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("computed", DOCUMENT, nullable=False),
        sa.Column("owner", DOCUMENT, nullable=False),
        sa.Column("figures", DOCUMENT, nullable=False),
        sa.Column("nudged", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_territory_alternative"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["territory_proposal.id"], name="fk_territory_alternative_proposal_id"
        ),
    )
    op.create_index("ix_territory_alternative_proposal_id", "territory_alternative", ["proposal_id"])
    op.create_table(
        "owner_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("gained", DOCUMENT, nullable=False),
        sa.Column("lost", DOCUMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("pushed", sa.Boolean(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owner_notice"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["territory_proposal.id"], name="fk_owner_notice_proposal_id"
        ),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_owner_notice_rep_id"),
    )
    op.create_index("ix_owner_notice_pushed", "owner_notice", ["pushed"])
    op.create_index("ix_owner_notice_rep_id_told_at", "owner_notice", ["rep_id", "told_at"])
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("had_start", MOMENT, nullable=True),
        sa.Column("had_end", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_absence_rep_id"),
        sa.UniqueConstraint("rep_id", "day", name="uq_absence_rep_id_day"),
    )
    op.create_table(
        "zone_cover",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", "day", name="pk_zone_cover"),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name="fk_zone_cover_zone_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_zone_cover_rep_id"),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name="fk_zone_cover_absence_id"),
    )
    op.create_index("ix_zone_cover_day", "zone_cover", ["day"])
