"""Parts that go into vans, and how many there are to be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete

from field.forms.stock import put_in
from field.forms.tables import PartMovement, VanLevel
from field.grid.files.records import PART_NAME
from field.grid.tables import Rep
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import NotFound


async def fill_van(uow: UnitOfWork, actor: Actor, rep_id: UUID, parts: Mapping[str, int]) -> None:
    """Parts were put into a representative's van.

    Raises:
        NotFound: no such representative at work.
    """
    rep = await uow.session.get(Rep, rep_id, with_for_update=True)
    if rep is None or not rep.active:
        raise NotFound()
    rep.parts = put_in(rep.parts, parts)
    for part, count in sorted(parts.items()):
        uow.session.add(
            PartMovement(
                id=uow.new_id(),
                rep_id=rep.id,
                part=part,
                count=count,
                left=rep.parts[part],
                actor_id=actor.id,
                at=uow.now,
            )
        )
    await uow.audit(actor, "restock", f"rep:{rep.id}", parts=dict(parts))
    uow.changed("rep", rep.id, "reps", f"rep:{rep.id}")


async def set_level(uow: UnitOfWork, actor: Actor, part: str, low: int, full: int) -> None:
    """Vans that carry the part are filled up to ``full`` once they have less than ``low``.

    Raises:
        NotFound: no part is called that.
    """
    if not re.fullmatch(PART_NAME, part):
        raise NotFound()
    level = await uow.session.get(VanLevel, part, with_for_update=True)
    if level is None:
        uow.session.add(VanLevel(part=part, low=low, full=full))
    else:
        level.low, level.full = low, full
    await uow.audit(actor, "set_van_level", f"part:{part}", low=low, full=full)


async def drop_level(uow: UnitOfWork, actor: Actor, part: str) -> None:
    """Nobody is told of the part any more."""
    if not re.fullmatch(PART_NAME, part):
        return
    await uow.session.execute(delete(VanLevel).where(VanLevel.part == part))
    await uow.audit(actor, "drop_van_level", f"part:{part}")
