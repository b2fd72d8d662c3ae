"""The whole product as it really runs: ``curbstop serve`` with all its processes, on a test's foundation.

* ``running_app(foundation, workers=…, nodes=…)``: a context manager that starts and stops one;
* ``app``: one per test, on both foundations; *full* with two web workers and two media nodes;
* ``shared_app``: the same, started once for all tests that leave each other's rows alone.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from app.processes import die_with_parent
from kernel.actors import Role, Surface
from kernel.database import Database, UnitOfWork
from kernel.identity.sessions import start_session
from kernel.identity.staff import Staff, add_staff
from tests.rig.foundations import BOTH, Foundation, Foundry, Kind
from tests.rig.people import SURFACES, Caller, Person
from tests.rig.warm import WarmProcess, WarmPython

START_WITHIN_S = 60
TITLE = "curbstop: "
C = TypeVar("C", bound=Caller)


Started = subprocess.Popen[str] | WarmProcess


def part_of(words: list[str]) -> str | None:
    """The name of a part of the product (``web-1`` …) whose command line this is."""
    title = words[0] if words else ""
    if title.startswith(TITLE) and title != TITLE + "fork server":
        return title.removeprefix(TITLE)
    return words[words.index("--name") + 1] if "--name" in words else None


class RunningApp:
    """A started product: its address, its processes, and ways to be someone in it."""

    def __init__(self, foundation: Foundation, process: Started, first_line: dict[str, Any]) -> None:
        self.foundation = foundation
        self.url: str = first_line["url"]
        self._process = process
        self._opened: list[Caller] = []

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The product's own database, opened beside it."""
        opened = Database(self.foundation.database_url)
        try:
            yield opened
        finally:
            await opened.close()

    def caller(self, token: str | None = None, *, language: str = "en") -> Caller:
        """A program with any token, or none."""
        return self._kept(Caller(self.url, token, language=language))

    async def staff(
        self,
        role: Role | str,
        username: str | None = None,
        *,
        name: str | None = None,
        surface: Surface | None = None,
    ) -> Person:
        """A member of staff, made if need be, and signed in by a bearer token."""
        chosen = Role(role)
        username = username or f"{chosen.value}.{len(self._opened) + 1}"
        surface = surface or SURFACES[chosen]

        async def sign_in(uow: UnitOfWork) -> tuple[Staff, str]:
            member = await add_staff(uow, username=username, name=name or username, roles=frozenset({chosen}))
            session = await start_session(uow, surface, timedelta(hours=1), staff_id=member.id)
            return member, session.token

        async with self.database() as database:
            member, token = await database.run(sign_in)
        return self._kept(Person(self.url, token, id=member.id, name=member.name, surface=surface))

    async def customer(self, *, language: str = "en", **request: Any) -> Person:
        """A customer who starts alone, at the utility's public address."""
        asked = {"category": "leak", "asker": "resident", "language": language, "bearer": True} | request
        caller = self.caller(language=language)
        return self.known_customer(await caller.post("/api/requests", asked))

    def known_customer(self, opened: dict[str, Any]) -> Person:
        """The customer to whom the API has just opened a request: a new one, or by an invitation."""
        token, language, surface = opened["session"]["token"], opened["language"], Surface.CUSTOMER
        person = Person(self.url, token, id=opened["id"], name="", surface=surface, language=language)
        person.request_id = opened["id"]
        return self._kept(person)

    def _kept(self, caller: C) -> C:
        self._opened.append(caller)
        return caller

    # processes ------------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """The supervisor's."""
        return self._process.pid

    def processes(self) -> dict[str, psutil.Process]:
        """What runs now, by name: ``redis``, ``web-1``, ``media-1`` …"""
        found = {}
        for child in psutil.Process(self._process.pid).children(recursive=True):
            try:
                words = child.cmdline()
            except psutil.NoSuchProcess:
                continue
            if name := part_of(words):
                found[name] = child
            elif words and "valkey" in words[0]:
                found["redis"] = child
        return found

    def redis_url(self) -> str:
        """The Redis this product uses: the foundation's, or its own embedded one."""
        if self.foundation.kind == "full":
            return self.foundation.redis_url
        words = self.processes()["redis"].cmdline()  # Valkey rewrites its title to "… unixsocket:/path"
        return "unix://" + next(w.rpartition("unixsocket:")[2] for w in words if "unixsocket:" in w)

    def kill(self, name: str) -> int:
        """End one process without warning; its pid."""
        process = self.processes()[name]
        process.kill()
        return int(process.pid)

    async def replaced(self, name: str, old_pid: int, within_s: float = 15) -> None:
        """Wait until another process does the work of a killed one."""
        async with asyncio.timeout(within_s):
            while name not in (now := self.processes()) or now[name].pid == old_pid:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def log(self) -> str:
        """Everything all processes have said."""
        return (self.foundation.data / "log" / "curbstop.log").read_text()

    async def close(self) -> None:
        for caller in self._opened:
            await caller.close()
        self._opened.clear()


