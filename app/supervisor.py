"""One parent for all processes of an installation on this machine.

Each child goes through the same few states::

    starting ──ready──▶ up ──exit──▶ waiting ──back-off over──▶ starting
        └──exit, too often before it was ever ready──▶ the whole start fails, with the child's last words

and from any of them ``stop()`` leads to *stopped*. Children are stopped in the reverse of the order they were
started in, so that what others depend on goes last. How a child is kept from outliving its parent is in
:mod:`app.processes`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.fork_server import LONGEST_LINE, Forked, ForkServer
from app.processes import die_with_parent

FIRST_BACK_OFF_S = 0.2
LONGEST_BACK_OFF_S = 5.0
STEADY_AFTER_S = 10.0
"""A child that lived this long starts again without waiting when it ends."""
TRIES_TO_START = 3
"""Exits of a child that was never ready, after which the start as a whole has failed."""
LAST_WORDS = 30
READY_EVERY_S = 0.05
LOOK_EVERY_S = 0.5
"""How often a child's pulse is felt."""

Process = asyncio.subprocess.Process | Forked

Sink = Callable[[str, str], None]
"""Takes one line of a child's output: (name of the child, line)."""


class StartFailed(Exception):
    """A part could not be started."""

    def __init__(self, name: str, last_words: list[str]) -> None:
        super().__init__(f"{name} could not be started")
        self.name = name
        self.last_words = last_words


@dataclass(frozen=True)
class Child:
    """How to start one process, and how to see that it is ready."""

    name: str
    command: tuple[str, ...]
    """A program and its arguments; or, where ``part`` is set, the arguments of that part of ours."""
    environment: Mapping[str, str]
    ready: Callable[[], Awaitable[bool]] | str
    """Asked again and again until it says yes; or the line that the child itself prints once it is ready."""
    pass_descriptors: tuple[int, ...] = ()
    grace_s: float = 8.0
    """How long it may take to end once asked to."""
    part: str | None = None
    """A module of :mod:`app`, where the child is a part of ours: a copy of what is loaded, if that can be."""
    pulse_within_s: float | None = None
    """How long it may be silent. It is given ``--pulse FD`` and beats there (:func:`app.processes.beat`); one
    that has begun to and stops is ended: its event loop stands still, and it answers nobody."""


