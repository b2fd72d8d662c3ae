"""What time brings: standing wishes end."""

from __future__ import annotations

from field.terms.wishes import AT_A_TIME, forget_wishes
from kernel.jobs import Job, Turn


async def forget(turn: Turn) -> None:
    """Erase what has expired, a little at a time."""
    while await turn.house.database.run(forget_wishes) == AT_A_TIME and await turn.keep():
        pass


JOBS = (Job("terms.forget", forget, 3600.0, 300.0),)
