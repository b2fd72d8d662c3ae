"""Whether a node that people join and leave all day grows."""

import asyncio
import random

from benchmarks import Figure, Line
from benchmarks.media import services
from benchmarks.media.calls import hang_up, set_up_many
from benchmarks.media.cores import resident_mb
from benchmarks.media.services import Node
from benchmarks.media.traffic import planned, play
from benchmarks.media.turns import taken

NAME = "media.memory_growth_1000_joins"
CALLS_AT_ONCE = 5
SETTLES_S = 1.5


async def come_and_go(node: Node, joins: int, dice: random.Random) -> None:
    """So many joins and leaves: five calls at a time, each with a tenth of a second of picture and sound."""
    for _ in range(joins // (2 * CALLS_AT_ONCE)):
        calls = await set_up_many(node, CALLS_AT_ONCE, dice)
        await play(await planned([stream for call in calls for stream in call.streams], 0.1))
        for call in calls:
            await hang_up(node, call)
    await asyncio.sleep(SETTLES_S)


async def growth(
    joins: int, warm_up: int, options: tuple[str, ...] = ()
) -> tuple[float, float, dict[str, float]]:
    """Resident memory before and after, MiB, and the node's counters at the end."""
    dice = random.Random(2)
    async with services.node(*options) as node:
        await come_and_go(node, warm_up, dice)
        before = resident_mb(node.pid)
        await come_and_go(node, joins, dice)
        after = resident_mb(node.pid)
        figures = dict((await node.stats()).counters)
    return before, after, figures


async def lines(quick: bool) -> list[Line]:
    """`media.memory_growth_1000_joins`."""
    joins, warm_up = (200, 100) if quick else (1000, 200)
    before, after, figures = await taken(
        "memory", lambda: growth(joins, warm_up), 60 if quick else 180, tries=2
    )
    context = {
        "joins": joins,
        "warm_up_joins": warm_up,
        "before_mb": round(before, 1),
        "after_mb": round(after, 1),
        "peers_left": figures["media_peers"],
    }
    value = round((after / before - 1) * 100, 2)
    return [Figure(NAME, value, "%", 5, 0, context=context)]
