"""Reading a large file apart from whoever answers requests meanwhile.

Parsing holds the interpreter's lock for as long as a file is large, seconds for a city's: in a thread it
would stop everybody else of this process. So a large file is read by a process of its own, and a small one
in a thread; what threads do besides, they do in short turns.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, TypeVar

T = TypeVar("T")

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


async def work_aside(work: Callable[..., T], *arguments: Any) -> T:
    """``work(*arguments)`` in a thread that leaves the interpreter to others twice a millisecond."""
    with short_turns():
        return await asyncio.to_thread(work, *arguments)


@contextmanager
def short_turns() -> Iterator[None]:
    """Threads change places every half millisecond instead of every five: who answers a request needs a
    dozen turns for one small write."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, TURN_S))
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
