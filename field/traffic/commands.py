"""Saying how long ways take at which hour. What counted before stays written down under its number."""

from __future__ import annotations

from collections.abc import Mapping

from field.dispatch.tables import TravelProfile
from field.traffic.queries import newest
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import StaleVersion


async def set_profile(uow: UnitOfWork, actor: Actor, number: int, factors: Mapping[str, list[int]]) -> None:
    """These factors count from now on. Days are laid out by them when they are next looked at; the times that
    stand in a route follow with its next change.

    Raises:
        StaleVersion: somebody else has set others than `number` meanwhile.
    """
    await uow.hold("travel_profile")
    before = await newest(uow.session)
    known = before.number if before is not None else 0
    if number != known:
        raise StaleVersion()
    if before is not None and before.factors == factors:
        return
    row = TravelProfile(number=known + 1, factors=dict(factors), set_at=uow.now, set_by_id=actor.id)
    uow.session.add(row)
    await uow.audit(actor, "set_travel_profile", f"travel_profile:{row.number}")
