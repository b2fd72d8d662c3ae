"""A reader that is not trusted: in a process of its own, with an end to its memory, its time and its files.

GDAL is a million lines that read whatever a file claims to be. So it runs where nothing else does: a process
that sees a folder of its own and the bytes, may take so much memory and so much of a processor, and is killed
when it is not done in time. What comes back is what it told; what does not come back is a fault of the file.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from kernel.errors import Fault

log = structlog.get_logger(__name__)

T = TypeVar("T")

MEMORY: Final = 1 << 31
"""Bytes of addresses: libraries reserve four times what they use."""
SECONDS: Final = 60
AT_ONCE: Final = 2
"""Readers of one worker at the same time: each has a thread of the worker wait for it."""
TURN_S: Final = 30.0
"""How long a file waits for its turn."""
FILE_BYTES: Final = 256 << 20
BEHIND: Final = 10
"""How much it stands back behind whoever answers requests (``nice``)."""


class ReaderStopped(Exception):
    """The reader took more than it may; `fault` says of what."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


async def run_bounded(
    work: Callable[..., T], *arguments: Any, seconds: float = SECONDS, memory: int = MEMORY, **options: Any
) -> T:
    """``work(*arguments, folder=…, **options)`` in a process of its own.

    `work` must be a function of a module, what it takes and answers picklable. The folder is its own and gone
    afterwards.

    Raises:
        ReaderStopped: it took too much, or died of what it read.
    """
    async with _turn():
        return await _run(partial(work, *arguments, **options), seconds, memory)


_running = 0


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    """For the event loop's thread, which alone counts."""
    global _running
    last = time.monotonic() + TURN_S
    while _running >= AT_ONCE:
        if time.monotonic() > last:
            raise ReaderStopped(Fault("reader_busy", "file"))
        await asyncio.sleep(0.05)
    _running += 1
    try:
        yield
    finally:
        _running -= 1


async def _run(work: Callable[..., T], seconds: float, memory: int) -> T:
    spawning = get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="curbstop-") as folder:
        ours, theirs = spawning.Pipe(duplex=False)
        task = partial(work, folder=Path(folder))
        limits = (memory, int(seconds) + 1)
        process = spawning.Process(target=_bounded, args=(theirs, task, limits), daemon=True)
        await asyncio.to_thread(process.start)
        theirs.close()
        try:
            return await asyncio.to_thread(_heard, ours, seconds)
        finally:
            ours.close()
            process.kill()
            await asyncio.to_thread(process.join)


def _heard(line: Connection, seconds: float) -> Any:
    if not line.poll(seconds):
        raise ReaderStopped(Fault("file_too_slow", "file", params={"seconds": round(seconds)}))
    try:
        kind, answer = line.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        raise ReaderStopped(Fault("file_too_much", "file")) from None
    if kind == "told":
        return answer
    if kind == "memory":
        raise ReaderStopped(Fault("file_too_much", "file"))
    log.error("reader_failed", error=answer)
    raise ReaderStopped(Fault("file_unreadable", "file"))


def _bounded(line: Connection, task: Callable[[], Any], limits: tuple[int, int]) -> None:
    """The other process."""
    memory, seconds = limits
    os.nice(BEHIND)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        told: tuple[str, Any] = ("told", task())
    except MemoryError:
        told = ("memory", None)
    except Exception as error:
        told = ("failed", f"{type(error).__name__}: {error}"[:500])
    with suppress(OSError, MemoryError):
        line.send(told)
