"""The room's sockets on one web worker: how many are greeted a second, and how long a message takes.

2,000 calls with two devices each, by raw sockets that speak ``docs/protocol.md``. First all of them come in,
:data:`AT_ONCE` at a time: a TCP connection, the upgrade, `hello`, `welcome`; what is told is greetings a
second. All join. Then :data:`RATE` messages a second are said for a while: each device's `ping` every three
seconds as the protocol asks (answered by `pong`), and for the rest `pointer`, which goes on to the other
device of the call. A message takes from being written into the sender's socket to being read out of the
other's (or of the sender's, for a `pong`); what did not arrive counts as not delivered.

The product runs as it is, one worker, on each foundation. The generator shares the machine: its share of a
core is in the context, beside the worker's.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import uvloop
from sqlalchemy import insert

from assist.request.kinds import Asker, Category, Skill
from assist.request.request import State
from assist.request.tables import Customer, ServiceRequest
from assist.stills.tables import Still
from benchmarks import Figure, Line, Missing, percentile
from benchmarks.media.cores import cpu_seconds
from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.sessions import Session
from kernel.ids import new_token, token_hash
from tests.rig.foundations import Foundry, Kind
from tests.rig.stack import RunningApp, running_app

AT_ONCE = 64
RATE = 2_000
PING_EVERY_S = 3.0
TICK_S = 0.01
CLOSE, PING, PONG = 0x88, 0x89, 0x8A
"""First bytes of control frames (RFC 6455 §5.5)."""
WITHIN_S = 240.0
"""A foundation that takes longer than this is given up."""


def run(preset: str = "full") -> Iterator[Line]:
    """Two figures of each foundation; "quick" has a tenth of the calls and of the messages."""
    rooms, rate, seconds = (200, RATE // 10, 6.0) if preset == "quick" else (2_000, RATE, 20.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # one socket a device, here and in the worker
    try:
        for kind in ("embedded", "full"):
            try:
                yield from _measured(kind, rooms, rate, seconds)
            except Exception as error:  # pytest's "skip" is one, when a server is not installed
                yield Missing(f"{type(error).__name__}: {error}", f"signalling.{kind}")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _measured(kind: Kind, rooms: int, rate: int, seconds: float) -> Iterator[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="curbstop-signalling-")))
        foundry = Foundry(folder, durable=True)
        stack.callback(foundry.close)
        foundation = stack.enter_context(foundry.make(kind, folder))
        app = stack.enter_context(running_app(foundation, nodes=0))

        async def limited() -> Seen:
            async with asyncio.timeout(WITHIN_S):
                return await _load(app, rooms, rate, seconds)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            seen = runner.run(limited())
    known: dict[str, Any] = {"foundation": kind, "workers": 1, "sockets": 2 * rooms}
    greetings = known | {"at_once": AT_ONCE, "seconds": round(seen.greeting_s, 2)} | seen.greeting_cpu
    greeted = 2 * rooms / seen.greeting_s
    yield Figure(f"signalling.greetings.{kind}", round(greeted, 1), "1/s", 300, 400, "higher", greetings)
    messages = known | {
        "lost": seen.lost,
        "said_per_s": round(seen.said / seconds, 1),
        "delivered": round(len(seen.took_ms) / seen.said, 4),
        "p50_ms": round(percentile(seen.took_ms, 0.5), 2),
        "seconds": seconds,
        "generator_late_p99_ms": round(percentile(seen.late_ms, 0.99), 2),
    }
    p99 = percentile(seen.took_ms, 0.99)
    context = messages | seen.talking_cpu
    yield Figure(f"signalling.messages.{kind}", round(p99, 1), "ms", 150, None, "lower", context)


@dataclass
class Seen:
    """``…_cpu``: shares of one core while greeting and while talking, of the worker and of this program."""

    greeting_s: float = 0.0
    greeting_cpu: dict[str, float] = field(default_factory=dict)
    talking_cpu: dict[str, float] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    said: int = 0
    took_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    request_id: UUID
    still_id: UUID
    token: str


async def _load(app: RunningApp, rooms: int, rate: int, seconds: float) -> Seen:
    technician = await app.staff(Role.TECHNICIAN, name="Tess")
    async with app.database() as database:
        calls = await database.run(_calls, technician.id, rooms)
    seen = Seen()
    async with _sockets(app.url) as come:
        pid = app.processes()["web-1"].pid
        gate = asyncio.Semaphore(AT_ONCE)

        async def greet(call: Call, token: str) -> Device:
            async with gate:
                return await come(call, token)

        beating = asyncio.create_task(_keep_alive(come.opened))
        before, begun = _cpu(pid), time.perf_counter()
        both = ((call, token) for call in calls for token in (call.token, str(technician.token)))
        lines = list(await asyncio.gather(*itertools.starmap(greet, both)))
        seen.greeting_s = time.perf_counter() - begun
        seen.greeting_cpu = _shares(before, _cpu(pid), seen.greeting_s)
        for line in lines:
            line.say('{"type":"join","id":"j","publish":[]}')
            with suppress(ConnectionError):
                await asyncio.wait_for(line.joined, 30)
        beating.cancel()
        await _talk(lines, rate, 3.0, Seen())
        await asyncio.sleep(0.5)
        before = _cpu(pid)
        await _talk(lines, rate, seconds, seen)
        seen.talking_cpu = _shares(before, _cpu(pid), seconds)
        await asyncio.sleep(1.0)  # for what is still under way
        seen.lost = Counter(line.lost for line in lines if line.lost)
        seen.took_ms = [ms for line in lines for ms in line.took_ms]
    await app.close()
    return seen


def _cpu(pid: int) -> tuple[float, float]:
    return cpu_seconds(pid), cpu_seconds(os.getpid())


def _shares(before: tuple[float, float], after: tuple[float, float], seconds: float) -> dict[str, float]:
    worker, own = ((b - a) / seconds for a, b in zip(before, after, strict=True))
    return {"worker_cores": round(worker, 2), "generator_cores": round(own, 2)}


async def _talk(lines: list[Device], rate: int, seconds: float, seen: Seen) -> None:
    """Say ``rate`` messages a second, evenly, by all devices in turn."""
    for line in lines:
        line.took_ms.clear()
    pings, pointers = itertools.cycle(lines), itertools.cycle(lines)
    begun = time.perf_counter()
    heartbeats = len(lines) / PING_EVERY_S
    pinged = pointed = 0
    while (passed := time.perf_counter() - begun) < seconds:
        while pinged < passed * heartbeats:
            next(pings).ping()
            pinged += 1
        while pointed < passed * max(0.0, rate - heartbeats):
            next(pointers).point()
            pointed += 1
        due = begun + passed + TICK_S
        await asyncio.sleep(TICK_S)
        seen.late_ms.append(max(0.0, time.perf_counter() - due) * 1000)
    seen.said = pinged + pointed


class Sockets:
    """Those that were opened; ``come`` opens one for whoever has that token, and waits for its welcome."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)
        self.opened: list[Device] = []

    async def __call__(self, call: Call, token: str) -> Device:
        _, line = await asyncio.get_running_loop().create_connection(
            lambda: Device(call, token, self._at.netloc), self._at.hostname or "", self._at.port or 80
        )
        await asyncio.wait_for(line.welcomed, 30)
        self.opened.append(line)
        return line


