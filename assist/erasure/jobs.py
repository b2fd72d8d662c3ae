"""Erasing what has been kept long enough."""

from __future__ import annotations

from datetime import timedelta

import structlog

from assist.erasure.commands import erase_lapsed
from kernel.erasing import Erasers
from kernel.jobs import Turn

log = structlog.get_logger(__name__)


async def erase_all_lapsed(turn: Turn) -> None:
    """Erase every request whose retention has run out, a little at a time."""
    if not (days := turn.house.settings.retention_days):
        return
    house, done = turn.house, 0
    erasers = house.use(Erasers)
    while await turn.keep() and (some := await erase_lapsed(house.database, erasers, timedelta(days=days))):
        done += some
    if done:
        log.info("retention_erased", requests=done)
