"""An event reaches its handlers once, whatever goes away in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from sqlalchemy import func, select

from kernel.clock import ManualClock
from kernel.contracts import RequestClosed, RequestWithdrawn
from kernel.database import Database, UnitOfWork
from kernel.delivery.delivery import State
from kernel.delivery.tables import Delivery
from kernel.events.bus import BATCH, Relay, connect_redis
from kernel.events.consumer import Consumer, deliver
from kernel.events.hints import LIVE_CHANNEL
from kernel.events.inbox import FailedEvent, HandlerGroup, InboxRow
from kernel.events.lease import Leases
from kernel.outbox import HintRow, OutboxRow


class Desk:
    """A handler group that leaves a trace in the database, and fails as often as it is told."""

    def __init__(self) -> None:
        self.group = HandlerGroup("desk").bind(self)
        self.failures_left = 0
        self.calls = 0

        @self.group.on(RequestClosed)
        async def note(uow: UnitOfWork, happened: RequestClosed, desk: Desk) -> None:
            desk.calls += 1
            if desk.failures_left:
                desk.failures_left -= 1
                raise RuntimeError("the desk was on fire")
            text = f"{happened.request_id} {happened.score}"
            sent = {
                "written_at": uow.now,
                "due_at": uow.now,
                "expires_at": uow.now,
                "attempts": 1,
                "answer": "",
            }
            trace = Delivery(id=uow.new_id(), channel="sms", to="+86", text=text, state=State.SENT, **sent)
            uow.session.add(trace)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def workers(
    database: Database, redis_client: Redis, desk: Desk
) -> AsyncIterator[Callable[[int], None]]:
    """Start relays and consumers as several web workers would."""
    tasks: list[asyncio.Task[None]] = []

    def start(count: int) -> None:
        for number in range(count):
            relay = Relay(database, redis_client, [desk.group])
            database.on_commit = relay.wake
            consumer = Consumer(database, redis_client, desk.group, Leases(redis_client, f"worker-{number}"))
            tasks.extend(asyncio.create_task(part.run()) for part in (relay, consumer))

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def close_request(uow: UnitOfWork, score: int) -> UUID:
    request_id = uow.new_id()
    uow.emit(RequestClosed(request_id=request_id, score=score))
    return request_id


async def traces(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.scalars(select(Delivery.text)))


async def until(database: Database, count: int, seconds: float = 8) -> list[str]:
    found: list[str] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while len(found) < count:
                await asyncio.sleep(0.02)
                found = await traces(database)
    return found


async def test_an_event_is_handled_once_by_two_workers(
    database: Database, workers: Callable[[int], None]
) -> None:
    workers(2)
    wanted = sorted([f"{await database.run(close_request, score)} {score}" for score in range(1, 21)])
    assert await until(database, 20) == wanted
    await asyncio.sleep(0.3)
    assert await traces(database) == wanted


async def test_an_event_of_a_failed_command_never_leaves(
    database: Database, workers: Callable[[int], None]
) -> None:
    async def fails(uow: UnitOfWork) -> None:
        await close_request(uow, 1)
        raise RuntimeError("changed my mind")

    workers(1)
    with pytest.raises(RuntimeError):
        await database.run(fails)
    kept = f"{await database.run(close_request, 5)} 5"
    assert await until(database, 1) == [kept]


async def test_a_wiped_redis_loses_nothing(
    database: Database, redis_client: Redis, clock: ManualClock, workers: Callable[[int], None], desk: Desk
) -> None:
    relay = Relay(database, redis_client, [desk.group])
    kept = f"{await database.run(close_request, 4)} 4"
    await relay.pass_on()
    await redis_client.flushall()
    workers(1)
    await asyncio.sleep(0.6)
    assert await traces(database) == [], "the stream is empty, and it is too early to send again"
    clock.advance(6)
    assert await until(database, 1) == [kept]


async def test_without_redis_events_are_handled_in_this_process(database: Database, desk: Desk) -> None:
    away = connect_redis("redis://127.0.0.1:1")
    relay = asyncio.create_task(Relay(database, away, [desk.group]).run())
    kept = f"{await database.run(close_request, 3)} 3"
    assert await until(database, 1) == [kept]
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)
    await away.aclose()


async def test_a_failing_handler_is_noted_and_tried_again(
    database: Database, clock: ManualClock, workers: Callable[[int], None], desk: Desk
) -> None:
    desk.failures_left = 2
    workers(1)
    kept = f"{await database.run(close_request, 2)} 2"
    for _ in range(12):
        await until(database, 1, seconds=0.7)
        clock.advance(30)
    assert await traces(database) == [kept]
    assert desk.calls == 3
    async with database.reading() as session:
        failed = (await session.scalars(select(FailedEvent))).one()
    assert (failed.group, failed.attempts) == ("desk", 2)


async def test_rows_settle_once_everyone_has_them(database: Database, workers: Callable[[int], None]) -> None:
    async def unheard(uow: UnitOfWork) -> None:
        uow.emit(RequestWithdrawn(request_id=uow.new_id()))
        uow.changed("task", "1", "tasks")

    workers(1)
    await database.run(unheard)
    await database.run(close_request, 1)
    async with asyncio.timeout(8):
        while True:
            async with database.reading() as session:
                if not (await session.scalars(select(OutboxRow).where(OutboxRow.settled_at.is_(None)))).all():
                    return
            await asyncio.sleep(0.05)


async def heard(pubsub: PubSub) -> list[Any]:
    async with asyncio.timeout(5):
        while (message := await pubsub.get_message(ignore_subscribe_messages=True, timeout=1)) is None:
            pass
    return list(json.loads(message["data"]))


async def hints_left(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(HintRow)) or 0


async def test_hints_reach_open_pages(database: Database, redis_client: Redis, desk: Desk) -> None:
    async def hint(uow: UnitOfWork) -> None:
        uow.changed("task", "7", "tasks", "rep:1")

    relay = Relay(database, redis_client, [desk.group])
    async with redis_client.pubsub() as pubsub:
        await pubsub.subscribe(LIVE_CHANNEL)
        await database.run(hint)
        await relay.pass_on()
        assert await heard(pubsub) == [{"resource": "task", "id": "7", "topics": ["tasks", "rep:1"]}]
    assert await hints_left(database) == 0


async def test_what_many_left_is_hinted_at_together_and_each_thing_once(
    database: Database, redis_client: Redis, desk: Desk
) -> None:
    async def hint(uow: UnitOfWork, number: int) -> None:
        uow.changed("task", str(number), "tasks")
        uow.changed("zone", "all", "zones")

    relay = Relay(database, redis_client, [desk.group])
    database.on_commit = relay.wake
    async with redis_client.pubsub() as pubsub:
        await pubsub.subscribe(LIVE_CHANNEL)
        for number in (1, 2):
            await database.run(hint, number)
        running = asyncio.create_task(relay.run())
        hints = await heard(pubsub)
        while await hints_left(database):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [(each["resource"], each["id"]) for each in hints] == [
        ("task", "1"),
        ("zone", "all"),
        ("task", "2"),
    ]


async def test_hints_of_a_worker_that_died_are_passed_on_by_another(
    database: Database, redis_client: Redis, desk: Desk, clock: ManualClock
) -> None:
    async def hint(uow: UnitOfWork) -> None:
        uow.changed("task", "7", "tasks")

    await database.run(hint)  # and nobody was told
    running = asyncio.create_task(Relay(database, redis_client, [desk.group]).run())
    async with redis_client.pubsub() as pubsub:
        await pubsub.subscribe(LIVE_CHANNEL)
        await asyncio.sleep(0.2)
        assert await hints_left(database) == 1, "their own worker may be at it"
        clock.advance(1)
        assert [each["id"] for each in await heard(pubsub)] == ["7"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_without_redis_no_event_waits_behind_others(
    database: Database, desk: Desk, clock: ManualClock
) -> None:
    async def busy_hour(uow: UnitOfWork) -> None:
        for number in range(BATCH):
            uow.changed("task", str(number), "tasks")
            await close_request(uow, 0)

    await database.run(busy_hour)
    kept = f"{await database.run(close_request, 3)} 3"
    away = connect_redis("redis://127.0.0.1:1")
    relay = asyncio.create_task(Relay(database, away, [desk.group]).run())
    assert kept in await until(database, BATCH + 1, seconds=40)
    waiting = select(func.count()).where(OutboxRow.settled_at.is_(None))
    left = None
    with suppress(TimeoutError):
        async with asyncio.timeout(10):  # the last batch is settled after it was handled
            while left != 0:
                await asyncio.sleep(0.05)
                async with database.reading() as session:
                    left = await session.scalar(waiting)
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)
    await away.aclose()
    assert left == 0
    assert await hints_left(database) == 1, "hints wait for whoever listens again"


async def test_events_that_nobody_can_handle_keep_no_other_from_being_settled(
    database: Database, redis_client: Redis, clock: ManualClock, desk: Desk
) -> None:
    async def many(uow: UnitOfWork) -> None:
        for _ in range(BATCH):
            await close_request(uow, 0)

    relay = Relay(database, redis_client, [desk.group])
    await database.run(many)
    await database.run(close_request, 3)
    while await relay.pass_on():
        pass
    async with database.reading() as session:
        last = (await session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1))).one()
    assert await deliver(database, desk.group, last.id, last.type, last.body), "the others stay unhandled"
    for _ in range(2):
        clock.advance(6)
        await relay._sweep()
        await relay.pass_on()
    async with database.reading() as session:
        assert (await session.get_one(OutboxRow, last.id)).settled_at is not None


async def test_an_event_of_a_newer_release_waits_for_a_worker_that_knows_it(
    database: Database, redis_client: Redis, clock: ManualClock, desk: Desk
) -> None:
    async def from_the_future(uow: UnitOfWork) -> UUID:
        row = OutboxRow(id=uow.new_id(), type="meter_spoke", version=1, body={}, created_at=uow.now)
        uow.session.add(row)
        return row.id

    event_id = await database.run(from_the_future)
    relay = Relay(database, redis_client, [desk.group])
    for _ in range(3):
        await relay.pass_on()
        await relay._sweep()
        clock.advance(6)
    async with database.reading() as session:
        assert (await session.get_one(OutboxRow, event_id)).settled_at is None


async def test_what_is_no_concern_of_a_group_is_handled_without_it(
    database: Database, redis_client: Redis, desk: Desk
) -> None:
    heard: list[int | None] = []
    critics = HandlerGroup("critics").bind(None)

    @critics.on(RequestClosed, when=lambda happened: (happened.score or 5) < 3)
    async def hear(uow: UnitOfWork, happened: RequestClosed, services: None) -> None:
        heard.append(happened.score)

    groups = (desk.group, critics)
    relay = Relay(database, redis_client, groups)
    consumers = [Consumer(database, redis_client, group, Leases(redis_client, "one")) for group in groups]
    for consumer in consumers:
        await consumer._ensure_group()
    for score in (5, 1, 4):
        await database.run(close_request, score)
    await relay.pass_on()
    async with database.reading() as session:
        noted = await session.scalar(select(func.count()).where(InboxRow.group == "critics"))
    assert noted == 2, "noted with what the relay publishes"
    for consumer in consumers:
        while await consumer.take(block_ms=1):
            pass
    assert heard == [1] and desk.calls == 3
    await relay._sweep()
    async with database.reading() as session:
        waiting = select(func.count()).select_from(OutboxRow).where(OutboxRow.settled_at.is_(None))
        assert await session.scalar(waiting) == 0


async def test_an_event_that_is_sent_again_is_no_concern_of_a_group_once_more(
    database: Database, redis_client: Redis, clock: ManualClock, desk: Desk
) -> None:
    @(nobody := HandlerGroup("nobody").bind(None)).on(RequestClosed, when=lambda _happened: False)
    async def hear(uow: UnitOfWork, happened: RequestClosed, services: None) -> None:
        raise AssertionError("no concern of this group")

    relay = Relay(database, redis_client, [desk.group, nobody])
    await database.run(close_request, 3)
    for _ in range(3):
        assert await relay.pass_on() == 1, "the desk has not handled it"
        clock.advance(61)
        await relay._sweep()
    # Without Redis the group gets it directly, and does nothing with it.
    await relay._handle_here()
    assert desk.calls == 1
