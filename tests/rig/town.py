"""A town small enough to do in one's head: four square zones in a row, three representatives.

::

    7.40      7.41      7.42      7.43      7.44      station SA: A1 A2      station SB: B1 B2
     |   A1    |   A2    |   B1    |   B2    |        one zone is 0.01° wide: 804 m at 43.7° north
              ann       bob       cyd

It comes in through the importer, like any utility's; travel is the stated straight-line estimate. The
fixture ``town`` has it in the test's database, with the field's doors open in this process, so that a test
can wind the clock.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import select
from starlette.applications import Starlette

from app.capabilities import APIS, ERASERS
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.commands import ImportReport, import_zones
from field.grid.services import GridServices
from field.grid.tables import Rep
from field.network.services import NetworkServices
from field.ogc.services import OgcServices
from field.reps.imports import import_reps
from field.road.travel import Haversine
from field.services import FieldServices
from field.task.tables import Task
from field.visits.handlers import group
from field.visits.sweeps import CLOCKS
from kernel.actors import SYSTEM, Actor, Role, Surface
from kernel.clock import ManualClock
from kernel.contracts import Event, VisitRequested
from kernel.database import Database, UnitOfWork
from kernel.events.lease import Leases
from kernel.identity.sessions import start_session
from kernel.identity.staff import Staff, actor_of, add_staff
from kernel.outbox import OutboxRow, outbox_row
from kernel.pictures.blobs import Blobs
from kernel.push.gateway import PushGateway
from kernel.settings import Settings
from kernel.web import House
from kernel.web.limits import RateLimiter
from kernel.web.serve import routes
from tests.rig.foundations import Foundry
from tests.rig.kept import brought_back, keep
from tests.rig.people import SURFACES, Caller

BUILT_BEFORE_S = 0.002
"""So long before a test's morning the town was there."""
WEST, SOUTH, SIDE = 7.40, 43.70, 0.01
ZONES = {"A1": ("SA", 0), "A2": ("SA", 1), "B1": ("SB", 2), "B2": ("SB", 3)}

HEADER = "code,name,name_en,phone,username,station,skills,level,parts,shift_start,shift_end,home_lon,home_lat"
REPS = f"""{HEADER},zones
ann,安,Ann,+86 138 0013 8001,ann,SA,leak_repair:3;valve:2,2,coupling_dn15:2,08:00,17:30,7.405,43.705,A1
bob,博,Bob,+86 138 0013 8002,bob,SA,leak_repair:2;meter_work:2,2,coupling_dn15:4,08:00,17:30,7.415,43.705,A2
cyd,慈,Cyd,+86 138 0013 8003,cyd,SB,meter_work:3;leak_repair:1,1,,08:00,17:30,7.425,43.705,B1;B2
"""

DOORS = [api for api in APIS if api.tag in ("field", "grid", "places", "push", "session")]


def square(column: int, west: float = WEST) -> list[list[list[float]]]:
    """The ring of the zone in that column."""
    left, right, top = west + column * SIDE, west + (column + 1) * SIDE, SOUTH + SIDE
    corners = [(left, SOUTH), (right, SOUTH), (right, top), (left, top), (left, SOUTH)]
    return [[[round(lon, 6), round(lat, 6)] for lon, lat in corners]]


