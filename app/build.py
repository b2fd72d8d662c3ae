"""The one place that knows which database, which Redis and which gateway this installation uses.

Everything else is handed what it needs: capabilities (:mod:`app.capabilities`) get their services here.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import cache, partial
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import capabilities
from app.fault_pages import page_for_people
from app.log_setup import set_up_logging
from app.migrations.schema import wait_until_current
from app.pages import Pages
from app.warm_up import warm_up
from assist.answers.store import AnswerStore
from assist.desk.requests import composer
from assist.guide.guides import load_guides
from assist.request.answers import RequestComposer
from assist.services import AssistServices
from assist.webrtc.hub.hub import Hub
from field.grid.services import GridServices
from field.grid.store import GridCache
from field.network.services import NetworkServices
from field.ogc.services import OgcServices
from field.services import FieldServices
from kernel.clock import Clock, ScaledClock, SystemClock
from kernel.database import Database
from kernel.delivery.commands import DELIVERY
from kernel.delivery.courier import Courier
from kernel.delivery.gateway import ByChannel, gateway_of
from kernel.erasing import Erasers
from kernel.events.bus import Relay
from kernel.events.consumer import Consumer
from kernel.events.lease import Leases
from kernel.evidence.item import Sources
from kernel.identity.simulated import mark_simulated
from kernel.ids import new_token
from kernel.jobs import keep_doing
from kernel.outbox import Left
from kernel.pictures.blobs import Blobs
from kernel.pictures.removal import Holders
from kernel.process.cancelling import heed_cancellation
from kernel.push.gateway import PushGateway
from kernel.settings import Settings
from kernel.web import House
from kernel.web.faults import answer, as_curbstop_error
from kernel.web.headers import SecurityHeaders
from kernel.web.limits import RateLimiter
from kernel.web.openapi import document
from kernel.web.serve import routes
from kernel.web.socket.endpoint import socket_routes
from kernel.web.socket.live import Live

log = structlog.get_logger(__name__)

Run = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes on until it is cancelled."""


def open_database(settings: Settings) -> Database:
    """The installation's database."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return Database(settings.sqlalchemy_url, clock_of(settings))


def clock_of(settings: Settings) -> Clock:
    """The machine's own clock; in a simulated day one that is faster."""
    origin = settings.origin()
    return SystemClock() if origin is None else ScaledClock(settings.clock_scale, *origin)


def open_redis(settings: Settings) -> Redis:
    """A client of the installation's Redis. It gives up soon: callers know how to do without."""
    return Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 2),
        socket_connect_timeout=1,
        socket_timeout=5,
        **({} if settings.redis_url.startswith("unix") else {"socket_keepalive": True}),
    )


def build_travel(settings: Settings) -> Any:
    """Travel times: over the road graph where one is set, else the stated estimate."""
    from field.road.travel import Haversine, RoadGraph
    from field.road.vehicles import VEHICLES

    path, vehicle = settings.streets_file, VEHICLES[settings.vehicle]
    if path is None:
        return Haversine()
    return RoadGraph.from_osm(path, vehicle) if ".osm" in path.suffixes else RoadGraph.load(path, vehicle)


def build_services(settings: Settings) -> dict[type, object]:
    """Each wing's bound dependencies, by class.

    Raises:
        ValueError: a guide breaks a rule that keeps customers safe; then nothing starts.
    """
    blobs = Blobs(settings.blob_folder)
    grid = GridCache()
    guides = load_guides()
    return {
        Holders: Holders(blobs),
        Erasers: capabilities.ERASERS,
        Sources: capabilities.EVIDENCE,
        RequestComposer: composer(guides),
        AssistServices: AssistServices(
            guides=guides,
            blobs=blobs,
            base_url=settings.base_url,
            utility_name=settings.utility_name,
            default_region=settings.default_region,
            invitation_lifetime=timedelta(minutes=settings.invitation_minutes),
            session_lifetime=timedelta(days=settings.customer_session_days),
            max_upload_bytes=settings.max_upload_bytes,
        ),
        AnswerStore: AnswerStore(),
        FieldServices: FieldServices(
            travel=build_travel(settings),
            blobs=blobs,
            timezone=ZoneInfo(settings.timezone),
            erasers=capabilities.ERASERS,
            grid=grid,
            link_lifetime=timedelta(minutes=settings.sign_in_link_minutes),
            windows=settings.appointment_spans,
        ),
        GridServices: GridServices(cache=grid),
        NetworkServices: NetworkServices(),
        OgcServices: OgcServices(),
    }


