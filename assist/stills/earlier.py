"""Pictures of earlier requests, for whoever has to go to the same door again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.request import State
from assist.request.tables import Customer, ServiceRequest
from kernel.actors import Actor, Role
from kernel.sql.addresses import place_key

NEAR = 0.002
"""Degrees: another street of the same name lies further off."""


async def carries_on(session: AsyncSession, actor: Actor, request_id: UUID) -> bool:
    """Whether a representative answers for an open visit at the address of that earlier request.

    Once the visit is over they do not see the pictures any more; of an erased request there is no address.
    """
    if actor.kind != "staff" or not actor.has(Role.REP):
        return False
    places = select(Customer).join(ServiceRequest, ServiceRequest.customer_id == Customer.id)
    before = (await session.scalars(places.where(ServiceRequest.id == request_id))).first()
    own = places.where(ServiceRequest.state == State.VISIT, ServiceRequest.owner_id == actor.id)
    return before is not None and any(_same(before, now) for now in await session.scalars(own))


def _same(before: Customer, now: Customer) -> bool:
    key = place_key(before.address)
    if not key or place_key(now.address) != key:
        return False
    if before.lon is None or before.lat is None or now.lon is None or now.lat is None:
        return True
    return abs(before.lon - now.lon) <= NEAR and abs(before.lat - now.lat) <= NEAR
