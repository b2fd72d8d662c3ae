"""What time brings to escalations: they climb."""

from __future__ import annotations

from field.escalation.commands import look_at_escalations
from field.services import FieldServices
from kernel.jobs import SETTLED_S, Job, Turn


async def look(turn: Turn) -> None:
    """Each escalation whose time has come, or whose person has gone."""
    await look_at_escalations(turn.house.database, turn.house.use(FieldServices))


JOBS = (Job("escalation.climb", look, 5.0, SETTLED_S),)
