"""uvicorn's HTTP protocol, with an end to whatever somebody may begin before anyone knows who they are.

uvicorn keeps as many bytes of a head, of trailers (RFC 9112, 7.1.2) and of requests sent ahead as a client
sends, and waits for the rest of them as long as the client likes. A proxy in front bounds some of it; an
installation without one has only this.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 32 << 10
"""Bytes in a row that are no body: of a head, of trailers, of the names between chunks."""
MOST_AHEAD = 16
"""Requests that wait on one line for the answer to an earlier one."""
LINGER_S = 2.0
"""For the client to read why its body was not wanted, before the line is closed (RFC 9112, 9.6)."""
_TIMEOUT = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 16\r\nconnection: close\r\n\r\nRequest Timeout\n"
)


class SentTooFarAhead(Exception):
    """More requests on one line than are answered in time."""


class BoundedHttp(HttpToolsProtocol):
    """Each state has a deadline: a head, a body that stops, a body as a whole. One timer looks at it."""

    head_within_s = 15.0
    body_idle_s = 30.0
    body_within_s = 600.0

    _handed_over = False
    _without_body = 0
    _progress = False
    _reading = False
    _in_head = False
    _anything = False
    _latest = 0.0
    _deadline: float | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._end_by(self.head_within_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._anything = True
        self._progress = False
        super().data_received(data)
        if self._reading or self._deadline is not None:
            self._without_body = 0 if self._progress else self._without_body + len(data)
            if self._without_body > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("Request headers too large.")
        elif self.cycle is None or self.cycle.response_complete:
            self._end_by(self.head_within_s)  # empty lines, which begin no request and end the rest

    def handle_websocket_upgrade(self) -> None:
        self._handed_over = True
        self._rest()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        self._reading = self._in_head = True
        self._end_by(self.head_within_s)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= MOST_AHEAD:
            raise SentTooFarAhead()
        self._in_head = False
        self._progress = True
        self._latest = self.loop.time() + self.body_within_s
        self._end_by(self.body_idle_s)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._progress = True
        if self.cycle is None or not self.cycle.response_complete:
            self._end_by(min(self.body_idle_s, self._latest - self.loop.time()))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._reading = False
        self._progress = True
        self._rest()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._reading and not self._in_head:
            self._end_by(LINGER_S)

    def _end_by(self, seconds: float) -> None:
        if self._handed_over:
            return  # what comes now is the WebSocket's, which has deadlines of its own
        self._deadline = self.loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._rest_timer()
            self._timer = self.loop.call_at(self._deadline, self._look)

    def _rest(self) -> None:
        self._deadline = None
        self._rest_timer()

    def _rest_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """The timer: deadlines move with every piece of a body, and the timer only when it has rung."""
        self._timer = None
        if self._deadline is None or self.transport.is_closing():
            return
        left = self._deadline - self.loop.time()
        answering = self.cycle is not None and not self.cycle.response_complete
        if left > 0:
            self._timer = self.loop.call_at(self._deadline, self._look)
        elif self.flow.read_paused or (answering and (self._in_head or not self._reading)):
            self._end_by(self.body_idle_s)  # it is we whom the client waits for
        else:
            self._time_out(answering)

    def _time_out(self, answering: bool) -> None:
        cycle: Any = self.cycle
        if self._anything and self._reading and not (answering and cycle.response_started):
            if self._in_head or answering:
                self.transport.write(_TIMEOUT)
        self.transport.close()
