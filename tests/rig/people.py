"""Whoever talks to the running product in a test: programs with a session, over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from kernel.actors import Role, Surface

SURFACES = {
    Role.TECHNICIAN: Surface.DESK,
    Role.REP: Surface.REP,
    Role.DISPATCHER: Surface.CONSOLE,
    Role.SUPERVISOR: Surface.CONSOLE,
    Role.ADMIN: Surface.CONSOLE,
    Role.AGENT: Surface.COUNTER,
}


class Refusal(AssertionError):
    """The API refused a call that a test expected to work; carries the answer's code."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.body = (
            response.json() if response.headers.get("content-type", "").startswith("application/json") else {}
        )
        self.code = self.body.get("error", {}).get("code", "")
        request = response.request
        super().__init__(
            f"{request.method} {request.url.path}: {self.status} {self.code} {response.text[:400]}"
        )


class Caller:
    """A program that calls the API as someone. Paths start with ``/``; JSON in, JSON out."""

    def __init__(self, url: str, token: str | None = None, *, language: str = "en") -> None:
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.url = url
        self.token = token
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=20, verify=False)

    async def call(self, method: str, path: str, **sent: Any) -> Any:
        """The answer's JSON (None for 204).

        Raises:
            Refusal: any status from 400 up.
        """
        response = await self.http.request(method, path, **sent)
        if response.status_code >= 400:
            raise Refusal(response)
        if not response.content:
            return None
        return response.json() if "json" in response.headers.get("content-type", "") else response.content

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, params=query or None)

    async def post(self, path: str, body: dict[str, Any] | None = None, **sent: Any) -> Any:
        return await self.call("POST", path, json=body if body is not None else {}, **sent)

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        return await self.call("PUT", path, json=body)

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self.call("PATCH", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self.call("DELETE", path)

    async def upload(
        self,
        path: str,
        data: bytes,
        *,
        name: str = "picture.jpg",
        media_type: str = "image/jpeg",
        **fields: str,
    ) -> Any:
        """Send a file as a multipart form, as the pages do."""
        return await self.call("POST", path, files={"file": (name, data, media_type)}, data=fields)

    async def refused(self, method: str, path: str, **sent: Any) -> str:
        """The error code with which a call is refused.

        Raises:
            AssertionError: it was not refused, or by a fault of ours.
        """
        try:
            answer = await self.call(method, path, **sent)
        except Refusal as refusal:
            assert refusal.status < 500, str(refusal)
            return str(refusal.code)
        raise AssertionError(f"{method} {path} was not refused: {answer}")

    @asynccontextmanager
    async def socket(self, path: str) -> AsyncIterator[Socket]:
        """An open WebSocket that has said hello."""
        address = self.url.replace("http", "ws", 1) + path
        async with websockets.connect(address, max_size=1 << 20, compression=None, proxy=None) as connection:
            opened = Socket(connection)
            await opened.send("hello", version=1, **({"token": self.token} if self.token else {}))
            yield opened

    async def close(self) -> None:
        await self.http.aclose()


@dataclass
class Person(Caller):
    """A member of staff, or a customer with their one request, signed in."""

    id: UUID
    name: str
    surface: Surface
    request_id: UUID | None = None

    def __init__(
        self, url: str, token: str, *, id: UUID, name: str, surface: Surface, language: str = "en"
    ) -> None:
        super().__init__(url, token, language=language)
        self.id, self.name, self.surface = id, name, surface


class Socket:
    """A WebSocket that speaks frames ``{"type": …}``; what comes and is not asked for is kept in ``seen``."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[dict[str, Any]] = []

    async def send(self, type: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": type, **fields}))

    async def receive(self, type: str, within_s: float = 10, **wanted: Any) -> dict[str, Any]:
        """The next frame of ``type`` whose fields equal ``wanted``, an earlier unasked one first.

        Raises:
            TimeoutError: none came; the message names what came instead.
        """
        for index, frame in enumerate(self.seen):
            if _fits(frame, type, wanted):
                return self.seen.pop(index)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    frame = json.loads(await self.connection.recv())
                    if _fits(frame, type, wanted):
                        return dict(frame)
                    self.seen.append(frame)
        except TimeoutError:
            came = [frame.get("type") for frame in self.seen]
            raise TimeoutError(f"no frame {type} {wanted} within {within_s} s; came: {came}") from None

    async def closed(self, within_s: float = 10) -> int:
        """The code with which the other side closes."""
        async with asyncio.timeout(within_s):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code


def _fits(frame: dict[str, Any], type: str, wanted: dict[str, Any]) -> bool:
    return frame.get("type") == type and all(frame.get(name) == value for name, value in wanted.items())
