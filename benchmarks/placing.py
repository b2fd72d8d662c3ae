"""How long a placing takes in a large utility, and whether that grows as the day fills.

2,000 zones, 1,500 representatives of 75 stations, the running product on each foundation: a dispatcher
creates tasks over HTTP, one after the other, each answered when it stands on a route and is committed. First
on a day without open tasks, then with 5,000 of them spread over everybody's routes. Times are wall-clock
milliseconds of a call; the first calls, which find nothing read yet, are left out and given in the context.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import insert, select, update

from benchmarks import Figure, Line, Missing, percentile
from benchmarks.media.cores import cpu_seconds
from benchmarks.zones import COLUMNS, ROWS, SIZE
from field.dispatch.engine.route import RepDay, Route, Visit, schedule
from field.dispatch.planning import moment
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.store import area_of, point_of
from field.grid.tables import GridImport, Rep, Zone
from field.road.travel import Haversine
from field.task.tables import Task
from field.task.task import TaskState
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.identity.staff import Staff
from kernel.ids import uuid7
from tests.rig.foundations import Foundry, Kind
from tests.rig.people import Person
from tests.rig.stack import running_app
from tests.rig.working_day import morning_zone

REPS = 1_500
OPEN = 5_000
STATIONS = 75
WEST, SOUTH = 113.8, 22.4
SKILLS = ("leak_repair", "meter_work", "pressure", "valve")
FIRST = 5
"""Calls that find nothing read yet."""


def run(preset: str = "full") -> Iterator[Line]:
    """Six figures of each foundation."""
    calls = 60 if preset == "quick" else 300
    with tempfile.TemporaryDirectory() as folder:
        foundry = Foundry(Path(folder))
        try:
            for kind in ("embedded", "full"):
                try:
                    yield from _foundation(foundry, kind, Path(folder) / kind, calls)
                except Exception as error:
                    if isinstance(error, AssertionError):
                        raise
                    yield Missing(f"{type(error).__name__}: {error}", f"field.placing_scale.{kind}")
        finally:
            foundry.close()


def _foundation(foundry: Foundry, kind: Kind, data: Path, calls: int) -> Iterator[Figure]:
    data.mkdir()
    zone = morning_zone(datetime.now(UTC))
    with foundry.make(kind, data) as foundation, running_app(foundation, timezone=zone) as app:
        pid = app.processes()["web-1"].pid

        async def measure() -> list[Placed]:
            dispatcher = await app.staff(Role.DISPATCHER, name="Dora")
            dice = random.Random(11)
            async with app.database() as database:
                people = await database.run(utility, dice)
                empty = await _place(dispatcher, dice, calls, pid)
                await database.run(fill, dice, people, ZoneInfo(zone), dispatcher.id)
            filled = await _place(dispatcher, dice, calls, pid)
            await app.close()
            return [empty, filled]

        empty, filled = asyncio.run(measure())
    context: dict[str, Any] = {"foundation": kind, "zones": COLUMNS * ROWS, "reps": REPS, "calls": calls}
    name = f"field.placing_scale.{kind}"
    halves = [percentile(placed.times, 0.5) for placed in (empty, filled)]
    for open_tasks, placed in ((0, empty), (OPEN, filled)):
        times = placed.times
        known = context | {"open_tasks": open_tasks, "first_calls_ms": [round(ms) for ms in placed.first]}
        known |= {"worker_cpu_ms": placed.cpu_ms, "load": os.getloadavg()[0]}
        yield Figure(f"{name}.p50_{open_tasks}_open", percentile(times, 0.5), "ms", 25, 8, "lower", known)
        yield Figure(f"{name}.p99_{open_tasks}_open", percentile(times, 0.99), "ms", 100, 30, "lower", known)
    yield Figure(f"{name}.growth", round(halves[1] / halves[0], 3), "ratio", 1.2, 1.0, "lower", context)


@dataclass(frozen=True)
class Placed:
    """Milliseconds of the first calls and of the others, and the worker's processor time for one of these."""

    first: list[float]
    times: list[float]
    cpu_ms: float


