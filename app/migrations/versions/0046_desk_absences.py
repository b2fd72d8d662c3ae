"""Leave of those at desks."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0042"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "desk_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_absence"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_desk_absence_staff_id"),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name="fk_desk_absence_entered_by"),
    )
    op.create_index("ix_desk_absence_staff_id", "desk_absence", ["staff_id"])
    op.create_index("ix_desk_absence_ends_at", "desk_absence", ["ends_at"])
