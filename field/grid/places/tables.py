"""The gazetteer as rows: streets, their doors, and the pieces of words by which streets are found.

An import writes its rows under a generation of its own, a little at a time, and is seen as a whole once its
source points to that generation; so a search never sees half a file, and nobody waits for a large one.
Ids count within a generation, the streets with most doors first, so that what is likely is found first.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

GENERATION = 1 << 32
"""Ids of generation g are g · GENERATION + n."""


class PlaceSource(Base):
    """Where addresses came from. `generation` is the one searched now; `loading` one being written, or 0."""

    __tablename__ = "place_source"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    generation: Mapped[int]
    loading: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    attribution: Mapped[str] = mapped_column(String(200))
    streets: Mapped[int]
    doors: Mapped[int]


class PlaceStreet(Base):
    """A street. `words` and `town_words` are as typed addresses are taken apart, separated by spaces."""

    __tablename__ = "place_street"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(200))
    town: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(400))
    town_words: Mapped[str] = mapped_column(String(400))
    number_first: Mapped[bool]
    doors: Mapped[int]
    lon: Mapped[float]
    lat: Mapped[float]


class PlaceDoor(Base):
    """A door. `ordinal` and `key` are its number, see :func:`field.grid.places.writing.number_keys`.

    `cell` is the square of the earth in which it lies, see :func:`field.grid.places.words.cell_of`.
    """

    __tablename__ = "place_door"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    generation: Mapped[int]
    street_id: Mapped[int] = mapped_column(BigInteger)
    ordinal: Mapped[int]
    key: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(300))
    code: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float]
    lat: Mapped[float]
    cell: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_place_door_number", "street_id", "ordinal"),
        Index("ix_place_door_cell", "generation", "cell"),
    )


class PlaceGram(Base):
    """How many streets of a generation have a piece of a word: the rare ones are looked for first."""

    __tablename__ = "place_gram"

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gram: Mapped[str] = mapped_column(String(8), primary_key=True)
    streets: Mapped[int]

    __table_args__ = ({"sqlite_with_rowid": False},)


class PlacePosting(Base):
    """A street has a piece of a word in it."""

    __tablename__ = "place_posting"

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gram: Mapped[str] = mapped_column(String(8), primary_key=True)
    street_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False},)
