"""A Python that has the whole product loaded, and is copied for each product that a test starts.

What a test meets is the product's own command in a process of its own; only the reading of modules, seconds
of it, is not done again. Tests about starting (``tests/journey/test_processes.py``, the demo's) start cold.
"""

from __future__ import annotations

import itertools
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from app.fork_server import Ended, NotStarted, Start, Started
from app.processes import die_with_parent

PARTS = (
    *("app.cli", "app.serve_command", "app.migrations.command", "app.media", "app.web"),
    # What a worker loads some seconds after its start; it begins to use it then as ever.
    *("numba", "field.network.engine.search_compiled", "field.road.shortest_compiled"),
)
_news = msgspec.json.Decoder(Started | NotStarted | Ended)


class WarmProcess:
    """As much of :class:`subprocess.Popen` as a product's owner needs."""

    def __init__(self, python: WarmPython, pid: int, stdout: int, stderr: int) -> None:
        self.pid = pid
        self.stdout = os.fdopen(stdout, "r")
        self.stderr = os.fdopen(stderr, "r")
        self._python = python

    def send_signal(self, number: int) -> None:
        if self.pid not in self._python.ended:
            with suppress(ProcessLookupError):  # it has ended, and nobody has said so yet
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float) -> int:
        """Its exit code.

        Raises:
            subprocess.TimeoutExpired: it has not ended in ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while self.pid not in self._python.ended:
            if not self._python.hear(deadline - time.monotonic()):
                raise subprocess.TimeoutExpired("the product", timeout)
        return self._python.ended[self.pid]


class WarmPython:
    """One a test session, started when it is first wanted."""

    def __init__(self) -> None:
        # What dies with its parent dies with the thread that started it.
        assert threading.current_thread() is threading.main_thread()
        self.ended: dict[int, int] = {}
        self._started: dict[int, int] = {}
        self._requests = itertools.count(1)
        self._environment = dict(os.environ)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [sys.executable, "-m", "app.fork_server", str(theirs.fileno()), *PARTS]
        self._process = subprocess.Popen(
            words, pass_fds=[theirs.fileno()], preexec_fn=die_with_parent(signal.SIGKILL)
        )
        theirs.close()

    def start(self, words: Sequence[str], environment: Mapping[str, str]) -> WarmProcess:
        """``curbstop`` with ``words`` after it, in ``environment``."""
        changes: dict[str, str | None] = dict.fromkeys(self._environment.keys() - environment.keys())
        changes |= {
            name: value for name, value in environment.items() if self._environment.get(name) != value
        }
        (stdout, out), (stderr, err) = os.pipe(), os.pipe()
        order = Start(next(self._requests), "app.cli", "a test's product", list(words), changes, [1, 2])
        socket.send_fds(self._control, [msgspec.json.encode(order)], [out, err])
        os.close(out)
        os.close(err)
        while order.request not in self._started:
            assert self.hear(60), "no product was started"
        return WarmProcess(self, self._started.pop(order.request), stdout, stderr)

    def hear(self, patience_s: float) -> bool:
        """Take in one piece of news; ``False``: none came in time."""
        if not select.select([self._control], [], [], max(patience_s, 0))[0]:
            return False
        match _news.decode(self._control.recv(1 << 16)):
            case Started(request=request, pid=pid):
                self._started[request] = pid
                self.ended.pop(pid, None)
            case NotStarted(error=error):
                raise OSError(error, os.strerror(error))
            case Ended(pid=pid, code=code):
                self.ended[pid] = code
        return True

    def close(self) -> None:
        self._control.close()
        self._process.wait()
