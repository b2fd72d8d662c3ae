"""`python -m assist.webrtc.node`: one media node, set up from the command line."""

import argparse
import asyncio
import contextlib
import signal
import sys

import uvloop

from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.service.serve import serve


def configuration(arguments: list[str] | None = None) -> NodeConfig:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m assist.webrtc.node", description=__doc__)
    parser.add_argument("--id", default="media-1", help="this node's name in Redis")
    parser.add_argument("--redis", default=None, help="Redis URL; without it nobody can reach the node")
    parser.add_argument("--host", default="127.0.0.1", help="where the UDP socket is bound")
    parser.add_argument("--host6", default=None, help="a second socket, at a literal IPv6 address")
    parser.add_argument("--port", type=int, default=0, help="UDP port, 0: any")
    parser.add_argument("--advertise", action="append", default=[], help="address[:port] told to clients")
    parser.add_argument("--compiled", action="store_true", help="compile the packet loop (needs numba)")
    given = parser.parse_args(arguments)
    return NodeConfig(
        node_id=given.id,
        redis_url=given.redis,
        host=given.host,
        host6=given.host6,
        port=given.port,
        advertised_addresses=tuple(given.advertise),
        compiled=given.compiled,
    )


async def run(config: NodeConfig) -> None:
    """Serve until SIGINT or SIGTERM."""

    def ready(node: MediaNode) -> None:
        host, port = node.candidates[0]
        sys.stdout.write(f"media node {config.node_id} at {host} {port}\n")
        sys.stdout.flush()

    task = asyncio.create_task(serve(config, ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    uvloop.run(run(configuration()))
