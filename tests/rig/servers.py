"""Private PostgreSQL and Redis servers for tests: own folders, own ports, gone when the tests are."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.embedded_redis import server_command, server_program
from app.processes import die_with_parent
from tests.rig.need import postgres_folder

DONE = "that is done"
"""What psql says behind a statement that has gone well."""

POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",  # speed only: a test that kills the server asks for `durable`
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
    "log_min_messages": "warning",
}


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], what: str, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: waited {timeout_s:.0f} s in vain")
        time.sleep(0.01)


class PostgresServer:
    """One private PostgreSQL with PostGIS on a Unix socket; databases are cloned from templates.

    ``durable`` leaves fsync on, for tests that kill it.
    """

    def __init__(self, *, durable: bool = False) -> None:
        found = postgres_folder()
        assert found is not None, "call require('postgresql') first"
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="curbstop-pg-", dir="/tmp"))
        # PostgreSQL refuses to run as root; Debian's package brings the user for it.
        self._owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        self._options = dict(POSTGRES_OPTIONS)
        if durable:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                del self._options[name]
        self._process: subprocess.Popen[bytes] | None = None
        self._consoles: dict[str, subprocess.Popen[bytes]] = {}
        self._count = 0
        init = [self._bin / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "app", "--no-sync"]
        done = self._run(
            [*init, "-E", "UTF8", "--locale=C"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        done.communicate()
        assert done.returncode == 0, "initdb failed"
        self.start()

    def _run(self, command: list[object], **options: object) -> subprocess.Popen[bytes]:
        if self._owner:
            options |= {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        words = [str(word) for word in command]
        return subprocess.Popen(words, cwd=self.folder, preexec_fn=die_with_parent(signal.SIGQUIT), **options)  # type: ignore[call-overload,no-any-return]

    def start(self) -> None:
        self.begin()
        self.wait_until_ready()

    def begin(self) -> None:
        """Start it, and do not wait. It ends with the thread that does this."""
        words: list[object] = [self._bin / "postgres", "-D", self.folder / "data", "-k", self.folder]
        for name, value in self._options.items():
            words += ["-c", f"{name}={value}"]
        log = (self.folder / "log").open("ab")
        self._process = self._run(words, stdout=log, stderr=log)
        log.close()

    def wait_until_ready(self) -> None:
        wait_until(lambda: self._answers(), f"PostgreSQL in {self.folder}")

    def _answers(self) -> bool:
        probe = self._run(
            [self._bin / "pg_isready", "-h", self.folder, "-U", "app", "-q"], stdout=subprocess.DEVNULL
        )
        return probe.wait() == 0

    def kill(self) -> None:
        """End it without any warning, as a power cut would."""
        assert self._process is not None
        pids = [self._process.pid]
        pids += [int(pid) for pid in _children_of(self._process.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):  # a connection's process ends when the connection does
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        for console in self._consoles.values():
            console.communicate()
        self._consoles.clear()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)  # immediate: nothing of it is wanted any more
            self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, statement: str, database: str = "postgres") -> None:
        words = [self._bin / "psql", "-h", self.folder, "-U", "app", "-qX", "-v", "ON_ERROR_STOP=1"]
        done = self._run(
            [*words, "-d", database, "-c", statement], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        output, _ = done.communicate()
        if done.returncode:
            raise RuntimeError(output.decode())

    def sql_again(self, statement: str, database: str) -> None:
        """As :meth:`sql`, by a connection that stays for the next time: to open one takes most of it."""
        console = self._console(database)
        assert console.stdin is not None and console.stdout is not None
        console.stdin.write(f"{statement};\n\\echo {DONE}\n".encode())
        console.stdin.flush()
        said = []
        for line in console.stdout:
            if line.strip() == DONE.encode():
                return
            said.append(line)
        console.communicate()
        raise RuntimeError(b"".join(said).decode())

    def _console(self, database: str) -> subprocess.Popen[bytes]:
        """A psql that is told what to do line by line, and ends at the first error."""
        console = self._consoles.get(database)
        if console is None or console.poll() is not None:
            words = [self._bin / "psql", "-h", self.folder, "-U", "app", "-qX", "-v", "ON_ERROR_STOP=1"]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            console = self._consoles[database] = self._run([*words, "-d", database], **pipes)
        return console

    def create(self, template: str = "template1") -> str:
        """A new database, cloned from ``template``; its name."""
        self._count += 1
        name = f"t{self._count}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://app@/{name}?host={self.folder}"


def _children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


class RedisServer:
    """A private server: the embedded Valkey on a Unix socket, or Debian's Redis on a free port."""

    def __init__(self, kind: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="curbstop-redis-", dir="/tmp"))
        self._kind = kind
        if kind == "embedded":
            self._socket = self.folder / "redis.sock"
            self.url = f"unix://{self._socket}"
            self._command = list(server_command(server_program(), self._socket))
        else:
            port = free_port()
            self.url = f"redis://127.0.0.1:{port}/0"
            self._address = ("127.0.0.1", port)
            self._command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
            self._command += ["--appendonly", "no", "--dir", str(self.folder), "--loglevel", "warning"]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        wait_until(self._answers, "Redis")

    def _answers(self) -> bool:
        try:
            return self._asked("PING") == b"+PONG"
        except OSError:
            if self._process.poll() is not None:
                raise RuntimeError(f"the Redis server ended at once: {self._command}") from None
            return False

    def _asked(self, command: str) -> bytes:
        """The first line of its answer."""
        unix = self._kind == "embedded"
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as line:
            line.settimeout(20)
            line.connect(str(self._socket) if unix else self._address)
            line.sendall(f"{command}\r\n".encode())
            return line.makefile("rb").readline().strip()

    def emptied(self) -> bool:
        """Have it forget all it holds, and who listened; False when it is not there to do so."""
        try:
            listeners = [self._asked(f"CLIENT KILL TYPE {kind}") for kind in ("normal", "pubsub")]
            return all(each.startswith(b":") for each in listeners) and self._asked("FLUSHALL") == b"+OK"
        except OSError:
            return False

    def kill(self) -> None:
        """End it; all it held is gone."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
