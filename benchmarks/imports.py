"""How long a city's files take to come in, and how long anybody else who writes has to wait for it.

2,000 zones and 1,500 representatives, then all 1,500 again with other telephone numbers. Meanwhile somebody
else stores one small thing after another, with its line in the audit log, as every use case does; what counts
is the longest that one of these took. Wall-clock time, on both foundations.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks import Figure, Line, Missing
from benchmarks.zones import COLUMNS, ROWS, _file, cell
from field.grid.commands import Asked, ImportReport
from field.map.imports import take_zones
from field.reps.imports import take_reps
from kernel.actors import SYSTEM
from kernel.database import Database, UnitOfWork
from tests.rig.foundations import Foundry, Kind

HEADER = "code,name,phone,username,station,skills,level,parts,shift_start,shift_end,home_lon,home_lat,zones"
PAUSE_S = 0.002
SURE = Asked(confirmed=True)


def run(preset: str = "full") -> Iterator[Line]:
    """Yield the figures; "quick" has a fifth of the representatives."""
    people = 300 if preset == "quick" else 1_500
    kinds: tuple[Kind, ...] = ("embedded", "full")
    with tempfile.TemporaryDirectory() as folder:
        foundry = Foundry(Path(folder))
        try:
            for kind in kinds:
                data = Path(folder) / kind
                data.mkdir()
                try:
                    with foundry.make(kind, data) as foundation:
                        took, waits = asyncio.run(_measure(foundation.database_url, people))
                except (OSError, RuntimeError) as unable:
                    yield Missing(str(unable), f"field.import_scale_{kind}")
                    continue
                yield from _figures(kind, people, took, waits)
        finally:
            foundry.close()


def _figures(kind: str, people: int, took: dict[str, float], waits: dict[str, float]) -> Iterator[Figure]:
    context: dict[str, object] = {"zones": COLUMNS * ROWS, "reps": people}
    longest = max(waits.values()) * 1000
    each = {f"{name}_ms": round(wait * 1000, 1) for name, wait in waits.items()}
    yield Figure(f"field.import_scale_{kind}", round(longest, 1), "ms", 200.0, 50.0, "lower", context | each)
    each = {f"{name}_s": round(seconds, 2) for name, seconds in took.items()}
    slowest = max(took.values())
    yield Figure(f"field.import_scale_{kind}_took", round(slowest, 2), "s", 5.0, 1.0, "lower", context | each)


async def _measure(url: str, people: int) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds that each import took, and the longest that another writer waited during it."""
    database = Database(url)
    zones = _file([cell(column, row) for row in range(ROWS) for column in range(COLUMNS)])
    steps: dict[str, Callable[[], Awaitable[ImportReport]]] = {
        "zones": lambda: take_zones(database, SYSTEM, zones, SURE),
        "reps": lambda: take_reps(database, SYSTEM, _people(people, 0), SURE),
        "reps_again": lambda: take_reps(database, SYSTEM, _people(people, 1), SURE),
    }
    took, waits = {}, {}
    try:
        await database.run(_small)
        for name, step in steps.items():
            async with _others(database) as waited:
                begun = time.monotonic()
                await step()
                took[name] = time.monotonic() - begun
            waits[name] = max(waited)
    finally:
        await database.close()
    return took, waits


@asynccontextmanager
async def _others(database: Database) -> AsyncIterator[list[float]]:
    """Somebody who writes all the time; how long each time took."""
    waited: list[float] = []
    over = asyncio.Event()

    async def write() -> None:
        while not over.is_set():
            begun = time.monotonic()
            await database.run(_small)
            waited.append(time.monotonic() - begun)
            await asyncio.sleep(PAUSE_S)

    task = asyncio.create_task(write())
    try:
        yield waited
    finally:
        over.set()
        await task


async def _small(uow: UnitOfWork) -> None:
    await uow.audit(SYSTEM, "measure", "import:scale")
    uow.changed("import", "scale", "zones")


def _people(count: int, edition: int) -> bytes:
    each = COLUMNS * ROWS // 100
    lines = [HEADER]
    for number in range(count):
        zone = f"Z{number:04}" if number < COLUMNS * ROWS else ""
        lines.append(
            f"R{number:04},员工{number},+86138{edition}{number:07},rep.{number:04},S{number % each},"
            f"leak_repair:3;valve,2,gasket:10;coupling_dn15:4,08:00,17:30,"
            f"{114 + number / 5000:.5f},22.6,{zone}"
        )
    return "\n".join(lines).encode()
