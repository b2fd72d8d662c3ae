"""One web worker: ``python -m app.child web --listener FD``. Started by :mod:`app.serve`, never by hand.

The listening socket belongs to the parent, so that any number of workers share it and a restarted one
refuses nobody in between.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.build import build_web
from app.processes import watch_tether
from app.serve import READY_LINE
from kernel.process.memory import settle_memory
from kernel.settings import Settings

MAX_HEADER_BYTES = 32 << 10
MAX_SOCKET_FRAME = 64 << 10
GRACE_S = 5


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's parser keeps as many header bytes as a client sends; this one says 400 in time."""

    _head_bytes = 0
    _in_head = True

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEADER_BYTES:
                self.send_400_response("Request headers too large.")

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()


class Server(uvicorn.Server):
    """Says when it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle_memory()
            sys.stdout.write(READY_LINE + "\n")
            sys.stdout.flush()


def configuration(settings: Settings, worker: str) -> uvicorn.Config:
    secure: dict[str, Any] = {}
    if settings.tls_certificate and settings.tls_key:
        secure = {"ssl_certfile": str(settings.tls_certificate), "ssl_keyfile": str(settings.tls_key)}
    return uvicorn.Config(
        build_web(settings, worker),
        loop="uvloop",
        http=BoundedHttp,
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_FRAME,
        ws_per_message_deflate=False,
        lifespan="on",
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_S,
        **secure,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--tether", type=int, required=True)
    parser.add_argument("--name", required=True)
    chosen = parser.parse_args()
    watch_tether(chosen.tether)
    listener = socket.socket(fileno=chosen.listener)
    server = Server(configuration(Settings(), chosen.name))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    if not server.started:
        raise SystemExit(3)
