"""Runs a media node: sockets, clock, watchdog, and the wire to the hub."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import structlog

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.forwarder import Forwarder
from assist.webrtc.node.ice.sockets import bind
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.service.beat import Beat
from assist.webrtc.node.service.command_handler import CommandHandler
from assist.webrtc.node.service.remote import Remote
from assist.webrtc.node.service.watchdog import Watchdog
from kernel.process.memory import settle_memory

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def running(
    config: NodeConfig, on_event: Callable[[control.Event], None] = lambda _: None
) -> AsyncIterator[MediaNode]:
    """A node that forwards media while the context is open, without Redis and watchdog."""
    sockets = [bind(config.host, config.port, config.receive_buffer)]
    loop = asyncio.get_running_loop()
    clock: asyncio.Task[None] | None = None
    node: MediaNode | None = None
    try:
        if config.host6 is not None:
            port = sockets[0].getsockname()[1]
            sockets.append(bind(config.host6, port, config.receive_buffer))
        node = MediaNode(config, sockets, on_event, _forwarder(config, sockets[0]))
        for sock in sockets:
            loop.add_reader(sock.fileno(), node.forwarder.drain, sock)
        clock = loop.create_task(Beat(node, on_event).run())
        yield node
    finally:
        if clock is not None:
            clock.cancel()
        if node is not None:
            node.close()
            await asyncio.sleep(0.05)  # the goodbyes leave
        for sock in sockets:
            loop.remove_reader(sock.fileno())
            sock.close()


async def serve(config: NodeConfig, ready: Callable[[MediaNode], None] = lambda _: None) -> None:
    """Run a node until cancelled. ``ready`` is called once the hub can find it (at once without Redis).

    For a process that is a media node and nothing else.
    """
    remote: Remote | None = None

    def tell(event: control.Event) -> None:
        if remote is not None:
            remote.publish(event)

    async with running(config, tell) as node:
        settle_memory()
        watch = asyncio.create_task(Watchdog(config.stall_limit_s).run())
        try:
            if config.redis_url is None:
                ready(node)
                await asyncio.Event().wait()
            else:
                handler = CommandHandler(node, tell)
                remote = Remote(config.redis_url, config.node_id, handler.handle, handler.record)
                registered = asyncio.Event()
                announce = asyncio.create_task(_announce(registered, ready, node))
                try:
                    await remote.run(registered)
                finally:
                    announce.cancel()
        finally:
            watch.cancel()


async def _announce(registered: asyncio.Event, ready: Callable[[MediaNode], None], node: MediaNode) -> None:
    await registered.wait()
    ready(node)


def _forwarder(config: NodeConfig, sock: socket.socket) -> Forwarder:
    """The plain loop, or the compiled one where it was asked for and can be had."""
    if not config.compiled or sock.family != socket.AF_INET:
        return Forwarder()
    try:
        from assist.webrtc.node.compiled.forwarder import CompiledForwarder
    except ImportError as fault:
        log.warning("compiled_loop_absent", fault=str(fault))
        return Forwarder()
    return CompiledForwarder(sock)
