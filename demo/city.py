"""The demo city as a loader reads it: files for the importer, staff, and a morning with absolute times.

    city = load_city(folder, opening_of(day, timezone))

Zones and reps are the bytes a utility would upload. Everything else is typed here; nothing is stored, nothing
is random beyond `seed`, and no clock is read: to have a morning in full swing at any hour, pass another
`opening` and keep to `City.shifts`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from demo.morning import Door, Job, make_jobs, outside, place_calls
from demo.pipes import make_network

FOLDER = Path(__file__).parent
Names = Mapping[str, str]
"""Language (zh-Hans, zh-Hant, en) → text."""

REQUESTS = 8
# France sets 01 99 00 xx xx aside for fiction (Arcep's numbering plan): valid to write, never connected.
FICTION = "+33199"
OSM = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True)
class Person:
    """One of the staff who is no rep. `duty`: technician, hotline, dispatcher, supervisor, admin."""

    username: str
    duty: str
    roles: tuple[str, ...]
    names: Names
    language: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Shift:
    """A representative's hours on the demo day. The importer's own shift is local wall-clock time."""

    rep: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class MorningTask:
    """A task to be placed at `arrives_at`. `fault` is of the fault catalogue, or a routine duty's name."""

    key: str
    arrives_at: datetime
    kind: str
    routine: bool
    category: str
    fault: str
    severity: str
    ownership: str
    skill: str
    level: int
    parts: Mapping[str, int]
    priority: int
    duration_s: int
    window_start: datetime
    window_end: datetime
    address: str
    lon: float
    lat: float
    customer_name: str
    customer_phone: str
    language: str
    note: Names


@dataclass(frozen=True)
class MorningRequest:
    """A customer who asks at `arrives_at`. `stage`: still with the guide, or waiting for a technician."""

    key: str
    arrives_at: datetime
    stage: Literal["guiding", "waiting"]
    channel: Literal["self", "invited"]
    category: str
    asker: Literal["resident", "manager"]
    building: str
    equipment: str
    language: str
    description: str
    address: str
    lon: float
    lat: float
    name: str
    phone: str


@dataclass(frozen=True)
class City:
    """All of it. `streets` is for `RoadGraph.load`, `land` GeoJSON to draw; tasks and requests by arrival."""

    zones: bytes
    reps: bytes
    addresses: bytes
    network: bytes
    streets: Path
    land: Path
    staff: tuple[Person, ...]
    shifts: tuple[Shift, ...]
    tasks: tuple[MorningTask, ...]
    requests: tuple[MorningRequest, ...]
    doors: tuple[Door, ...]


def opening_of(day: date, timezone: ZoneInfo) -> datetime:
    """The opening of the demo day: 08:00 by the utility's clocks."""
    return datetime.combine(day, time(8), timezone)


def load_city(folder: Path, opening: datetime, seed: int = 1) -> City:
    """Read the demo city from its folder. `opening` must be aware; all times follow from it."""
    if opening.tzinfo is None:
        raise ValueError("opening must carry a timezone")
    doors = tuple(read_doors(folder / "addresses.csv"))
    calls = place_calls(_arrivals(folder / "source" / "arrivals.csv"), doors)
    asked = set(range(len(calls) - 1, -1, -len(calls) // REQUESTS)[:REQUESTS])
    book = _json(folder / "jobs.json")
    phones = [f"{FICTION}{number:06}" for number in range(3001, 3001 + len(calls))]
    jobs = make_jobs([call for i, call in enumerate(calls) if i not in asked], book, seed, phones)
    drafts = _json(folder / "requests.json")
    asking = [call for i, call in enumerate(calls) if i in asked]
    requests = [
        MorningRequest(
            **draft,
            arrives_at=_after(opening, call.minute),
            address=call.door.text,
            lon=call.door.lon,
            lat=call.door.lat,
            phone=f"{FICTION}{4001 + number:06}",
        )
        for number, (draft, call) in enumerate(zip(drafts, asking, strict=True))
    ]
    reps = (folder / "reps.csv").read_bytes()
    return City(
        zones=(folder / "zones.geojson").read_bytes(),
        reps=reps,
        addresses=(folder / "addresses.csv").read_bytes(),
        network=make_network(folder / "streets.json", doors, OSM),
        streets=folder / "streets.json",
        land=folder / "land.geojson",
        staff=tuple(_person(entry) for entry in _json(folder / "staff.json")),
        shifts=tuple(_shifts(reps, opening)),
        requests=tuple(requests),
        doors=doors,
        tasks=tuple(_task(job, opening) for job in outside(jobs, book)),
    )


def read_doors(path: Path) -> list[Door]:
    """All addresses of the city (`addresses.csv`), by street and number."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Door(f"{row['number']} {row['street']}", float(row["lon"]), float(row["lat"]))
            for row in csv.DictReader(file)
        ]


def _arrivals(path: Path) -> list[tuple[int, float, float]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [(int(row["minute"]), float(row["east"]), float(row["north"])) for row in csv.DictReader(file)]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _after(opening: datetime, minutes: int) -> datetime:
    return opening + timedelta(minutes=minutes)


def _person(entry: Mapping[str, Any]) -> Person:
    names = {"zh-Hans": entry["name"], "zh-Hant": entry["name_zh_hant"], "en": entry["name_en"]}
    return Person(
        entry["username"],
        entry["duty"],
        tuple(entry["roles"]),
        MappingProxyType(names),
        entry["language"],
        tuple(entry["languages"]),
    )


def _shifts(reps: bytes, opening: datetime) -> list[Shift]:
    def minutes(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:]) - 8 * 60

    return [
        Shift(
            row["code"],
            _after(opening, minutes(row["shift_start"])),
            _after(opening, minutes(row["shift_end"])),
        )
        for row in csv.DictReader(reps.decode("utf-8").splitlines())
    ]


def _task(job: Job, opening: datetime) -> MorningTask:
    draft = job.draft
    return MorningTask(
        key=job.key,
        arrives_at=_after(opening, job.minute),
        kind=draft["kind"],
        routine=draft["routine"],
        category=draft["category"],
        fault=draft["fault"],
        severity=draft["severity"],
        ownership=draft["ownership"],
        skill=draft["skill"],
        level=draft["level"],
        parts=MappingProxyType(draft["parts"]),
        priority=draft["priority"],
        duration_s=draft["minutes"] * 60,
        window_start=_after(opening, job.window[0]),
        window_end=_after(opening, job.window[1]),
        address=job.door.text,
        lon=job.door.lon,
        lat=job.door.lat,
        customer_name=job.customer,
        customer_phone=job.phone,
        language=job.language,
        note=MappingProxyType(draft["note"]),
    )
