"""Children that begin as copies of one process which has everything loaded already.

Loading a part of the product takes seconds of processor time, and a fresh Python would spend them for each
worker, at every start, and while one that has ended is missed. So the supervisor begins with a fork of
itself, quiet and without threads of its own, that loads the parts and is then copied for each child. A
child serves in a fraction of a second, and what was loaded is in memory once for all of them: pages are
shared until they are written to, and the collector, which would write to all of them, is told to leave them
alone.

The two speak over a socket that keeps messages apart (``SOCK_SEQPACKET``)::

    supervisor ──── Start + descriptors ───▶ fork server ──fork──▶ web-1, web-2, media-1 …
               ◀─ Started, NotStarted, Ended ─

Linux only: elsewhere a process that has loaded system frameworks cannot be copied safely, and each child is a
fresh Python (:mod:`app.child`), as it is when the fork server has been killed.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import msgspec
from setproctitle import setproctitle

from app.processes import die_with_parent

LONGEST_MESSAGE = 128 << 10
MOST_DESCRIPTORS = 16
LONGEST_LINE = 1 << 20


class Start(msgspec.Struct, frozen=True):
    """A child to fork: ``main()`` of the module ``part``, called with ``arguments`` as its command line.

    ``changes`` to the environment that the fork server itself was started with; ``None`` takes a name out.
    The descriptors that come with the message get the numbers in ``descriptors``.
    """

    request: int
    part: str
    title: str
    arguments: list[str]
    changes: dict[str, str | None]
    descriptors: list[int]


class Started(msgspec.Struct, tag=True, frozen=True):
    request: int
    pid: int


class NotStarted(msgspec.Struct, tag=True, frozen=True):
    """The machine had no room for one more process; those that run are not touched by it."""

    request: int
    error: int


class Ended(msgspec.Struct, tag=True, frozen=True):
    """``code``: the exit code, or a signal's number below zero."""

    pid: int
    code: int


_order = msgspec.json.Decoder(Start)
_news = msgspec.json.Decoder(Started | NotStarted | Ended)
_encode = msgspec.json.encode


# In the fork server --------------------------------------------------------------------------------------


def serve_forks(control: socket.socket, parts: Sequence[str] = ()) -> NoReturn:
    """Fork children as ``control`` asks, until its other end is closed.

    A child leaves by :class:`SystemExit` out of this call, so that its interpreter ends as any other does:
    this must be called where nothing on the way out belongs to the parent alone.
    """
    setproctitle("curbstop: fork server")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    wanted = list(parts)
    alive: dict[int, int] = {}  # a descriptor that can be read once the process has ended → its pid
    tie = die_with_parent()
    while True:
        patience = 0 if wanted else None
        ready, _, _ = select.select([control.fileno(), *alive], [], [], patience)
        if not ready and wanted:
            _load(wanted.pop(0))
        for each in ready:
            if each == control.fileno():
                text, handed, _, _ = socket.recv_fds(control, LONGEST_MESSAGE, MOST_DESCRIPTORS)
                if not text:
                    os._exit(0)  # children that still run are told by the kernel
                order = _order.decode(text)
                _load(order.part)
                try:
                    pid = os.fork()
                except OSError as fault:
                    control.send(_encode(NotStarted(order.request, fault.errno or 0)))
                else:
                    if pid == 0:
                        _become(order, handed, tie)
                    alive[os.pidfd_open(pid)] = pid
                    control.send(_encode(Started(order.request, pid)))
                for descriptor in handed:
                    os.close(descriptor)
            else:
                pid = alive.pop(each)
                os.close(each)
                _, status = os.waitpid(pid, 0)
                control.send(_encode(Ended(pid, os.waitstatus_to_exitcode(status))))


def _load(part: str) -> None:
    """Have ``part`` in memory. What goes wrong the child will find, and say where its words are read."""
    with suppress(Exception):
        import_module(part)
    gc.freeze()


def _become(order: Start, handed: list[int], tie: Callable[[], None]) -> NoReturn:
    """In the fork: be the child that was ordered."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    tie()
    _place(handed, order.descriptors)
    for name, value in order.changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    setproctitle(f"curbstop: {order.title}")
    sys.argv[:] = [order.part, *order.arguments]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, write_through=True)  # type: ignore[union-attr]
    # What a process of its own that we start takes for the program: not the command that our parent was.
    sys.modules["__main__"] = import_module("app.child")
    gc.enable()
    try:
        code = import_module(order.part).main()
    except Exception:
        traceback.print_exc()
        raise SystemExit(1) from None
    raise SystemExit(code)


def _place(handed: Sequence[int], numbers: Sequence[int]) -> None:
    """Give each descriptor its number, and close every other: the child has what a fresh one would have."""
    above = max([2, *numbers]) + 1
    moved = [fcntl.fcntl(each, fcntl.F_DUPFD, above) for each in handed]
    for source, number in zip(moved, numbers, strict=True):
        os.dup2(source, number)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in {0, 1, 2} - set(numbers):
        os.dup2(nothing, number)
    kept = {0, 1, 2, *numbers}
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            with suppress(OSError):  # the one that the list itself was read from
                os.close(int(name))


# In the process that asks --------------------------------------------------------------------------------


class Forked:
    """A child, with what :class:`asyncio.subprocess.Process` offers of itself."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, transport: asyncio.BaseTransport) -> None:
        self.pid = pid
        self.stdout = stdout
        self._transport = transport
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        """Wait until it has ended: its exit code, or a signal's number below zero."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end.

        Raises:
            ProcessLookupError: it has ended.
        """
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, signal.SIGTERM)

    def ended(self, code: int) -> None:
        self.returncode = code
        self._ended.set()


