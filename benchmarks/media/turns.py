"""Turns that end: a measurement has a time limit, and is taken again when something came between."""

import asyncio
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from benchmarks import Line, Missing

T = TypeVar("T")

TRIES = 3
LETS_GO_S = 20.0
"""How long a turn that is over its time may take to clean up behind itself."""


class TurnFailed(Exception):
    """A turn did not work, as often as it was taken; the message says why not."""


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """``work``'s result. Comes back in time even if the work does not heed being cancelled.

    Raises:
        TimeoutError: it took longer.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError(f"not over after {seconds:.0f} s")
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=LETS_GO_S)


async def taken(
    what: str,
    turn: Callable[[], Coroutine[Any, Any, T]],
    seconds: float,
    good: Callable[[T], bool] = lambda _: True,
    tries: int = TRIES,
) -> T:
    """What ``turn`` found. A turn that failed, was not over within ``seconds`` or was not ``good`` is taken
    again, at most ``tries`` times in all; the last one counts even if it was not good.

    Raises:
        Missing: what the turn needs is not here.
        TurnFailed: the last turn, too, failed or did not end.
    """
    for left in reversed(range(tries)):
        try:
            result = await within(seconds, turn())
        except Missing:
            raise
        except Exception as fault:
            sys.stderr.write(f"{what}: {type(fault).__name__}: {fault}\n")
            if not left:
                raise TurnFailed(f"{what}: {type(fault).__name__}: {fault}") from fault
        else:
            if good(result) or not left:
                return result
    raise AssertionError("unreachable")


def part(names: tuple[str, ...], lines: Callable[[], Coroutine[Any, Any, list[Line]]]) -> Iterator[Line]:
    """The lines of one part of a benchmark; if it fails, that its figures are missing, so that the next part
    has its turn.
    """
    try:
        with _runner() as runner:
            found = runner.run(lines())
    except Missing as missing:
        found = [Missing(str(missing), name) for name in names]
    except Exception as fault:
        if not isinstance(fault, TurnFailed):
            traceback.print_exc()
        found = [Missing(f"did not work: {fault!r}", name) for name in names]
    yield from found


@contextmanager
def _runner() -> Iterator[asyncio.Runner]:
    """uvloop's runner, without waiting at its end for tasks that do not heed being cancelled."""
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    loop = runner.get_loop()
    try:
        yield runner
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            runner.run(_wait(left))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def _wait(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.wait(tasks, timeout=LETS_GO_S)
