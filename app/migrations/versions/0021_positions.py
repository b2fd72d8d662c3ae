"""Representatives' positions in batches: what is kept of a shift, and which numbers were answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "position_device",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("rep_id", "device_id", name="pk_position_device"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_position_device_rep_id"),
    )
    op.create_index("ix_position_device_changed_at", "position_device", ["changed_at"])
    op.create_table(
        "track_piece",
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("fixes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("rep_id", "device_id", "last_sequence", name="pk_track_piece"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_track_piece_rep_id"),
    )
    op.create_index("ix_track_piece_first_at", "track_piece", ["first_at"])
    op.create_index("ix_track_piece_rep_id_last_at", "track_piece", ["rep_id", "last_at"])
