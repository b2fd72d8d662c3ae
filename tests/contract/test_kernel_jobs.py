"""Jobs: at their own pace, on one worker at a time, and none at the cost of another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from redis.asyncio import Redis

from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.errors import Refused
from kernel.events.lease import Leases
from kernel.jobs import Job, Turn, keep_doing, one_by_one
from kernel.settings import Settings
from kernel.web import House
from kernel.web.limits import RateLimiter


def house_of(holder: str, database: Database, redis: Redis, clock: ManualClock) -> House:
    leases = Leases(redis, holder, clock)
    return House(Settings(), database, redis, clock, leases, RateLimiter(redis, clock))


@asynccontextmanager
async def going(*jobs: tuple[Job, House]) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(keep_doing(job, house)) for job, house in jobs]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what is waited for are the turns themselves
        await asyncio.sleep(0.01)


async def test_a_job_that_fails_delays_no_other_and_gets_its_next_turn(
    database: Database, redis_client: Redis, clock: ManualClock
) -> None:
    turns = {"broken": 0, "whole": 0}

    async def broken(_turn: Turn) -> None:
        turns["broken"] += 1
        raise RuntimeError("always")

    async def whole(_turn: Turn) -> None:
        turns["whole"] += 1

    house = house_of("one", database, redis_client, clock)
    jobs = [(Job("t.broken", broken, 0.01), house), (Job("t.whole", whole, 0.01), house)]
    async with going(*jobs), asyncio.timeout(10):
        await until(lambda: min(turns.values()) >= 3)


async def test_a_job_is_one_worker_s_until_that_worker_is_gone(
    database: Database, redis_client: Redis, clock: ManualClock
) -> None:
    seen: list[str] = []

    async def work(turn: Turn) -> None:
        seen.append(turn.house.leases.holder)

    job = Job("t.mine", work, 0.01)
    first, second = (house_of(name, database, redis_client, clock) for name in ("first", "second"))
    async with going((job, first)), asyncio.timeout(10):
        await until(lambda: bool(seen))
        async with going((job, second)):
            await asyncio.sleep(0.3)
    assert set(seen) == {"first"}
    await first.leases.release("job:t.mine")
    async with going((job, second)), asyncio.timeout(10):
        await until(lambda: "second" in seen)


async def test_a_turn_is_renewed_when_half_of_it_is_over(
    database: Database, redis_client: Redis, clock: ManualClock
) -> None:
    one, other = (
        Turn(Job("t.half", nothing, 1.0), house_of(name, database, redis_client, clock)) for name in "ab"
    )
    assert await one.keep()
    assert not await other.keep()
    await one.house.leases.release("job:t.half")
    clock.advance(7.4)
    assert await one.keep(), "nobody was asked"
    assert await other.keep(), "it was free"
    clock.advance(0.2)
    assert not await one.keep(), "and here somebody was"


async def nothing(_turn: Turn) -> None:
    pass


async def test_without_redis_every_worker_takes_its_turns(database: Database, clock: ManualClock) -> None:
    nowhere = Redis(host="127.0.0.1", port=1)
    turns = asyncio.Event()

    async def work(turn: Turn) -> None:
        if await turn.keep():
            turns.set()

    async with going((Job("t.alone", work, 0.01), house_of("alone", database, nowhere, clock))):
        await asyncio.wait_for(turns.wait(), 10)
    await nowhere.aclose()


async def test_one_item_that_fails_holds_up_none_of_the_others(database: Database) -> None:
    refused, failing, idle, good, last = (uuid4() for _ in range(5))
    met: list[UUID] = []

    async def command(_uow: UnitOfWork, word: str, id: UUID) -> bool:
        met.append(id)
        assert word == "given"
        if id == refused:
            raise Refused()
        if id == failing:
            raise RuntimeError("a fault of ours")
        return id != idle

    assert await one_by_one(database, command, [refused, failing, idle, good, last], "given") == 2
    assert met == [refused, failing, idle, good, last]
