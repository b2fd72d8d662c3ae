"""The way to one peer, over a real socket: a client that does not read costs nobody else anything."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection

from assist.webrtc.room.links import FLUSH_S, LOSABLE_FRAMES, QUEUE_FRAMES, TOO_SLOW, SocketLink
from kernel.actors import SYSTEM

LARGE = "x" * 60_000


@asynccontextmanager
async def serving(talk: Callable[[SocketLink], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that makes a link of each socket and has ``talk`` use it; its address."""

    async def endpoint(connection: WebSocket) -> None:
        await connection.accept()
        link = SocketLink(connection, SYSTEM, "en", b"")
        writer = asyncio.create_task(link.write())
        await talk(link)
        await asyncio.wait({writer})

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/", endpoint)]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await running
        listener.close()


async def everything(client: ClientConnection) -> list[str]:
    """All texts until the close."""
    texts = []
    with suppress(websockets.ConnectionClosed):
        while True:
            texts.append(str(await client.recv()))
    return texts


async def test_frames_arrive_in_order_and_the_close_after_them() -> None:
    async def talk(link: SocketLink) -> None:
        for number in range(100):
            link.send(str(number))
        link.close(4403)
        link.send("too late")

    async with serving(talk) as address, websockets.connect(address, proxy=None) as client:
        assert await everything(client) == [str(number) for number in range(100)]
        assert client.close_code == 4403


async def test_who_does_not_read_is_closed_and_the_sender_never_waits() -> None:
    took: list[float] = []
    codes: list[int | None] = []
    over = asyncio.Event()

    async def talk(link: SocketLink) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        for _ in range(10 * QUEUE_FRAMES):
            before = loop.time()
            link.send(LARGE)
            took.append(loop.time() - before)
            await asyncio.sleep(0)
            if link.closing is not None:
                break
        codes.append(link.closing)
        await link.ended.wait()
        took.append(loop.time() - started)
        over.set()

    async with serving(talk) as address:
        connection = websockets.connect(address, proxy=None, max_queue=1, open_timeout=5, close_timeout=0.2)
        async with connection:
            async with asyncio.timeout(20):
                await over.wait()
    assert codes == [TOO_SLOW]
    assert max(took[:-1]) < 0.1
    assert took[-1] < 10 + FLUSH_S


async def test_what_may_be_lost_is_lost_first() -> None:
    received: list[int] = []

    async def talk(link: SocketLink) -> None:
        for _ in range(4 * LOSABLE_FRAMES):
            link.send("losable", losable=True)
        for _ in range(20):
            link.send("kept")
        link.close(1000)

    async with serving(talk) as address, websockets.connect(address, proxy=None) as client:
        texts = await everything(client)
    received += [texts.count("losable"), texts.count("kept")]
    assert received == [LOSABLE_FRAMES, 20]


async def test_a_socket_that_is_gone_ends_the_writing() -> None:
    ended = asyncio.Event()

    async def talk(link: SocketLink) -> None:
        with pytest.raises(WebSocketDisconnect):
            await link.socket.receive_text()
        link.send("to nobody")
        link.close(1000)
        await link.ended.wait()
        ended.set()

    async with serving(talk) as address:
        client = await websockets.connect(address, proxy=None)
        client.transport.abort()
        async with asyncio.timeout(5):
            await ended.wait()