@asynccontextmanager
async def _sockets(url: str) -> AsyncIterator[Sockets]:
    sockets = Sockets(url)
    try:
        yield sockets
    finally:
        for line in sockets.opened:
            line.end()


async def _keep_alive(lines: list[Device]) -> None:
    """Who says nothing for long is let go: until everybody is there, each says a `ping` in time."""
    while True:
        begun = time.perf_counter()
        for number, line in enumerate(tuple(lines)):
            line.ping()
            if number % 50 == 49:
                await asyncio.sleep(0.02)
        await asyncio.sleep(max(0.1, begun + PING_EVERY_S - time.perf_counter()))


class Device(asyncio.Protocol):
    """One device's socket. As light as can be: it shares the machine. Its masks are zero (RFC 6455 §5.3)."""

    def __init__(self, call: Call, token: str, host: str) -> None:
        loop = asyncio.get_running_loop()
        self._call, self._token, self._host = call, token, host
        self._waiting = bytearray()
        self._upgraded = False
        self.welcomed: asyncio.Future[None] = loop.create_future()
        self.joined: asyncio.Future[None] = loop.create_future()
        self.took_ms: list[float] = []
        self.lost = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own
        self._transport.write(
            f"GET /api/rooms/{self._call.request_id}/socket HTTP/1.1\r\nHost: {self._host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def say(self, text: str) -> None:
        if self.lost:
            return  # what is not said is not delivered
        data = text.encode()
        assert len(data) < 65_536
        head = (
            bytes((0x81, 0x80 | len(data)))
            if len(data) < 126
            else bytes((0x81, 0xFE)) + len(data).to_bytes(2, "big")
        )
        self._transport.write(head + b"\0\0\0\0" + data)

    def ping(self) -> None:
        self.say(f'{{"type":"ping","id":"{time.perf_counter_ns() // 1000}"}}')

    def point(self) -> None:
        """The moment goes along as a place on the still: hundred seconds are its width."""
        x = time.perf_counter() % 100 / 100
        self.say(f'{{"type":"pointer","still_id":"{self._call.still_id}","x":{x:.9f},"y":0.5}}')

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._waiting += data
        if not self._upgraded:
            head, found, rest = bytes(self._waiting).partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._fail(head[:80].decode())
                return
            self._upgraded = True
            self._waiting = bytearray(rest)
            self.say(json.dumps({"type": "hello", "version": 1, "id": "h", "token": self._token}))
        while (frame := self._next()) is not None:
            self._heard(frame, now)

    def _next(self) -> bytes | None:
        waiting = self._waiting
        if len(waiting) < 2:
            return None
        size, at = waiting[1], 2
        if size >= 126:
            at = 4 if size == 126 else 10
            if len(waiting) < at:
                return None
            size = int.from_bytes(waiting[2:at], "big")
        if len(waiting) < at + size:
            return None
        frame = bytes(waiting[at : at + size])
        if waiting[0] == PING:
            self._transport.write(bytes((PONG, 0x80 | size)) + b"\0\0\0\0" + frame)
        elif waiting[0] == CLOSE:
            self._fail(f"closed with {int.from_bytes(frame[:2], 'big')}")
        del waiting[: at + size]
        return frame

    def _heard(self, frame: bytes, now: float) -> None:
        if frame.startswith(b'{"type":"pong"'):
            self.took_ms.append(now * 1000 - int(json.loads(frame)["of"]) / 1000)
        elif frame.startswith(b'{"type":"pointer"'):
            self.took_ms.append((now % 100 - json.loads(frame)["x"] * 100) % 100 * 1000)
        elif frame.startswith(b'{"type":"welcome"'):
            self.welcomed.set_result(None)
        elif frame.startswith(b'{"type":"joined"') and not self.joined.done():
            self.joined.set_result(None)
        elif frame.startswith(b'{"type":"error"'):
            self._fail(frame.decode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("the socket was closed")

    def _fail(self, why: str) -> None:
        self.lost = self.lost or why
        for wanted in (self.welcomed, self.joined):
            if not wanted.done():
                wanted.set_exception(ConnectionError(why))
                wanted.exception()  # whoever waits for it is told; the others need not be

    def end(self) -> None:
        self._transport.abort()


async def _calls(uow: UnitOfWork, technician: UUID, rooms: int) -> list[Call]:
    """Calls under way, as rows, each with a still: how they come to be is measured elsewhere."""
    until = uow.now + timedelta(hours=1)
    customers, requests, stills, sessions, calls = [], [], [], [], []
    for _ in range(rooms):
        customer, request, still, token = uow.new_id(), uow.new_id(), uow.new_id(), new_token()
        customers.append({"id": customer})
        requests.append(
            {
                "id": request,
                "state": State.IN_CALL,
                "owner_id": technician,
                "customer_id": customer,
                "category": Category.LEAK,
                "asker": Asker.RESIDENT,
                "language": "en",
                "channel": "public",
                "technician_id": technician,
                "skill": next(iter(Skill)),
                "created_at": uow.now,
                "changed_at": uow.now,
                "version": 1,
            }
        )
        stills.append(
            {
                "id": still,
                "request_id": request,
                "client_id": uow.new_id(),
                "source": "upload",
                "taken_by": "customer",
                "blob_id": "0" * 64,
                "media_type": "image/jpeg",
                "width": 640,
                "height": 480,
                "size": 1,
                "taken_at": uow.now,
            }
        )
        sessions.append(
            {
                "token_hash": token_hash(token),
                "surface": Surface.CUSTOMER,
                "request_id": request,
                "created_at": uow.now,
                "expires_at": until,
            }
        )
        calls.append(Call(request, still, token))
    for table, rows in (
        (Customer, customers),
        (ServiceRequest, requests),
        (Still, stills),
        (Session, sessions),
    ):
        await uow.session.execute(insert(table), rows)
    return calls
