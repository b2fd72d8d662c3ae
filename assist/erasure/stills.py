"""Deleting one picture that should not have been taken: a face, a room, a blurred pipe."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.moving import note, request_for, request_topic
from assist.request.request import WrongState
from assist.request.tables import ServiceRequest
from assist.stills.commands import TAKES_PICTURES
from assist.stills.tables import Mark, Still
from assist.verdict.tables import VerdictRow
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import Forbidden, NotFound, Refused
from kernel.pictures.removal import let_go
from kernel.sql.columns import BlobId


class StillProves(Refused):
    """A verdict rests on this picture; it stays as its proof."""

    code: ClassVar[str] = "still_proves"


async def delete_still(uow: UnitOfWork, actor: Actor, request_id: UUID, still_id: UUID) -> None:
    """Delete a picture and what was drawn on it: the customer those that their phone took, the request's
    owner any. Deleting twice is no fault.

    The row stays without its picture, so that a phone which sends it again does not bring it back. Raises
    `NotFound`, `Forbidden`, `StillProves`, and `WrongState` once the request has ended.
    """
    row = await request_for(uow, actor, request_id)
    still = await uow.session.get(Still, still_id)
    if still is None or still.request_id != row.id:
        raise NotFound()
    if not _may_delete(actor, row, still):
        raise Forbidden()
    if still.erased_at is not None:
        return
    if row.state not in TAKES_PICTURES:
        raise WrongState(state=row.state.value, happening="still")
    if await _proves(uow.session, row.id, still.id):
        raise StillProves()
    await uow.session.execute(delete(Mark).where(Mark.still_id == still.id))
    await let_go(uow, still.blob_id)
    still.blob_id, still.size, still.erased_at = BlobId(""), 0, uow.now
    await note(uow, actor, row, "still_deleted", still=str(still.id))
    await uow.audit(actor, "still_deleted", f"request:{row.id}", still=str(still.id))
    uow.changed("still", still.id, request_topic(row.id))


def _may_delete(actor: Actor, row: ServiceRequest, still: Still) -> bool:
    if actor.kind == "customer":
        return still.taken_by == "customer"
    return actor.kind == "staff" and actor.id == row.owner_id


async def _proves(session: AsyncSession, request_id: UUID, still_id: UUID) -> bool:
    verdict = await session.get(VerdictRow, request_id)
    return verdict is not None and str(still_id) in verdict.still_ids
