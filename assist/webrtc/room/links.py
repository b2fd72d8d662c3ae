"""The way to one peer: its own socket, or the worker that has it.

A slow reader must cost nobody else anything. A link keeps at most :data:`QUEUE_FRAMES` frames; when that is
full, losable frames are dropped, and a frame that may not be lost closes the link: the client comes back
and is told everything afresh, which is cheaper than remembering for it.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from kernel.actors import Actor

log = structlog.get_logger(__name__)

QUEUE_FRAMES = 256
LOSABLE_FRAMES = 64
"""Losable frames are dropped from here on, so that they never crowd out the others."""
FLUSH_S = 1.0

TOO_SLOW = 4428


class Link(Protocol):
    """Where frames for a peer go. Neither method waits."""

    actor: Actor
    language: str

    def send(self, text: str, losable: bool = False) -> None: ...

    def close(self, code: int) -> None: ...


class SocketLink:
    """A peer whose socket is on this worker. :meth:`write` is its writing task."""

    def __init__(self, socket: WebSocket, actor: Actor, language: str, session: bytes) -> None:
        self.socket = socket
        self.actor = actor
        self.language = language
        self.session = session
        self.last_heard = 0.0
        self.asked = False
        """A ping of ours is under way."""
        self.closing: int | None = None
        self._frames: asyncio.Queue[str | None] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        """Nothing more will be written."""

    def send(self, text: str, losable: bool = False) -> None:
        waiting = self._frames.qsize()
        if self.closing is not None or (losable and waiting >= LOSABLE_FRAMES):
            return
        if waiting >= QUEUE_FRAMES:
            log.info("link_too_slow")
            self.close(TOO_SLOW)
            return
        self._frames.put_nowait(text)

    def close(self, code: int) -> None:
        """Close once what has been sent is written; a client that does not even read that is cut off."""
        if self.closing is None:
            self.closing = code
            self._frames.put_nowait(None)
            asyncio.get_running_loop().call_later(FLUSH_S, self._cut_off)

    def _cut_off(self) -> None:
        if self._writer is not None:
            self._writer.cancel()

    async def write(self) -> None:
        """Write frames until the link is closed or lost, then close the socket."""
        self._writer = asyncio.current_task()
        try:
            while (text := await self._next()) is not None:
                await self.socket.send_text(text)
            await self.socket.close(self.closing or 1000)
        except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
            pass  # the reader sees the end of the socket as well
        finally:
            self.ended.set()

    async def _next(self) -> str | None:
        if self.closing == TOO_SLOW:
            return None
        return await self._frames.get()
