"""A utility's SMS gateway on a real port, which behaves as badly as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.rig.servers import free_port

SECRET = "a secret between two"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class SmsGateway:
    """``moods`` are used up one a request, then all is well: a status, or hang, die, drip.

    *die*: the answer breaks off in its middle, after the message was taken. *drip*: an answer without end.
    """

    port: int = field(default_factory=free_port)
    moods: list[int | str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms"

    @property
    def texts(self) -> list[str]:
        return [asked.message["text"] for asked in self.asked]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SmsGateway]:
        open_ones: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if (task := asyncio.current_task()) is not None:
                open_ones.add(task)
            try:
                while await self._one(reader, writer):
                    pass
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            for task in open_ones:
                task.cancel()
            await asyncio.gather(*open_ones, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.asked.append(Asked(headers, body))
        self.news.set()
        mood = self.moods.pop(0) if self.moods else 202
        if mood == "hang":
            await asyncio.sleep(3600)
        status = mood if isinstance(mood, int) else 200
        length = 4000 if mood == "drip" else 9
        writer.write(f"HTTP/1.1 {status} .\r\nContent-Length: {length}\r\n\r\n".encode())
        while mood == "drip":
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)
            if writer.is_closing():
                return False
        writer.write(b"gate" if mood == "die" else b"gateway 7")
        await writer.drain()
        return mood != "die"


def begun_courier(database_url: str, gateway_url: str) -> str:
    """A program that runs one courier for ever, to be killed."""
    return f"""
import asyncio
from kernel.clock import ManualClock
from kernel.database import Database
from kernel.delivery.courier import Courier
from kernel.delivery.gateway import HttpGateway
from tests.rig.foundations import MORNING
async def run():
    database = Database({database_url!r}, ManualClock(MORNING))
    await Courier(database, HttpGateway({gateway_url!r}, {SECRET!r})).run()
asyncio.run(run())
"""
