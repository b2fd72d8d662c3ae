"""Zones derived from a network: what is read for that, and the working out elsewhere."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.commands import ImportRefused
from field.grid.files.records import LEVELS
from field.grid.store import stored_zones
from field.network.files.reading import NetworkAsked
from field.network.store import NoNetwork, current_version, kept_layers
from field.network.zones.deriving import Derived, Known, Wanted, zones_of_file, zones_of_layers
from kernel.database import Database
from kernel.files.apart import read_apart

NAMES = ("name", "name_en", "name_zh_hant")


async def derived_from_file(database: Database, data: bytes, asked: NetworkAsked, wanted: Wanted) -> Derived:
    """Raises:
    ImportRefused: with every fault of the file, or of what was asked.
    """
    async with database.reading() as session:
        known = await _known(session)
    return _sound(await read_apart(zones_of_file, data, asked=asked, wanted=wanted, known=known))


async def derived_from_network(database: Database, wanted: Wanted) -> Derived:
    """Out of the current version of the stored network.

    Raises:
        NoNetwork
        ImportRefused: what was asked for is not in it.
    """
    async with database.reading() as session:
        version = await current_version(session)
        layers = await kept_layers(session, version) if version else {}
        known = await _known(session)
    if version is None or "pipes" not in layers:
        raise NoNetwork()
    others = {name: content for name, content in layers.items() if name in ("valves", "sources")}
    return _sound(
        await read_apart(
            zones_of_layers, layers["pipes"], others=others, snap_m=version.snap_m, wanted=wanted, known=known
        )
    )


def _sound(found: Derived) -> Derived:
    if found.faults:
        raise ImportRefused(faults=found.faults)
    return found


async def _known(session: AsyncSession) -> list[Known]:
    return [
        Known(
            row.code,
            {name: getattr(row, name) for name in NAMES if getattr(row, name)},
            {level: getattr(row, level) for level in LEVELS},
            row.geometry,
        )
        for row in await stored_zones(session)
    ]
