"""What a worker does once its first pages have been served."""

from __future__ import annotations

import asyncio

import structlog

from field.dispatch.engine.proposals import warm_up as warm_up_routes
from field.grid.territory.engine.flips import warm_up as warm_up_territories
from field.network.engine.search import warm_up as warm_up_valves
from field.road.shortest import warm_up as warm_up_streets
from kernel.process.memory import settle_memory

log = structlog.get_logger(__name__)

WARM_UP_AFTER_S = 4.0


async def warm_up() -> None:
    """Have the field's searches compiled, away from the event loop.

    Until then, and where numba is not installed, the plain ones answer the same.
    """
    await asyncio.sleep(WARM_UP_AFTER_S)
    routes = await asyncio.to_thread(warm_up_routes)
    streets = await asyncio.to_thread(warm_up_streets)
    territories = await asyncio.to_thread(warm_up_territories)
    valves = await asyncio.to_thread(warm_up_valves)
    settle_memory()  # the compiler stays, too
    log.info("searches_ready", routes=routes, streets=streets, territories=territories, valves=valves)
    await asyncio.Event().wait()
