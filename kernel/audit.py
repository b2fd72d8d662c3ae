"""An audit log that shows when it was tampered with.

Each entry's hash covers its own content and the hash before it, so that changing, deleting or reordering
any entry breaks the chain from there on. Entries name people by id only: what identifies a person lives
in rows that can be erased without breaking the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.actors import Actor
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime

GENESIS = "0" * 64
PAGE = 500
"""Entries that are looked at together."""
ONE_AT_A_TIME = 0x61756469
"""The advisory lock of who appends; any number that nothing else in the database uses."""


class AuditEntry(Base):
    """One act: who did what to which thing, and when."""

    __tablename__ = "audit_entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(128))
    detail: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    hash: Mapped[str] = mapped_column(String(64))


def chain_hash(previous: str, entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the entry's canonical JSON, in hexadecimal."""
    content = [entry.number, entry.at.isoformat(), entry.actor, entry.action, entry.subject, entry.detail]
    canonical = json.dumps([previous, *content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


async def append(
    session: AsyncSession,
    now: datetime,
    actor: Actor,
    action: str,
    subject: str,
    detail: Mapping[str, object],
) -> None:
    """Add an entry in the session's transaction, which no other then can before this one has ended.

    SQLite has one writer anyway. On PostgreSQL all would take the same ``number``, and many at once would
    lose that race too often to be run again.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    last = (await session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))).first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now,
        actor=f"{actor.kind}:{actor.id}",
        action=action,
        subject=subject,
        detail=json.loads(json.dumps(detail, default=str)),
    )
    entry.hash = chain_hash(last.hash if last else GENESIS, entry)
    session.add(entry)
    await session.flush()


@dataclass(frozen=True)
class Break:
    """Where the chain breaks: the first ``number`` that is not as it was written, and how that shows."""

    number: int
    words: str


async def broken_at(session: AsyncSession) -> tuple[Break | None, int]:
    """Where the chain breaks first, and how many entries were looked at, a page at a time.

    Entries cut off at the end leave a whole chain: only a copy of the last hash kept elsewhere shows that.
    """
    previous, expected = GENESIS, 1
    while page := await _page(session, expected):
        for entry in page:
            if entry.number != expected:
                return Break(entry.number, f"entry {expected} is missing before it"), expected - 1
            if chain_hash(previous, entry) != entry.hash:
                return Break(expected, "it is not what was written there"), expected
            previous, expected = entry.hash, expected + 1
        session.expunge_all()
    return None, expected - 1


async def _page(session: AsyncSession, first: int) -> Sequence[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.number).limit(PAGE)
    if first > 1:  # at first all are looked at, also one that was put before the beginning
        query = query.where(AuditEntry.number >= first)
    return (await session.scalars(query)).all()


async def first_broken_entry(session: AsyncSession) -> int | None:
    """The number of the first entry that does not fit the chain; None when all is whole."""
    broken, _ = await broken_at(session)
    return broken.number if broken else None
