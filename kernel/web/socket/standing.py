"""Whether sessions still hold, asked for many at once: an open socket outlives the look at its door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select

from kernel.database import Database
from kernel.identity.sessions import Session
from kernel.identity.staff import Staff

AT_ONCE = 500
"""Sessions checked in one query."""


async def still_valid(database: Database, sessions: Iterable[bytes], now: datetime) -> dict[bytes, datetime]:
    """Those of ``sessions`` (token hashes) that hold at ``now``, and until when unless they are revoked."""
    wanted, valid = sorted(set(sessions)), dict[bytes, datetime]()
    async with database.reading() as session:
        for start in range(0, len(wanted), AT_ONCE):
            query = (
                select(Session.token_hash, Session.expires_at)
                .outerjoin(Staff, Staff.id == Session.staff_id)
                .where(Session.token_hash.in_(wanted[start : start + AT_ONCE]))
                .where(Session.revoked_at.is_(None), Session.expires_at > now)
                .where(or_(Session.staff_id.is_(None), Staff.active.is_(True)))
            )
            valid.update((token_hash, until) for token_hash, until in await session.execute(query))
    return valid
