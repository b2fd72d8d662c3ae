"""The gazetteer: streets, doors, and the pieces of words by which they are found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_source",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("loading", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("attribution", sa.String(200), nullable=False),
        sa.Column("streets", sa.Integer(), nullable=False),
        sa.Column("doors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_place_source"),
    )
    op.create_table(
        "place_street",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("town", sa.String(200), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("town_words", sa.String(400), nullable=False),
        sa.Column("number_first", sa.Boolean(), nullable=False),
        sa.Column("doors", sa.Integer(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place_street"),
    )
    op.create_index("ix_place_street_generation", "place_street", ["generation"])
    op.create_table(
        "place_door",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("street_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place_door"),
    )
    op.create_index("ix_place_door_number", "place_door", ["street_id", "ordinal"])
    op.create_index("ix_place_door_cell", "place_door", ["generation", "cell"])
    op.create_table(
        "place_gram",
        sa.Column("generation", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("gram", sa.String(8), nullable=False),
        sa.Column("streets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "gram", name="pk_place_gram"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "place_posting",
        sa.Column("generation", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("gram", sa.String(8), nullable=False),
        sa.Column("street_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("generation", "gram", "street_id", name="pk_place_posting"),
        sqlite_with_rowid=False,
    )
