"""A call of two light clients in the product: phone and desk speak the room's protocol, and send packets
instead of pictures.
"""

import asyncio
import random
import time
from contextlib import AsyncExitStack, suppress
from typing import Any

from benchmarks.calls.product import Accepted
from benchmarks.media import sdp
from benchmarks.media.client import Client
from benchmarks.media.load import sending_lines
from benchmarks.media.traffic import FRAMES, Stream
from tests.rig.room_client import Frame, RoomClient, RoomError, in_room

_GETS = [sdp.Line("0", "audio", "recvonly"), sdp.Line("1", "video", "recvonly")]


class LightDevice:
    """Follows the room as a page does: a new peer connection when the node has gone."""

    def __init__(self, room: RoomClient, dice: random.Random) -> None:
        self.room = room
        self.dice = dice
        self.client: Client | None = None
        self._handled = 0
        self._following = asyncio.create_task(self._follow())

    async def offer(self, lines: list[sdp.Line], of: str = "") -> Frame:
        """Offer, as often as the room says that it may work later."""
        assert self.client is not None
        receive = {line.mid: {"peer": of, "kind": line.kind} for line in lines if of}
        while True:
            try:
                text = self.client.description(*lines)
                answer = await self.room.ask("offer", sdp=text, receive=receive, restart=False)
            except RoomError as refusal:
                if "retry_after_ms" not in refusal.frame:
                    raise
                await asyncio.sleep(refusal.frame["retry_after_ms"] / 1000)
            else:
                await self.client.connect(answer["sdp"])
                return answer

    def anew(self) -> Client:
        """Another peer connection in place of the present one."""
        if self.client is not None:
            self.client.vanish()
        self.client = Client()
        return self.client

    async def _follow(self) -> None:
        while True:
            frame = await self.room.wait(
                lambda f: f["type"] in ("moved", "streams"), 3600, self._handled, "news of the room"
            )
            self._handled = next(n for n, f in enumerate(self.room.log) if f is frame) + 1
            if frame["type"] == "moved":
                await asyncio.sleep(self.dice.random() * frame.get("retry_after_ms", 0) / 1000)
                await self.start()
            else:
                await self.streams_changed()

    async def start(self) -> None:
        """Connect."""
        raise NotImplementedError

    async def streams_changed(self) -> None:
        """What others send has changed."""

    async def close(self) -> None:
        """Go without a word."""
        self._following.cancel()
        if self.client is not None:
            self.client.vanish()


class LightPhone(LightDevice):
    """Sends a picture and sound."""

    _sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        client = self.anew()
        await self.offer(sending_lines(self.dice))
        self._sending = asyncio.create_task(_send(client, Stream(client, self.dice)))

    async def close(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        await super().close()


async def _send(client: Client, stream: Stream) -> None:
    assert client.remote is not None
    while True:
        for packet in stream.picture():
            with suppress(OSError):
                client.sock.sendto(packet, client.remote.address)
        await asyncio.sleep(1 / FRAMES)


class LightDesk(LightDevice):
    """Watches the phone."""

    def __init__(self, room: RoomClient, dice: random.Random, phone: str) -> None:
        self.phone = phone
        self.lacking = True
        self.first_at = 0.0
        """When the first picture came over the present connection; 0: not yet."""
        super().__init__(room, dice)

    async def start(self) -> None:
        self.first_at = 0.0
        self.anew().on_rtp = self._took
        await self._ask_for_it()

    async def streams_changed(self) -> None:
        if self.lacking and self.client is not None and self.phone in self.room.streams:
            await self._ask_for_it()

    async def _ask_for_it(self) -> None:
        answer = await self.offer(_GETS, of=self.phone)
        self.lacking = bool(answer.get("refused"))

    def _took(self, packet: bytes) -> None:
        if not self.first_at and packet[1] == 0x80 | sdp.VIDEO:  # the marker ends a frame
            self.first_at = time.monotonic()

    async def picture(self) -> float:
        """Wait for the connection's first picture; when it came."""
        while not self.first_at:  # noqa: ASYNC110 (the network tells nobody)
            await asyncio.sleep(0.005)
        return self.first_at


async def light_call(
    accepted: Accepted, stack: AsyncExitStack, dice: random.Random
) -> tuple[LightPhone, LightDesk]:
    """Both devices, the desk seeing the phone's picture."""
    app, request = accepted.app, accepted.request
    rooms: list[Any] = []
    for person, publish in ((accepted.customer, ("audio", "video")), (accepted.technician, ())):
        room = await stack.enter_async_context(in_room(app.url, request, str(person.token)))
        await room.join(*publish)
        rooms.append(room)
    phone = LightPhone(rooms[0], dice)
    stack.push_async_callback(phone.close)
    await phone.start()
    desk = LightDesk(rooms[1], dice, rooms[0].peer)
    stack.push_async_callback(desk.close)
    await desk.start()
    async with asyncio.timeout(15):
        await desk.picture()
    return phone, desk
