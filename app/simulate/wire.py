"""HTTP as light as it can be: it shares the machine with what it measures.

httptools (which uvicorn brings) reads the answers; connections are kept open and used last come, first out.
Each call is timed by its door, from the first byte out to the last one in, waiting for a free connection not
counted. A door that says "later" (429, 503) is asked again when it says, and that is counted.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httptools

LONGEST_S = 60.0
AGAIN_AT_MOST = 8
LATER = (429, 503)
BOUNDARY = "curbstop-simulated-day"


@dataclass(frozen=True)
class Answer:
    """``status`` 0: nothing came back."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Why it was refused."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str(error.get("code", "")) if isinstance(error, dict) else ""


class _Reading:
    """httptools' callbacks: one answer."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.retry_after = 1.0
        self.keep = True
        self.done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        lower = name.lower()
        if lower == b"retry-after" and value.isdigit():
            self.retry_after = float(value)
        elif lower == b"connection" and value.lower() == b"close":
            self.keep = False

    def on_body(self, data: bytes) -> None:
        self.parts.append(data)

    def on_message_complete(self) -> None:
        self.done = True


Seen = Callable[[str, float, int, str], None]
"""Is told of each call: its door, milliseconds, status, code."""


class Wire:
    """Calls to one installation, by many people."""

    def __init__(self, url: str, seen: Seen, connections: int = 48) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._netloc = parts.netloc
        self._seen = seen
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._places = asyncio.Semaphore(connections)

    async def call(
        self,
        method: str,
        path: str,
        door: str,
        token: str | None = None,
        body: Any = None,
        *,
        address: str = "",
        data: tuple[str, bytes] | None = None,
    ) -> Answer:
        """Call a door. ``door``: its path, names instead of ids; ``address``: whose network it comes from;
        ``data``: a content type and bytes instead of JSON.
        """
        kind, content = data or ("application/json", b"" if body is None else json.dumps(body).encode())
        head = [f"{method} {path} HTTP/1.1", f"Host: {self._netloc}", f"Content-Length: {len(content)}"]
        if content:
            head.append(f"Content-Type: {kind}")
        if token:
            head.append(f"Authorization: Bearer {token}")
        if address:
            head.append(f"X-Forwarded-For: {address}")
        request = "\r\n".join(head).encode() + b"\r\n\r\n" + content
        answer = Answer(0, None)
        for attempt in range(AGAIN_AT_MOST):
            async with self._places:
                answer, wait = await self._once(request, f"{method} {door}")
            if answer.status not in LATER:
                break
            await asyncio.sleep(min(wait, 5.0) * (1 + attempt / 4))
        return answer

    async def _once(self, request: bytes, door: str) -> tuple[Answer, float]:
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST_S):
                status, reading = await self._exchange(request)
        except (OSError, TimeoutError, EOFError, httptools.HttpParserError) as error:
            self._seen(door, (time.perf_counter() - begun) * 1000, 0, type(error).__name__)
            return Answer(0, None), 1.0
        took = (time.perf_counter() - begun) * 1000
        raw = b"".join(reading.parts)
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        answer = Answer(status, body)
        self._seen(door, took, status, answer.code)
        return answer, reading.retry_after

    async def _exchange(self, request: bytes) -> tuple[int, _Reading]:
        kept = bool(self._free)
        reader, writer = self._free.pop() if kept else await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            reading = _Reading()
            parser = httptools.HttpResponseParser(reading)
            first = True
            while not reading.done:
                came = await reader.read(1 << 16)
                if not came:
                    if kept and first:  # the server let go of an idle connection before it heard us
                        writer.close()
                        return await self._exchange(request)
                    raise EOFError
                first = False
                parser.feed_data(came)
        except BaseException:
            writer.close()
            raise
        if reading.keep:
            self._free.append((reader, writer))
        else:
            writer.close()
        return parser.get_status_code(), reading

    async def upload(self, path: str, door: str, token: str, name: str, content: bytes) -> Answer:
        """Send a file as a form, as the pages do."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        form = (
            head.encode() + b"Content-Type: text/plain\r\n\r\n" + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return await self.call("POST", path, door, token, data=(kind, form))

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()
        self._free.clear()
