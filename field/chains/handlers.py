"""What chains do when something has become of one of their steps."""

from __future__ import annotations

from field.chains.following import follow
from field.services import FieldServices
from kernel.contracts import ChainMoved
from kernel.database import UnitOfWork
from kernel.events.inbox import HandlerGroup

group = HandlerGroup("chains")


@group.on(ChainMoved)
async def steps_follow(uow: UnitOfWork, moved: ChainMoved, services: FieldServices) -> None:
    """The other steps follow, one after the other."""
    await follow(uow, services, moved.chain_id)
