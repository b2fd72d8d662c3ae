"""What it takes to start a process that never outlives the one that started it.

Three nets, because a child that is left behind holds a port and a database:

* ``PR_SET_PDEATHSIG`` (Linux): the kernel signals the child when its parent's thread ends, however it ended;
* a *tether*: the read end of a pipe whose write end only the parent holds. A daemon thread in the child reads
  it; the end of the file means that the parent is gone. Works everywhere, and also ends a child whose
  graceful shutdown hangs;
* an own session for each child, so that Ctrl-C in a terminal reaches the parent alone, which then stops the
  children in order.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
BEAT_EVERY_S = 1.0
HARD_EXIT_AFTER_S = 10.0
"""A tethered child that has not ended this long after its parent is ended without further questions."""

UNIX_PATH_LIMIT = 100
"""Longest socket path in bytes; ``sun_path`` holds 108 on Linux and 104 on macOS, with its closing zero."""


def die_with_parent(signal_number: int = signal.SIGTERM) -> Callable[[], None]:
    """A ``preexec_fn`` that ties the new process to the calling thread's life (Linux; elsewhere nothing)."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: a forked child must not allocate much
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != parent:  # the parent ended between fork and prctl
            os._exit(1)

    return tie


def watch_tether(descriptor: int) -> None:
    """In a child: end when the parent does. ``descriptor`` is the read end of the parent's pipe."""

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Timer(HARD_EXIT_AFTER_S, os._exit, (1,)).start()

    threading.Thread(target=wait, name="tether", daemon=True).start()


async def beat(descriptor: int) -> None:
    """In a child: tell the parent again and again that the event loop goes on, until cancelled.

    ``descriptor`` is the write end of a pipe that does not block; a parent that does not read loses nothing.
    """
    while True:
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(descriptor, b".")
        await asyncio.sleep(BEAT_EVERY_S)


def listening_socket(host: str, port: int) -> socket.socket:
    """A listening socket to hand to web workers; the parent keeps it, so a restarted worker refuses nobody.

    Raises:
        OSError: the address is taken, or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(1024)
    listener.set_inheritable(True)
    return listener


def socket_path(folder: Path, name: str) -> Path:
    """A Unix socket's path in ``folder``; where that is too long, in a private temporary folder."""
    path = folder.resolve() / name
    if len(os.fsencode(path)) <= UNIX_PATH_LIMIT:
        return path
    import tempfile

    return Path(tempfile.mkdtemp(prefix="curbstop-")) / name
