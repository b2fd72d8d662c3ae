"""What time brings to rosters: the days ahead are worked out."""

from __future__ import annotations

from field.services import FieldServices
from field.shifts.roster.settling import settle_waiting
from kernel.jobs import SETTLED_S, Job, Turn


async def settle_turn(turn: Turn) -> None:
    """Representatives whose days are old, or end soon; some of them each turn."""
    await settle_waiting(turn.house.database, turn.house.use(FieldServices))


JOBS = (Job("shifts.settle", settle_turn, 5.0, SETTLED_S),)
