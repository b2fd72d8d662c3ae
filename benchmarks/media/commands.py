"""`python -m benchmarks.media.commands REDIS PID`: keep a node's control plane busy, as a hub with many calls
that begin and end would.

First it finds out what a command costs a node that has nothing else to do, in processor time, and prints how
many it will send at a time and what each costs, in ms. At ``go`` on its standard input it begins to send, at
``stop`` it ends.
"""

import asyncio
import secrets
import sys
import time
from typing import Any

from redis.asyncio import Redis

from assist.webrtc.control import control
from assist.webrtc.node.adapter import Certificate
from benchmarks.media import sdp
from benchmarks.media.cores import cpu_seconds
from benchmarks.media.services import NODE_ID

BUSY_S, PERIOD_S = 0.020, 0.100
TRIED = 60
"""Calls by which the cost is found."""
_SENDS = [sdp.Line("0", "audio", "sendonly", 101), sdp.Line("1", "video", "sendonly", 102, 103)]
_GETS = [sdp.Line("2", "audio", "recvonly"), sdp.Line("3", "video", "recvonly")]


class Asker:
    """Sends the node's commands; the answers are left to expire."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._fingerprint = Certificate().fingerprint

    def _offer(self, room: str, peer: str, lines: list[sdp.Line], of: str = "") -> control.Offer:
        text = sdp.write(
            lines, secrets.token_hex(4), secrets.token_hex(12), self._fingerprint, "actpass", 1, 1
        )
        bound = {line.mid: control.Source(of, line.kind) for line in lines if of and line in _GETS}  # type: ignore[arg-type]
        return control.Offer(room, peer, text, bound)

    def call(self) -> list[control.Command]:
        """A call begins and ends: one comes, the other comes and asks for the first one's picture, and the
        room is closed.
        """
        room = secrets.token_hex(6)
        first, second = self._offer(room, "a", _SENDS), self._offer(room, "b", [*_SENDS, *_GETS], "a")
        return [first, second, control.CloseRoom(room)]

    async def send(self, commands: list[control.Command]) -> None:
        """Put them into the node's queue at once."""
        names = [secrets.token_hex(8) for _ in commands]
        sent = [
            control.encode_command(control.Envelope(name, command, name))
            for name, command in zip(names, commands, strict=True)
        ]
        await self._redis.rpush(control.commands_key(NODE_ID), *sent)

    async def cost(self, pid: int) -> float:
        """Seconds of processor time for one command."""
        commands = [command for _ in range(TRIED) for command in self.call()]
        before = cpu_seconds(pid)
        await self.send(commands)
        while await self._redis.llen(control.commands_key(NODE_ID)):  # noqa: ASYNC110 (the queue tells nobody)
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        return (cpu_seconds(pid) - before) / len(commands)


async def main(url: str, pid: int) -> None:
    """Until the end of standard input."""
    redis: Any = Redis.from_url(url)
    asker = Asker(redis)
    each = await asker.cost(pid)
    count = max(1, round(BUSY_S / each))
    sys.stdout.write(f"{count} {each * 1000:.3f}\n")
    sys.stdout.flush()
    words = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    sending: asyncio.Task[None] | None = None
    while word := (await words.readline()).strip():
        if word == b"go":
            sending = asyncio.create_task(_keep_sending(asker, count))
        elif sending is not None:
            sending.cancel()
    await redis.aclose()


async def _keep_sending(asker: Asker, count: int) -> None:
    at = time.monotonic()
    waiting: list[control.Command] = []
    while True:
        while len(waiting) < count:
            waiting += asker.call()
        now, waiting = waiting[:count], waiting[count:]
        await asker.send(now)
        at += PERIOD_S
        await asyncio.sleep(max(0.0, at - time.monotonic()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
