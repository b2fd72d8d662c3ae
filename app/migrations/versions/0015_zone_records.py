"""What is known of a zone beside its border, who answered for it when, and which columns its files have."""

from datetime import UTC

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kernel.ids import uuid7

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("zone", sa.Column("record", DOCUMENT, nullable=False, server_default="{}"))
    op.create_table(
        "zone_owner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("rep_code", sa.String(32), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=True),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name="fk_zone_owner_zone_id"),
        sa.ForeignKeyConstraint(["rep_id"], ["rep.id"], name="fk_zone_owner_rep_id"),
        sa.PrimaryKeyConstraint("id", name="pk_zone_owner"),
    )
    op.create_index("ix_zone_owner_zone_id", "zone_owner", ["zone_id", "until_at"])
    op.create_table(
        "column_mapping",
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("column_name", sa.String(200), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("field", name="pk_column_mapping"),
    )
    _begin_with_the_owners_there_are(op.get_bind())


def _begin_with_the_owners_there_are(connection: sa.Connection) -> None:
    """From when a zone was last changed: since then at least its owner has answered for it."""
    zone = sa.table(
        "zone",
        sa.column("id", sa.Uuid()),
        sa.column("owner_code", sa.String()),
        sa.column("owner_id", sa.Uuid()),
        sa.column("active", sa.Boolean()),
        sa.column("changed_at", MOMENT),
    )
    owner = sa.table(
        "zone_owner",
        sa.column("id", sa.Uuid()),
        sa.column("zone_id", sa.Uuid()),
        sa.column("rep_code", sa.String()),
        sa.column("rep_id", sa.Uuid()),
        sa.column("from_at", MOMENT),
    )
    owned = sa.select(zone).where(zone.c.active, zone.c.owner_code.is_not(None))
    rows = [
        {
            "id": uuid7(each.changed_at.replace(tzinfo=UTC)),
            "zone_id": each.id,
            "rep_code": each.owner_code,
            "rep_id": each.owner_id,
            "from_at": each.changed_at,
        }
        for each in connection.execute(owned)
    ]
    if rows:
        connection.execute(owner.insert(), rows)
