"""What is heavy about the demo: taking the city in, and keeping its day going."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from app.build import build_services
from app.demo.clock import opening_before, same_day
from app.demo.morning import Morning, take_task
from app.demo.state import DemoState, password_of
from assist.queue.commands import touch_place
from assist.services import AssistServices
from demo.city import FOLDER, City, load_city
from field.grid.commands import import_zones
from field.grid.places.commands import import_addresses
from field.network.commands import import_network
from field.network.files.reading import NetworkAsked
from field.reps.imports import import_reps
from field.services import FieldServices
from kernel.actors import SYSTEM, Role
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.identity.staff import Staff, add_staff
from kernel.settings import Settings

log = structlog.get_logger(__name__)

TICK_S = 20.0


async def load(settings: Settings, seed: int, now: datetime, say: Callable[[str], None]) -> DemoState:
    """Take the city in: zones and representatives through the importer, staff, and the morning up to now."""
    opening = opening_before(now, settings.timezone)
    city = load_city(FOLDER, opening, seed)
    state = DemoState(seed, settings.timezone, opening.isoformat(), 0)
    async with _winding(settings, min(opening - timedelta(hours=2), city.tasks[0].arrives_at)) as past:
        database, morning = past
        zones = await database.run(import_zones, SYSTEM, city.zones)
        reps = await database.run(import_reps, SYSTEM, city.reps)
        addresses = await import_addresses(database, SYSTEM, city.addresses)
        network = await import_network(database, SYSTEM, city.network, NetworkAsked())
        say(f"{len(zones.added)} zones and {len(reps.added)} representatives imported.")
        say(f"{addresses.doors} addresses in {addresses.streets} streets imported.")
        pipes, valves = network.counts["pipes"], network.counts["valves"]
        say(f"A network of {pipes} pipes and {valves} valves imported.")
        await database.run(hire, city, password_of(settings.data))
        state.arrived = await morning.play(city, now)
        await morning.ask(city, now, lambda request_id: state.requests.append(str(request_id)))
    say(f"The morning up to now: {state.arrived} tasks, {len(state.requests)} customers asking.")
    return state


async def make_morning(settings: Settings, state: DemoState, now: datetime) -> None:
    """Where the remembered day is over, end it and make today's morning up to now.

    Each thing made is written down, so that a start which was cut off is taken up where it stopped, and one
    on the same day changes nothing.
    """
    begun = same_day(now, settings.timezone, state.opening)
    if begun and not state.making:
        return
    opening = opening_before(now, settings.timezone)
    city = load_city(FOLDER, opening, state.seed)

    def keep(**changes: Any) -> None:
        for name, value in changes.items():
            setattr(state, name, value)
        state.write(settings.data)

    def asked(request_id: UUID) -> None:
        keep(requests=[*state.requests, str(request_id)])

    async with _winding(settings, now) as (_, morning):
        if not begun:
            await morning.end_day(map(UUID, state.requests))
            opened = {"timezone": settings.timezone, "opening": opening.isoformat()}
            keep(**opened, arrived=0, requests=[], making=True)
        await morning.ask(city, now, asked, len(state.requests))
        await morning.play(city, now, state.arrived, lambda arrived: keep(arrived=arrived))
        keep(making=False)


@asynccontextmanager
async def _winding(settings: Settings, start: datetime) -> AsyncIterator[tuple[Database, Morning]]:
    """The installation's database with a clock that the morning winds, from ``start``."""
    clock = ManualClock(start)
    database = Database(settings.sqlalchemy_url, clock)
    services = build_services(settings)
    field, assist = services[FieldServices], services[AssistServices]
    assert isinstance(field, FieldServices) and isinstance(assist, AssistServices)
    try:
        yield database, Morning(database, clock, field, assist)
    finally:
        await database.close()


async def hire(uow: UnitOfWork, city: City, password: str) -> None:
    """Everybody gets an account with ``password``."""
    made = [
        await add_staff(
            uow,
            username=person.username,
            name=person.names["zh-Hans"],
            name_en=person.names["en"],
            roles=frozenset(map(Role, person.roles)),
            language=person.language,
            password=password if number == 0 else None,
        )
        for number, person in enumerate(city.staff)
    ]
    # One hash for them all: hashing is slow on purpose, and they share the password anyway.
    for member in await uow.session.scalars(select(Staff).where(Staff.password_hash.is_(None))):
        member.password_hash = made[0].password_hash


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
