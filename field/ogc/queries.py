"""The collections: what each holds, page by page.

Zones lie in memory, whole (:class:`field.grid.store.Grid`): where they are is asked of the index there, on
both databases alike, and only the properties of a page come from rows. Tasks are rows, and a page begins
after the last id of the one before: what is added meanwhile comes at the end, and nothing is left out or
told twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.rep_queries import coverage_now
from field.grid.files.records import AMOUNTS, LEVELS
from field.grid.store import Grid
from field.grid.tables import Rep, Zone
from field.ogc import announced
from field.ogc.answers import Bounds, Json, Page, feature, rfc3339
from field.ogc.asked import Asked, Box
from field.ogc.services import CoverageThen, OgcServices
from field.services import FieldServices
from field.task.tables import Task
from kernel.errors import Invalid


class MapQueryInvalid(Invalid):
    """Some of what was asked of the map is not right."""

    code = "map_query_invalid"
    status = 400


@dataclasses.dataclass(frozen=True)
class Reading:
    """Who reads, and when. `public`: anybody, who is told of a zone what stands on a map."""

    session: AsyncSession
    field: FieldServices
    kept: OgcServices
    now: datetime
    public: bool = False

    async def grid(self) -> Grid:
        return await self.field.grid.current(self.session)


Edges = tuple[Bounds | None, datetime | None]


@dataclasses.dataclass(frozen=True)
class Collection:
    """`page` gives features as asked; `one` the feature of an id, or None. `edges`: bounds of all
    features and the beginning of the first, where they have a time."""

    page: Callable[[Reading, Asked], Awaitable[Page]]
    one: Callable[[Reading, str], Awaitable[Json | None]]
    edges: Callable[[Reading], Awaitable[Edges]] | None = None


# zones ----------------------------------------------------------------------------------------------

_NAMES: Final = ("code", "name", "name_en", "name_zh_hant", *LEVELS)
_OWN: Final = ("owner_code", *AMOUNTS, "record", "changed_at")
_TOLD_OF_RECORD: Final = ("status", "tier")


def _meeting(shapes: Mapping[str, BaseGeometry], boxes: Sequence[Box]) -> list[str]:
    """The keys of shapes that meet a box, in order."""
    if not boxes:
        return sorted(shapes)
    keys = list(shapes)
    meets = shapely.intersects(list(shapes.values()), shapely.union_all([shapely.box(*box) for box in boxes]))
    return sorted(key for key, met in zip(keys, meets.tolist(), strict=True) if met)


def _cut(codes: Sequence[str], asked: Asked) -> tuple[list[str], str | None]:
    """One page of sorted keys, and the key that the next begins after."""
    rest = [code for code in codes if asked.after is None or code > asked.after]
    page = rest[: asked.limit]
    return page, page[-1] if len(rest) > len(page) else None


async def zones_page(reading: Reading, asked: Asked) -> Page:
    """Zones have no time of their own: a period leaves none out (OGC 17-069r4, §7.15.4)."""
    grid = await reading.grid()
    codes = [zone.code for zone in grid.index.meeting(asked.boxes)]
    page, after = _cut(codes, asked)
    found = await _zones(reading, grid, page)
    return Page([found[code] for code in page if code in found], len(codes), after)


async def zone(reading: Reading, id: str) -> Json | None:
    grid = await reading.grid()
    return (await _zones(reading, grid, [id])).get(id) if id in grid.ids else None


async def _zones(reading: Reading, grid: Grid, codes: Sequence[str]) -> dict[str, Json]:
    names = _NAMES if reading.public else (*_NAMES, *_OWN)
    columns = [getattr(Zone, name) for name in names]
    rows = await reading.session.execute(select(*columns).where(Zone.active, Zone.code.in_(codes)))
    return {
        row.code: feature(row.code, grid.shapes[row.code], _zone(row._mapping))
        for row in rows
        if row.code in grid.shapes
    }


def _zone(row: Mapping[Any, Any]) -> Json:
    told = {name: value for name, value in row.items() if name not in ("owner_code", "record", "changed_at")}
    if "record" in row:
        told |= {name: row["record"].get(name) for name in _TOLD_OF_RECORD}
        told |= {"owner": row["owner_code"], "changed_at": rfc3339(row["changed_at"])}
    return told


# how zones are looked after -------------------------------------------------------------------------


async def coverage_page(reading: Reading, asked: Asked) -> Page:
    """Zones as they are looked after at this moment, or were a few seconds ago."""
    then = await _coverage(reading)
    codes = [zone.code for zone in then.grid.index.meeting(asked.boxes)]
    page, after = _cut(codes, asked)
    return Page([_covered(then, code) for code in page], len(codes), after)


async def covered_zone(reading: Reading, id: str) -> Json | None:
    then = await _coverage(reading)
    return _covered(then, id) if id in then.zones else None


async def _coverage(reading: Reading) -> CoverageThen:
    kept = reading.kept.coverage
    if kept is not None and kept.holds(await reading.grid(), reading.now):
        return kept
    grid, zones = await coverage_now(reading.session, reading.field, reading.now)
    reading.kept.coverage = CoverageThen(grid, reading.now, zones)
    return reading.kept.coverage


def _covered(then: CoverageThen, code: str) -> Json:
    seen, zone = then.zones[code], then.grid.index.get(code)
    told = {
        "code": code,
        "station": zone.station if zone else "",
        "owner": zone.rep if zone else None,
        "coverage": seen.coverage.value,
        "reasons": sorted({each.code for each in seen.reasons}),
        "open_tasks": seen.open_tasks,
        "carers": seen.carers,
        "able": seen.able,
        "at": rfc3339(then.at),
    }
    return feature(code, then.grid.shapes[code], told)


# who answers for which ground -----------------------------------------------------------------------


async def territories_page(reading: Reading, asked: Asked) -> Page:
    """The ground of each representative who answers for any zone."""
    grid = await reading.grid()
    shapes = await reading.kept.territories(grid)
    codes = _meeting(shapes, asked.boxes)
    page, after = _cut(codes, asked)
    return Page(await _territories(reading, grid, shapes, page), len(codes), after)


async def territory(reading: Reading, id: str) -> Json | None:
    grid = await reading.grid()
    shapes = await reading.kept.territories(grid)
    return (await _territories(reading, grid, shapes, [id]))[0] if id in shapes else None


async def _territories(
    reading: Reading, grid: Grid, shapes: Mapping[str, BaseGeometry], codes: Sequence[str]
) -> list[Json]:
    query = select(Rep.code, Rep.name, Rep.name_en, Rep.station).where(Rep.code.in_(codes), Rep.active)
    people = {row.code: row for row in await reading.session.execute(query)}
    zones: dict[str, list[str]] = {code: [] for code in codes}
    for each in grid.index.zones:
        if each.rep in zones:
            zones[each.rep].append(each.code)
    made = []
    for code in codes:
        person = people.get(code)
        told = {
            "code": code,
            "name": person.name if person else None,
            "name_en": person.name_en if person else None,
            "station": person.station if person else None,
            "zones": zones[code],
        }
        made.append(feature(code, _drawn(shapes[code]), told))
    return made


def _drawn(shape: BaseGeometry) -> Json:
    """With coordinates to a tenth of a metre."""
    return dict(shapely.geometry.mapping(shapely.set_precision(shape, 1e-6, mode="valid_output")))


# tasks ----------------------------------------------------------------------------------------------

_TASK: Final = (
    *(Task.id, Task.lon, Task.lat, Task.state, Task.category, Task.severity, Task.skill, Task.priority),
    *(Task.window_start, Task.window_end, Task.created_at, Task.finished_at, Task.late_since),
)
"""Nothing of the customer: no name, no address, no words; who has it by the representative's code."""


