"""Reading a large file apart from whoever answers requests meanwhile.

Parsing holds the interpreter's lock for as long as a file is large, seconds for a city's: in a thread it
would stop everybody else of this process. So a large file is read by a process of its own, and a small one
in a thread; what threads do besides, they do in short turns.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:  # a process that reads a file needs no database
    from kernel.database import Database, UnitOfWork

T = TypeVar("T")
Row = tuple[Any, ...]
"""Values in the order of a table's columns."""
Part = tuple[str, list[Row]]
"""Rows of the table of that name."""

SMALL: Final = 64 * 1024
"""Bytes that are read in less time than a process takes to start."""
TURN_S: Final = 0.0005


async def read_apart(read: Callable[..., T], data: bytes, **options: Any) -> T:
    """``read(data, **options)``; it must be a function of a module, and its answer picklable."""
    if len(data) <= SMALL:
        return await asyncio.to_thread(read, data, **options)
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, partial(read, data, **options))
    finally:
        pool.shutdown(wait=False)


Telling = Generator[Any, Any, None]
Hear = Callable[[Any], Awaitable[Any]]
BEHIND: Final = 10
"""How much a reader stands back behind whoever answers requests (``nice``)."""


@asynccontextmanager
async def told_apart(tell: Callable[..., Telling], data: bytes, *arguments: Any) -> AsyncIterator[Hear]:
    """Run the generator ``tell(data, *arguments)`` elsewhere; ``await hear(answer)`` is its ``send(answer)``.

    For files whose content is too large to be handed over whole: what comes from another process is unpacked
    with the interpreter's lock held, so it has to come in small parts. ``tell`` must be a function of a
    module, and what it yields picklable. A generator that has ended raises EOFError.
    """
    if len(data) <= SMALL:
        running = tell(data, *arguments)
        yield lambda answer: asyncio.to_thread(_send, running, answer)
        running.close()
        return
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_tell, args=(theirs, tell, arguments), daemon=True)
    await asyncio.to_thread(process.start)
    theirs.close()
    try:
        await asyncio.to_thread(ours.send_bytes, data)
        yield lambda answer: asyncio.to_thread(_ask, ours, answer)
    finally:
        ours.close()
        process.terminate()
        await asyncio.to_thread(process.join)


FEW: Final = 100
WRITING_S: Final = 0.03
"""What a transaction of an import may take, where the machine is slow or busy: others wait to write."""


async def store_as_told(
    database: Database,
    insert: Callable[[UnitOfWork, str, list[Row]], Awaitable[None]],
    hear: Hear,
    begun: object,
    *,
    at_most: int,
) -> None:
    """Answer ``begun`` and store the parts that are told then, until None is: in transactions of as many rows
    as :data:`WRITING_S` allows on this machine, and ``at_most``.
    """
    at_a_time = FEW
    part: Part | None = await hear(begun)
    while part is not None:
        table, rows = part
        while rows:
            start = time.perf_counter()
            await database.run(insert, table, rows[:at_a_time])
            took = time.perf_counter() - start
            rows = rows[at_a_time:]
            at_a_time = max(FEW, min(at_most, int(at_a_time * min(2.0, WRITING_S / took))))
        part = await hear(None)


def _send(running: Telling, answer: Any) -> Any:
    try:
        return running.send(answer)
    except StopIteration:
        raise EOFError from None


def _ask(line: Connection, answer: Any) -> Any:
    line.send(answer)
    return line.recv()


def _tell(line: Connection, tell: Callable[..., Telling], arguments: tuple[Any, ...]) -> None:
    """The other process: it ends when nobody asks any more."""
    os.nice(BEHIND)
    with suppress(EOFError, OSError):
        for part in _answered(line, tell(line.recv_bytes(), *arguments)):
            line.send(part)


def _answered(line: Connection, running: Telling) -> Iterator[Any]:
    with suppress(StopIteration):
        while True:
            yield running.send(line.recv())


async def work_aside(work: Callable[..., T], *arguments: Any) -> T:
    """``work(*arguments)`` in a thread that leaves the interpreter to others twice a millisecond."""
    with short_turns():
        return await asyncio.to_thread(work, *arguments)


_usual: Final = sys.getswitchinterval()
_wanted = 0


@contextmanager
def short_turns() -> Iterator[None]:
    """Threads change places every half millisecond instead of every five: who answers a request needs a
    dozen turns for one small write. For the event loop's thread, which alone counts who wants it."""
    global _wanted
    _wanted += 1
    sys.setswitchinterval(min(_usual, TURN_S))
    try:
        yield
    finally:
        _wanted -= 1
        if not _wanted:  # the last of those that overlap
            sys.setswitchinterval(_usual)
