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

from app.bounded_http import BoundedHttp
from app.build import build_web
from app.processes import beat, watch_tether
from app.serve import READY_LINE
from kernel.process.memory import collect_seldom, settle_memory
from kernel.settings import Settings

MAX_SOCKET_FRAME = 64 << 10
GRACE_S = 5


class Server(uvicorn.Server):
    """Says when it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle_memory()
            collect_seldom()
            sys.stdout.write(READY_LINE + "\n")
            sys.stdout.flush()


def configuration(settings: Settings) -> uvicorn.Config:
    secure: dict[str, Any] = {}
    if settings.tls_certificate and settings.tls_key:
        secure = {"ssl_certfile": str(settings.tls_certificate), "ssl_keyfile": str(settings.tls_key)}
    return uvicorn.Config(
        build_web(settings),
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


async def _serve(server: Server, listener: socket.socket, pulse: int) -> None:
    beating = asyncio.create_task(beat(pulse))
    await server.serve(sockets=[listener])
    beating.cancel()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--tether", type=int, required=True)
    parser.add_argument("--name", required=True, help="seen in the list of processes")
    parser.add_argument("--pulse", type=int, required=True)
    chosen = parser.parse_args()
    watch_tether(chosen.tether)
    listener = socket.socket(fileno=chosen.listener)
    server = Server(configuration(Settings()))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, listener, chosen.pulse))
    if not server.started:
        raise SystemExit(3)
