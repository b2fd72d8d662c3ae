"""Map programs reading a large utility: OGC API – Features and vector tiles.

2,000 zones with 40 corners each, 1,500 representatives, 15,000 tasks (5,000 of them open), the running
product on each foundation. A page is 100 features, asked of boxes of a tenth of the utility's width at
places all over it; a walk reads a collection from the first page to the last, 1,000 features a page. Times
are wall-clock milliseconds until the last byte is read; tiles are asked for cold, each once.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import insert, select, update

from benchmarks import Figure, Line, Missing, percentile
from benchmarks.placing import OPEN, REPS, SOUTH, WEST, fill, utility
from benchmarks.zones import COLUMNS, ROWS, SIZE, cell
from field.grid.store import area_of, point_of
from field.grid.tables import Zone
from field.ogc.tiles.tile import Tile
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Role
from kernel.database import UnitOfWork
from tests.rig.foundations import Foundry, Kind
from tests.rig.people import Person
from tests.rig.stack import running_app
from tests.rig.working_day import morning_zone

TASKS = 15_000
COLLECTIONS = ("zones", "coverage", "territories", "tasks")


def run(preset: str = "full") -> Iterator[Line]:
    """Figures of each foundation; "quick" asks fewer times."""
    times = 20 if preset == "quick" else 100
    with tempfile.TemporaryDirectory() as folder:
        foundry = Foundry(Path(folder))
        try:
            for kind in ("embedded", "full"):
                try:
                    yield from _foundation(foundry, kind, Path(folder) / kind, times)
                except Exception as error:
                    yield Missing(f"{type(error).__name__}: {error}", f"field.ogc.{kind}")
        finally:
            foundry.close()


def _foundation(foundry: Foundry, kind: Kind, data: Path, times: int) -> Iterator[Figure]:
    data.mkdir()
    zone = morning_zone(datetime.now(UTC))
    with foundry.make(kind, data) as foundation, running_app(foundation, timezone=zone) as app:

        async def measure() -> tuple[dict[str, list[float]], dict[str, float], list[float], int]:
            dispatcher = await app.staff(Role.DISPATCHER, name="Dora")
            dice = random.Random(11)
            async with app.database() as database:
                people = await database.run(utility, dice)
                await database.run(fill, dice, people, ZoneInfo(zone), dispatcher.id)
                await database.run(_more, dice, people[0][0], dispatcher.id)
            pages: dict[str, list[float]] = {}
            walks: dict[str, float] = {}
            for name in COLLECTIONS:
                await _read(dispatcher, f"/ogc/collections/{name}/items?limit=1")
                asked = [f"/ogc/collections/{name}/items?bbox={_box(dice)}" for _ in range(times)]
                pages[name] = [(await _read(dispatcher, each))[0] for each in asked]
                walks[name] = await _walk(dispatcher, name)
            tiles, most = [], 0
            for address in _tiles(dice, times):
                took, size = await _read(dispatcher, address)
                tiles.append(took)
                most = max(most, size)
            await app.close()
            return pages, walks, tiles, most

        pages, walks, tiles, most = asyncio.run(measure())
    context: dict[str, Any] = {"foundation": kind, "zones": COLUMNS * ROWS, "reps": REPS, "tasks": TASKS}
    context |= {"open": OPEN, "times": times, "load": round(os.getloadavg()[0], 1)}
    name = f"field.ogc.{kind}"
    for which in COLLECTIONS:
        yield Figure(f"{name}.{which}_p50", percentile(pages[which], 0.5), "ms", 50, 15, "lower", context)
        yield Figure(f"{name}.{which}_p99", percentile(pages[which], 0.99), "ms", 200, 50, "lower", context)
        yield Figure(f"{name}.{which}_walk", walks[which], "ms", 3000, 800, "lower", context)
    yield Figure(f"{name}.tile_p50", percentile(tiles, 0.5), "ms", 50, 15, "lower", context)
    yield Figure(f"{name}.tile_p99", percentile(tiles, 0.99), "ms", 300, 80, "lower", context)
    yield Figure(f"{name}.tile_bytes", most, "B", 500_000, 150_000, "lower", context)


def _box(dice: random.Random) -> str:
    side = COLUMNS * SIZE / 10
    west = WEST + dice.uniform(0, COLUMNS * SIZE - side)
    south = SOUTH + dice.uniform(0, ROWS * SIZE - side)
    return f"{west:.5f},{south:.5f},{west + side:.5f},{south + side:.5f}"


def _tiles(dice: random.Random, times: int) -> list[str]:
    """All different, from the whole utility on one tile down to a few streets."""
    found: dict[str, None] = {}
    while len(found) < times:
        z = dice.randint(8, 16)
        side = 1 << z
        lon, lat = WEST + dice.uniform(0, COLUMNS * SIZE), SOUTH + dice.uniform(0, ROWS * SIZE)
        down = Tile(0, 0, 0).places(shapely.get_coordinates(shapely.Point(lon, lat)))[0] / 4096
        layer = dice.choice(("zones", "territories", "tasks"))
        found[f"/ogc/tiles/{layer}/{z}/{int(down[0] * side)}/{int(down[1] * side)}.mvt"] = None
    return list(found)


async def _walk(dispatcher: Person, name: str) -> float:
    begun, at = time.perf_counter(), f"/ogc/collections/{name}/items?limit=1000"
    while at:
        page = await dispatcher.get(at)
        at = next((each["href"] for each in page["links"] if each["rel"] == "next"), "")
    return round((time.perf_counter() - begun) * 1000, 1)


async def _read(dispatcher: Person, path: str) -> tuple[float, int]:
    """Milliseconds, and bytes on the wire."""
    begun = time.perf_counter()
    async with dispatcher.http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        body = b"".join([part async for part in answer.aiter_bytes()])
        assert answer.status_code == 200, body[:200]
        return round((time.perf_counter() - begun) * 1000, 2), answer.num_bytes_downloaded


async def _more(uow: UnitOfWork, dice: random.Random, rep_id: Any, staff_id: Any) -> None:
    """Outlines with corners, and tasks that were finished in the last weeks."""
    codes = (await uow.session.scalars(select(Zone.code).order_by(Zone.code))).all()
    for number, code in enumerate(codes):
        area = area_of(shapely.MultiPolygon([shapely.Polygon(cell(number // ROWS, number % ROWS))]))
        await uow.session.execute(update(Zone).where(Zone.code == code).values(area=area))
    columns = [each for each in Task.__table__.columns if each.name not in ("id", "point")]
    one = (await uow.session.execute(select(*columns).limit(1))).one()
    rows = []
    for _ in range(TASKS - OPEN):
        lon = round(WEST + dice.uniform(0, COLUMNS * SIZE), 6)
        lat = round(SOUTH + dice.uniform(0, ROWS * SIZE), 6)
        made = uow.now - timedelta(hours=dice.uniform(1, 1000))
        rows.append(
            {
                **dict(zip((each.name for each in columns), one, strict=True)),
                **{"id": uow.new_id(), "state": TaskState.DONE, "created_at": made, "finished_at": uow.now},
                **{"lon": lon, "lat": lat, "point": point_of(lon, lat), "request_id": None, "rep_id": rep_id},
                "answerable_id": staff_id,
            }
        )
    await uow.session.execute(insert(Task), rows)
