"""Ends the process when its event loop stands still: a supervisor starts a fresh one, and clients offer
again.

One packet that sends a parser into an endless loop would otherwise hold every call on the node. The watch
counts its own short sleeps instead of reading a clock, so that a machine that was suspended, or starved as
a whole, is not mistaken for a loop that hangs.
"""

import asyncio
import faulthandler
import os
import sys
import threading
from collections.abc import Callable

STALLED_EXIT_CODE = 70
_STEPS = 10


def _end_process() -> None:
    faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
    os._exit(STALLED_EXIT_CODE)


class Watchdog:
    """Calls ``on_stall`` from its own thread once the loop has not turned for ``limit_s`` seconds."""

    def __init__(self, limit_s: float, on_stall: Callable[[], None] = _end_process) -> None:
        self._step = limit_s / _STEPS
        self._on_stall = on_stall
        self._turns = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    async def run(self) -> None:
        """Turn with the loop until cancelled."""
        self._thread.start()
        try:
            while True:
                self._turns += 1
                await asyncio.sleep(self._step)
        finally:
            self._stop.set()

    def _watch(self) -> None:
        seen, still = -1, 0
        while not self._stop.wait(self._step):
            still = 0 if self._turns != seen else still + 1
            seen = self._turns
            if still > _STEPS:
                self._on_stall()
                return
