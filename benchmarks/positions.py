"""How many positions a second the running product takes in, and whether any that it acknowledged is lost.

Forty representatives' phones send batches of positions without pause, each a whole HTTP call: who it is, the
judging of each position, the commit. Everybody drives, so that nothing is thinned. Then, in the middle of it,
everything is killed without warning (SIGKILL): the product, and PostgreSQL with all its processes. What had
been acknowledged is looked for in the database as it comes up again. SQLite commits with
``synchronous=FULL``,
PostgreSQL with ``fsync`` on. Foundations: *embedded*, one web worker; *full*, PostGIS with two.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.simulate.city import COLUMNS
from app.simulate.wire import Wire
from benchmarks import Figure, Line, Missing, percentile
from benchmarks.media.cores import cpu_seconds
from field.positions.tables import TrackPiece
from kernel.actors import Role, Surface
from kernel.database import Database
from kernel.identity.sessions import start_session
from tests.rig.foundations import Foundation, Foundry, Kind
from tests.rig.stack import RunningApp, running_app
from tests.rig.town import zone_file

PHONES = 40
BATCH = 60
"""Positions in a call: a quarter of an hour of driving, at one in fifteen seconds."""
WORKERS: dict[Kind, int] = {"embedded": 1, "full": 2}
TARGETS: dict[Kind, tuple[float, float]] = {"embedded": (1500, 10_000), "full": (3000, 10_000)}
"""Positions a second: the target, the moonshot."""


def run(preset: str = "full") -> Iterator[Line]:
    """Two figures of each foundation; "quick" sends for a shorter time."""
    seconds = 4.0 if preset == "quick" else 20.0
    for kind in ("embedded", "full"):
        try:
            yield from _measured(kind, seconds)
        except Exception as error:  # pytest's "skip" is one, when a server is not installed
            raise Missing(f"{kind}: {error}") from error


def _measured(kind: Kind, seconds: float) -> Iterator[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="curbstop-positions-")))
        foundry = Foundry(folder, durable=True)
        stack.callback(foundry.close)
        foundation = stack.enter_context(foundry.make(kind, folder))
        app = stack.enter_context(running_app(foundation, workers=WORKERS[kind], nodes=0, timezone="Etc/UTC"))
        sent = asyncio.run(_load(app, foundation, seconds))
        if foundation.postgres is not None:
            foundation.postgres.start()
        lost, more = asyncio.run(_looked_for(foundation, sent))
        took = sum(phone.before_kill for phone in sent.phones)
        context: dict[str, Any] = {
            "phones": PHONES,
            "positions_a_call": BATCH,
            "workers": WORKERS[kind],
            "seconds": round(sent.seconds, 1),
            "p50_ms": round(percentile(sent.waits_ms, 0.5), 1),
            "p99_ms": round(percentile(sent.waits_ms, 0.99), 1),
            "cpu_us_per_position": {name: round(1e6 * cpu / max(1, took)) for name, cpu in sent.cpu.items()},
            "generator_us_per_position": round(1e6 * sent.own_cpu / max(1, took)),
            "acknowledged": sum(phone.acknowledged for phone in sent.phones),
            "stored_and_not_acknowledged": more,
            "refused": sent.refused,
            "load": os.getloadavg()[0],
        }
        target, moonshot = TARGETS[kind]
        name = f"field.positions.{kind}"
        yield Figure(f"{name}_rate", round(took / sent.seconds), "1/s", target, moonshot, "higher", context)
        yield Figure(f"{name}_lost_by_kill", lost, "positions", 0, 0, "lower", context)


@dataclass
class Phone:
    """One phone: what it has been told is kept."""

    token: str
    rep_id: UUID
    device: str = field(default_factory=lambda: str(uuid4()))
    acknowledged: int = 0
    before_kill: int = 0


@dataclass
class Sent:
    """What all phones saw; processor seconds by process while they sent."""

    phones: list[Phone]
    waits_ms: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    own_cpu: float = 0.0


async def _load(app: RunningApp, foundation: Foundation, seconds: float) -> Sent:
    sent = Sent(await _hired(app))
    begins = datetime.now(UTC) - timedelta(hours=20)
    wire = Wire(app.url, lambda door, ms, status, code: None, connections=PHONES)
    processes = app.processes()
    cpu = {name: cpu_seconds(process.pid) for name, process in processes.items()}
    begun, own = time.perf_counter(), time.process_time()
    phones = [asyncio.create_task(_send(wire, phone, begins, sent)) for phone in sent.phones]
    await asyncio.sleep(seconds)
    sent.seconds, sent.own_cpu = time.perf_counter() - begun, time.process_time() - own
    sent.cpu = {name: cpu_seconds(process.pid) - cpu[name] for name, process in processes.items()}
    for phone in sent.phones:
        phone.before_kill = phone.acknowledged
    waits = len(sent.waits_ms)
    for pid in (*(process.pid for process in processes.values()), app.pid):
        with suppress(ProcessLookupError):  # it has ended with what it was copied from
            os.kill(pid, signal.SIGKILL)
    if foundation.postgres is not None:
        foundation.postgres.kill()
    del sent.waits_ms[waits:]
    await asyncio.sleep(0.5)  # what was answered before the kill has come in by now
    for task in phones:
        task.cancel()
    await asyncio.gather(*phones, return_exceptions=True)
    wire.close()
    return sent


async def _send(wire: Wire, phone: Phone, begins: datetime, sent: Sent) -> None:
    """Batches without pause. A position a second, 33 m on: nobody stands still, and nobody flies."""
    number = 0
    while True:
        fixes = []
        for step in range(number + 1, number + BATCH + 1):
            at = begins + timedelta(seconds=step)
            lat = 43.7 + 0.0003 * min(step % 2000, 2000 - step % 2000)  # there and back
            fixes.append({"sequence": step, "at": at.isoformat(), "lon": 7.4, "lat": round(lat, 6)})
        begun = time.perf_counter()
        path, body = "/api/rep/positions", {"device": phone.device, "fixes": fixes}
        answer = await wire.call("POST", path, path, phone.token, body)
        if not answer.ok:
            sent.refused += 1
            await asyncio.sleep(0.1)
            continue
        sent.waits_ms.append((time.perf_counter() - begun) * 1000)
        phone.acknowledged += int(answer.body["kept"])
        number += BATCH


async def _hired(app: RunningApp) -> list[Phone]:
    """Forty representatives who work around the clock, each with a session."""
    dispatcher = await app.staff(Role.DISPATCHER, "dora")
    await dispatcher.upload("/api/imports/zones", zone_file(), name="zones.geojson")
    rows = [",".join(COLUMNS)]
    for n in range(PHONES):
        rows.append(f"r{n},代表{n},Rep {n},+33199{n:06},rep{n},SA,leak_repair:2,2,,00:00,24:00,7.405,43.705,")
    await dispatcher.upload("/api/imports/reps", "\n".join(rows).encode(), name="reps.csv")
    phones = []
    async with app.database() as database:
        for rep in await dispatcher.get("/api/reps"):
            person = UUID(rep["staff_id"])
            session = await database.run(start_session, Surface.REP, timedelta(hours=1), staff_id=person)
            phones.append(Phone(session.token, UUID(rep["id"])))
    await app.close()
    return phones


async def _looked_for(foundation: Foundation, sent: Sent) -> tuple[int, int]:
    """How many acknowledged positions are not there, and how many are that nobody heard of."""
    database = Database(foundation.database_url)
    try:
        stored: dict[UUID, int] = {}
        async with database.reading() as session:
            for piece in await session.scalars(select(TrackPiece)):
                stored[piece.rep_id] = stored.get(piece.rep_id, 0) + len(piece.fixes)
    finally:
        await database.close()
    gaps = [phone.acknowledged - stored.get(phone.rep_id, 0) for phone in sent.phones]
    return sum(max(0, gap) for gap in gaps), sum(max(0, -gap) for gap in gaps)
