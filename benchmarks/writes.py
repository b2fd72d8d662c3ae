"""How many writes a second the running product takes, and how long each waits, on both foundations.

Fifty clients, each in a few requests of its own in turn, write without pause: lines of chat, and every fifth
time a corrected detail. (Of one person more than a line a second is refused.) A write is a whole HTTP call:
who it is, the command, the commit, the hints to open pages that leave with it. SQLite commits with
``synchronous=FULL``, PostgreSQL with ``fsync`` on and ``synchronous_commit``. Foundations: *embedded*, one
web worker; *full*, PostGIS with two.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks import Figure, Line, Missing, percentile
from benchmarks.media.cores import cpu_seconds
from tests.rig.foundations import Foundry, Kind
from tests.rig.people import Person
from tests.rig.stack import RunningApp, running_app

CLIENTS = 50
ARRIVE_S = 0.02
"""Between one client and the next: who come in the same moment all go to the worker that wakes first."""
REQUESTS = 5
"""Of each client. More than 300 in all would be more than may be started at once."""
WORKERS: dict[Kind, int] = {"embedded": 1, "full": 2}
TARGETS: dict[Kind, tuple[float, float]] = {"embedded": (150, 400), "full": (300, 150)}
"""Writes a second at least, and milliseconds at the 99th percentile at most."""


def run(preset: str = "full") -> Iterator[Line]:
    """Yield the figures; "quick" writes for a shorter time."""
    seconds = 4.0 if preset == "quick" else 20.0
    for kind in ("embedded", "full"):
        try:
            yield from _measured(kind, seconds)
        except Exception as error:  # pytest's "skip" is one, when a server is not installed
            raise Missing(f"{kind}: {error}") from error


def _measured(kind: Kind, seconds: float) -> Iterator[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="curbstop-writes-")))
        foundry = Foundry(folder, durable=True)
        stack.callback(foundry.close)
        foundation = stack.enter_context(foundry.make(kind, folder))
        app = stack.enter_context(running_app(foundation, workers=WORKERS[kind], nodes=0))
        took = asyncio.run(_load(app, seconds))
        pids = {name: process.pid for name, process in app.processes().items()}
        per_write = 1000 / max(1, len(took.waits_ms))
        context: dict[str, Any] = {
            "clients": CLIENTS,
            "workers": WORKERS[kind],
            "seconds": seconds,
            "writes": len(took.waits_ms),
            "refused": took.refused,
            "p50_ms": round(percentile(took.waits_ms, 0.5), 1),
            "cpu_ms_per_write": {
                name: round(per_write * (cpu_seconds(pid) - took.cpu.get(name, 0)), 2)
                for name, pid in pids.items()
            },
            "generator_ms_per_write": round(per_write * took.own_cpu, 2),
            "load": os.getloadavg()[0],
        }
        rate, p99 = TARGETS[kind]
        per_second = len(took.waits_ms) / took.seconds
        yield Figure(f"writes.{kind}_rate", round(per_second, 1), "1/s", rate, None, "higher", context)
        worst = percentile(took.waits_ms, 0.99)
        yield Figure(f"writes.{kind}_p99", round(worst, 1), "ms", p99, None, "lower", context)


@dataclass
class Taken:
    """What the clients saw. ``cpu``: processor seconds of the product's processes when they began."""

    waits_ms: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    own_cpu: float = 0.0


async def _load(app: RunningApp, seconds: float) -> Taken:
    taken = Taken()
    await app.staff("supervisor")
    people = [await app.customer() for _ in range(CLIENTS * REQUESTS)]
    clients = [Client(app.url, people[first::CLIENTS]) for first in range(CLIENTS)]
    try:
        await asyncio.gather(*(client.come(number * ARRIVE_S) for number, client in enumerate(clients)))
        taken.cpu = {name: cpu_seconds(process.pid) for name, process in app.processes().items()}
        begun, own = time.perf_counter(), time.process_time()
        await asyncio.gather(*(client.write_for(seconds, taken) for client in clients))
        taken.seconds, taken.own_cpu = time.perf_counter() - begun, time.process_time() - own
    finally:
        for client in clients:
            client.close()
        await app.close()
    return taken


class Client:
    """A customer's program on one kept-open connection, as light as can be: it shares the machine."""

    def __init__(self, url: str, people: Sequence[Person]) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\nContent-Type: application/json\r\n"
        self._people = people
        self._versions = [1] * len(people)
        self._count = 0

    async def come(self, after: float) -> None:
        """Come when others write already, so that the workers share the clients as they do in a day."""
        await asyncio.sleep(after)
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        await self.write_for(2.0 - after, Taken())

    def close(self) -> None:
        self._writer.close()

    async def write_for(self, seconds: float, taken: Taken) -> None:
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            status = await self._write()
            if status < 300:
                taken.waits_ms.append((time.perf_counter() - begun) * 1000)
            else:
                taken.refused += 1

    @property
    def _at(self) -> int:
        """Whose turn it is, of the people that the client is; each also corrects a detail at times."""
        return self._count // 5 % len(self._people)

    async def _write(self) -> int:
        self._count += 1
        if self._count % 5 == 0:
            words = f"dripping since {self._count} o'clock"
            version = self._versions[self._at]
            return await self._call("PATCH", "", {"description": words, "version": version})
        line = {"client_id": str(uuid4()), "text": f"line {self._count} from the kitchen"}
        return await self._call("POST", "/messages", line)

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> int:
        data = json.dumps(body).encode()
        person = self._people[self._at]
        head = f"{method} /api/requests/{person.request_id}{path} HTTP/1.1\r\n{self._head}"
        head += f"Authorization: Bearer {person.token}\r\nContent-Length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        fields = dict(line.split(b": ", 1) for line in answer.lower().split(b"\r\n")[1:] if b": " in line)
        told = await self._reader.readexactly(int(fields[b"content-length"]))
        if method == "PATCH" and status < 300:
            self._versions[self._at] = json.loads(told)["version"]
        return status
