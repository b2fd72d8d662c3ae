"""``curbstop serve`` and ``curbstop media``; and, for the demo as well, running until asked to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.command_line import Hints, chosen_settings, hints_of, say, use_folder
from app.data_folder import FolderUnusable, is_full, said
from app.embedded_redis import NoServer
from app.fork_server import ForkServer
from app.log_lines import LogLines
from app.serve import AddressRefused, AddressTaken, AlreadyRunning, Stack
from app.supervisor import StartFailed


def serve(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    settings = chosen_settings(options)
    media_only = options.command == "media"
    if media_only and not settings.redis_url:
        say("A media node on its own needs CURBSTOP_REDIS_URL, the Redis of the installation it belongs to.")
        return 2
    hints = hints_of(options)
    forks = ForkServer.begin("app.media", *(() if media_only else ("app.web",)))
    use_folder(settings.data, hints)
    if not media_only and settings.database_url == "":
        from app.migrations.command import migrate

        if code := migrate(settings):
            return code
    as_json = getattr(options, "json", False)
    workers, nodes = (0, options.nodes) if media_only else (options.workers, options.media_nodes)

    def started(stack: Stack) -> None:
        url = stack.settings.base_url
        if as_json:
            write_line({"url": url, "api": f"{url}/api", "ready": True, "pid": os.getpid()})
        elif media_only:
            say(f"Media nodes registered: {nodes}. Ctrl-C stops them.")
        else:
            say(f"Curbstop serves {url}. Ctrl-C stops it.")

    with LogLines(settings.data / "log", terminal=not as_json) as lines:
        return run_stack(
            lambda: Stack(settings, lines, workers=workers, media_nodes=nodes, forks=forks),
            started,
            lines.path,
            settings.data,
            hints,
        )


def write_line(fields: dict[str, object]) -> None:
    """The one line that a program reads."""
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def run_stack(
    make: Callable[[], Stack], started: Callable[[Stack], None], log: Path, data: Path, hints: Hints
) -> int:
    """Start all processes, call ``started`` once they serve, keep them until asked to stop; an exit code."""
    try:
        return asyncio.run(_run(make, started, log, data, hints))
    except AddressTaken as fault:
        say(f"Something else listens on {fault}. Choose another port: {hints.port}")
    except AddressRefused as fault:
        say(f"Nothing can listen on {fault}. Choose another address with {hints.host}, or port: {hints.port}")
    except AlreadyRunning as fault:
        say(f"{fault}. Stop it first, or name another folder: {hints.folder}")
    except FolderUnusable as fault:
        say(f"{fault}. Name another folder: {hints.folder}")
    except NoServer as fault:
        say(str(fault))
    return 1


async def _run(
    make: Callable[[], Stack], started: Callable[[Stack], None], log: Path, data: Path, hints: Hints
) -> int:
    with said(data):
        stack = make()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(_start(stack, started))
    try:
        await asyncio.wait({stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await stopping
        say("Stopping …")
        return 0
    except StartFailed as fault:
        if is_full(data):
            say(f"The disk of {data} is full. Make room there, or name another folder: {hints.folder}")
            return 1
        say(f"{fault.name} could not be started. Its last words (all of them are in {log}):")
        for line in fault.last_words:
            say(f"  {line}")
        return 1
    finally:
        for task in (starting, stopping):
            task.cancel()
            with suppress(asyncio.CancelledError, StartFailed):
                await task
        await stack.stop()


async def _start(stack: Stack, started: Callable[[Stack], None]) -> None:
    stack.start()
    await stack.wait_ready()
    started(stack)
