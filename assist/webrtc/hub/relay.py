"""What two workers say to each other about a room that one runs and the other has people of.

Over pub/sub, one channel per worker, losable like all of Redis; so both sides can always start over:

* The worker with the socket (the *relay*) says ``open`` for each of its peers, passes frames on as they
  came, says ``lost``, and each second which peers it has (``present``). A host that misses one of them, or
  hears of one it does not know, asks it to ``reopen``.
* The worker with the room (the *host*) sends frames for peers, numbered; a relay that finds a gap in the
  numbers opens its peers anew, and the snapshot that follows makes good what was lost.

The host's messages carry the token of its claim; a relay ignores a lower one than it has seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from assist.webrtc.room.machine.effects import Who
from kernel.actors import Actor
from kernel.process.cancelling import heed_cancellation

log = structlog.get_logger(__name__)


class FromRelay(Struct, frozen=True, kw_only=True, tag_field="k"):
    """From a worker with sockets. ``worker`` is where the answers go."""

    room: UUID
    worker: str


class Open(FromRelay, frozen=True, tag="open"):
    """``hello`` is None when the peer was greeted before; ``join`` and ``media_state`` are its last ones."""

    peer: str
    actor: Actor
    who: Who
    hello: str | None = None
    join: str | None = None
    media_state: str | None = None


class Said(FromRelay, frozen=True, tag="said"):
    peer: str
    frame: str


class Lost(FromRelay, frozen=True, tag="lost"):
    peer: str


class Revoked(FromRelay, frozen=True, tag="revoked"):
    peer: str


class Present(FromRelay, frozen=True, tag="present"):
    peers: list[str]


class FromHost(Struct, frozen=True, kw_only=True, tag_field="k"):
    """From the worker that runs the room."""

    room: UUID
    token: int
    number: int


class Deliver(FromHost, frozen=True, tag="deliver"):
    peer: str
    frame: str
    losable: bool = False


class Close(FromHost, frozen=True, tag="close"):
    peer: str
    code: int


class Reopen(FromHost, frozen=True, tag="reopen"):
    pass


Word: TypeAlias = Open | Said | Lost | Revoked | Present | Deliver | Close | Reopen

_DECODER: msgspec.json.Decoder[Word] = msgspec.json.Decoder(Word)
_ENCODER = msgspec.json.Encoder()


def channel(worker: str) -> str:
    return f"room:to:{worker}"


class Wire:
    """Words to other workers, in the order in which they were said; :meth:`run` must be running."""

    MOST = 5000

    def __init__(self, redis: Redis, unheard: Callable[[str], None]) -> None:
        self._redis = redis
        self._unheard = unheard
        self._words: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(self.MOST)

    def say(self, worker: str, word: Word) -> None:
        """Queue a word; when Redis is away for long, words are lost, which both sides can bear."""
        if self._words.full():
            self._words.get_nowait()
        self._words.put_nowait((worker, _ENCODER.encode(word)))

    async def run(self) -> None:
        while True:
            worker, data = await self._words.get()
            try:
                batch = [(worker, data)]
                while len(batch) < 100 and not self._words.empty():
                    batch.append(self._words.get_nowait())
                async with self._redis.pipeline(transaction=False) as pipe:
                    for to, content in batch:
                        pipe.publish(channel(to), content)
                    heard = await pipe.execute()
                for (to, _), listeners in zip(batch, heard, strict=True):
                    if not listeners:
                        self._unheard(to)
            except (RedisError, OSError) as error:
                log.warning("wire_redis_away", error=type(error).__name__)
                await asyncio.sleep(0.2)


class Ear:
    """Listens on this worker's channel and on the media nodes' events."""

    def __init__(
        self,
        redis: Redis,
        worker: str,
        hear: Callable[[Word], None],
        events_channel: str,
        hear_event: Callable[[bytes], None],
        gap: Callable[[], Awaitable[None]],
    ) -> None:
        self._redis = redis
        self._channel = channel(worker)
        self._hear = hear
        self._events_channel = events_channel
        self._hear_event = hear_event
        self._gap = gap
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled, through any absence of Redis."""
        while True:
            heed_cancellation()
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel, self._events_channel)
                    self.listening.set()
                    await self._gap()
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            self._take(message["channel"], message["data"])
            except (RedisError, OSError) as error:
                log.warning("ear_redis_away", error=type(error).__name__)
                self.listening.clear()
                await asyncio.sleep(0.3)

    def _take(self, source: str, data: str) -> None:
        if source == self._events_channel:
            self._hear_event(data.encode())
            return
        try:
            word = _DECODER.decode(data)
        except msgspec.DecodeError as error:
            log.warning("word_unreadable", error=type(error).__name__)
            return
        self._hear(word)
