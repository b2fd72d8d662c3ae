"""``curbstop serve`` and ``curbstop media``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.cli import chosen_settings, say
from app.embedded_redis import NoServer
from app.log_lines import LogLines
from app.serve import AddressTaken, AlreadyRunning, Stack
from app.supervisor import StartFailed
from kernel.settings import Settings


def serve(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    settings = chosen_settings(options)
    media_only = options.command == "media"
    if media_only and not settings.redis_url:
        say("A media node on its own needs CURBSTOP_REDIS_URL, the Redis of the installation it belongs to.")
        return 2
    if not media_only and settings.database_url == "":
        from app.migrations.command import migrate

        if code := migrate(settings):
            return code
    workers, nodes = (0, options.nodes) if media_only else (options.workers, options.media_nodes)

    async def started(stack: Stack) -> None:
        address = stack.settings.base_url
        if getattr(options, "json", False):
            write_line(
                {"url": address, "api": f"{address}/api", "ready": True, "pid": os.getpid(), **pids(stack)}
            )
        elif media_only:
            say("The media node is registered." if nodes == 1 else f"{nodes} media nodes are registered.")
        else:
            say(f"Curbstop serves {address}. Ctrl-C stops it.")

    terminal = not getattr(options, "json", False)
    return run_stack(settings, started, workers=workers, media_nodes=nodes, terminal=terminal)


def pids(stack: Stack) -> dict[str, object]:
    return {"processes": dict(stack.pids)}


def write_line(fields: dict[str, object]) -> None:
    """The one line that a program reads."""
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def run_stack(
    settings: Settings,
    started: Callable[[Stack], Awaitable[None]],
    *,
    workers: int,
    media_nodes: int,
    terminal: bool,
) -> int:
    """Start all processes, call ``started`` once they serve, keep them until asked to stop; an exit code."""
    try:
        return asyncio.run(_run(settings, started, workers, media_nodes, terminal))
    except (AlreadyRunning, AddressTaken, NoServer) as fault:
        say(str(fault) if not isinstance(fault, AddressTaken) else f"Something else listens on {fault}")
        return 1


async def _run(
    settings: Settings,
    started: Callable[[Stack], Awaitable[None]],
    workers: int,
    media_nodes: int,
    terminal: bool,
) -> int:
    settings.data.mkdir(parents=True, exist_ok=True)
    lines = LogLines(settings.data / "log", terminal=terminal)
    stack = Stack(settings, lines, workers=workers, media_nodes=media_nodes)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    code = 0
    stopping = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(_start(stack, started))
    try:
        await asyncio.wait({stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await stopping
            say("Stopping …")
    except StartFailed as fault:
        say(f"{fault.name} could not be started. Its last words ({lines.path} has all):")
        for line in fault.last_words:
            say(f"  {line}")
        code = 1
    finally:
        starting.cancel()
        with suppress(asyncio.CancelledError, StartFailed):
            await starting
        stopping.cancel()
        await stack.stop()
        lines.close()
    return code


async def _start(stack: Stack, started: Callable[[Stack], Awaitable[None]]) -> None:
    stack.start()
    await stack.wait_ready()
    await started(stack)
