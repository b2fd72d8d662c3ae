"""Chains of tasks, permits, and templates of chains; types of work around a repair."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.task_types import REPAIR_TYPES

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")

STEPS = (
    {"type": "isolation", "lag_min": 0, "permits": []},
    {"type": "excavation", "lag_min": 0, "permits": ["street_works"]},
    {"type": "leak_visit", "lag_min": 0, "permits": []},
    {"type": "reinstatement", "lag_min": 0, "permits": ["street_works"]},
)


def upgrade() -> None:
    op.add_column("task", sa.Column("chain_id", sa.Uuid(), nullable=True))
    op.add_column("task", sa.Column("not_before", MOMENT, nullable=True))
    op.add_column("task", sa.Column("not_after", MOMENT, nullable=True))
    op.add_column("task", sa.Column("waits_for", sa.String(64), nullable=True))
    op.create_index("ix_task_chain_id", "task", ["chain_id"])
    op.create_table(
        "task_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(32), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_chain"),
        sa.ForeignKeyConstraint(["id"], ["task.id"], name="fk_task_chain_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name="fk_task_chain_made_by_id"),
    )
    op.create_table(
        "chain_step",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("permits", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_chain_step"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_chain_step_task_id"),
        sa.ForeignKeyConstraint(["chain_id"], ["task_chain.id"], name="fk_chain_step_chain_id"),
    )
    op.create_index("ix_chain_step_chain_id", "chain_step", ["chain_id"])
    op.create_table(
        "chain_link",
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("lag_min", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id", name="pk_chain_link"),
        sa.ForeignKeyConstraint(["predecessor_id"], ["task.id"], name="fk_chain_link_predecessor_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["task.id"], name="fk_chain_link_successor_id"),
        sa.ForeignKeyConstraint(["chain_id"], ["task_chain.id"], name="fk_chain_link_chain_id"),
    )
    op.create_index("ix_chain_link_chain_id", "chain_link", ["chain_id"])
    op.create_table(
        "permit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("authority", sa.String(120), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_permit"),
        sa.ForeignKeyConstraint(["chain_id"], ["task_chain.id"], name="fk_permit_chain_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_permit_task_id"),
        sa.ForeignKeyConstraint(["changed_by_id"], ["staff.id"], name="fk_permit_changed_by_id"),
    )
    op.create_index("ix_permit_chain_id", "permit", ["chain_id"])
    templates = op.create_table(
        "chain_template",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_zh_hant", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("steps", DOCUMENT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_chain_template"),
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    names = {"name": "主管抢修", "name_zh_hant": "主管搶修", "name_en": "Main repair"}
    row = {
        "code": "main_repair",
        **names,
        "steps": list(STEPS),
        "active": True,
        "changed_at": now,
        "version": 1,
    }
    op.bulk_insert(templates, [row])
    _types(now)


def _types(now: datetime) -> None:
    """Types of the work around a repair, behind those that are there; one of that code that somebody has made
    meanwhile stays theirs.
    """
    types = sa.table(
        "task_type",
        *(sa.column(name, sa.String()) for name in ("code", "name", "name_zh_hant", "name_en", "category")),
        *(sa.column(name, sa.String()) for name in ("severity", "skill", "proof", "settled_by")),
        *(sa.column(name, sa.Integer()) for name in ("position", "level", "duration_s", "close_level")),
        *(sa.column(name, sa.Integer()) for name in ("form", "version", "clock_s")),
        *(sa.column(name, sa.Boolean()) for name in ("active", "has_draft")),
        sa.column("changed_at", MOMENT),
    )
    forms = sa.table(
        "form_version",
        *(sa.column(name, sa.String()) for name in ("type", "note")),
        sa.column("number", sa.Integer()),
        sa.column("definition", DOCUMENT),
        sa.column("published_at", MOMENT),
    )
    connection = op.get_bind()
    known = set(connection.execute(sa.select(types.c.code)).scalars())
    last = connection.execute(sa.select(sa.func.max(types.c.position))).scalar() or 0
    for at, given in enumerate(REPAIR_TYPES, 1):
        if given["code"] in known:
            continue
        row = {name: value for name, value in given.items() if name != "definition"}
        beside = {"active": True, "form": 1, "has_draft": False, "changed_at": now, "version": 1}
        op.bulk_insert(types, [row | {"position": last + at} | beside])
        first = {"type": given["code"], "number": 1, "definition": given["definition"], "note": ""}
        op.bulk_insert(forms, [first | {"published_at": now}])
