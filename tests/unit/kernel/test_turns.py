"""Whoever has had little is served before whoever has had much, however often they ask."""

from __future__ import annotations

import asyncio

import pytest

from kernel.errors import RateLimited, Unavailable
from kernel.process.turns import Asker, Turns

SLOT_S = 0.02


async def served(turns: Turns, asker: Asker, log: list[Asker], seconds: float = SLOT_S) -> None:
    async with turns.turn(asker, within_s=10):
        log.append(asker)
        await asyncio.sleep(seconds)


async def test_one_with_many_orders_holds_nobody_up() -> None:
    turns, log = Turns(1), list[Asker]()
    greedy, honest = Asker("203.0.113.1", "a"), Asker("203.0.113.2", "b")
    first = [asyncio.create_task(served(turns, greedy, log)) for _ in range(12)]
    await asyncio.sleep(SLOT_S / 2)
    await served(turns, honest, log)
    assert log.index(honest) <= 2, "after the one that is being served"
    await asyncio.gather(*first)


async def test_many_of_one_crowd_count_as_one() -> None:
    """Sessions are free: three hundred of them from one address get half of the turns between them."""
    turns, log = Turns(1), list[Asker]()
    crowd = [Asker("203.0.113.1", str(number)) for number in range(30)]
    tasks = [asyncio.create_task(served(turns, each, log)) for each in crowd]
    await asyncio.sleep(SLOT_S / 2)
    await served(turns, Asker("203.0.113.2", "honest"), log)
    assert len(log) <= 4
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_within_a_crowd_each_has_the_same() -> None:
    turns, log = Turns(1), list[Asker]()
    greedy, honest = Asker("office", "a"), Asker("office", "b")
    tasks = [asyncio.create_task(served(turns, greedy, log)) for _ in range(8)]
    await asyncio.sleep(SLOT_S / 2)
    await served(turns, honest, log)
    assert log.index(honest) <= 2
    await asyncio.gather(*tasks)


async def test_a_crowd_that_has_had_much_holds_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.process.turns.HEAVY_S", SLOT_S / 2)
    turns, log = Turns(2), list[Asker]()
    greedy = Asker("203.0.113.1", "a")
    await served(turns, greedy, log)
    tasks = [asyncio.create_task(served(turns, greedy, log, 60)) for _ in range(5)]
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await served(turns, Asker("203.0.113.2", "b"), log)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_nobody_waits_for_ever() -> None:
    turns = Turns(1)
    async with turns.turn(Asker("a", "a"), within_s=1):
        with pytest.raises(Unavailable):
            async with turns.turn(Asker("b", "b"), within_s=0.02):
                raise AssertionError("not their turn")
    async with turns.turn(Asker("b", "b"), within_s=0.02):
        pass


async def test_the_row_has_an_end_for_each_and_for_all() -> None:
    turns = Turns(1, waiting=3, waiting_of_one=2)
    held = asyncio.create_task(served(turns, Asker("a", "a"), [], 60))
    await asyncio.sleep(0)
    waits = [asyncio.create_task(served(turns, Asker("b", "b"), [])) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await served(turns, Asker("b", "b"), [])
    waits.append(asyncio.create_task(served(turns, Asker("c", "c"), [])))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await served(turns, Asker("d", "d"), [])
    for task in (held, *waits):
        task.cancel()
    await asyncio.gather(held, *waits, return_exceptions=True)


async def test_who_goes_away_leaves_no_turn_behind() -> None:
    turns, log = Turns(2), list[Asker]()
    for _ in range(20):
        tasks = [asyncio.create_task(served(turns, Asker("a", str(n)), log, 0.001)) for n in range(6)]
        await asyncio.sleep(0.001)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(1), turns.turn(Asker("b", "b"), 1), turns.turn(Asker("c", "c"), 1):
        pass