@cache
def warm_python() -> WarmPython:
    """This test session's."""
    made = WarmPython()
    atexit.register(made.close)
    return made


def environment_with(**settings: str) -> dict[str, str]:
    """This process's, but of :class:`kernel.settings.Settings` only ``settings``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
    return kept | {f"CURBSTOP_{name.upper()}": value for name, value in settings.items()}


def commanded(*words: object, within_s: float = 60, **settings: str) -> tuple[int, str, str]:
    """The exit code of ``curbstop`` with ``words`` after it, what it wrote, and what it told a person.

    Raises:
        subprocess.TimeoutExpired: it has not ended in ``within_s`` seconds.
    """
    process = warm_python().start([str(word) for word in words], environment_with(**settings))
    with process.stdout, process.stderr, ThreadPoolExecutor(2) as reading:
        told = [reading.submit(pipe.read) for pipe in (process.stdout, process.stderr)]
        try:
            code = process.wait(within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return code, told[0].result(), told[1].result()


@contextmanager
def running_app(
    foundation: Foundation, *, workers: int = 1, nodes: int = 1, cold: bool = False, **settings: str
) -> Iterator[RunningApp]:
    """Start the product on ``foundation``, and end it. ``settings``: of :class:`kernel.settings.Settings`.

    ``cold``: in a Python that has loaded nothing yet, as an operator starts it.
    """
    chosen = {"log_format": "text", **settings}
    if foundation.kind == "full":
        chosen |= {"database_url": foundation.database_url, "redis_url": foundation.redis_url}
    environment = environment_with(**chosen)
    words = ["serve", "--json", "--port", "0", "--data", str(foundation.data)]
    words += ["--workers", str(workers), "--media-nodes", str(nodes)]
    process: Started
    if cold:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
    else:
        process = warm_python().start(words, environment)
    try:
        yield RunningApp(foundation, process, _first_line(process))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            for pipe in (process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()


def _first_line(process: Started) -> dict[str, Any]:
    assert process.stdout is not None and process.stderr is not None
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.5)[0]:
            line = process.stdout.readline()
            if line:
                return dict(json.loads(line))
            break
    process.kill()
    raise AssertionError(f"the product did not start:\n{process.stderr.read()[-4000:]}")


Starter = Callable[..., AbstractContextManager[RunningApp]]


@pytest.fixture
def start_app() -> Starter:
    """``running_app`` as a fixture, for tests that choose the foundation and the numbers themselves."""
    return running_app


def usual_app(foundation: Foundation) -> AbstractContextManager[RunningApp]:
    """As the foundation is meant to be used: full means several of everything."""
    number = 2 if foundation.kind == "full" else 1
    return running_app(foundation, workers=number, nodes=number)


@pytest.fixture
async def app(foundation: Foundation) -> AsyncIterator[RunningApp]:
    with usual_app(foundation) as started:
        yield started
        await started.close()


class Common:
    """The products that tests share: each is started when it is first asked for, and stays until the end."""

    def __init__(self, foundry: Foundry, folder: Callable[[str], Path]) -> None:
        self._foundry = foundry
        self._folder = folder
        self._started: dict[Kind, RunningApp] = {}
        self._stack = ExitStack()

    def app(self, kind: Kind) -> RunningApp:
        if kind not in self._started:
            foundation = self._stack.enter_context(self._foundry.make(kind, self._folder(f"common-{kind}")))
            self._started[kind] = self._stack.enter_context(usual_app(foundation))
        return self._started[kind]

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="session")
def common(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Common]:
    made = Common(foundry, tmp_path_factory.mktemp)
    yield made
    made.close()


@pytest.fixture(params=BOTH)
async def shared_app(request: pytest.FixtureRequest, common: Common) -> AsyncIterator[RunningApp]:
    app = common.app(request.param)
    yield app
    await app.close()
