"""Sources are read again when their turn has come."""

from __future__ import annotations

from field.sources.commands import due_sources, refresh_source
from kernel.errors import NotFound
from kernel.jobs import Job, Turn


async def refresh(turn: Turn) -> None:
    """One after the other: a slow server holds up none but those after it in this turn."""
    house = turn.house
    for source_id in await due_sources(house.database):
        if not await turn.keep():
            return
        try:
            await refresh_source(house.database, source_id, house.settings.source_hosts)
        except NotFound:
            continue


JOBS = (Job("sources.refresh", refresh, every_s=60.0, after_s=20.0),)
