"""The answer bank: answers, their versions, what came of them, what was asked in vain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def json() -> sa.JSON:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("content", json(), nullable=False),
        sa.Column("offered", json(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.UniqueConstraint("code", name="uq_answer_code"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["staff.id"], name="fk_answer_reviewer_id"),
    )
    op.create_index("ix_answer_state", "answer", ["state"])
    op.create_table(
        "answer_version",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("content", json(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", "number", name="pk_answer_version"),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_answer_version_answer_id"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_answer_version_by_id"),
    )
    op.create_table(
        "answer_bank",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_bank"),
    )
    op.create_table(
        "answer_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_use"),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name="fk_answer_use_answer_id"),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_answer_use_request_id"),
    )
    op.create_index("ix_answer_use_answer_id", "answer_use", ["answer_id"])
    op.create_index("ix_answer_use_request_id", "answer_use", ["request_id"])
    op.create_index("ix_answer_use_answer_kind", "answer_use", ["answer_id", "kind"])
    op.create_table(
        "asked_in_vain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(80), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_asked_in_vain"),
    )
    op.create_index("ix_asked_in_vain_day", "asked_in_vain", ["day"])
