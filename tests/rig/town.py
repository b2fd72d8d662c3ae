"""A town small enough to do in one's head: four square zones in a row, three representatives.

::

    7.40      7.41      7.42      7.43      7.44      station SA: A1 A2      station SB: B1 B2
     |   A1    |   A2    |   B1    |   B2    |        one zone is 0.01° wide: 804 m at 43.7° north
              ann       bob       cyd

It comes in through the importer, like any utility's; travel is the stated straight-line estimate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from field.grid.commands import ImportReport, import_zones
from field.grid.tables import Rep
from field.rep_imports import import_reps
from field.services import FieldServices
from field.travel import Haversine
from kernel.blobs import Blobs
from kernel.contracts import VisitRequested
from kernel.database import Database, UnitOfWork
from kernel.identity import SYSTEM, Actor, Role, Staff, actor_of, add_staff

WEST, SOUTH, SIDE = 7.40, 43.70, 0.01
ZONES = {"A1": ("SA", 0), "A2": ("SA", 1), "B1": ("SB", 2), "B2": ("SB", 3)}

HEADER = "code,name,name_en,phone,username,station,skills,level,parts,shift_start,shift_end,home_lon,home_lat"
REPS = f"""{HEADER},zones
ann,安,Ann,+86 138 0013 8001,ann,SA,leak_repair:3;valve:2,2,coupling_dn15:2,08:00,17:30,7.405,43.705,A1
bob,博,Bob,+86 138 0013 8002,bob,SA,leak_repair:2;meter_work:2,2,coupling_dn15:4,08:00,17:30,7.415,43.705,A2
cyd,慈,Cyd,+86 138 0013 8003,cyd,SB,meter_work:3;leak_repair:1,1,,08:00,17:30,7.425,43.705,B1;B2
"""


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
        travel=Haversine(), blobs=Blobs(folder / "blobs"), timezone=ZoneInfo("Asia/Shanghai")
    )


class Town:
    """The town in a database, and its people."""

    def __init__(self, database: Database, services: FieldServices) -> None:
        self.database = database
        self.services = services
        self.people: dict[str, Actor] = {}
        self.reps: dict[str, Rep] = {}
        self.imported: list[ImportReport] = []

    async def build(self) -> Town:
        """Take the files in, hire two dispatchers and a technician."""
        zones = await self.database.run(import_zones, SYSTEM, zone_file())
        reps = await self.database.run(import_reps, SYSTEM, REPS.encode())
        self.imported = [zones, reps]
        await self.database.run(self._hire)
        async with self.database.reading() as session:
            for rep in await session.scalars(select(Rep)):
                self.reps[rep.code] = rep
                self.people[rep.code] = actor_of(await session.get_one(Staff, rep.staff_id))
        return self

    async def _hire(self, uow: UnitOfWork) -> None:
        for username, role in (
            ("dora", Role.DISPATCHER),
            ("dirk", Role.DISPATCHER),
            ("tess", Role.TECHNICIAN),
        ):
            staff = await add_staff(uow, username=username, name=username.title(), roles=frozenset({role}))
            self.people[username] = actor_of(staff)

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
