"""What the two wings offer to the roof: routes, event handlers, topics, and the work that time brings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from assist.callers import api as assist_api
from assist.desk.jobs import sweep as sweep_requests
from assist.erasure.commands import erase_lapsed as erase_lapsed_requests
from assist.request import handlers as assist_handlers
from assist.services import AssistServices
from assist.stills.tables import Still
from assist.webrtc.hub.hub import api as room_api
from field.callers import api as field_api
from field.callers import topics as field_topics
from field.dispatch.proposals import warm_up as warm_up_routes
from field.grid.api import api as grid_api
from field.grid.places.api import api as places_api
from field.road.shortest import warm_up as warm_up_streets
from field.services import FieldServices
from field.task.tables import Proof
from field.visits import handlers as field_handlers
from field.visits.erasing import erase_lapsed as erase_lapsed_tasks
from field.visits.erasing import forget_positions
from field.visits.sweeps import sweep as sweep_tasks
from kernel.events.inbox import HandlerGroup
from kernel.identity.links import forget_expired
from kernel.identity.sessions import forget_ended
from kernel.pictures import removal as blob_removal
from kernel.pictures.blobs import FOLDERS
from kernel.pictures.removal import Holders, sweep_folder
from kernel.process.cancelling import heed_cancellation
from kernel.process.memory import settle_memory
from kernel.web import Api, House
from kernel.web.health import api as health_api
from kernel.web.sessions import api as session_api
from kernel.web.socket.live import TopicRule
from kernel.web.socket.live import api as live_api

log = structlog.get_logger(__name__)

APIS: tuple[Api, ...] = (
    health_api,
    session_api,
    live_api,
    assist_api,
    room_api,
    field_api,
    grid_api,
    places_api,
)
"""Every declared route and socket of the house."""

TOPICS: Mapping[str, TopicRule] = field_topics
"""Who may listen to a wing's own live topics, by prefix."""

SWEEP_AFTER_S = 10.0
SWEEP_EVERY_S = 3.0
SWEEP_LEASE_MS = 15_000
WARM_UP_AFTER_S = 4.0
TIDY_EVERY_S = 300.0
"""How often what is kept too long is looked for; each turn in one folder of pictures: once a day in all."""


def bound_groups(services: Mapping[type, object]) -> list[HandlerGroup]:
    """Every wing's event handlers, with its services; and who deletes the pictures that no wing needs."""
    return [
        blob_removal.group.bind(holders(services)),
        assist_handlers.group.bind(services[AssistServices]),
        field_handlers.group.bind(services[FieldServices]),
    ]


def holders(services: Mapping[type, object]) -> Holders:
    """The folder of pictures, and every column that names one."""
    held = services[AssistServices]
    assert isinstance(held, AssistServices)
    return Holders(held.blobs, (Still.blob_id, Proof.blob_id))


async def warm_up() -> None:
    """Have the field's searches compiled, away from the event loop, once the first pages have been served.

    Until then, and where numba is not installed, the plain ones answer the same.
    """
    await asyncio.sleep(WARM_UP_AFTER_S)
    routes = await asyncio.to_thread(warm_up_routes)
    streets = await asyncio.to_thread(warm_up_streets)
    settle_memory()  # the compiler stays, too
    log.info("searches_ready", routes=routes, streets=streets)
    await asyncio.Event().wait()


async def sweep(house: House) -> None:
    """Let time do its work, on one worker at a time, until cancelled.

    Without Redis every worker sweeps: versions keep two that meet from doing a thing twice. After a start,
    phones and desks are first given time to come back before what they held is taken from them.
    """
    await asyncio.sleep(SWEEP_AFTER_S)
    while True:
        heed_cancellation()
        try:
            mine = await house.leases.acquire("sweep", SWEEP_LEASE_MS) is not None
        except (RedisError, OSError):
            mine = True
        if mine:
            # Each on its own: what fails in one wing keeps no clock of the other from running.
            await _apart("requests", house.database.run(sweep_requests))
            await _apart("tasks", sweep_tasks(house.database, house.use(FieldServices)))
        await asyncio.sleep(SWEEP_EVERY_S)


async def _apart(name: str, work: Awaitable[object]) -> None:
    """Do one sweep; a fault in it is logged, and the next turn tries again."""
    try:
        await work
    except Exception:
        log.exception("sweep_failed", sweep=name)


async def tidy(house: House) -> None:
    """Erase what has been kept long enough, a little at a time on one worker, until cancelled."""
    folder = 0
    while True:
        heed_cancellation()
        await asyncio.sleep(TIDY_EVERY_S)
        try:
            mine = await house.leases.acquire("tidy", int(TIDY_EVERY_S * 2000)) is not None
        except (RedisError, OSError):
            mine = True
        if mine:
            await erase_lapsed(house)
            for forget in (forget_positions, forget_ended, forget_expired):
                await house.database.run(forget)
            await sweep_folder(house.database, holders(house.services), folder)
            folder = (folder + 1) % FOLDERS


async def erase_lapsed(house: House) -> int:
    """Erase whatever its retention has run out for; how many requests and tasks that were."""
    if not house.settings.retention_days:
        return 0
    retention, done = timedelta(days=house.settings.retention_days), 0
    while some := await erase_lapsed_requests(house.database, retention) + await erase_lapsed_tasks(
        house.database, house.use(FieldServices), retention
    ):
        done += some
    if done:
        log.info("retention_erased", count=done)
    return done
