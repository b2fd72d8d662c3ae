"""A utility's SMS gateway on a real port, which behaves as badly as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.rig.listener import Asked, listening
from tests.rig.servers import free_port

SECRET = "a secret between two"


def message_of(asked: Asked) -> dict[str, Any]:
    """What is to be passed on, as the gateway is told it."""
    told: dict[str, Any] = json.loads(asked.body)
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
        return [message_of(asked)["text"] for asked in self.asked]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SmsGateway]:
        async with listening(self.port, self._answer):
            yield self

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        self.asked.append(asked)
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
