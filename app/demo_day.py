"""What is heavy about the demo: taking the city in, and keeping its day going."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from app.build import build_services
from app.demo_clock import opening_before
from app.demo_morning import Morning, take_task
from app.demo_state import DemoState, password_of
from assist.commands.queueing import touch_place
from assist.services import AssistServices
from demo.city import FOLDER, City, load_city
from field.grid.commands import import_zones
from field.rep_imports import import_reps
from field.services import FieldServices
from kernel.actors import SYSTEM, Actor, Role
from kernel.clock import ManualClock, SystemClock
from kernel.database import Database, UnitOfWork
from kernel.settings import Settings
from kernel.staff import Staff, actor_of, add_staff

log = structlog.get_logger(__name__)

TICK_S = 20.0


async def load(settings: Settings, seed: int, say: Callable[[str], None]) -> DemoState:
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
