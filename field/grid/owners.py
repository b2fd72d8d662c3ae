"""Who answers for a zone, and who did: every change of an owner is kept with its time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, insert, update

from field.grid.tables import ZoneOwner
from kernel.database import UnitOfWork


async def note_owners(uow: UnitOfWork, changes: Iterable[dict[str, Any]]) -> None:
    """Keep that zones have other owners from now on. Whoever changes a zone's owner calls it in the same
    transaction; a change is ``{"zone_id", "rep_code", "rep_id"}``, the code None where nobody answers any
    more.
    """
    rows = list(changes)
    if not rows:
        return
    connection = await uow.session.connection()
    ending = update(ZoneOwner).where(ZoneOwner.zone_id == bindparam("ended"), ZoneOwner.until_at.is_(None))
    await connection.execute(ending.values(until_at=uow.now), [{"ended": row["zone_id"]} for row in rows])
    begun = [
        {**row, "id": uow.new_id(), "from_at": uow.now, "until_at": None} for row in rows if row["rep_code"]
    ]
    if begun:
        await connection.execute(insert(ZoneOwner), begun)
