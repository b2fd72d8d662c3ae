"""Versions of the zones whose time has come, and the tasks that follow them."""

from __future__ import annotations

from field.grid.store import grid_version
from field.map.following import follow_zones
from field.map.imports import take_due
from field.services import FieldServices
from kernel.jobs import Job, Turn


async def publish(turn: Turn) -> None:
    """Take them, and have open tasks follow any zones that this worker has not seen followed."""
    house = turn.house
    await take_due(house.database)
    services = house.use(FieldServices)
    async with house.database.reading() as session:
        version = await grid_version(session)
    if version is not None and services.followed.get("zones") != version:
        await follow_zones(house.database, services.grid)
        services.followed["zones"] = version


JOBS = (Job("map.versions", publish, every_s=30.0, after_s=5.0),)