class ForkServer:
    """The fork server as its parent sees it."""

    def __init__(self, control: socket.socket, pid: int) -> None:
        self.pid = pid
        self._control = control
        control.setblocking(False)
        self._environment = dict(os.environ)
        self._requests: dict[int, asyncio.Future[int]] = {}
        self._early: dict[int, int] = {}  # ended before its start was told of
        self._children: dict[int, Forked] = {}
        self._count = 0
        self._is_heard = False

    @classmethod
    def begin(cls, *parts: str) -> ForkServer | None:
        """Fork it off, to load ``parts`` at once; ``None`` where processes cannot be copied.

        Must be called before this process has threads or an event loop, and where a child can leave through
        the caller's frames: first thing in a command.
        """
        if not sys.platform.startswith("linux") or not hasattr(os, "pidfd_open"):
            return None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        tie = die_with_parent(signal.SIGKILL)
        if (pid := os.fork()) == 0:
            tie()
            os.setsid()
            ours.close()
            try:
                serve_forks(theirs, parts)
            except Exception:  # the parent is gone, or will start fresh Pythons
                os._exit(1)
        theirs.close()
        return cls(ours, pid)

    async def start(
        self,
        part: str,
        title: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        descriptors: Sequence[int] = (),
    ) -> Forked:
        """Start ``main()`` of the module ``part``; ``descriptors`` keep their numbers in the child.

        Raises:
            BrokenPipeError: the fork server is gone.
            OSError: there is no room for one more process.
        """
        loop = asyncio.get_running_loop()
        if not self._is_heard:
            loop.add_reader(self._control.fileno(), self._hear)
            self._is_heard = True
        self._count += 1
        request, told = self._count, loop.create_future()
        self._requests[request] = told
        lines, out = os.pipe()
        changes: dict[str, str | None] = dict.fromkeys(self._environment.keys() - environment.keys())
        changes |= {
            name: value for name, value in environment.items() if self._environment.get(name) != value
        }
        order = Start(request, part, title, list(arguments), changes, [1, 2, *descriptors])
        try:
            self._order(order, [out, out, *descriptors])
            pid = await told
        except BaseException:
            os.close(lines)
            raise
        finally:
            os.close(out)
            del self._requests[request]
        stdout = asyncio.StreamReader(limit=LONGEST_LINE)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(lines, "rb")
        )
        child = Forked(pid, stdout, transport)
        self._children[pid] = child
        if pid in self._early:
            self._end(pid, self._early.pop(pid))
        return child

    def _order(self, order: Start, descriptors: list[int]) -> None:
        if self._control.fileno() < 0:
            raise BrokenPipeError("the fork server is gone")
        socket.send_fds(self._control, [_encode(order)], descriptors)

    def _hear(self) -> None:
        try:
            text = self._control.recv(LONGEST_MESSAGE)
        except BlockingIOError:
            return
        except OSError:
            text = b""
        if not text:
            self._gone()
            return
        match _news.decode(text):
            case Started(request=request, pid=pid):
                told = self._requests.get(request)
                if told is not None and not told.done():
                    told.set_result(pid)
            case NotStarted(request=request, error=error):
                told = self._requests.get(request)
                if told is not None and not told.done():
                    told.set_exception(OSError(error, os.strerror(error)))
            case Ended(pid=pid, code=code):
                self._end(pid, code)

    def _end(self, pid: int, code: int) -> None:
        child = self._children.pop(pid, None)
        if child is None:
            self._early[pid] = code
        else:
            child.ended(code)

    def _gone(self) -> None:
        """It was killed: the kernel ends its children, and nobody is left to say how."""
        self.close()
        for told in self._requests.values():
            if not told.done():
                told.set_exception(BrokenPipeError("the fork server is gone"))
        for pid in list(self._children):
            self._end(pid, -signal.SIGTERM)

    def close(self) -> None:
        """Let it go; children that still run are told to end by the kernel."""
        if self._control.fileno() < 0:
            return
        if self._is_heard:
            with suppress(RuntimeError):
                asyncio.get_running_loop().remove_reader(self._control.fileno())
        self._control.close()
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


if __name__ == "__main__":
    from app import fork_server

    fork_server.serve_forks(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
