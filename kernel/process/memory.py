"""What the garbage collector need not look at.

Everything that is loaded at a start lives to the end: some 145,000 objects in a web worker. The collector's
long round walks through all of them, 50 to 100 ms in which the process does nothing else, and finds nothing.
"""

from __future__ import annotations

import gc


def settle_memory() -> None:
    """Take what is there now, the program itself, out of the garbage collector's sight."""
    gc.collect()
    gc.freeze()
    gc.collect()  # it measures by what its last long round found: hardly anything


YOUNG, MIDDLE, OLD = 2_000, 20, 100


def collect_seldom() -> None:
    """Have the collector's long round made far less often.

    A worker with 4,000 open sockets holds a million objects that all live on. To walk through them takes 300
    to 450 ms, and it did so every few seconds. What is thrown away young is found by the short rounds as
    before; what grew old and lies in a circle (of a socket that has ended) waits for minutes.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)