class _Kept:
    """One child and its present process."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: Process | None = None
        self.is_up = asyncio.Event()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self.restarts = 0


class Supervisor:
    """Starts children, restarts those that end, and ends them all.

    Must be used in the main thread's event loop: a child's life is tied to the thread that forks it.
    """

    def __init__(self, sink: Sink, forks: ForkServer | None = None) -> None:
        self._sink = sink
        self._forks = forks
        self._kept: list[tuple[_Kept, asyncio.Task[None]]] = []
        # Only this process holds the write end; its closing, however it happens, is the children's signal.
        self.tether, self._tether_end = os.pipe()
        os.set_inheritable(self._tether_end, False)

    def start(self, child: Child) -> None:
        """Start ``child`` and keep it running; returns at once."""
        kept = _Kept(child)
        self._kept.append((kept, asyncio.create_task(self._keep(kept), name=f"keep {child.name}")))

    async def wait_ready(self, *names: str, timeout_s: float = 60) -> None:
        """Wait until the named children (all, when none is named) are ready.

        Raises:
            StartFailed: one of them ended :data:`TRIES_TO_START` times before it was ready, or took too long.
        """
        wanted = [kept for kept, _ in self._kept if not names or kept.child.name in names]
        for kept in wanted:
            up = asyncio.create_task(kept.is_up.wait())
            # One that has failed may be what this one waits for.
            either: set[asyncio.Future[Any]] = {up, *(each.failed for each in wanted)}
            done, _pending = await asyncio.wait(
                either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            up.cancel()
            for failed in (each for each in wanted if each.failed in done):
                raise StartFailed(failed.child.name, list(failed.last_words))
            if not done:
                raise StartFailed(kept.child.name, list(kept.last_words))

    def pids(self) -> dict[str, int]:
        """The present process of each child that runs."""
        return {
            kept.child.name: kept.process.pid
            for kept, _ in self._kept
            if kept.process and kept.process.returncode is None
        }

    async def stop(self) -> None:
        """End all children, the last started first; those that do not listen are killed."""
        while self._kept:
            kept, task = self._kept.pop()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await _end(kept)
            if not kept.failed.done():
                kept.failed.cancel()

    def close(self) -> None:
        """Let go of the tether; children that still run end by themselves."""
        if self._forks is not None:
            self._forks.close()
        os.close(self.tether)
        os.close(self._tether_end)

    async def _keep(self, kept: _Kept) -> None:
        back_off = FIRST_BACK_OFF_S
        loop = asyncio.get_running_loop()
        early_ends = 0
        while True:
            began = loop.time()
            code = await self._live_once(kept)
            lived = loop.time() - began
            if not kept.is_up.is_set():
                early_ends += 1
                if early_ends >= TRIES_TO_START and not kept.failed.done():
                    kept.failed.set_result(None)
                    return
            if lived >= STEADY_AFTER_S:
                back_off = FIRST_BACK_OFF_S
            self._say(kept.child.name, f"ended {_how(code)} after {lived:.1f} s; starting again")
            kept.restarts += 1
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, LONGEST_BACK_OFF_S)

    async def _live_once(self, kept: _Kept) -> int:
        """One life of the child, from start to end; its exit code."""
        child = kept.child
        pulse, beats = _pulse_pipe(child)
        try:
            process = await self._begin(child, beats)
        except OSError as error:
            kept.last_words.append(str(error))
            if pulse is not None:
                os.close(pulse)
            return 127
        finally:
            if beats is not None:
                os.close(beats)
        kept.process = process
        watching = asyncio.create_task(self._watch_pulse(kept, process, pulse))
        lines = asyncio.create_task(self._carry_lines(kept, process))
        readiness = asyncio.create_task(_wait_until_ready(kept))
        try:
            code = await process.wait()
            # A grandchild may still hold the pipe open; what it says later is not waited for.
            await asyncio.wait({lines}, timeout=0.5)
            return code
        finally:
            for task in (watching, lines, readiness):
                task.cancel()

    async def _begin(self, child: Child, beats: int | None) -> Process:
        """Start its process.

        Raises:
            OSError: it cannot be started.
        """
        words, descriptors = child.command, (self.tether, *child.pass_descriptors)
        if beats is not None:
            words, descriptors = (*words, "--pulse", str(beats)), (*descriptors, beats)
        if child.part is not None:
            words = ("--tether", str(self.tether), "--name", child.name, *words)
            if self._forks is not None:
                try:
                    return await self._forks.start(
                        f"app.{child.part}", child.name, words, child.environment, descriptors
                    )
                except BrokenPipeError:
                    self._say(child.name, "the fork server is gone; starting a fresh Python")
                    self._forks = None
            words = (sys.executable, "-m", "app.child", child.part, *words)
        return await asyncio.create_subprocess_exec(
            *words,
            env=dict(child.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=descriptors,
            start_new_session=True,
            preexec_fn=die_with_parent(),
            limit=LONGEST_LINE,
        )

    async def _watch_pulse(self, kept: _Kept, process: Process, pulse: int | None) -> None:
        """End a child whose pulse stops; counted in our own looks: a machine that slept accuses nobody."""
        if pulse is None or kept.child.pulse_within_s is None:
            return
        silent_looks: int | None = None  # None: it has not begun
        try:
            while silent_looks is None or silent_looks * LOOK_EVERY_S < kept.child.pulse_within_s:
                await asyncio.sleep(LOOK_EVERY_S)
                if _beaten(pulse):
                    silent_looks = 0
                elif silent_looks is not None:
                    silent_looks += 1
        finally:
            os.close(pulse)
        self._say(kept.child.name, f"has not answered for {kept.child.pulse_within_s:.0f} s; ending it")
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def _say(self, name: str, line: str) -> None:
        """Hand a line on. Where it goes may fail, and the child's pipe must be read all the same."""
        with suppress(Exception):
            self._sink(name, line)

    async def _carry_lines(self, kept: _Kept, process: Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line longer than the limit: asyncio has dropped it
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            if text == kept.child.ready:
                kept.is_up.set()
                continue
            kept.last_words.append(text)
            self._say(kept.child.name, text)


def _pulse_pipe(child: Child) -> tuple[int | None, int | None]:
    """Our end and the child's, where it has a pulse."""
    if child.pulse_within_s is None:
        return None, None
    pulse, beats = os.pipe()
    os.set_blocking(pulse, False)
    os.set_blocking(beats, False)
    return pulse, beats


def _beaten(pulse: int) -> bool:
    try:
        return bool(os.read(pulse, 1 << 16))
    except BlockingIOError:
        return False


async def _wait_until_ready(kept: _Kept) -> None:
    if isinstance(kept.child.ready, str):
        return
    while not await kept.child.ready():  # noqa: ASYNC110 - another process' state has no event to wait for
        await asyncio.sleep(READY_EVERY_S)
    kept.is_up.set()


async def _end(kept: _Kept) -> None:
    process = kept.process
    if process is None or process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(_drain(process), kept.child.grace_s)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _drain(process: Process) -> None:
    """Read what a stopping child still says, so that it never blocks on a full pipe."""
    assert process.stdout is not None
    while await process.stdout.read(1 << 16):
        pass
    await process.wait()


def _how(code: int) -> str:
    if code >= 0:
        return f"with code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
