"""What time brings to visits: clocks that run out, and what has been kept long enough."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from field.services import FieldServices
from field.visits.erasing import erase_lapsed, forget_positions
from field.visits.sweeps import CLOCKS, Clock
from kernel.jobs import SETTLED_S, Job, Turn

log = structlog.get_logger(__name__)


async def look_at(clock: Clock, turn: Turn) -> None:
    """Do whatever a task's clock of this kind demands."""
    await clock.sweep(turn.house.database, turn.house.use(FieldServices))


async def erase_all_lapsed(turn: Turn) -> None:
    """Erase what tells of a person from every task whose retention has run out, a little at a time."""
    if not (days := turn.house.settings.retention_days):
        return
    house, done = turn.house, 0
    services = house.use(FieldServices)
    while await turn.keep() and (some := await erase_lapsed(house.database, services, timedelta(days=days))):
        done += some
    if done:
        log.info("retention_erased", tasks=done)


async def forget_old_positions(turn: Turn) -> None:
    """Let go of where representatives were."""
    await turn.house.database.run(forget_positions)


JOBS = (
    *(Job(f"visits.{clock.name}", partial(look_at, clock), clock.every_s, SETTLED_S) for clock in CLOCKS),
    Job("visits.retention", erase_all_lapsed, 300.0, 300.0),
    Job("visits.positions", forget_old_positions, 300.0, 300.0),
)
