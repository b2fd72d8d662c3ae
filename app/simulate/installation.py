"""An installation to simulate in: ``curbstop serve`` on an empty folder or database, with the day's clock."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.processes import die_with_parent
from app.simulate.clock import in_truth
from app.simulate.player import Staff

if TYPE_CHECKING:
    from kernel.database import Database, UnitOfWork


class NotStarted(Exception):
    """The installation did not start; its last words."""


@dataclass(frozen=True)
class Installation:
    """Where it is, and its processes."""

    url: str
    process: subprocess.Popen[str] | None
    """None where somebody else has started it."""
    foundation: str
    origin: tuple[datetime, datetime]
    """What its clock showed, and when in truth."""

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds by the name of the process."""
        found: dict[str, float] = {}
        if self.process is None:
            return found
        with suppress(OSError, ValueError, IndexError):  # where there is no /proc, nothing is said
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for child in map(Path("/proc").joinpath, children):
                words = child.joinpath("cmdline").read_text().split("\0")
                times = child.joinpath("stat").read_text().rpartition(")")[2].split()[11:13]
                name = words[words.index("--name") + 1] if "--name" in words else "redis"
                found[name] = round(sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), 1)
        return found


@contextmanager
def running(data: Path, start: datetime, scale: float, timezone: str, workers: int) -> Iterator[Installation]:
    """Serve from ``data``; ``CURBSTOP_DATABASE_URL`` and ``CURBSTOP_REDIS_URL`` count as always. The clock
    shows ``start`` now.

    Raises:
        NotStarted: with what it said.
    """
    environment, since = dict(os.environ), in_truth()
    environment |= {
        "CURBSTOP_TIMEZONE": timezone,
        "CURBSTOP_CLOCK_SCALE": str(scale),
        "CURBSTOP_CLOCK_ORIGIN": f"{start.isoformat()}/{since.isoformat()}",
        "CURBSTOP_SESSION_HOURS": "48",
        "CURBSTOP_SIGN_IN_LINK_MINUTES": "2880",
    }
    full = bool(environment.get("CURBSTOP_DATABASE_URL"))
    if full:
        subprocess.run([sys.executable, "-m", "app.cli", "migrate"], env=environment, check=True)
    words = [sys.executable, "-m", "app.cli", "serve", "--json", "--port", "0", "--data", str(data)]
    words += ["--workers", str(workers), "--media-nodes", "0"]
    process = subprocess.Popen(
        words,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        if not line:
            raise NotStarted(process.stderr.read()[-3000:])
        kind = f"PostgreSQL, {workers} web workers" if full else "SQLite, embedded"
        yield Installation(json.loads(line)["url"], process, kind, (start, since))
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def hire(data: Path, technicians: int) -> Staff:
    """Accounts for the office and the desks, made in the installation's database: no door makes any."""
    from kernel.database import Database
    from kernel.settings import Settings

    async def run() -> Staff:
        database = Database(Settings(data=data).sqlalchemy_url)
        try:
            return await hire_in(database, technicians)
        finally:
            await database.close()

    return asyncio.run(run())


async def hire_in(database: Database, technicians: int) -> Staff:
    """The same, in an open database."""
    from kernel.actors import Role
    from kernel.identity.staff import add_staff

    password = secrets.token_urlsafe(16)
    names = [f"sim.technician.{number + 1}" for number in range(technicians)]

    async def all_of_them(uow: UnitOfWork) -> None:
        roles = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
        first = await add_staff(uow, username="sim.office", name="Office", roles=roles, password=password)
        for name in names:
            made = await add_staff(uow, username=name, name=name, roles=frozenset({Role.TECHNICIAN}))
            made.password_hash = (
                first.password_hash
            )  # hashing is slow on purpose, and they share the password

    await database.run(all_of_them)
    return Staff(("sim.office", password), tuple((name, password) for name in names))