def build_web(settings: Settings) -> Starlette:
    """One web worker's application. It serves once the database has its present schema."""
    set_up_logging(settings)
    database, redis = open_database(settings), open_redis(settings)
    clock = database.clock
    holder = f"{platform.node()}-{os.getpid()}-{new_token()[:8]}"
    live = Live(redis, database)
    hub = Hub(database, redis, clock, live)
    push = PushGateway(database, settings.push_contact or settings.base_url, loopback=settings.push_loopback)
    services = build_services(settings) | {Live: live, Hub: hub, PushGateway: push}
    pages = Pages(settings)
    house = House(
        settings=settings,
        database=database,
        redis=redis,
        clock=clock,
        leases=Leases(redis, holder, clock),
        limiter=RateLimiter(redis, clock),
        services=services,
        fault_page=partial(page_for_people, pages),
    )
    capabilities.prove()
    live.rules |= capabilities.TOPICS
    groups = capabilities.bound_groups(services)
    relay = Relay(database, redis, groups)
    consumers = [Consumer(database, redis, group, house.leases) for group in groups]
    gateway = ByChannel({"sms": gateway_of(settings.sms_url, settings.sms_secret), "push": push})
    courier = Courier(database, gateway)

    def wake(left: Left) -> None:
        relay.wake(left)
        if any(hint.resource == DELIVERY for hint in left.hints):
            courier.wake()

    database.on_commit = wake

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await wait_until_current(database)
        if settings.clock_origin:
            await mark_simulated(database)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            stack.push_async_callback(redis.aclose)
            stack.push_async_callback(gateway.close)
            await push.key()
            runs: list[Run] = [
                relay.run,
                courier.run,
                live.run,
                hub.run,
                warm_up,
                *(consumer.run for consumer in consumers),
                *(partial(keep_doing, job, house) for job in capabilities.JOBS),
            ]
            for run in runs:
                await stack.enter_async_context(background(run))
            stack.push_async_callback(hub.close)
            yield

    return Starlette(
        routes=[
            Route("/api/openapi.json", openapi_endpoint(settings), methods=["GET"]),
            *routes(capabilities.APIS, house),
            *socket_routes(capabilities.APIS, house),
            *pages.routes(),
        ],
        middleware=[Middleware(SecurityHeaders, https=settings.base_url.startswith("https:"))],
        exception_handlers={
            Exception: _unforeseen(settings, pages),
            404: _unforeseen(settings, pages),
            405: _unforeseen(settings, pages),
        },
        lifespan=lifespan,
    )


@asynccontextmanager
async def background(run: Run) -> AsyncIterator[None]:
    """Keep ``run`` going beside the application; a fault in it is logged and it starts again."""

    async def keep() -> None:
        while True:
            heed_cancellation()
            try:
                await run()
            except Exception:
                log.exception("background_task_failed", task=getattr(run, "__qualname__", repr(run)))
            await asyncio.sleep(1)

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def openapi_endpoint(settings: Settings) -> Callable[[Request], Any]:
    @cache  # made when somebody first asks: few do, and a start is quicker without
    def body() -> bytes:
        made = document(
            capabilities.APIS, title="Curbstop", version=version("curbstop"), server=settings.base_url
        )
        return json.dumps(made, ensure_ascii=False).encode()

    async def endpoint(_request: Request) -> Response:
        return Response(body(), media_type="application/json", headers={"Cache-Control": "no-cache"})

    return endpoint


def _unforeseen(settings: Settings, pages: Pages) -> Callable[[Request, Exception], Any]:
    """Addresses that nobody declared answer as all others do."""

    async def handle(request: Request, error: Exception) -> Response:
        known = as_curbstop_error(error)
        return page_for_people(pages, known, request) or answer(known, request, settings)

    return handle
