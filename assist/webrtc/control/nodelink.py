"""Commands to media nodes, and their replies.

All replies to this worker come on one list, read by one loop; a command waits for the reply that carries
its id.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from assist.webrtc.control.control import (
    Command,
    ControlFault,
    Envelope,
    Outcome,
    commands_key,
    decode_reply,
    encode_command,
    reply_key,
)
from kernel.process.cancelling import heed_cancellation

log = structlog.get_logger(__name__)

REPLY_WITHIN_S = 3.0


class NodeSilent(Exception):
    """A node did not answer, or there was no way to ask it."""


class NodeLink:
    """Asks nodes on behalf of ``worker``; :meth:`run` must be running."""

    def __init__(self, redis: Redis, worker: str) -> None:
        self._redis = redis
        self._worker = worker
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._count = 0

    async def ask(self, node: str, command: Command, within_s: float = REPLY_WITHIN_S) -> Outcome:
        """The node's outcome. Raises :class:`NodeSilent`."""
        self._count += 1
        command_id = f"{self._worker}:{self._count}"
        reply: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[command_id] = reply
        try:
            envelope = Envelope(command_id, command, self._worker)
            async with asyncio.timeout(within_s):
                await self._redis.rpush(commands_key(node), encode_command(envelope))
                return await reply
        except (TimeoutError, RedisError, OSError) as error:
            raise NodeSilent(type(error).__name__) from error
        finally:
            self._waiting.pop(command_id, None)

    async def tell(self, node: str, command: Command) -> None:
        """A command whose outcome nobody waits for; without Redis it is lost; the node tidies up alone."""
        envelope = encode_command(Envelope("-", command))
        with suppress(RedisError, OSError):
            await self._redis.rpush(commands_key(node), envelope)

    async def run(self) -> None:
        """Read replies until cancelled, through any absence of Redis."""
        while True:
            heed_cancellation()
            try:
                while True:
                    entry = await self._redis.blpop([reply_key(self._worker)], timeout=2)
                    if entry is not None:
                        self._take(entry[1])
            except (RedisError, OSError) as error:
                log.warning("nodelink_redis_away", error=type(error).__name__)
                await asyncio.sleep(0.3)

    def _take(self, raw: bytes | str) -> None:
        try:
            reply = decode_reply(raw.encode() if isinstance(raw, str) else raw)
        except ControlFault as fault:
            log.warning("node_reply_unreadable", fault=str(fault))
            return
        waiting = self._waiting.get(reply.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply.outcome)