async def tasks_page(reading: Reading, asked: Asked) -> Page:
    """Tasks, the oldest first. A task's time is from when it was made until it was finished."""
    wanted = [Task.companion.is_(False), *_where(asked.boxes), *_when(asked)]
    matched = await reading.session.scalar(select(func.count()).select_from(Task).where(*wanted)) or 0
    query = _tasks().where(*wanted).order_by(Task.id).limit(asked.limit + 1)
    if asked.after is not None:
        query = query.where(Task.id > _uuid(asked.after))
    rows = (await reading.session.execute(query)).all()
    page = rows[: asked.limit]
    return Page([_task(row) for row in page], matched, str(page[-1].id) if len(rows) > len(page) else None)


async def task(reading: Reading, id: str) -> Json | None:
    try:
        query = _tasks().where(Task.id == UUID(id), Task.companion.is_(False))
    except ValueError:
        return None
    row = (await reading.session.execute(query)).first()
    return _task(row) if row else None


def _tasks() -> Any:
    columns = (*_TASK, Zone.code.label("zone"), Zone.station.label("station"), Rep.code.label("rep"))
    joined: Any = select(*columns).select_from(Task)
    return joined.outerjoin(Zone, Zone.id == Task.zone_id).outerjoin(Rep, Rep.id == Task.rep_id)


