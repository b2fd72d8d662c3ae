"""The processes of an installation on this machine: which there are, in what order, and when all are ready.

All start at once, since most of a start is Python reading modules. The web workers wait by themselves until
the database has its present schema, and the media nodes until Redis answers.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import json
import os
import platform
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from app.embedded_redis import answers, server_command, server_program, server_socket, socket_url
from app.fork_server import ForkServer
from app.processes import listening_socket
from app.supervisor import Child, Sink, StartFailed, Supervisor
from kernel.settings import Settings

READY_LINE = "curbstop: ready"
"""What a web worker or media node prints, alone on a line, once it serves."""

ANSWERS_WITHIN_S = 30.0
"""Seconds after which a process whose event loop stands still is started anew."""


class AlreadyRunning(Exception):
    """Another Curbstop uses this data folder."""


class AddressTaken(Exception):
    """Something else listens on this address."""


class AddressRefused(Exception):
    """This machine, or this user, cannot listen on that address."""


def environment_of(settings: Settings) -> dict[str, str]:
    """This process' environment, with ``settings`` as every child will read them."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CURBSTOP_")}
    for name, value in settings.model_dump(mode="json", exclude_none=True).items():
        text = value if isinstance(value, str) else json.dumps(value)
        own[f"CURBSTOP_{name.upper()}"] = text
    own["PYTHONUNBUFFERED"] = "1"
    return own


def claim(data: Path) -> IO[str]:
    """Take the data folder for this process; the claim ends with the process.

    Raises:
        AlreadyRunning: another process has it.
    """
    data.chmod(0o700)
    lock = (data / "running.pid").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "?"
        lock.close()
        raise AlreadyRunning(f"Another Curbstop (process {owner}) uses the folder {data}") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


class Stack:
    """Embedded Valkey (unless a Redis address is set), web workers and media nodes, supervised together."""

    def __init__(
        self,
        settings: Settings,
        sink: Sink,
        *,
        workers: int = 1,
        media_nodes: int = 1,
        helpers: Sequence[tuple[str, ...]] = (),
        forks: ForkServer | None = None,
    ) -> None:
        """``helpers``: further processes of ours, each its name, its module in ``app``, and its arguments.

        ``forks``: what they are forked off; without it each is a fresh Python. It is closed at the end.
        """
        self._claim = claim(settings.data)
        try:
            self._listener = listening_socket(settings.host, settings.port)
        except OSError as error:
            self._claim.close()
            where = f"{settings.host}:{settings.port}"
            if error.errno == errno.EADDRINUSE:
                raise AddressTaken(where) from error
            raise AddressRefused(f"{where}: {error.strerror}") from error
        port = self._listener.getsockname()[1]
        self._own_redis = not settings.redis_url
        socket = server_socket(settings.data)
        self.settings = settings.model_copy(
            update={
                "port": port,
                "data": settings.data.resolve(),
                "redis_url": settings.redis_url or socket_url(socket),
            }
        )
        self._socket = socket
        self._workers = workers
        self._media_nodes = media_nodes
        self._helpers = helpers
        self._supervisor = Supervisor(sink, forks)

    def start(self) -> None:
        """Start everything; returns at once."""
        if self._own_redis:
            self._start_redis()
        for number in range(1, self._media_nodes + 1):
            self._start_media(number)
        for number in range(1, self._workers + 1):
            self._start_web(number)
        for name, part, *arguments in self._helpers:
            environment = environment_of(self.settings)
            self._supervisor.start(Child(name, tuple(arguments), environment, READY_LINE, part=part))

    def _start_redis(self) -> None:
        self._socket.unlink(missing_ok=True)
        command = server_command(server_program(), self._socket)

        async def ready() -> bool:
            return await answers(self._socket)

        self._supervisor.start(Child("redis", command, dict(os.environ), ready))

    def _start_media(self, number: int) -> None:
        settings = self.settings.model_copy(
            update={
                "media_node_id": node_id(self.settings, number),
                "media_port": self.settings.media_port + number - 1 if self.settings.media_port else 0,
            }
        )
        self._supervisor.start(
            Child(
                f"media-{number}",
                (),
                environment_of(settings),
                READY_LINE,
                part="media",
                grace_s=5,
                pulse_within_s=ANSWERS_WITHIN_S,
            )
        )

    def _start_web(self, number: int) -> None:
        listener = self._listener.fileno()
        self._supervisor.start(
            Child(
                f"web-{number}",
                ("--listener", str(listener)),
                environment_of(self.settings),
                READY_LINE,
                part="web",
                pass_descriptors=(listener,),
                pulse_within_s=ANSWERS_WITHIN_S,
            )
        )

    async def wait_ready(self, timeout_s: float = 90) -> None:
        """Wait until all is up and ``/readyz`` says so.

        Raises:
            StartFailed: a part ended again and again, or took too long.
        """
        await self._supervisor.wait_ready(timeout_s=timeout_s)
        for _ in range(100):
            if await self._says_ready():
                return
            await asyncio.sleep(0.1)
        raise StartFailed("web", ["/readyz does not say ready"])

    async def _says_ready(self) -> bool:
        secure = None
        if self.settings.tls_certificate:
            secure = ssl.create_default_context()
            secure.check_hostname = False
            secure.verify_mode = ssl.CERT_NONE  # it is our own listener, under whatever name
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.settings.host, self.settings.host)
        try:
            reader, writer = await asyncio.open_connection(host, self.settings.port, ssl=secure)
            writer.write(f"GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = await asyncio.wait_for(reader.readline(), 5)
            writer.close()
        except (OSError, TimeoutError):
            return False
        return b" 200 " in answer

    @property
    def pids(self) -> Mapping[str, int]:
        return self._supervisor.pids()

    async def stop(self) -> None:
        """End everything, in the reverse order, and let go of the data folder."""
        await self._supervisor.stop()
        self._supervisor.close()
        self._listener.close()
        if self._own_redis:
            self._socket.unlink(missing_ok=True)
        self._claim.close()


def node_id(settings: Settings, number: int) -> str:
    """A name for this installation's media node that no other host's node has, and that a restart keeps."""
    place = f"{platform.node()}:{settings.data.resolve()}"
    name = settings.media_node_id or f"node-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
    return name if number == 1 else f"{name}-{number}"
