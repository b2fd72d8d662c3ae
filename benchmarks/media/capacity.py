"""How many two-party 720p calls one core holds, and what they cost it."""

import asyncio
import dataclasses
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks import Figure, Line
from benchmarks.media import services
from benchmarks.media.calls import LightCall, set_up_many
from benchmarks.media.cores import a_core_apart, cpu_seconds, pin, waited_seconds
from benchmarks.media.services import Node
from benchmarks.media.traffic import planned, play
from benchmarks.media.turns import taken

NAME = "media.calls_per_core"
MIN_DELIVERY = 0.999
GRACE_S = 0.1
"""What arrives later than this after the last packet left has waited in the node's buffer: it is behind."""
LATE_S = 0.5
"""A generator that falls this far behind its own plan has reached its limit before the node has."""
MOST = 190
"""Calls that one node takes at all (its limit of peers)."""


@dataclass(frozen=True)
class Step:
    """One number of calls, and how it went."""

    calls: int
    delivery: float
    core_share: float
    kept_off: float
    generator_late_s: float

    @property
    def held(self) -> bool:
        """Whether enough arrived."""
        return self.delivery >= MIN_DELIVERY and self.generator_late_s < LATE_S


async def most_that_hold(
    holds: Callable[[int], Awaitable[bool]], start: int, most: int, fineness: float = 0.06
) -> int:
    """The largest number that holds, as a search upwards finds it: half as many more until one does not hold,
    then halving what is between, down to ``fineness`` of the number. 0: not even ``start`` held.
    """
    good, bad, number = 0, most + 1, start
    while number < bad:
        if await holds(number):
            good = number
        else:
            bad = number
        if good == most or bad - good <= max(1, good * fineness) or good == 0:
            break
        number = min(most, good + good // 2) if bad > most else (good + bad) // 2
    return good


async def step(node: Node, calls: Sequence[LightCall], seconds: float) -> Step:
    """Send in all these calls at once."""
    streams = [stream for call in calls for stream in call.streams]
    clients = [client for call in calls for client in call.clients]
    plan = await planned(streams, seconds)
    before = sum(c.counted for c in clients)
    cpu, waited = cpu_seconds(node.pid), waited_seconds(node.pid)
    played = await play(plan)
    await asyncio.sleep(GRACE_S)
    received = sum(c.counted for c in clients) - before
    seconds = played.wall_s + GRACE_S
    share, kept_off = (cpu_seconds(node.pid) - cpu) / seconds, (waited_seconds(node.pid) - waited) / seconds
    await asyncio.sleep(0.5)
    delivery = received / max(1, played.sent)
    values = (round(value, 4) for value in (delivery, share, kept_off, played.late_s))
    return Step(len(calls), *values)


async def search(seconds: float, options: tuple[str, ...], most: int) -> tuple[int, list[Step]]:
    """The largest number of calls that one node on one core holds, and all steps of the search."""
    steps: list[Step] = []
    dice = random.Random(1)
    with a_core_apart() as core:
        async with services.node(*options) as node:
            pin(node.pid, core)
            calls: list[LightCall] = []

            async def holds(count: int) -> bool:
                calls.extend(await set_up_many(node, count - len(calls), dice))
                for _ in range(2):  # another process's moment on this core is not the node's limit
                    steps.append(await step(node, calls[:count], seconds))
                    if steps[-1].held:
                        return True
                return False

            try:
                found = await most_that_hold(holds, min(20, most), most)
            finally:
                for call in calls:
                    call.vanish()
    return found, steps


async def lines(names: Sequence[tuple[str, tuple[str, ...]]], quick: bool) -> list[Line]:
    """`media.calls_per_core`, for each way to run the node (suffix, options)."""
    seconds, most = (2.0, 40) if quick else (5.0, MOST)
    found: list[Line] = []
    for suffix, options in names:
        name = NAME + suffix
        held, steps = await taken(
            name, partial(search, seconds, options, most), 60 if quick else 180, tries=2
        )
        context: dict[str, Any] = {
            "seconds": seconds,
            "steps": [list(dataclasses.astuple(s)) for s in steps],
            "step_is": [f.name for f in dataclasses.fields(Step)],
            "searched_up_to": most,
        }
        found.append(Figure(name, held, "calls", 50, 120, better="higher", context=context))
    return found
