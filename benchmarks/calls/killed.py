"""A media node with ten calls on it is killed: how long the desks are without a picture."""

import asyncio
import random
import secrets
import time
from contextlib import AsyncExitStack
from typing import Any

from redis.asyncio import Redis

from assist.webrtc.control import control
from benchmarks import Figure, Line, percentile
from benchmarks.calls.light import LightDesk, light_call
from benchmarks.calls.product import (
    Accepted,
    chromiums,
    known_streams,
    new_picture,
    open_call,
    product,
    spread,
)
from benchmarks.media.turns import taken
from tests.rig.stack import RunningApp

NAME = "media.node_killed_picture_again_p95_s"
CALLS = 10


async def drain(app: RunningApp, node: str, draining: bool) -> None:
    """Let a node take no further calls, or take them again."""
    async with Redis.from_url(app.redis_url()) as redis:
        name = secrets.token_hex(8)
        command = control.Envelope(name, control.Drain(draining), name)
        await redis.rpush(control.commands_key(node), control.encode_command(command))
        await redis.blpop([control.reply_key(name)], timeout=5)
        await asyncio.sleep(1.5)  # until its registration says so


async def nodes_of(app: RunningApp, requests: list[str]) -> tuple[list[str], set[str]]:
    """All nodes by name, and those that have these calls."""
    async with Redis.from_url(app.redis_url(), decode_responses=True) as redis:
        everyone: Any = await redis.smembers(control.NODES_KEY)
        return sorted(everyone), {str(await redis.get(f"media:room:{request}")) for request in requests}


async def light_picture(desk: LightDesk, since: float) -> float:
    """Seconds until a light desk has a picture again."""
    while not desk.first_at or desk.first_at < since:  # noqa: ASYNC110 (the network tells nobody)
        await asyncio.sleep(0.005)
    return desk.first_at - since


async def measure(calls: int) -> list[float]:
    """How long each desk was without a picture after the kill, the Chromium's first, s."""
    dice = random.Random(6)
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(product(nodes=2))
        browsers = await stack.enter_async_context(chromiums())
        await app.staff("supervisor")
        everyone, _ = await nodes_of(app, [])
        await drain(app, everyone[1], True)
        accepted = [await Accepted.make(app, await app.staff("technician")) for _ in range(calls)]
        _, desk, _ = await open_call(accepted[0], browsers)
        light = [(await light_call(one, stack, dice))[1] for one in accepted[1:]]
        _, carrying = await nodes_of(app, [one.request for one in accepted])
        if carrying != {everyone[0]}:
            raise RuntimeError(f"the calls are on {carrying}")
        await drain(app, everyone[1], False)
        known = await known_streams(desk)
        killed, killed_at = time.monotonic(), time.time()
        app.kill("media-1")
        async with asyncio.timeout(30):
            seen = await asyncio.gather(
                new_picture(desk, known), *(light_picture(each, killed) for each in light)
            )
        return [seen[0] - killed_at, *seen[1:]]


async def lines(quick: bool) -> list[Line]:
    """`media.node_killed_picture_again_p95_s`."""
    took = await taken("killed", lambda: measure(CALLS), 90, tries=2)
    context = {**spread(took), "chromium": round(took[0], 3)}
    return [Figure(NAME, round(percentile(took, 0.95), 3), "s", 5, 2, context=context)]
