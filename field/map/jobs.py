"""Versions of the zones whose time has come."""

from __future__ import annotations

from field.map.imports import take_due
from kernel.jobs import Job, Turn


async def publish(turn: Turn) -> None:
    """Take them."""
    await take_due(turn.house.database)


JOBS = (Job("map.versions", publish, every_s=30.0, after_s=5.0),)
