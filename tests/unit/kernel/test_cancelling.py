"""A loop that goes on after errors still ends when it is told to."""

from __future__ import annotations

import asyncio

import pytest

from kernel.process.cancelling import heed_cancellation


class BrokenClient:
    """A client that reports its own cancellation as a lost connection."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()

    async def read(self) -> None:
        self.reading.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise ConnectionError("the line was cut") from None


async def test_a_swallowed_cancellation_is_heeded_at_the_next_turn() -> None:
    client = BrokenClient()

    async def loop() -> None:
        while True:
            heed_cancellation()
            try:
                await client.read()
            except ConnectionError:
                await asyncio.sleep(0)

    task = asyncio.create_task(loop())
    await client.reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(task), 2)


async def test_a_task_that_nobody_cancelled_goes_on() -> None:
    heed_cancellation()
