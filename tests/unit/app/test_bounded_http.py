"""A connection costs little until somebody has asked for something: real sockets, the product's protocol."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
import uvicorn
import websockets
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from app.bounded_http import BoundedHttp

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
MUCH = 16 << 20


class Hurried(BoundedHttp):
    """The same, for those who have no minute."""

    head_within_s = 0.3
    body_idle_s = 0.6


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the size of what it was sent; a WebSocket says everything again."""
    if scope["type"] == "websocket":
        line = WebSocket(scope, receive, send)
        await line.accept()
        async for text in line.iter_text():
            await line.send_text(text)
        return
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
async def address(listener: socket.socket) -> AsyncIterator[tuple[str, int]]:
    config = uvicorn.Config(
        echo,
        http=Hurried,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve(sockets=[listener]))
    yield listener.getsockname()
    server.should_exit = True
    await serving


async def told(address: tuple[str, int], *sent: bytes, within_s: float = 5) -> bytes:
    """All that is answered until the server closes the line; raises TimeoutError when it does not."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        with suppress(ConnectionError):
            for part in sent:
                if reader.at_eof() or writer.transport.is_closing():
                    break
                writer.write(part)
                await writer.drain()
        received = b""
        with suppress(ConnectionError):
            async with asyncio.timeout(within_s):
                while some := await reader.read(1 << 16):
                    received += some
        return received
    finally:
        writer.close()


def first_line(received: bytes) -> bytes:
    return received.partition(b"\r\n")[0]


TRAILERS = {
    "many": b"".join(b"x-%07d: y\r\n" % number for number in range(4000)),
    "one without end": b"y" * 60_000,
}


@pytest.mark.parametrize("kind", TRAILERS)
async def test_trailers_without_end_are_cut_off(address: tuple[str, int], kind: str) -> None:
    _reader, writer = await asyncio.open_connection(*address)
    writer.write(CHUNKED + b"x-long: ")
    sent = 0
    with suppress(ConnectionError):
        while sent < MUCH and not writer.transport.is_closing():
            writer.write(TRAILERS[kind])
            sent += len(TRAILERS[kind])
            await writer.drain()
    writer.close()
    assert sent < MUCH, "taken in without end"


async def test_chunks_of_nothing_but_names_are_cut_off(address: tuple[str, int]) -> None:
    """Chunk extensions (RFC 9112, 7.1.1) bring no byte of the body nearer."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    received = await told(address, head, *[b"x" * 60_000] * 40)
    assert first_line(received).startswith(b"HTTP/1.1 400")


async def test_honest_trailers_are_taken(address: tuple[str, int]) -> None:
    received = await told(address, CHUNKED + b"x-checksum: 1\r\n\r\n" + GET + b"Connection: close\r\n\r\n")
    assert received.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("begun", [b"", b"GET /he", GET, GET + b"\r\n" + GET])
async def test_a_head_that_does_not_end_is_closed(address: tuple[str, int], begun: bytes) -> None:
    received = await told(address, begun)
    assert received.count(b"HTTP/1.1 200") == begun.count(b"\r\n\r\n")
    assert (b"HTTP/1.1 408" in received) == (begun != b""), "RFC 9110, 15.5.9"


async def test_a_head_that_trickles_is_closed_as_well(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    answered = asyncio.create_task(reader.readline())
    for byte in GET * 10:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.02)
        if answered.done():
            break
    assert answered.done() and answered.result() == b"HTTP/1.1 408 Request Timeout\r\n"
    writer.close()


async def test_a_body_that_stops_is_closed(address: tuple[str, int]) -> None:
    received = await told(address, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    assert first_line(received) in (b"", b"HTTP/1.1 408 Request Timeout")


async def test_a_slow_body_that_goes_on_is_taken(address: tuple[str, int]) -> None:
    async def parts() -> bytes:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
        for _ in range(5):
            await asyncio.sleep(0.3)
            writer.write(b"x")
        line = await reader.readline()
        writer.close()
        return line

    assert await parts() == b"HTTP/1.1 200 OK\r\n"


async def test_a_line_that_was_answered_may_rest(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for _ in range(2):
        writer.write(GET + b"\r\n")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        await reader.readuntil(b"\r\n\r\n0")
        await asyncio.sleep(Hurried.head_within_s * 2)
    writer.close()


async def test_a_websocket_lives_on(address: tuple[str, int]) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{address[1]}/", proxy=None) as line:
        for _ in range(4):
            await asyncio.sleep(Hurried.body_idle_s / 2)
            await line.send("still here")
            assert await line.recv() == "still here"


async def test_requests_sent_ahead_are_bounded(address: tuple[str, int]) -> None:
    received = await told(address, (GET + b"\r\n") * 2000)
    assert received.count(b"HTTP/1.1 200") < 100


async def test_a_few_requests_sent_ahead_are_answered(address: tuple[str, int]) -> None:
    received = await told(address, (GET + b"\r\n") * 3 + GET + b"Connection: close\r\n\r\n")
    assert received.count(b"HTTP/1.1 200") == 4


async def test_a_head_without_end_is_refused(address: tuple[str, int]) -> None:
    assert b" 400 " in first_line(await told(address, GET, *[b"x-a: " + b"y" * 30_000 + b"\r\n"] * 40))
