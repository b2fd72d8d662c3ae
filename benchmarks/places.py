"""The gazetteer of a large utility: 500,000 addresses come in while others write, then are looked up.

14,000 streets in 40 towns, half of them written as in Europe (`12 Rue Foch`), half in Chinese, with numbers
(`中山路12号`) and lanes (`中山路120弄3号`). The file is taken in as the API does it, in the process that also
serves; beside it somebody writes one small row after the other, and the longest of these waits is told. Then
addresses are looked up as people type them: whole, half, three letters, with a flat behind, in small letters.
Each on both foundations; one process, as in `curbstop serve`.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import Figure, Line, Missing, percentile
from field.grid.places.commands import import_addresses
from field.grid.places.queries import search_places
from field.grid.store import EMPTY
from kernel.actors import SYSTEM
from kernel.database import Database, UnitOfWork
from tests.rig.foundations import Foundry, Kind

STREETS: Final = 14_000
TOWNS: Final = 40
BETWEEN_WRITES_S: Final = 0.02
FIRST: Final = 50
"""Searches that find nothing read yet."""

_KINDS: Final = "Rue Avenue Boulevard Chemin Impasse Place Allée Passage Quai".split()
_NAMES: Final = (
    "Grimaldi Princesse Caroline Albert Foch Napoléon Victor Hugo Italie Suisse Anvers Émile Zola Pasteur "
    "Curie Moulin Église Fontaine Marché Port Plage Gare Mairie Rossignols Lilas Roses Platanes Oliviers "
    "Citronniers Voltaire Rousseau Diderot Balzac Flaubert Maupassant Verlaine Rimbaud Baudelaire Stendhal"
).split()
_HAN: Final = (
    "中山人民解放和平建设光明胜利长江黄河东西南北新华文化工农兴业复兴"
    "延安淮海南京北京天津武汉广州福州厦门成都重庆"
)
_ROADS: Final = ("路", "街", "大道", "一路", "二路")


def run(preset: str = "full") -> Iterator[Line]:
    """Four figures of each foundation."""
    doors = 40_000 if preset == "quick" else 500_000
    with tempfile.TemporaryDirectory(prefix="curbstop-places-") as folder:
        foundry = Foundry(Path(folder), durable=True)
        try:
            for kind in ("embedded", "full"):
                try:
                    yield from _measured(foundry, kind, Path(folder) / kind, doors)
                except Exception as error:  # pytest's "skip" is one, when a server is not installed
                    yield Missing(f"{type(error).__name__}: {error}", f"places.{kind}")
        finally:
            foundry.close()


def _measured(foundry: Foundry, kind: Kind, data: Path, doors: int) -> Iterator[Figure]:
    data.mkdir()
    file, typed = address_file(random.Random(5), doors)
    with foundry.make(kind, data) as foundation:
        taken = asyncio.run(_load(foundation.database_url, file, typed))
    context: dict[str, Any] = {
        "foundation": kind,
        "doors": doors,
        "file_mb": round(len(file) / 1e6, 1),
        "writes_meanwhile": len(taken.waits_ms),
        "write_p50_ms": round(percentile(taken.waits_ms, 0.5), 1),
        "write_p99_ms": round(percentile(taken.waits_ms, 0.99), 1),
        "searches": len(taken.search_ms),
        "answered": taken.answered,
        "slowest": taken.slowest,
    }
    name = f"places.search.{kind}"
    yield Figure(f"{name}.import", round(taken.import_s, 1), "s", 120, None, "lower", context)
    yield Figure(f"{name}.longest_wait", round(max(taken.waits_ms), 1), "ms", 200, None, "lower", context)
    yield Figure(f"{name}.p50", round(percentile(taken.search_ms, 0.5), 2), "ms", 20, 5, "lower", context)
    yield Figure(f"{name}.p99", round(percentile(taken.search_ms, 0.99), 2), "ms", 20, 10, "lower", context)


@dataclass
class Taken:
    """What was seen. ``slowest``: what was typed, and its milliseconds."""

    import_s: float
    waits_ms: list[float]
    search_ms: list[float]
    answered: int
    slowest: list[tuple[str, float]]


async def _load(url: str, file: bytes, typed: list[str]) -> Taken:
    database = Database(url)
    try:
        taken_in = asyncio.Event()
        writer = asyncio.create_task(_write_until(database, taken_in))
        begun = time.perf_counter()
        await import_addresses(database, SYSTEM, file)
        import_s = time.perf_counter() - begun
        taken_in.set()
        waits = await writer
        took: list[tuple[float, str, bool]] = []
        for text in (*typed[:FIRST], *typed):
            async with database.reading() as session:
                begun = time.perf_counter()
                found = await search_places(session, EMPTY, text, 6)
                took.append(((time.perf_counter() - begun) * 1000, text, bool(found)))
    finally:
        await database.close()
    measured = took[FIRST:]
    slowest = [(text, round(ms, 1)) for ms, text, _ in sorted(measured, reverse=True)[:5]]
    return Taken(import_s, waits, [ms for ms, *_ in measured], sum(found for *_, found in measured), slowest)


async def _write_until(database: Database, done: asyncio.Event) -> list[float]:
    """Somebody else's small writes, and how long each took, ms."""
    waits: list[float] = []

    async def write(uow: UnitOfWork) -> None:
        uow.changed("task", "somebody", "zones")

    while not done.is_set():
        begun = time.perf_counter()
        await database.run(write)
        waits.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(BETWEEN_WRITES_S)
    return waits


def address_file(dice: random.Random, doors: int) -> tuple[bytes, list[str]]:
    """A utility's file with that many doors, and what people type to find some of them."""
    names: set[str] = set()
    streets = max(40, STREETS * doors // 500_000)
    while len(names) < streets:
        names.add(_street(dice))
    rows, known = ["address,town,lon,lat"], []
    each = doors // streets + 1
    for number, name in enumerate(sorted(names)):
        for step in range(1, each + 1):
            house = step * 2 - dice.randint(0, 1)
            if name[0].isascii() or name[0] == "É":
                address = f"{house} {name}"
            else:
                address = f"{name}{house}号" if step % 3 else f"{name}{house * 10}弄{step}号"
            lon, lat = 7.3 + dice.random() * 0.4, 43.6 + dice.random() * 0.3
            rows.append(f"{address},T{number % TOWNS},{lon:.6f},{lat:.6f}")
            if dice.random() < 0.01:
                known.append(address)
    typed: list[str] = []
    for address in dice.sample(known, min(150, len(known))):
        behind = f"{address.lower()}, floor 3" if address[0].isdigit() else f"{address}202室"
        typed += [
            address,
            address[: max(3, len(address) // 2)],
            address[: max(2, len(address) * 3 // 4)],
            behind,
        ]
        typed.append(address[:3])
    typed += ["rue", "av", "路", "中山", "12 rue de la", "boulevard", "北路", "12"] * 8
    dice.shuffle(typed)
    return "\n".join(rows[: doors + 1]).encode(), typed


def _street(dice: random.Random) -> str:
    if dice.random() < 0.5:
        return dice.choice(_KINDS) + " " + " ".join(dice.sample(_NAMES, dice.randint(1, 3)))
    return "".join(dice.choice(_HAN) for _ in range(dice.randint(2, 4))) + dice.choice(_ROADS)
