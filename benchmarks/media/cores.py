"""Who runs on which core."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Missing


@contextlib.contextmanager
def a_core_apart() -> Iterator[int]:
    """Keep this process off one core, whose number is the result; the process under test is put there.

    Raises:
        Missing: there is only one core.
    """
    if not hasattr(os, "sched_setaffinity"):
        raise Missing("processes cannot be pinned to cores here")
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        raise Missing("needs two cores: one for the node, one for its load")
    apart = min(before)
    os.sched_setaffinity(0, before - {apart})
    try:
        yield apart
    finally:
        os.sched_setaffinity(0, before)


def pin(pid: int, core: int) -> None:
    """Put a process, all threads that it has, on one core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def cpu_seconds(pid: int) -> float:
    """Processor time of all threads of a process, to the nanosecond."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def waited_seconds(pid: int) -> float:
    """How long all threads of a process wanted a core that others had: what a busy machine takes from it."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[1])
    return total / 1e9


def resident_mb(pid: int) -> float:
    """Memory in use by a process, MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
