"""An asked area, made of what is known: zones of the grid, a drawn ring, or what a shut-off leaves dry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.announcements.area import Area, area_of, beside, drawn
from field.announcements.bodies import AnnouncedAreaBody
from field.announcements.words import Names
from field.grid.store import Grid
from field.grid.tables import Zone
from field.network.bodies import TraceBody
from field.network.files.records import CLASSES
from field.network.queries import traced
from field.network.services import NetworkServices
from field.network.store import NetworkNow
from kernel.errors import Fault
from kernel.files.apart import work_aside

MOST_TOUCHED = 40
"""Zones that a drawn area or a shut-off is said to touch."""


async def area_for(
    session: AsyncSession, grid: Grid, services: NetworkServices, asked: AnnouncedAreaBody
) -> tuple[Area | None, list[Fault]]:
    """The area, with every fault of what was asked for.

    Raises:
        NoNetwork, NoPipeHere, NoSuchPipe, NoSuchValve, NotFound: of a trace.
    """
    if asked.trace is not None:
        return await _dry(session, grid, await services.cache.now(session), asked.trace), []
    here = await services.cache.find(session)
    if asked.zones is not None:
        codes = sorted(set(asked.zones))
        unknown = [
            Fault("zone_unknown", f"body.area.zones.{nth}", params={"code": code})
            for nth, code in enumerate(asked.zones)
            if code not in grid.shapes
        ]
        if unknown:
            return None, unknown
        return await _of_zones(session, grid, here, codes), []
    polygon, faults = drawn(asked.ring or ())
    if polygon is None:
        return None, faults
    touched = await work_aside(_touched, grid, polygon)
    area = area_of("drawn", polygon, touched)
    return _with(area, await work_aside(_served, here, polygon) if here else None), []


async def _of_zones(session: AsyncSession, grid: Grid, here: NetworkNow | None, codes: Sequence[str]) -> Area:
    def ground() -> BaseGeometry:
        return shapely.union_all([shape(grid.shapes[code]) for code in codes])

    whole = await work_aside(ground)
    area = area_of("zones", whole, codes)
    if here:
        return _with(area, await work_aside(_served, here, whole))
    known = select(func.sum(Zone.connections)).where(Zone.active, Zone.code.in_(codes))
    count = await session.scalar(known)
    return _with(area, ({}, int(count)) if count is not None else None)


async def _dry(session: AsyncSession, grid: Grid, here: NetworkNow, asked: TraceBody) -> Area:
    """The ground beside the pipes that have no water; who that is, the network itself says."""
    closure = await traced(session, here, asked.places, asked.stuck, asked.closed)

    def ground() -> BaseGeometry:
        return beside([*closure.closed.lines, *closure.lost.lines])

    dry = await work_aside(ground)
    area = area_of("trace", dry, await work_aside(_touched, grid, dry))
    served = closure.without_water
    return _with(area, (served.classes, served.connections))


def _touched(grid: Grid, ground: BaseGeometry) -> list[str]:
    west, south, east, north = ground.bounds
    near = grid.index.meeting([(west, south, east, north)])
    touched = [zone for zone in near if shapely.relate_pattern(zone.geometry, ground, "T********")]
    touched.sort(key=lambda zone: -zone.geometry.intersection(ground).area)
    return sorted(zone.code for zone in touched[:MOST_TOUCHED])


def _served(here: NetworkNow, ground: BaseGeometry) -> tuple[dict[str, int], int]:
    """Connections that stand on the ground, by class."""
    network = here.network
    inside = shapely.contains_xy(ground, network.fitting_place[:, 0], network.fitting_place[:, 1])
    kinds = [network.fitting_kind[n] for n in np.flatnonzero(inside).tolist()]
    classes: dict[str, int] = {name: kinds.count(name) for name in CLASSES if name in kinds}
    return classes, sum(classes.values())


def _with(area: Area, served: tuple[Mapping[str, int], int] | None) -> Area:
    if served is None:
        return area
    classes, connections = served
    return Area(area.source, area.zones, area.geometry, area.bounds, connections, dict(classes))


async def zone_names(session: AsyncSession, codes: Sequence[str]) -> list[Names]:
    """Zones' names by language, in the order of codes; of one that is gone its code."""
    columns: Any = select(Zone.code, Zone.name, Zone.name_zh_hant, Zone.name_en).where(Zone.code.in_(codes))
    found = {row.code: row for row in await session.execute(columns)}
    return [
        {
            "zh-Hans": found[code].name or code,
            "zh-Hant": found[code].name_zh_hant or found[code].name or code,
            "en": found[code].name_en or found[code].name or code,
        }
        if code in found
        else {"zh-Hans": code, "zh-Hant": code, "en": code}
        for code in codes
    ]
