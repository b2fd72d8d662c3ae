"""The demo's own process: fills an empty installation, makes fresh links, and keeps the day going.

``python -m app.demo``, started by :mod:`app.demo_command` beside the web worker and the media node. What it
has to say to a person begins with :data:`SAYS`; the links go into a file that only the owner can read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import select

from app.build import build_services, open_database
from app.demo_clock import opening_before
from app.demo_morning import Morning, take_task
from app.log_setup import set_up_logging
from app.migrations.schema import upgrade
from app.processes import watch_tether
from app.serve import READY_LINE
from assist.commands.queueing import touch_place
from assist.services import AssistServices
from demo.city import FOLDER, City, load_city
from field.grid.commands import import_zones
from field.grid.tables import Rep
from field.rep_imports import import_reps
from field.services import FieldServices
from kernel.clock import ManualClock, SystemClock
from kernel.database import Database, UnitOfWork
from kernel.identity import SYSTEM, Actor, Role, Staff, Surface, actor_of, add_staff, create_link
from kernel.settings import Settings

log = structlog.get_logger(__name__)

SAYS = "curbstop: say "
STATE_FILE = "demo.json"
LINKS_FILE = "links.json"
PASSWORD_FILE = "password.txt"
LOADING_FILE = "loading"
"""There while the city is being taken in; still there at a start, that was interrupted."""
STREETS = FOLDER / "streets.json"
TICK_S = 20.0

PAGES = {
    "technician": ("desk", Surface.DESK),
    "rep": ("rep", Surface.REP),
    "dispatcher": ("console", Surface.CONSOLE),
}


@dataclass
class DemoState:
    """What the demo has to remember between starts."""

    seed: int
    timezone: str
    opening: str
    arrived: int
    requests: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, data: Path) -> DemoState | None:
        path = data / STATE_FILE
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else None

    def write(self, data: Path) -> None:
        write_private(data / STATE_FILE, json.dumps(asdict(self)))


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    draft = path.with_suffix(path.suffix + ".new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    draft.replace(path)


def say(text: str) -> None:
    sys.stdout.write(f"{SAYS}{text}\n")
    sys.stdout.flush()


async def run(settings: Settings, seed: int) -> None:
    """Prepare what is missing, tell that it is ready, and keep the day going until cancelled."""
    database = open_database(settings)
    try:
        if await upgrade(database):
            say("The database is made.")
        state = DemoState.read(settings.data)
        if state is None and await _is_empty(database):
            (settings.data / LOADING_FILE).touch()
            state = await load(settings, seed)
            state.write(settings.data)
            (settings.data / LOADING_FILE).unlink()
        write_private(settings.data / LINKS_FILE, json.dumps(await make_links(database, settings)))
        sys.stdout.write(READY_LINE + "\n")
        sys.stdout.flush()
        if state is not None:
            await keep_going(database, settings, state)
        else:
            await asyncio.Event().wait()
    finally:
        await database.close()


async def _is_empty(database: Database) -> bool:
    async with database.reading() as session:
        return (await session.scalars(select(Staff.id).limit(1))).first() is None


async def load(settings: Settings, seed: int) -> DemoState:
    """Take the city in: zones and representatives through the importer, staff, and the morning up to now."""
    now = SystemClock().now()
    opening = opening_before(now, settings.timezone)
    city = load_city(FOLDER, opening, seed)
    clock = ManualClock(min(opening - timedelta(hours=2), city.tasks[0].arrives_at))
    database = Database(settings.sqlalchemy_url, clock)
    services = build_services(settings)
    field_services, assist_services = services[FieldServices], services[AssistServices]
    assert isinstance(field_services, FieldServices) and isinstance(assist_services, AssistServices)
    try:
        zones = await database.run(import_zones, SYSTEM, city.zones)
        reps = await database.run(import_reps, SYSTEM, city.reps)
        say(f"{len(zones.added)} zones and {len(reps.added)} representatives imported.")
        technician = await database.run(hire, city, password_of(settings.data))
        morning = Morning(database, clock, field_services, assist_services)
        arrived = await morning.play(city, now)
        requests = await morning.ask(city, technician, now)
        say(f"The morning up to now: {arrived} tasks, {len(requests)} customers asking.")
    finally:
        await database.close()
    return DemoState(seed, settings.timezone, opening.isoformat(), arrived, [str(id) for id in requests])


def password_of(data: Path) -> str:
    """The password of all demo staff: made once per installation, kept for its owner only."""
    path = data / PASSWORD_FILE
    if not path.exists():
        write_private(path, secrets.token_urlsafe(9))
    return path.read_text("utf-8").strip()


async def hire(uow: UnitOfWork, city: City, password: str) -> Actor:
    """Everybody gets an account with ``password``; returns the first technician."""
    technicians = []
    for person in city.staff:
        member = await add_staff(
            uow,
            username=person.username,
            name=person.names["zh-Hans"],
            name_en=person.names["en"],
            roles=frozenset(map(Role, person.roles)),
            language=person.language,
            password=password,
        )
        if Role.TECHNICIAN in person.roles:
            technicians.append(member)
    hash_of_all = technicians[0].password_hash  # one hash for the many: hashing is slow on purpose
    for member in await uow.session.scalars(select(Staff).where(Staff.password_hash.is_(None))):
        member.password_hash = hash_of_all
    return actor_of(technicians[0])


async def make_links(database: Database, settings: Settings) -> dict[str, str]:
    """A one-use sign-in link for one member of staff of each kind, and the customers' public start."""
    url = settings.base_url
    links = {"customer": f"{url}/"}
    for kind, (page, surface) in PAGES.items():
        found = await _first_of(database, kind)
        if found is not None:
            lifetime = timedelta(minutes=settings.sign_in_link_minutes)
            token = await database.run(create_link, surface, lifetime, staff_id=found.id)
            links[kind] = f"{url}/{page}#k={token}"
            links[f"{kind}_username"] = found.username
    return links


async def _first_of(database: Database, kind: str) -> Staff | None:
    async with database.reading() as session:
        if kind == "rep":
            query = select(Staff).join(Rep, Rep.staff_id == Staff.id).where(Rep.active).order_by(Rep.code)
            return (await session.scalars(query.limit(1))).first()
        everyone = await session.scalars(select(Staff).where(Staff.active).order_by(Staff.id))
        return next((staff for staff in everyone if kind in staff.roles), None)


async def keep_going(database: Database, settings: Settings, state: DemoState) -> None:
    """The day goes on: further tasks arrive at their times, and the customers in the queue stay there."""
    opening = datetime.fromisoformat(state.opening)
    city = load_city(FOLDER, opening, state.seed)
    services = build_services(settings)[FieldServices]
    assert isinstance(services, FieldServices)
    over = opening + timedelta(hours=9)
    while True:
        try:
            for request_id in state.requests:
                await database.run(touch_place, UUID(request_id))
            now = database.clock.now()
            while state.arrived < len(city.tasks) and city.tasks[state.arrived].arrives_at <= now < over:
                await database.run(take_task, services, city.tasks[state.arrived])
                state.arrived += 1
                state.write(settings.data)
        except Exception:
            log.exception("demo_day_stumbled")
        await asyncio.sleep(TICK_S)


async def _until_stopped(settings: Settings, seed: int) -> None:
    task = asyncio.create_task(run(settings, seed))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tether", type=int, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    watch_tether(chosen.tether)
    settings = Settings()
    set_up_logging(settings)
    asyncio.run(_until_stopped(settings, chosen.seed))


if __name__ == "__main__":
    main()
