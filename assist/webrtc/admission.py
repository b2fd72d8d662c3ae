"""Who may come into a room, as whom, and whether they still may."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.access import visible_request
from assist.webrtc.room.effects import Who
from assist.webrtc.room.frames import Role as RoomRole
from kernel.database import Database
from kernel.errors import Forbidden
from kernel.identity import Actor, Role, Session, Staff

AT_ONCE = 500
"""Sessions checked in one query."""


async def admit(session: AsyncSession, actor: Actor, request_id: UUID) -> Who:
    """Who ``actor`` is in this room.

    Raises:
        NotFound: there is no such request, or none that they may know of.
        Forbidden: it is somebody else's call.
    """
    row = await visible_request(session, actor, request_id)
    if actor.kind == "customer":
        return Who(f"customer:{actor.id}", "customer", "", row.language)
    if actor.kind != "staff" or actor.id != row.owner_id:
        raise Forbidden()
    role: RoomRole = "technician" if actor.has(Role.TECHNICIAN, Role.SUPERVISOR, Role.ADMIN) else "rep"
    return Who(f"staff:{actor.id}", role, actor.name, actor.language)


def peer_of(actor: Actor, request_id: UUID, tab: str) -> str:
    """The peer's id: one person with one ``tab`` is one peer, on every worker, and nobody else is."""
    told = f"{request_id}:{actor.kind}:{actor.id}:{tab}"
    return hashlib.sha256(told.encode()).hexdigest()[:20]


async def still_valid(database: Database, sessions: Iterable[bytes], now: datetime) -> set[bytes]:
    """Those of ``sessions`` (token hashes) that still hold."""
    wanted, valid = sorted(set(sessions)), set[bytes]()
    async with database.reading() as session:
        for start in range(0, len(wanted), AT_ONCE):
            query = (
                select(Session.token_hash)
                .outerjoin(Staff, Staff.id == Session.staff_id)
                .where(Session.token_hash.in_(wanted[start : start + AT_ONCE]))
                .where(Session.revoked_at.is_(None), Session.expires_at > now)
                .where(or_(Session.staff_id.is_(None), Staff.active.is_(True)))
            )
            valid.update(await session.scalars(query))
    return valid
