"""Who may see and do what with a request.

A customer sees one request, their own; any other does not exist for them. Desk roles see all requests. A
representative sees the requests that they are answerable for, and those whose visit stands on their route:
whether to accept it is told by what the stills show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from assist.request.request import Happening, Party, WrongState, follows, may
from assist.request.tables import ServiceRequest
from kernel.actors import Actor, Role
from kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

DESK_ROLES = frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.DISPATCHER, Role.ADMIN})


def parties_of(actor: Actor, row: ServiceRequest) -> frozenset[Party]:
    """What `actor` is to this request."""
    parties = set()
    if actor.kind == "system":
        parties |= {Party.CLOCK, Party.FIELD}
    if actor.kind == "customer" and actor.request_id == row.id:
        parties.add(Party.CUSTOMER)
    if actor.kind == "staff":
        if actor.id == row.owner_id:
            parties.add(Party.OWNER)
        if actor.has(Role.TECHNICIAN):
            parties.add(Party.TECHNICIAN)
        if actor.has(Role.SUPERVISOR):
            parties.add(Party.SUPERVISOR)
    return frozenset(parties)


def sees(actor: Actor, row: ServiceRequest) -> bool:
    """Whether `actor` may know of this request at all."""
    if actor.kind == "staff":
        drives = (row.visit or {}).get("rep_staff_id") == str(actor.id)
        return actor.has(*DESK_ROLES) or actor.id == row.owner_id or drives
    return actor.kind == "system" or actor.request_id == row.id


async def visible_request(
    session: AsyncSession, actor: Actor, request_id: UUID, lock: bool | dict[str, bool] = False
) -> ServiceRequest:
    """The request. Raises `NotFound` where there is none that `actor` may know of.

    `lock` is SQLAlchemy's `with_for_update`, for commands only.
    """
    row = await session.get(ServiceRequest, request_id, with_for_update=lock or None)
    if row is None or not sees(actor, row):
        raise NotFound()
    return row


def require(actor: Actor, row: ServiceRequest, happening: Happening) -> None:
    """Raises `WrongState` where it cannot happen now, `Forbidden` where others may do it but not `actor`."""
    if not follows(row.state, happening):
        raise WrongState(state=row.state.value, happening=happening.value)
    if not may(row.state, happening, parties_of(actor, row)):
        raise Forbidden()


def allowed_now(actor: Actor, row: ServiceRequest) -> list[str]:
    """What `actor` can make happen now, for the pages to offer."""
    parties = parties_of(actor, row)
    return [happening.value for happening in Happening if may(row.state, happening, parties)]
