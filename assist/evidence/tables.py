"""What was sealed, and the key that signs what leaves the house."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assist.evidence.chain import SALT_BYTES
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

DIGITS = 64
"""Of a SHA-256 in hexadecimal."""


class EvidenceEntry(Base):
    """One thing as it was when it was sealed (:mod:`assist.evidence.chain`).

    ``content`` is canonical JSON as it was hashed, to the letter. Erasing empties ``content`` and ``salt``
    of what ``tells`` of a person; what is left of it is that there was something, of this kind, by this
    time.
    """

    __tablename__ = "evidence_entry"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(80))
    tells: Mapped[bool]
    commitment: Mapped[str] = mapped_column(String(DIGITS))
    hash: Mapped[str] = mapped_column(String(DIGITS))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(SALT_BYTES))
    content: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EvidenceHead(Base):
    """Where a request's chain ends, and which version of the request was sealed last."""

    __tablename__ = "evidence_head"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(DIGITS))
    version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When the request changed last, as of that version."""


class EvidenceKey(Base):
    """The installation's own Ed25519 key (RFC 8032), one row: the 32 bytes of the seed.

    It is kept in the database, which all web workers on all hosts share and every backup has: with another
    key nobody could tell later bundles from forged ones.
    """

    __tablename__ = "evidence_key"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