def zone_file(**changed: Mapping[str, Any]) -> bytes:
    """The town's zones as GeoJSON; ``changed`` replaces properties, or the ``geometry``, by code."""
    features = []
    for code, (station, column) in ZONES.items():
        own = dict(changed.get(code, {}))
        geometry = own.pop("geometry", {"type": "Polygon", "coordinates": square(column)})
        properties = {
            "code": code,
            "name": f"{code}区",
            "name_zh_hant": f"{code}區",
            "name_en": f"Zone {code}",
            "company": "C",
            "office": "O",
            "station": station,
            "sub_area": f"{station}-1",
        }
        features.append({"type": "Feature", "properties": properties | own, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def inside(zone: str, east: float = 0.5, north: float = 0.5) -> tuple[float, float]:
    """A point in a zone; 0.5, 0.5 is its middle."""
    column = ZONES[zone][1]
    return round(WEST + (column + east) * SIDE, 6), round(SOUTH + north * SIDE, 6)


def town_services(folder: Path) -> FieldServices:
    """The field wing as it is bound in an installation without a road graph."""
    return FieldServices(
        travel=Haversine(),
        blobs=Blobs(folder / "blobs"),
        timezone=ZoneInfo("Asia/Shanghai"),
        erasers=ERASERS,
    )


async def sweep(database: Database, services: FieldServices) -> int:
    """What the field's clocks demand, one kind after the other; the number of tasks it was done about."""
    return sum([await clock.sweep(database, services) for clock in CLOCKS])


class Town:
    """The town in a database, its people, and the doors they call at."""

    _reports: ClassVar[dict[str, list[ImportReport]]] = {}
    """Of the towns that are kept, by the kind of their database."""

    def __init__(self, database: Database, services: FieldServices, redis: Redis, clock: ManualClock) -> None:
        self.database = database
        self.services = services
        self.clock = clock
        settings = Settings(timezone=str(services.timezone), push_loopback=True)
        self.push = PushGateway(database, "https://water.example", loopback=True)
        self.house = House(
            settings=settings,
            database=database,
            redis=redis,
            clock=clock,
            leases=Leases(redis, "town", clock),
            limiter=RateLimiter(redis, clock),
            services={
                FieldServices: services,
                GridServices: GridServices(services.grid),
                NetworkServices: NetworkServices(),
                OgcServices: OgcServices(),
                PushGateway: self.push,
            },
        )
        self._callers: list[Caller] = []
        self.people: dict[str, Actor] = {}
        self.reps: dict[str, Rep] = {}
        self.imported: list[ImportReport] = []

    @cached_property
    def _doors(self) -> Starlette:
        return Starlette(routes=routes(DOORS, self.house))

    async def build(self, folder: Path) -> Town:
        """Take the files in, hire two dispatchers and a technician; or bring back what ``folder`` keeps."""
        kind = self.database.engine.dialect.name
        if not await brought_back(self.database, folder):
            # Ids begin with their time: whatever a test makes comes behind what is kept.
            self.clock.advance(-BUILT_BEFORE_S)
            zones = await self.database.run(import_zones, SYSTEM, zone_file())
            reps = await self.database.run(import_reps, SYSTEM, REPS.encode())
            await self.database.run(self._hire)
            self.clock.advance(BUILT_BEFORE_S)
            self._reports[kind] = [zones, reps]
            await keep(self.database, folder)
        self.imported = list(self._reports[kind])
        async with self.database.reading() as session:
            self.reps = {rep.code: rep for rep in await session.scalars(select(Rep))}
            self.people = {staff.username: actor_of(staff) for staff in await session.scalars(select(Staff))}
        return self

    async def _hire(self, uow: UnitOfWork) -> None:
        for username, role in (
            ("dora", Role.DISPATCHER),
            ("dirk", Role.DISPATCHER),
            ("tess", Role.TECHNICIAN),
        ):
            await add_staff(uow, username=username, name=username.title(), roles=frozenset({role}))

    async def caller(self, who: str | None, *, language: str = "en") -> Caller:
        """A signed-in program of that person; None for nobody."""
        token = None
        if who is not None:
            person = self.people[who]
            surface = SURFACES[next(iter(person.roles))]
            started = await self.database.run(start_session, surface, timedelta(days=30), staff_id=person.id)
            token = started.token
        return self._called(token, language)

    def _called(self, token: str | None, language: str = "en") -> Caller:
        caller = Caller("http://town", token, language=language)
        transport = httpx.ASGITransport(app=self._doors)
        headers = caller.http.headers
        self._callers.append(caller)
        caller.http = httpx.AsyncClient(transport=transport, base_url="http://town", headers=headers)
        return caller

    async def customer_of(self, task: Task) -> Caller:
        """The phone of whoever asked for that visit."""
        started = await self.database.run(
            start_session, Surface.CUSTOMER, timedelta(days=1), request_id=task.request_id
        )
        return self._called(started.token)

    async def close(self) -> None:
        for caller in self._callers:
            await caller.close()
        await self.push.close()

    async def hear(self, event: Event) -> bool:
        """Deliver an event of the other wing, as the bus does; False when it was heard before."""

        async def emit(uow: UnitOfWork) -> UUID:
            row = outbox_row(event, uow.now)
            uow.session.add(row)
            return row.id

        event_id = await self.database.run(emit)
        return await self.deliver(event_id, event)

    async def deliver(self, event_id: UUID, event: Event) -> bool:
        """One delivery of an event that lies in the outbox."""
        return await group.bind(self.services).handle(self.database, event_id, event)

    async def task(self, event: VisitRequested | None = None, **details: Any) -> Task:
        """The task that a visit became; with details, of a visit just asked for."""
        if event is None:
            event = self.visit(details.pop("where", inside("A1")), **details)
            await self.hear(event)
        async with self.database.reading() as session:
            query = select(Task).where(Task.request_id == event.request_id)
            return (await session.scalars(query)).one()

    async def reload(self, task: Task) -> Task:
        """The task as it is stored now."""
        async with self.database.reading() as session:
            return await session.get_one(Task, task.id)

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of all events of a kind that left the field, oldest first."""
        return [row.body for row in await self.outbox(kind)]

    async def outbox(self, kind: str) -> list[OutboxRow]:
        """The rows of all events of a kind."""
        async with self.database.reading() as session:
            query = select(OutboxRow).where(OutboxRow.type == kind).order_by(OutboxRow.id)
            return list(await session.scalars(query))

    async def route(self, rep: str) -> list[UUID]:
        """The tasks on a representative's routes, in order."""
        async with self.database.reading() as session:
            query = (
                select(VisitRow.task_id)
                .join(RouteRow, RouteRow.id == VisitRow.route_id)
                .where(RouteRow.rep_id == self.reps[rep].id)
                .order_by(RouteRow.day, VisitRow.position)
            )
            return list(await session.scalars(query))

    def rep_code(self, rep_id: UUID | None) -> str | None:
        """Whose id that is."""
        return next((code for code, rep in self.reps.items() if rep.id == rep_id), None)

    def visit(self, where: tuple[float, float] | None, **details: Any) -> VisitRequested:
        """A technician asks for a visit: a leak before the meter, half an hour of work."""
        lon, lat = where or (None, None)
        asked: dict[str, Any] = {
            "request_id": uuid4(),
            "owner_id": self.people["tess"].id,
            "technician_name": "Tess",
            "category": "leak",
            "fault": "coupling_nut",
            "severity": "major",
            "ownership": "before_meter",
            "skill": "leak_repair",
            "level": 1,
            "priority": 2,
            "duration_s": 1800,
            "lon": lon,
            "lat": lat,
            "address": "1 Harbour Road",
            "customer_name": "Lin",
            "customer_phone": "+8613800138000",
        }
        return VisitRequested(**(asked | details))


@pytest.fixture
async def town(
    database: Database, redis_client: Redis, clock: ManualClock, tmp_path: Path, foundry: Foundry
) -> AsyncIterator[Town]:
    built = await Town(database, town_services(tmp_path), redis_client, clock).build(foundry.folder)
    yield built
    await built.close()
