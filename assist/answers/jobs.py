"""What time brings to answers: the bank that comes with the program, and what is too old to keep."""

from __future__ import annotations

from assist.answers.commands import forget_old, load_bank
from kernel.jobs import Job, Turn


async def bring_in(turn: Turn) -> None:
    """At the first start, and after a new program brought other answers."""
    await load_bank(turn.house.database)


async def forget(turn: Turn) -> None:
    """What is older than anybody asks for."""
    await forget_old(turn.house.database)


JOBS = (Job("answers.bank", bring_in, 3600.0), Job("answers.forget", forget, 86_400.0, 600.0))
