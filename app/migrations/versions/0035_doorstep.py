"""Notes of places, who has read of a danger, and door codes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "site_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("gate_code", sa.String(40), nullable=False),
        sa.Column("spot_lon", sa.Double(), nullable=True),
        sa.Column("spot_lat", sa.Double(), nullable=True),
        sa.Column("photo_id", sa.Uuid(), nullable=True),
        sa.Column("arrow", DOCUMENT, nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("renewed_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("doubt", sa.String(32), nullable=True),
        sa.Column("doubted_at", MOMENT, nullable=True),
        sa.Column("doubted_by", sa.String(16), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_site_note"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_site_note_task_id"),
        sa.ForeignKeyConstraint(["photo_id"], ["proof.id"], name="fk_site_note_photo_id"),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name="fk_site_note_author_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name="fk_site_note_decided_by_id"),
    )
    for column in ("task_id", "place", "photo_id", "expires_at"):
        op.create_index(f"ix_site_note_{column}", "site_note", [column])
    disputed = sa.text("state = 'disputed'")
    op.create_index(
        "ix_site_note_disputed",
        "site_note",
        ["doubted_at"],
        postgresql_where=disputed,
        sqlite_where=disputed,
    )
    op.create_table(
        "site_note_read",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("note_id", "task_id", "rep_id", name="pk_site_note_read"),
        sa.ForeignKeyConstraint(["note_id"], ["site_note.id"], name="fk_site_note_read_note_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_site_note_read_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_site_note_read_rep_id"),
    )
    op.create_index("ix_site_note_read_task_id", "site_note_read", ["task_id"])
    op.create_table(
        "door_check",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("revealed_at", MOMENT, nullable=True),
        sa.Column("right_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_door_check"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_door_check_task_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_door_check_rep_id"),
    )
    op.create_index("ix_door_check_ends_at", "door_check", ["ends_at"])
