"""The node's side of Redis: registration, commands in, events out.

Redis may be away, or wiped, at any moment. Media does not notice: nothing in the packet loop waits for it.
While it is away commands do not come, the newest events wait (a bounded number; `Quality` is not worth
waiting), and registration is written again with the first second that Redis is back.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from assist.webrtc.control import control
from kernel.process.cancelling import heed_cancellation

log = structlog.get_logger()

MAX_WAITING_EVENTS = 2000
RETRY_S = 0.5
_AWAY = (RedisError, OSError, asyncio.TimeoutError)

Handler = Callable[[control.Command], control.Outcome]


class Remote:
    """``handle`` carries a command out; ``record`` describes the node as it is now."""

    def __init__(
        self, url: str, node_id: str, handle: Handler, record: Callable[[], control.NodeRecord]
    ) -> None:
        self._url = url
        self._node_id = node_id
        self._handle = handle
        self._record = record
        self._events: deque[control.Event] = deque(maxlen=MAX_WAITING_EVENTS)
        self._has_event = asyncio.Event()
        self.away = True

    def publish(self, event: control.Event) -> None:
        """Have an event sent; never waits."""
        if self.away and isinstance(event, control.Quality):
            return
        self._events.append(event)
        self._has_event.set()

    async def run(self, registered: asyncio.Event | None = None) -> None:
        """Until cancelled; then signs off. Sets ``registered`` once the hub can find the node."""
        # No retries inside the client: a late answer is worth less than the next turn of the loops below.
        redis: Any = Redis.from_url(
            self._url, socket_connect_timeout=2, health_check_interval=10, retry=Retry(NoBackoff(), 0)
        )
        try:
            await self._begin(redis)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._register(redis, registered))
                group.create_task(self._obey(redis))
                group.create_task(self._publish(redis))
        finally:
            with contextlib.suppress(*_AWAY):
                await asyncio.wait_for(self._sign_off(redis), 2)
            await redis.aclose()

    async def _begin(self, redis: Any) -> None:
        """Commands for a node of this name that died were answered by nobody: their askers have given up."""
        while True:
            heed_cancellation()
            try:
                await redis.delete(control.commands_key(self._node_id))
            except _AWAY:
                await asyncio.sleep(RETRY_S)
            else:
                self.away = False
                self.publish(control.NodeStarted(self._node_id))
                return

    async def _register(self, redis: Any, registered: asyncio.Event | None) -> None:
        while True:
            heed_cancellation()
            try:
                async with redis.pipeline(transaction=True) as pipe:
                    pipe.set(
                        control.node_key(self._node_id),
                        control.encode_node(self._record()),
                        ex=control.NODE_TTL_S,
                    )
                    pipe.sadd(control.NODES_KEY, self._node_id)
                    await pipe.execute()
            except _AWAY as fault:
                if not self.away:
                    log.warning("redis_away", fault=type(fault).__name__)
                self.away = True
            else:
                if self.away:
                    log.info("redis_back")
                self.away = False
                if registered is not None:
                    registered.set()
            await asyncio.sleep(1.0)

    async def _obey(self, redis: Any) -> None:
        while True:
            heed_cancellation()
            try:
                taken = await redis.blpop([control.commands_key(self._node_id)], timeout=1)
                if taken is not None:
                    await self._answer(redis, taken[1])
            except _AWAY:
                await asyncio.sleep(RETRY_S)

    async def _answer(self, redis: Any, data: bytes) -> None:
        try:
            envelope = control.decode_command(data)
        except control.ControlFault as fault:
            log.warning("command_invalid", fault=str(fault))
            return
        begun = time.monotonic()
        outcome = self._handle(envelope.command)
        log.debug("command", kind=envelope.command.kind, ms=round((time.monotonic() - begun) * 1000, 1))
        if not envelope.reply_to:
            return
        # No transaction: it would be two commands more to write and four answers to read, in the packet path.
        async with redis.pipeline(transaction=False) as pipe:
            key = control.reply_key(envelope.reply_to)
            pipe.rpush(key, control.encode_reply(control.Reply(envelope.id, outcome)))
            pipe.expire(key, control.REPLY_TTL_S)
            await pipe.execute()

    async def _publish(self, redis: Any) -> None:
        while True:
            heed_cancellation()
            await self._has_event.wait()
            self._has_event.clear()
            while self._events:
                heed_cancellation()
                event = self._events.popleft()
                try:
                    await redis.publish(control.EVENTS_CHANNEL, control.encode_event(event))
                except _AWAY:
                    if not isinstance(event, control.Quality):
                        self._events.appendleft(event)
                    await asyncio.sleep(RETRY_S)

    async def _sign_off(self, redis: Any) -> None:
        while self._events:
            await redis.publish(control.EVENTS_CHANNEL, control.encode_event(self._events.popleft()))
        await redis.delete(control.node_key(self._node_id))
        await redis.srem(control.NODES_KEY, self._node_id)
