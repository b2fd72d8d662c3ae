"""What a dispatcher's console costs in a large utility: its first reading, and each change afterwards.

2,000 zones with 40 corners each, 1,500 representatives, 5,000 open tasks with different addresses and notes,
the running product on each foundation. Bytes are those of the answers' bodies on the wire, with gzip; times
are wall-clock milliseconds until the last byte is unpacked, the board and the outlines asked for together, as
the page does. What the page itself weighs, and how long a browser draws, is not in here.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import select, update

from benchmarks import Figure, Line, Missing, percentile
from benchmarks.placing import OPEN, REPS, fill, utility
from benchmarks.zones import COLUMNS, ROWS, cell
from field.grid.store import area_of
from field.grid.tables import Zone
from field.task.tables import Task
from kernel.actors import Role
from kernel.database import UnitOfWork
from tests.rig.foundations import Foundry, Kind
from tests.rig.people import Person
from tests.rig.stack import running_app
from tests.rig.working_day import morning_zone

WORDS = ("meter", "cellar", "valve", "wall", "garden", "third floor", "since Monday", "no pressure", "drips")
CHANGES = 30


def run(preset: str = "full") -> Iterator[Line]:
    """Five figures of each foundation; "quick" reads fewer times."""
    times = 3 if preset == "quick" else 15
    with tempfile.TemporaryDirectory() as folder:
        foundry = Foundry(Path(folder))
        try:
            for kind in ("embedded", "full"):
                try:
                    yield from _foundation(foundry, kind, Path(folder) / kind, times)
                except Exception as error:
                    yield Missing(f"{type(error).__name__}: {error}", f"field.console_scale.{kind}")
        finally:
            foundry.close()


def _foundation(foundry: Foundry, kind: Kind, data: Path, times: int) -> Iterator[Figure]:
    data.mkdir()
    zone = morning_zone(datetime.now(UTC))
    with foundry.make(kind, data) as foundation, running_app(foundation, timezone=zone) as app:

        async def measure() -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
            dispatcher = await app.staff(Role.DISPATCHER, name="Dora")
            dice = random.Random(11)
            async with app.database() as database:
                people = await database.run(utility, dice)
                await database.run(fill, dice, people, ZoneInfo(zone), dispatcher.id)
                ids = await database.run(_vary, dice)
            whole = [await _read(dispatcher, "/api/board", "/api/zones/outlines") for _ in range(times)]
            changes = [
                await _read(dispatcher, f"/api/board/changes?tasks={task_id}")
                for task_id in dice.sample(ids, CHANGES)
            ]
            await app.close()
            return whole, changes

        whole, changes = asyncio.run(measure())
    context: dict[str, Any] = {"zones": COLUMNS * ROWS, "reps": REPS, "open_tasks": OPEN, "times": times}
    name = f"field.console_scale.{kind}"
    first, again = whole[0], [took for _, took in whole[1:]]
    yield Figure(f"{name}.first_bytes", first[0], "B", 1_000_000, None, "lower", context)
    yield Figure(f"{name}.first_read", first[1], "ms", 1500, None, "lower", context)
    yield Figure(f"{name}.read_p50", percentile(again, 0.5), "ms", 1500, None, "lower", context)
    most = max(size for size, _ in changes)
    yield Figure(f"{name}.change_bytes", most, "B", 2000, None, "lower", context)
    took = percentile([took for _, took in changes], 0.99)
    yield Figure(f"{name}.change_p99", took, "ms", 200, None, "lower", context)


async def _read(dispatcher: Person, *paths: str) -> tuple[int, float]:
    """Bytes on the wire and milliseconds of what is read together."""
    begun = time.perf_counter()
    sizes = await asyncio.gather(*(_size(dispatcher, path) for path in paths))
    return sum(sizes), round((time.perf_counter() - begun) * 1000, 1)


async def _size(dispatcher: Person, path: str) -> int:
    async with dispatcher.http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        body = b"".join([part async for part in answer.aiter_bytes()])
        assert answer.status_code == 200, body[:200]
        json.loads(body)
        return answer.num_bytes_downloaded


async def _vary(uow: UnitOfWork, dice: random.Random) -> list[Any]:
    """Outlines with corners, and words that are not all alike: what is alike costs nothing on the wire."""
    codes = (await uow.session.scalars(select(Zone.code).order_by(Zone.code))).all()
    for number, code in enumerate(codes):
        ring = cell(number // ROWS, number % ROWS)
        area = area_of(shapely.MultiPolygon([shapely.Polygon(ring)]))
        await uow.session.execute(update(Zone).where(Zone.code == code).values(area=area))
    ids = (await uow.session.scalars(select(Task.id))).all()
    for task_id in ids:
        words = {
            "address": f"{dice.randint(1, 999)} {dice.choice(WORDS)} road {dice.randint(1, 9999)}",
            "note": " ".join(dice.choices(WORDS, k=12)),
            "customer": {"name": f"{dice.choice(WORDS)} {dice.randint(1, 9999)}", "phone": "+8613800138000"},
            "severity": dice.choice(("urgent", "major", "minor")),
            "category": dice.choice(("leak", "meter", "no_water")),
        }
        await uow.session.execute(update(Task).where(Task.id == task_id).values(**words))
    return list(ids)
