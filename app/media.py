"""One media node: ``python -m app.child media``. Started by :mod:`app.serve`, never by hand."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from contextlib import suppress

import uvloop

from app.log_setup import set_up_logging
from app.processes import beat, watch_tether
from app.serve import READY_LINE
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.service.serve import serve
from kernel.settings import Settings


def configuration(settings: Settings) -> NodeConfig:
    """The node that the settings describe."""
    return NodeConfig(
        node_id=settings.media_node_id,
        redis_url=settings.redis_url,
        host=settings.media_host,
        port=settings.media_port,
        advertised_addresses=settings.media_addresses,
        host6=settings.media_host6 or None,
        compiled=settings.media_compiled,
        max_peers=settings.media_peers,
    )


async def run(settings: Settings, pulse: int) -> None:
    """Serve until asked to end; says once the hub can find the node."""

    def ready(_node: MediaNode) -> None:
        sys.stdout.write(READY_LINE + "\n")
        sys.stdout.flush()

    task = asyncio.create_task(serve(configuration(settings), ready))
    beating = asyncio.create_task(beat(pulse))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
    beating.cancel()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tether", type=int, required=True)
    parser.add_argument("--name", required=True, help="seen in the list of processes")
    parser.add_argument("--pulse", type=int, required=True)
    chosen = parser.parse_args()
    watch_tether(chosen.tether)
    settings = Settings()
    set_up_logging(settings)
    uvloop.run(run(settings, chosen.pulse))
