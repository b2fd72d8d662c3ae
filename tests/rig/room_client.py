"""A client of ``docs/protocol.md`` in Python: the room's socket, and a real WebRTC peer (aiortc).

It shares no line with the product's own client in ``static/lib``; where they disagree, the document decides.
"""

from __future__ import annotations

import asyncio
import fractions
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import aioice.ice
import av
import numpy as np
import pytest
import websockets
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

Frame = dict[str, Any]
Test = Callable[[Frame], bool]


class RoomError(AssertionError):
    """The room answered a request with an error."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(f"{frame['code']} {frame.get('where', '')} {frame['message']}")
        self.code: str = frame["code"]
        self.frame = frame


class RoomClient:
    """One device in a room. Make it with :func:`in_room`."""

    def __init__(self, connection: ClientConnection, tab: str) -> None:
        self.connection = connection
        self.tab = tab
        self.peer = ""
        self.log: list[Frame] = []
        """All that came, in order."""
        self.streams: dict[str, dict[str, int]] = {}
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self.answers_pings = True
        self._ids = itertools.count(1)
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())
        self._beat: asyncio.Task[None] | None = None

    async def _read(self) -> None:
        try:
            async for text in self.connection:
                frame = json.loads(text)
                if frame["type"] == "ping" and self.answers_pings:
                    await self.say("pong")
                if frame["type"] in ("joined", "streams"):
                    self.streams = frame["streams"]
                self.log.append(frame)
                self.on_frame(frame)
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            async with self._news:
                self._news.notify_all()

    async def hello(self, token: str, **fields: Any) -> Frame:
        welcome = await self.ask("hello", version=1, tab=self.tab, token=token, **fields)
        self.peer = welcome["peer"]
        self._beat = asyncio.create_task(self._keep_beating(welcome["heartbeat_s"]))
        return welcome

    async def _keep_beating(self, every_s: float) -> None:
        with suppress(ConnectionClosed):
            while self.answers_pings:
                await self.say("ping", id=self._next_id())
                await asyncio.sleep(every_s)

    def _next_id(self) -> str:
        return f"q{next(self._ids)}"

    async def say(self, type: str, **fields: Any) -> None:
        """Send a frame and wait for nothing."""
        await self.connection.send(json.dumps({"type": type, **fields}))

    async def ask(self, type: str, within_s: float = 10, **fields: Any) -> Frame:
        """Send a request; its answer.

        Raises:
            RoomError: the answer is an error.
        """
        id = self._next_id()
        await self.say(type, id=id, **fields)
        answer = await self.wait(lambda frame: frame.get("of") == id, within_s, what=f"an answer to {type}")
        if answer["type"] == "error":
            raise RoomError(answer)
        return answer

    async def refused(self, type: str, **fields: Any) -> str:
        """The code with which a request is refused."""
        with pytest.raises(RoomError) as refusal:
            await self.ask(type, **fields)
        return refusal.value.code

    async def wait(self, test: Test, within_s: float = 10, since: int = 0, what: str = "a frame") -> Frame:
        """The first frame in the log (from ``since`` on) that passes."""
        at = since
        try:
            async with asyncio.timeout(within_s), self._news:
                while True:
                    for at in range(at, len(self.log)):  # noqa: B020
                        if test(self.log[at]):
                            return self.log[at]
                    at = len(self.log)
                    if self._reader.done():
                        raise AssertionError(f"closed ({self.connection.close_code}) before {what} came")
                    await self._news.wait()
        except TimeoutError:
            came = [frame["type"] for frame in self.log[since:]]
            raise AssertionError(f"{what} did not come within {within_s} s; came: {came[-30:]}") from None

    async def heard(self, type: str, within_s: float = 10, since: int = 0, **wanted: Any) -> Frame:
        """The first frame of ``type`` whose fields equal ``wanted``."""

        def fits(frame: Frame) -> bool:
            return frame["type"] == type and all(frame.get(k) == v for k, v in wanted.items())

        return await self.wait(fits, within_s, since, f"{type} {wanted}")

    def count(self, type: str) -> int:
        return sum(frame["type"] == type for frame in self.log)

    async def join(self, *publish: str) -> Frame:
        return await self.ask("join", publish=list(publish))

    async def mark(self, still_id: str | UUID, client_id: UUID | None = None, **fields: Any) -> Frame:
        drawn = {"tool": "arrow", "points": [[0.1, 0.2], [0.3, 0.4]]} | fields
        answer = await self.ask(
            "mark_add", client_id=str(client_id or uuid4()), still_id=str(still_id), **drawn
        )
        return dict(answer["mark"])

    async def closed(self, within_s: float = 12) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(within_s):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code

    def vanish(self) -> None:
        """Lose the line: no close frame, no more pings, as when a phone's battery is empty."""
        self.answers_pings = False
        if self._beat is not None:
            self._beat.cancel()
        self.connection.transport.abort()

    async def leave(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
        await self.connection.close()
        await self._reader


@asynccontextmanager
async def in_room(
    url: str, request_id: str | UUID, token: str, *, tab: str | None = None, hello: bool = True
) -> AsyncIterator[RoomClient]:
    """A device whose socket is open and greeted. ``url`` is the installation's, http(s)."""
    address = f"{url.replace('http', 'ws', 1)}/api/rooms/{request_id}/socket"
    async with websockets.connect(address, max_size=1 << 20, compression=None, proxy=None) as connection:
        client = RoomClient(connection, tab or secrets.token_hex(8))
        try:
            if hello:
                await client.hello(token)
            yield client
        finally:
            await client.leave()


# media ----------------------------------------------------------------------------------------------


class NumberedVideo(MediaStreamTrack):
    """A camera that films a grey wall whose brightness counts its frames, ten a second, 320 × 240."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.shown = 0

    async def recv(self) -> av.VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(0.1)
        self.shown += 1
        picture = np.full((240, 320, 3), 40 + self.shown % 160, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = self.shown * 9000, fractions.Fraction(1, 90000)
        return frame


class MediaPeer:
    """The media side of a :class:`RoomClient`: publishes one video, receives what the room names."""

    def __init__(self, client: RoomClient, *, publish: bool) -> None:
        self.client = client
        self.frames: dict[str, int] = {}
        """Peer → pictures decoded from it."""
        self.video = NumberedVideo() if publish else None
        self._slots: dict[str, tuple[str, str, int]] = {}
        """m-line id → peer, kind, stream number."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.pc = self._new()

    def _new(self) -> RTCPeerConnection:
        pc = RTCPeerConnection()
        self._slots = {}
        if self.video is not None:
            pc.addTransceiver(self.video, direction="sendonly")

        @pc.on("track")
        def _on_track(track: MediaStreamTrack) -> None:
            task = asyncio.create_task(self._count(pc, track))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return pc

    async def _count(self, pc: RTCPeerConnection, track: MediaStreamTrack) -> None:
        mid = next(t.mid for t in pc.getTransceivers() if t.receiver.track is track)
        with suppress(MediaStreamError):
            while True:
                await track.recv()
                peer = self._slots[str(mid)][0]
                self.frames[peer] = self.frames.get(peer, 0) + 1

    def lacks(self, peer: str) -> bool:
        """Whether that peer sends a picture for which there is no receive slot yet."""
        number = self.client.streams.get(peer, {}).get("video")
        return number is not None and (peer, "video", number) not in self._slots.values()

    async def offer(self, *, restart: bool = False) -> Frame:
        """Offer what there is to send, and a receive slot for each video stream of the others."""
        wanted = {
            peer: kinds["video"]
            for peer, kinds in self.client.streams.items()
            if peer != self.client.peer and "video" in kinds
        }
        have = {(peer, number) for peer, _kind, number in self._slots.values()}
        new = [(peer, number) for peer, number in wanted.items() if (peer, number) not in have]
        added = [
            (self.pc.addTransceiver("video", direction="recvonly"), peer, number) for peer, number in new
        ]
        await self.pc.setLocalDescription(await self.pc.createOffer())
        for transceiver, peer, number in added:
            self._slots[str(transceiver.mid)] = (peer, "video", number)
        receive = {mid: {"peer": peer, "kind": kind} for mid, (peer, kind, _) in self._slots.items()}
        answer = await self.client.ask(
            "offer", sdp=self.pc.localDescription.sdp, receive=receive, restart=restart
        )
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        return answer

    async def start_anew(self) -> Frame:
        """Another peer connection in place of the old one."""
        await self.pc.close()
        if self.video is not None:
            self.video = NumberedVideo()
        self.pc = self._new()
        return await self.offer()

    async def sees(self, peer: str, more: int = 5, within_s: float = 15) -> None:
        """Wait until ``more`` further pictures of ``peer`` have been decoded."""
        goal = self.frames.get(peer, 0) + more
        try:
            async with asyncio.timeout(within_s):
                while self.frames.get(peer, 0) < goal:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            seen = self.frames.get(peer, 0)
            raise AssertionError(
                f"{seen} of {goal} pictures from {peer}; {self.pc.connectionState}"
            ) from None

    async def close(self) -> None:
        await self.pc.close()


@asynccontextmanager
async def media_of(client: RoomClient, *, publish: bool) -> AsyncIterator[MediaPeer]:
    """Media for a client, over loopback."""
    peer = MediaPeer(client, publish=publish)
    try:
        yield peer
    finally:
        await peer.close()


@pytest.fixture
def loopback_media(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves loopback out of its candidates; a test machine may have nothing else."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