async def _place(dispatcher: Person, dice: random.Random, calls: int, pid: int) -> Placed:
    took: list[float] = []
    cpu = 0.0
    for number in range(FIRST + calls):
        if number == FIRST:
            cpu = cpu_seconds(pid)
        lon, lat = _somewhere(dice)
        body = {
            "category": "leak",
            "severity": dice.choice(("major", "minor")),
            "skill": dice.choice(SKILLS),
            "duration_s": 1200,
            "lon": lon,
            "lat": lat,
        }
        begun = time.perf_counter()
        answer = await dispatcher.post("/api/tasks", body)
        took.append(round((time.perf_counter() - begun) * 1000, 2))
        assert answer["state"] == "assigned", answer["placement"]
    return Placed(took[:FIRST], took[FIRST:], round((cpu_seconds(pid) - cpu) * 1000 / calls, 1))


def _somewhere(dice: random.Random) -> tuple[float, float]:
    return (
        round(WEST + dice.uniform(0.01, COLUMNS * SIZE - 0.01), 6),
        round(SOUTH + dice.uniform(0.01, ROWS * SIZE - 0.01), 6),
    )


async def utility(uow: UnitOfWork, dice: random.Random) -> list[tuple[UUID, tuple[float, float]]]:
    """Zones, stations and people, as rows: how files are taken in is measured elsewhere."""
    now, people, staff, reps = uow.now, [], [], []
    for number in range(REPS):
        rep_id, staff_id, home = uow.new_id(), uow.new_id(), _somewhere(dice)
        people.append((rep_id, home))
        staff.append(
            {
                "id": staff_id,
                "username": f"rep{number}",
                "name": f"代表{number}",
                "name_en": f"Rep {number}",
                "roles": [Role.REP.value],
                "language": "zh-Hans",
                "active": True,
                "created_at": now,
            }
        )
        reps.append(
            {
                "id": rep_id,
                "staff_id": staff_id,
                "code": f"R{number:04}",
                "name": f"代表{number}",
                "name_en": f"Rep {number}",
                "phone": "",
                "station": f"S{_column(home) * STATIONS // COLUMNS}",
                "skills": {skill: dice.randint(1, 3) for skill in SKILLS if dice.random() < 0.8},
                "parts": {"gasket": 20, "coupling_dn15": 4},
                "shift_start": 0,
                "shift_end": 1440,
                "home": point_of(*home),
                "home_lon": home[0],
                "home_lat": home[1],
                "active": True,
                "changed_at": now,
                "version": 1,
            }
        )
    zones = [_zone(uow, column, row, people) for column in range(COLUMNS) for row in range(ROWS)]
    await uow.session.execute(insert(Staff), staff)
    await uow.session.execute(insert(Rep), reps)
    await uow.session.execute(insert(Zone), zones)
    uow.session.add(
        GridImport(id=uow.new_id(), kind="zones", at=now, actor_id=people[0][0], digest="", counts={})
    )
    return people


def _column(place: tuple[float, float]) -> int:
    return int((place[0] - WEST) / SIZE)


def _zone(
    uow: UnitOfWork, column: int, row: int, people: Sequence[tuple[UUID, tuple[float, float]]]
) -> dict[str, Any]:
    west, south = WEST + column * SIZE, SOUTH + row * SIZE
    number = column * ROWS + row
    code = f"Z{number:04}"
    return {
        "id": uow.new_id(),
        "code": code,
        "name": code,
        "name_zh_hant": "",
        "name_en": code,
        "company": "C",
        "office": f"O{column // 10}",
        "station": f"S{column * STATIONS // COLUMNS}",
        "sub_area": f"A{column}",
        "area": area_of(shapely.MultiPolygon([shapely.box(west, south, west + SIZE, south + SIZE)])),
        "owner_code": f"R{number % REPS:04}",
        "owner_id": people[number % REPS][0],
        "active": True,
        "changed_at": uow.now,
        "version": 1,
        "min_lon": west,
        "min_lat": south,
        "max_lon": west + SIZE,
        "max_lat": south + SIZE,
    }


