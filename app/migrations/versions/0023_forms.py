"""Types of tasks, versioned forms, what was filled in, and what vans carry."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.migrations.task_types import TASK_TYPES

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    types = op.create_table(
        "task_type",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_zh_hant", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("skill", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("clock_s", sa.Integer(), nullable=True),
        sa.Column("proof", sa.String(16), nullable=False),
        sa.Column("close_level", sa.Integer(), nullable=False),
        sa.Column("settled_by", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("draft", DOCUMENT, nullable=True),
        sa.Column("has_draft", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_task_type"),
    )
    versions = op.create_table(
        "form_version",
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", DOCUMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("type", "number", name="pk_form_version"),
        sa.ForeignKeyConstraint(["type"], ["task_type.code"], name="fk_form_version_type"),
        sa.ForeignKeyConstraint(["published_by"], ["staff.id"], name="fk_form_version_published_by"),
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for position, given in enumerate(TASK_TYPES):
        row = {name: value for name, value in given.items() if name != "definition"}
        beside = {"active": True, "form": 1, "has_draft": False, "changed_at": now, "version": 1}
        op.bulk_insert(types, [row | {"position": position} | beside])
        first = {"type": given["code"], "number": 1, "definition": given["definition"], "note": ""}
        op.bulk_insert(versions, [first | {"published_at": now, "published_by": None}])

    op.add_column("task", sa.Column("type", sa.String(32), nullable=False, server_default="complaint"))
    op.execute("UPDATE task SET type = 'leak_visit' WHERE category = 'leak'")

    op.create_table(
        "task_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("filled_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_answers"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_answers_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_task_answers_rep_id"),
    )
    op.create_index("ix_task_answers_task_id", "task_answers", ["task_id"])
    op.create_index("ix_task_answers_type_filled_at", "task_answers", ["type", "filled_at"])
    op.create_table(
        "van_level",
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("full", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("part", name="pk_van_level"),
    )
    op.create_table(
        "part_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_part_movement"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_part_movement_rep_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_part_movement_task_id"),
    )
    op.create_index("ix_part_movement_task_id", "part_movement", ["task_id"])
    op.create_index("ix_part_movement_rep_id_at", "part_movement", ["rep_id", "at"])
