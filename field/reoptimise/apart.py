"""A search in a process of its own: it holds up nobody who answers requests, and can be ended at any
moment.

What goes in is a value, what comes out is a value, and nothing is stored on the way: a process that is killed
leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.replan import Replanned, Rest, replan

BEHIND: Final = 10
"""How much the search stands back behind whoever answers requests (``nice``)."""
LOOK_S: Final = 0.25
START_S: Final = 120.0
"""What a start may take beside the budget: where nothing has been compiled yet, numba does it now."""

Wanted = Callable[[], Awaitable[bool]]


class SearchLost(Exception):
    """The process ended without an answer, or gave none in time."""


async def replan_apart(rest: Rest, budget_s: float, seed: int, still_wanted: Wanted) -> Replanned | None:
    """Search for ``budget_s`` seconds; None as soon as it is no longer wanted.

    Raises:
        SearchLost: the process was killed, or failed.
    """
    done: Replanned | None = await answer_apart(
        _replanned, (rest, budget_s, seed), budget_s + START_S, still_wanted
    )
    return done


async def answer_apart(
    work: Callable[..., Any], given: tuple[Any, ...], within_s: float, still_wanted: Wanted
) -> Any:
    """``work(*given)``, a function of a module, with values that can be pickled; None as soon as it is no
    longer wanted.

    Raises:
        SearchLost: the process was killed, failed, or has not answered ``within_s``.
    """
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_answer, args=(theirs,), daemon=True)
    await asyncio.to_thread(process.start)
    theirs.close()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):
            await asyncio.to_thread(ours.send, (work, given))
        deadline = time.monotonic() + within_s
        while not await asyncio.to_thread(ours.poll, LOOK_S):
            if not await still_wanted():
                return None
            if time.monotonic() > deadline:
                raise SearchLost("no answer in time")
        return await asyncio.to_thread(ours.recv)
    except (EOFError, ConnectionResetError) as error:
        raise SearchLost("the process has ended") from error
    finally:
        ours.close()
        process.kill()
        await asyncio.to_thread(process.join)


def _answer(line: Connection) -> None:
    """The other process."""
    os.nice(BEHIND)
    work, given = line.recv()
    answer = work(*given)
    with suppress(BrokenPipeError):
        line.send(answer)


def _replanned(rest: Rest, budget_s: float, seed: int) -> Replanned:
    moves = quick_moves()
    # What has to be compiled, or read from where it lies compiled, is not what the budget is for.
    replan(rest, lambda made: made / 1.0, moves, seed=seed)
    begun = time.monotonic()
    return replan(rest, lambda made: (time.monotonic() - begun) / budget_s, moves, seed=seed)