def _where(boxes: Iterable[Box]) -> list[ColumnElement[bool]]:
    found = [
        (Task.lon >= west) & (Task.lon <= east) & (Task.lat >= south) & (Task.lat <= north)
        for west, south, east, north in boxes
    ]
    return [or_(*found)] if found else []


def _when(asked: Asked) -> list[ColumnElement[bool]]:
    if asked.period is None:
        return []
    begin, end = asked.period
    found: list[ColumnElement[bool]] = []
    if end is not None:
        found.append(Task.created_at <= end)
    if begin is not None:
        found.append(or_(Task.finished_at.is_(None), Task.finished_at >= begin))
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MapQueryInvalid() from None


def _task(row: Any) -> Json:
    told: Json = {
        "state": row.state.value,
        "category": row.category,
        "severity": row.severity,
        "skill": row.skill,
        "priority": row.priority,
        "zone": row.zone,
        "station": row.station,
        "rep": row.rep,
        "late": row.late_since is not None,
    }
    for name in ("created_at", "finished_at", "window_start", "window_end"):
        moment = getattr(row, name)
        told[name] = rfc3339(moment) if moment is not None else None
    place = {"type": "Point", "coordinates": [row.lon, row.lat]} if row.lon is not None else None
    return feature(str(row.id), place, told)


async def task_edges(reading: Reading) -> Edges:
    edges = select(
        *(func.min(Task.lon), func.min(Task.lat), func.max(Task.lon), func.max(Task.lat)),
        func.min(Task.created_at),
    )
    return _edges((await reading.session.execute(edges)).one())


def _edges(found: Any) -> Edges:
    west, south, east, north, since = found
    return (None if west is None else (west, south, east, north)), since


# announcements --------------------------------------------------------------------------------------


async def announcements_page(reading: Reading, asked: Asked) -> Page:
    """What is announced; for anybody what is told now, for the console what was told, too."""
    found = await announced.meeting(reading.session, asked, public=reading.public)
    page, after = _cut(sorted(found), asked)
    return Page([announced.shown(found[id], reading.now) for id in page], len(found), after)


async def announcement(reading: Reading, id: str) -> Json | None:
    row = await announced.one(reading.session, id, public=reading.public)
    return announced.shown(row, reading.now) if row else None


async def announcement_edges(reading: Reading) -> Edges:
    return _edges(await announced.edges(reading.session, public=reading.public))


# all of them ----------------------------------------------------------------------------------------

COLLECTIONS: Final[Mapping[str, Collection]] = {
    "zones": Collection(zones_page, zone),
    "coverage": Collection(coverage_page, covered_zone),
    "territories": Collection(territories_page, territory),
    "tasks": Collection(tasks_page, task, task_edges),
    "announcements": Collection(announcements_page, announcement, announcement_edges),
}
PUBLIC: Final = ("zones", "announcements")


async def extent_of(reading: Reading, id: str) -> tuple[Bounds | None, datetime | None]:
    """The bounds of a collection, and when its first feature begins."""
    edges = COLLECTIONS[id].edges
    return await edges(reading) if edges else ((await reading.grid()).index.bounds, None)
