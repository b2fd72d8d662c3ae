"""Live hints: open pages are told what to fetch again.

A page subscribes to topics over one WebSocket (``/api/live``) and is sent ``changed`` frames; it fetches
through the API what it shows, so that a hint carries no data and may be lost. Each worker listens once to
the Redis channel that the relay publishes on, and passes hints to its own sockets.

A socket lives as long as its session. That one has ended is hinted at as well; and because a hint may be
lost, and time passes without any, each worker looks for itself whether the sessions it serves still hold.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from kernel.actors import Actor, Role
from kernel.database import Database
from kernel.events.hints import LIVE_CHANNEL
from kernel.identity.sessions import SESSION_TOPIC
from kernel.process.bucket import Bucket
from kernel.process.cancelling import heed_cancellation
from kernel.web.api import Api
from kernel.web.call import House, SocketCall
from kernel.web.socket.standing import still_valid
from kernel.web.who import signed_in

log = structlog.get_logger(__name__)

api = Api("live")

QUEUE_LENGTH = 256
MAX_TOPICS = 64
MAX_FRAME = 8192
HEARTBEAT_S = 15
RECHECK = timedelta(minutes=1)
"""How long a session is believed to hold without another look, unless its time is over sooner."""
LOOK_EVERY_S = 1.0
FRAMES_PER_S, FRAMES_BURST = 5.0, 60.0
"""What a page may say; one that says more is closed with 4429."""

TopicRule = Callable[[Actor, str, House], Awaitable[bool]]

_DESK = frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.ADMIN})
_CONSOLE = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
_OPEN_TO: dict[str, frozenset[Role]] = {
    "queue": _DESK | _CONSOLE,
    "tasks": _CONSOLE,
    "zones": _CONSOLE,
    "inbox": _CONSOLE,
    "reps": _CONSOLE,
    "reoptimisations": _CONSOLE,
    "hindsight": _CONSOLE,
    "sent": frozenset(Role),
}


async def _request_topic(actor: Actor, subject: str, house: House) -> bool:
    if actor.kind == "customer":
        return subject == str(actor.request_id)
    return actor.has(*_DESK, *_CONSOLE)


class Live:
    """One worker's ear on the live channel, and its open sockets.

    ``rules`` decides, per prefix of topics such as ``request:<id>``, who may listen; a wing adds its own.
    """

    def __init__(self, redis: Redis, database: Database) -> None:
        self._redis = redis
        self._database = database
        self._queues: dict[str, set[asyncio.Queue[dict[str, Any]]]] = {}
        self._believed: dict[str, datetime] = {}
        """Until when each session's topic needs no further look."""
        self.rules: dict[str, TopicRule] = {"request": _request_topic}

    async def may_listen(self, actor: Actor, topic: str, house: House) -> bool:
        if topic in _OPEN_TO:
            return not _OPEN_TO[topic].isdisjoint(actor.roles)
        prefix, _, subject = topic.partition(":")
        rule = self.rules.get(prefix)
        return rule is not None and await rule(actor, subject, house)

    def subscribe(self, topic: str, queue: asyncio.Queue[dict[str, Any]]) -> None:
        self._queues.setdefault(topic, set()).add(queue)

    def unsubscribe(self, topic: str, queue: asyncio.Queue[dict[str, Any]]) -> None:
        queues = self._queues.get(topic, set())
        queues.discard(queue)
        if not queues:
            self._queues.pop(topic, None)

    def pass_on(self, hint: dict[str, Any]) -> None:
        """Give one hint to every socket that listens to one of its topics."""
        for topic in hint["topics"]:
            frame = {"type": "changed", "topic": topic, "resource": hint["resource"], "id": hint["id"]}
            for queue in tuple(self._queues.get(topic, ())):
                # A page that lags fetches everything anyway: the newest hints are enough for it.
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(frame)

    async def run(self) -> None:
        """Listen, and see to it that sockets end with their sessions, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._look_after_sessions())

    async def _look_after_sessions(self) -> None:
        while True:
            heed_cancellation()
            try:
                await self.close_ended()
            except (SQLAlchemyError, OSError) as error:
                log.warning("live_sessions_unseen", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def close_ended(self) -> None:
        """Close the sockets of sessions that hold no longer: revoked, out of time, or of someone who left."""
        now, prefix = self._database.clock.now(), f"{SESSION_TOPIC}:"
        held = {topic for topic in self._queues if topic.startswith(prefix)}
        self._believed = {topic: until for topic, until in self._believed.items() if topic in held}
        due = {topic for topic in held if self._believed.get(topic, now) <= now}
        if not due:
            return
        ids = {topic: bytes.fromhex(topic.removeprefix(prefix)) for topic in due}
        valid = await still_valid(self._database, ids.values(), now)
        for topic, session_id in ids.items():
            if (expires_at := valid.get(session_id)) is not None:
                self._believed[topic] = min(now + RECHECK, expires_at)
            else:
                self.pass_on({"topics": [topic], "resource": "session", "id": session_id.hex()})

    async def _listen(self) -> None:
        """Hear hints, through any absence of Redis."""
        while True:
            heed_cancellation()
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(LIVE_CHANNEL)
                    self._announce_gap()
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            for hint in json.loads(message["data"]):
                                self.pass_on(hint)
            except (RedisError, OSError) as error:
                log.warning("live_redis_away", error=type(error).__name__)
                await asyncio.sleep(0.5)

    def _announce_gap(self) -> None:
        """After a (re)connection hints may have been missed: fetch everything, look at every session."""
        self._believed.clear()
        for topic in tuple(self._queues):
            self.pass_on({"topics": [topic], "resource": "*", "id": "*"})


@api.socket("/api/live", who=signed_in(), summary="Hints about what changed, by topic")
async def live_socket(call: SocketCall) -> None:
    live, queue = call.use(Live), asyncio.Queue[dict[str, Any]](QUEUE_LENGTH)
    topics: set[str] = {f"{SESSION_TOPIC}:{call.session_id}"}
    for topic in topics:
        live.subscribe(topic, queue)
    await call.socket.send_json({"type": "welcome", "heartbeat_s": HEARTBEAT_S})
    sender = asyncio.create_task(_send(call.socket, queue))
    try:
        await _receive(call, live, queue, topics)
    except WebSocketDisconnect:
        pass
    finally:
        for topic in topics:
            live.unsubscribe(topic, queue)
        sender.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sender


async def _send(socket: WebSocket, queue: asyncio.Queue[dict[str, Any]]) -> None:
    while True:
        frame = await queue.get()
        if frame["topic"].startswith(SESSION_TOPIC) and frame["resource"] == "session":
            await socket.close(4401, "signed out")
            return
        if not frame["topic"].startswith(SESSION_TOPIC):
            await socket.send_json(frame)


async def _receive(
    call: SocketCall, live: Live, queue: asyncio.Queue[dict[str, Any]], topics: set[str]
) -> None:
    bucket = Bucket.full(FRAMES_PER_S, FRAMES_BURST, time.monotonic())
    while True:
        frame = await _next_frame(call.socket)
        if not bucket.take(time.monotonic()):
            await call.socket.close(4429, "rate_limited")
            return
        kind = frame.get("type")
        if kind in ("subscribe", "unsubscribe") and isinstance(wanted := frame.get("topics"), list):
            change = _subscribe if kind == "subscribe" else _unsubscribe
            await change(call, live, queue, topics, [topic for topic in wanted if isinstance(topic, str)])
        elif kind == "ping":
            await call.socket.send_json({"type": "pong"})
        else:
            await call.socket.send_json({"type": "error", "code": "bad_frame", "message": "not understood"})


async def _next_frame(socket: WebSocket) -> dict[str, Any]:
    try:
        text = await socket.receive_text()
        frame = json.loads(text) if len(text) <= MAX_FRAME else None
    except (ValueError, RecursionError, KeyError):  # KeyError: it was binary
        frame = None
    return frame if isinstance(frame, dict) else {}


async def _subscribe(
    call: SocketCall, live: Live, queue: asyncio.Queue[dict[str, Any]], topics: set[str], wanted: list[str]
) -> None:
    refused = []
    for number, topic in enumerate(wanted):
        room = number < MAX_TOPICS and len(topics) <= MAX_TOPICS  # one is its own session's
        if room and await live.may_listen(call.actor, topic, call.house):
            topics.add(topic)
            live.subscribe(topic, queue)
        else:
            refused.append(topic)
    await _tell_topics(call, topics, refused)


async def _unsubscribe(
    call: SocketCall, live: Live, queue: asyncio.Queue[dict[str, Any]], topics: set[str], wanted: list[str]
) -> None:
    for topic in topics.intersection(wanted):
        if not topic.startswith(SESSION_TOPIC):
            topics.discard(topic)
            live.unsubscribe(topic, queue)
    await _tell_topics(call, topics, [])


async def _tell_topics(call: SocketCall, topics: set[str], refused: list[str]) -> None:
    accepted = sorted(topic for topic in topics if not topic.startswith(SESSION_TOPIC))
    await call.socket.send_json({"type": "subscribed", "topics": accepted, "refused": refused})