async def fill(
    uow: UnitOfWork,
    dice: random.Random,
    people: Sequence[tuple[UUID, tuple[float, float]]],
    zone: ZoneInfo,
    answerable_id: UUID,
) -> None:
    """Open tasks on today's routes, near each one's home."""
    today = uow.now.astimezone(zone).date()
    tasks: list[dict[str, Any]] = []
    routes: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    for number, (rep_id, home) in enumerate(people):
        many = OPEN // REPS + (number < OPEN % REPS)
        _route(uow, dice, rep_id, home, many, today, answerable_id, (tasks, routes, visits))
    known = {route["rep_id"]: route for route in routes}
    stored = select(RouteRow.id, RouteRow.rep_id).where(RouteRow.day == today)
    there = (await uow.session.execute(stored)).all()
    for row in there:  # who has a route since the first part keeps it; the new visits stand behind
        route = known[row.rep_id]
        for visit in visits:
            if visit["route_id"] == route["id"]:
                visit["route_id"], visit["position"] = row.id, visit["position"] + 50
        routes.remove(route)
    await uow.session.execute(insert(Task), tasks)
    if routes:
        await uow.session.execute(insert(RouteRow), routes)
    await uow.session.execute(insert(VisitRow), visits)
    newer = {"version": RouteRow.version + 1, "changed_at": uow.now}
    await uow.session.execute(update(RouteRow).where(RouteRow.day == today).values(newer))


def _route(
    uow: UnitOfWork,
    dice: random.Random,
    rep_id: UUID,
    home: tuple[float, float],
    many: int,
    today: date,
    answerable_id: UUID,
    into: tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    tasks, routes, visits = into
    places = [
        (round(home[0] + dice.gauss(0, 0.004), 6), round(home[1] + dice.gauss(0, 0.004), 6))
        for _ in range(many)
    ]
    now, closes = int(uow.now.timestamp()), uow.now + timedelta(hours=20)
    ids = [uuid7(uow.now) for _ in places]
    planned = [
        Visit(ids[at], at + 1, 1200, now, int(closes.timestamp()), "leak_repair") for at in range(many)
    ]
    day = RepDay(rep_id, now, now + 86_400, 0, 0, {"leak_repair": 3})
    stops = schedule(Route(day, tuple(planned)), Haversine().seconds([home, *places]), now).stops
    route_id = uow.new_id()
    routes.append(
        {"id": route_id, "rep_id": rep_id, "day": today, "locked": False, "changed_at": uow.now, "version": 1}
    )
    for at, (stop, (lon, lat)) in enumerate(zip(stops, places, strict=True)):
        tasks.append(_task(uow, ids[at], rep_id, lon, lat, closes, answerable_id))
        visits.append(
            {
                "task_id": ids[at],
                "route_id": route_id,
                "position": at,
                "travel_s": stop.travel_s,
                "base_s": stop.base_s,
                "eta": moment(stop.arrive_at),
                "starts_at": moment(stop.start_at),
                "ends_at": moment(stop.finish_at),
                "held": False,
            }
        )


def _task(
    uow: UnitOfWork, id: UUID, rep_id: UUID, lon: float, lat: float, closes: datetime, answerable_id: UUID
) -> dict[str, Any]:
    return {
        "id": id,
        "state": TaskState.ACCEPTED,
        "created_at": uow.now,
        "changed_at": uow.now,
        "category": "leak",
        "fault": "",
        "severity": "minor",
        "ownership": "",
        "skill": "leak_repair",
        "level": 1,
        "parts": {"gasket": 1},
        "priority": 1,
        "duration_s": 1200,
        "note": "It drips. " * 10,
        "verdict": {"fault": "coupling_nut", "severity": "minor", "technician_name": "Tess"},
        "evidence": ["019a0000-0000-7000-8000-000000000000"],
        "customer": {"name": "Lin", "phone": "+8613800138000", "language": "zh-Hans"},
        "address": "1 Harbour Road",
        "point": point_of(lon, lat),
        "lon": lon,
        "lat": lat,
        "window_start": uow.now,
        "window_end": closes,
        "rep_id": rep_id,
        "answerable_id": answerable_id,
        "placement": {"day": "2026-11-21", "passed_over": [], "reasons": []},
        "refused_by": [],
        "escalation_reason": "",
        "accepted_at": uow.now,
        "steps": 0,
        "version": 1,
    }
