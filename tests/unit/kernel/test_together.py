"""Several writers to one SQLite commit: fewer waits for the disk, and everybody's own work or none of it."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from kernel.database import Database, UnitOfWork, is_settled


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{file}")

    async def make(uow: UnitOfWork) -> None:
        await uow.session.execute(text("CREATE TABLE n (i INTEGER PRIMARY KEY, word TEXT)"))

    await opened.run(make)
    yield opened
    await opened.close()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []
    real: Callable[..., Any] = sqlite3.Connection.commit

    class Counted(sqlite3.Connection):
        def commit(self) -> None:
            seen.append(1)
            real(self)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect(*given, factory=Counted, **named))
    return seen


async def put(uow: UnitOfWork, i: int) -> int:
    await uow.session.execute(text("INSERT INTO n VALUES (:i, 'x')"), {"i": i})
    return i


def stored(file: Path) -> set[int]:
    """What somebody else finds who opens the file now."""
    with closing(sqlite3.connect(file)) as connection:
        return {i for (i,) in connection.execute("SELECT i FROM n")}


async def test_many_at_once_share_commits_and_are_told_only_when_it_stands(
    commits: list[int], database: Database, file: Path
) -> None:
    commits.clear()

    async def write(i: int) -> bool:
        return await database.run(put, i) in stored(file)

    assert all(await asyncio.gather(*(write(i) for i in range(60))))
    assert len(commits) <= 30
    commits.clear()
    for i in range(100, 105):
        assert await database.run(put, i) in stored(file)
    assert len(commits) == 5, "who is alone waits for nobody"


async def test_one_who_fails_undoes_only_their_own(database: Database, file: Path) -> None:
    async def refused(uow: UnitOfWork, i: int) -> None:
        await put(uow, i)
        raise LookupError(i)

    def command(i: int) -> Any:
        return database.run(refused, i) if i % 3 == 0 else database.run(put, i)

    told = await asyncio.gather(*(command(i) for i in range(60)), return_exceptions=True)
    assert [isinstance(each, LookupError) for each in told] == [i % 3 == 0 for i in range(60)]
    assert stored(file) == {i for i in range(60) if i % 3}


async def test_what_one_finds_of_others_is_not_settled_yet(database: Database) -> None:
    async def look(uow: UnitOfWork, i: int) -> tuple[bool, int]:
        before = (await uow.session.execute(text("SELECT count(*) FROM n"))).scalar_one()
        await put(uow, i)
        return is_settled(uow.session), before

    seen = await asyncio.gather(*(database.run(look, i) for i in range(20)))
    assert [before for _, before in seen] == list(range(20)), "one after the other, in the order they came"
    assert seen[0][0] and not all(settled for settled, _ in seen)
    async with database.reading() as session:
        assert is_settled(session)


async def test_who_is_cancelled_harms_nobody(database: Database, file: Path) -> None:
    dice = random.Random(3)

    async def slow(uow: UnitOfWork, i: int) -> int:
        await put(uow, i)
        rows = [{"i": 10_000 + 500 * i + at} for at in range(400)]
        await uow.session.execute(text("INSERT INTO n VALUES (:i, 'many')"), rows)
        await asyncio.sleep(0.001)
        return i

    tasks = [asyncio.create_task(database.run(slow if i % 4 == 0 else put, i)) for i in range(60)]
    doomed = {i for i in range(60) if i % 4 == 0 and dice.random() < 0.8}
    for i in sorted(doomed):
        await asyncio.sleep(dice.random() * 0.004)
        tasks[i].cancel()
    async with asyncio.timeout(20):
        told = await asyncio.gather(*tasks, return_exceptions=True)
    found = stored(file)
    for i, each in enumerate(told):
        if isinstance(each, asyncio.CancelledError):
            assert i in doomed
        else:
            assert each == i and i in found
    assert await database.run(put, 9_999) in stored(file), "and it goes on"


async def test_a_full_disk_is_told_to_everybody_whose_work_it_took(database: Database, file: Path) -> None:
    async def big(uow: UnitOfWork, i: int) -> int:
        await uow.session.execute(text("INSERT INTO n VALUES (:i, :word)"), {"i": i, "word": "x" * 20_000})
        return i

    async with database.engine.connect() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()

    def limit(raw: Any, _record: object) -> None:
        raw.execute(f"PRAGMA max_page_count={pages + 60}")

    await database.engine.dispose()
    event.listen(database.engine.sync_engine, "connect", limit)
    told = await asyncio.gather(*(database.run(big, i) for i in range(40)), return_exceptions=True)
    assert any(isinstance(each, OperationalError) for each in told)
    assert {each for each in told if isinstance(each, int)} == stored(file)


WRITER = """
import asyncio, sys
from sqlalchemy import text
from kernel.database import Database

async def put(uow, i):
    await uow.session.execute(text("INSERT INTO n VALUES (:i, 'x')"), {"i": i})

async def write(database, first):
    for i in range(first, first + 100_000):
        await database.run(put, i)
        sys.stdout.write(f"{i}\\n")
        sys.stdout.flush()

async def main():
    database = Database(sys.argv[1])
    await asyncio.gather(*(write(database, 1_000_000 * k) for k in range(12)))

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [0.2, 0.5, 0.9])
async def test_whatever_was_told_outlives_a_kill(database: Database, file: Path, after: float) -> None:
    url = f"sqlite+aiosqlite:///{file}"
    writer = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, url, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    told = [await writer.stdout.readline()]
    await asyncio.sleep(after)
    writer.send_signal(signal.SIGKILL)
    rest, _ = await writer.communicate()
    told += rest.splitlines()[:-1]  # the last line may be half of one
    said = {int(line) for line in told if line.strip()}
    assert len(said) > 12 and said <= stored(file)
