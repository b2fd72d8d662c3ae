"""What a proposal of territories is worked out from, read out of rows: zones with their work, people with
what they can take on."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.files.records import AMOUNTS
from field.grid.tables import Rep, Zone
from field.grid.territory.basis import Candidate, Ward
from field.grid.territory.engine.workload import FACTORS, ZoneFacts, weigh
from field.grid.territory.tables import RepTerms, WorkloadWeights, ZoneTerms
from field.grid.zones import METRES_PER_DEGREE
from field.task.tables import Task
from field.task.task import TaskState

ONE: Final = 1
"""The id of the one row of weights."""
USUAL: Final[Mapping[str, float]] = {
    "connections": 1.0,
    "main_length_m": 0.5,
    "task_minutes": 2.0,
    "key_accounts": 0.2,
    "min_night_flow": 0.3,
    "area": 0.1,
}
"""What weighs until somebody has said otherwise."""
MOST_ZONES: Final = 200
LOOKS_BACK: Final = timedelta(days=365)
FULL: Final = 100


@dataclasses.dataclass(frozen=True)
class Weights:
    """How work is weighed now; ``version`` is 0 until somebody has changed it."""

    factors: Mapping[str, float]
    most_zones: int
    version: int


async def weights_now(session: AsyncSession) -> Weights:
    """The utility's weights, or the usual ones."""
    row = await session.get(WorkloadWeights, ONE)
    if row is None:
        return Weights(USUAL, MOST_ZONES, 0)
    return Weights({name: getattr(row, name) for name in FACTORS}, row.most_zones, row.version)


@dataclasses.dataclass(frozen=True)
class Field:
    """Zones and people in the order of their codes. ``shapes``: the zones'; ``middles``: in degrees;
    ``used``: the factors of work that counted."""

    wards: list[Ward]
    people: list[Candidate]
    shapes: list[Any]
    middles: list[tuple[float, float]]
    used: tuple[str, ...]
    most_zones: int


async def read_field(
    session: AsyncSession, now: datetime, shapes: Mapping[str, Any], station: str | None = None
) -> Field:
    """All that is at work, or what is of one station. ``shapes``: outlines by code, of the grid as it is.

    Who answers for no zones (a capacity of 0) is left out.
    """
    weights = await weights_now(session)
    of_zone: ColumnElement[bool] = true() if station is None else Zone.station == station
    of_rep: ColumnElement[bool] = true() if station is None else Rep.station == station
    columns = (Zone.id, Zone.code, Zone.station, Zone.sub_area, Zone.owner_id)
    listed = select(*columns, *(getattr(Zone, name) for name in AMOUNTS), ZoneTerms)
    listed = listed.outerjoin(ZoneTerms, ZoneTerms.zone_id == Zone.id).where(Zone.active, of_zone)
    zones = sorted((await session.execute(listed)).all(), key=lambda zone: zone.code)
    minutes = await _task_minutes(session, now)
    outlines = [shapes[zone.code] for zone in zones]
    areas, middles = _areas(outlines)
    facts = [
        ZoneFacts(
            zone.code,
            {name: getattr(zone, name) for name in AMOUNTS} | {"task_minutes": minutes.get(zone.id, 0.0)},
        )
        for zone in zones
    ]
    weighed = weigh(facts, areas, weights.factors) if zones else None
    wards = [_ward(zone, load) for zone, load in zip(zones, weighed.loads if weighed else (), strict=True)]
    used = weighed.used if weighed else ()
    people = await _people(session, of_rep)
    return Field(wards, people, outlines, middles, used, weights.most_zones)


def _ward(zone: Any, load: float) -> Ward:
    terms: ZoneTerms | None = zone.ZoneTerms
    return Ward(
        id=str(zone.id),
        code=zone.code,
        station=zone.station,
        sub_area=zone.sub_area,
        load=load,
        owner=str(zone.owner_id) if zone.owner_id else None,
        locked=terms.locked if terms else False,
        skills=terms.skills if terms else {},
        language=terms.language if terms else "",
    )


async def _people(session: AsyncSession, wanted: ColumnElement[bool]) -> list[Candidate]:
    columns = (Rep.id, Rep.code, Rep.station, Rep.skills, Rep.shift_start, Rep.shift_end)
    listed = select(*columns, Rep.home_lon, Rep.home_lat, RepTerms)
    listed = listed.outerjoin(RepTerms, RepTerms.rep_id == Rep.id).where(Rep.active, wanted)
    rows = sorted((await session.execute(listed)).all(), key=lambda row: row.code)
    usual = statistics.median(row.shift_end - row.shift_start for row in rows) if rows else 1
    people = []
    for row in rows:
        terms: RepTerms | None = row.RepTerms
        # Who works half the hours of others has half the work, unless something else is agreed.
        hours = min(FULL, round(FULL * (row.shift_end - row.shift_start) / usual))
        capacity = terms.capacity if terms else max(hours, 1)
        if capacity > 0:
            home = (row.home_lon, row.home_lat)
            languages = tuple(terms.languages) if terms else ()
            people.append(
                Candidate(str(row.id), row.code, row.station, capacity, home, row.skills, languages)
            )
    return people


async def _task_minutes(session: AsyncSession, now: datetime) -> dict[UUID, float]:
    """Minutes that the last year's finished tasks were planned for, by zone."""
    done = (
        select(Task.zone_id, func.sum(Task.duration_s))
        .where(Task.state == TaskState.DONE, Task.finished_at >= now - LOOKS_BACK)
        .group_by(Task.zone_id)
    )
    found = await session.execute(done)
    return {zone_id: float(seconds) / 60 for zone_id, seconds in found if zone_id is not None}


def _areas(shapes: Sequence[Any]) -> tuple[list[float], list[tuple[float, float]]]:
    """Square metres, good to a percent within a city, and middles in degrees."""
    if not shapes:
        return [], []
    outlines = np.array(shapes, object)
    middles = shapely.get_coordinates(shapely.centroid(outlines))
    squeeze = np.cos(np.radians(middles[:, 1]))
    areas = shapely.area(outlines) * METRES_PER_DEGREE**2 * squeeze
    return [max(1.0, float(area)) for area in areas], [(float(lon), float(lat)) for lon, lat in middles]
