"""What time brings to positions: they are forgotten."""

from __future__ import annotations

from field.positions.commands import AT_A_TIME, forget_tracks
from kernel.jobs import Job, Turn


async def forget_old_tracks(turn: Turn) -> None:
    """Let go of what the setting no longer keeps, a little at a time."""
    hours = turn.house.settings.position_hours
    while await turn.house.database.run(forget_tracks, hours) == AT_A_TIME and await turn.keep():
        pass


JOBS = (Job("positions.tracks", forget_old_tracks, 300.0, 300.0),)
