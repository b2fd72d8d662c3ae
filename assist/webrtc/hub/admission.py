"""Who may come into a room, and as whom."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.access import visible_request
from assist.webrtc.room.machine.effects import Who
from assist.webrtc.room.machine.frames import Role as RoomRole
from kernel.actors import Actor, Role
from kernel.errors import Forbidden


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
