"""Two-party calls of light clients on one node: each sends picture and sound, and gets the other's."""

import asyncio
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from assist.webrtc.control import control
from benchmarks.media import sdp
from benchmarks.media.client import Client
from benchmarks.media.load import sending_lines
from benchmarks.media.services import Node
from benchmarks.media.traffic import Stream

AT_ONCE = 4
"""Calls that are set up at the same time."""


@dataclass
class LightCall:
    """Two clients in a room, "a" and "b"."""

    room: str
    clients: tuple[Client, Client]
    streams: tuple[Stream, Stream]

    def vanish(self) -> None:
        """Both go without a word."""
        for client in self.clients:
            client.vanish()


async def set_up(
    node: Node, dice: random.Random, make: Callable[[], Client] = lambda: Client("0.0.0.0")
) -> LightCall:
    """A call that stands: three offers, as the first client cannot ask for a peer that is not there yet."""
    room, a, b = secrets.token_hex(6), make(), make()
    a.counts_only = b.counts_only = True
    lines = {client: sending_lines(dice) for client in (a, b)}
    receive = [sdp.Line("2", "audio", "recvonly"), sdp.Line("3", "video", "recvonly")]
    try:
        await node.offer(a, room, "a", lines[a])
        await node.offer(b, room, "b", [*lines[b], *receive], of="a")
        await node.offer(a, room, "a", [*lines[a], *receive], of="b")
    except BaseException:
        a.vanish()
        b.vanish()
        raise
    return LightCall(room, (a, b), (Stream(a, dice), Stream(b, dice)))


async def set_up_many(
    node: Node, count: int, dice: random.Random, make: Callable[[], Client] = lambda: Client("0.0.0.0")
) -> list[LightCall]:
    """That many calls, a few at a time."""
    calls: list[LightCall] = []
    while len(calls) < count:
        few = min(AT_ONCE, count - len(calls))
        calls += await asyncio.gather(*(set_up(node, dice, make) for _ in range(few)))
    return calls


async def hang_up(node: Node, call: LightCall) -> None:
    """One says goodbye itself, the other's line is gone and the hub says so."""
    await call.clients[0].close()
    call.clients[1].vanish()
    await node.ask(control.CloseRoom(call.room))
