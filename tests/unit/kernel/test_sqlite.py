"""SQLite behind asyncio: short statements at once, long ones in the thread, nothing lost on either way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from kernel.database import Database, UnitOfWork
from kernel.sql import sqlite

LONG = "SELECT count(*) FROM n AS a, n AS b, n AS c"
ROWS = 120


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'some.db'}")

    async def make(uow: UnitOfWork) -> None:
        await uow.session.execute(text("CREATE TABLE n (i INTEGER PRIMARY KEY, word TEXT)"))
        rows = [{"i": i, "word": str(i)} for i in range(ROWS)]
        await uow.session.execute(text("INSERT INTO n VALUES (:i, :word)"), rows)

    await opened.run(make)
    yield opened
    await opened.close()


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done in a connection's thread."""
    seen: list[str] = []
    real: Callable[..., Awaitable[Any]] = aiosqlite.Connection._execute

    async def counted(self: Any, do: Any, *given: Any, **named: Any) -> Any:
        seen.append(str(given[1]) if len(given) > 1 else getattr(do, "__name__", ""))
        return await real(self, do, *given, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return seen


async def test_a_use_case_visits_the_thread_to_begin_and_to_commit(
    database: Database, visits: list[str]
) -> None:
    async def command(uow: UnitOfWork) -> int:
        for i in range(20):
            await uow.session.execute(text("UPDATE n SET word = 'x' WHERE i = :i"), {"i": i})
        found: int = (await uow.session.execute(text("SELECT count(*) FROM n WHERE word = 'x'"))).scalar_one()
        return found

    assert await database.run(command) == 20
    assert visits == ["BEGIN IMMEDIATE", "commit"]
    visits.clear()
    async with database.glance() as session:
        assert (await session.execute(text("SELECT word FROM n WHERE i = 3"))).scalar_one() == "x"
    assert visits == []


async def test_a_long_query_is_broken_off_and_answered_by_the_thread(
    database: Database, visits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    longest, over = 0.0, asyncio.Event()

    async def others() -> None:
        nonlocal longest
        while not over.is_set():
            begun = time.thread_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.thread_time() - begun)

    beside = asyncio.create_task(others())
    await asyncio.sleep(0)
    for _ in range(2):
        async with database.reading() as session:
            assert (await session.execute(text(LONG))).scalar_one() == ROWS**3
    over.set()
    await beside
    assert visits.count(LONG) == 2
    assert longest < 10 * sqlite.AT_ONCE_S


async def test_a_broken_off_query_leaves_the_transaction_as_it_was(database: Database) -> None:
    async def command(uow: UnitOfWork) -> int:
        await uow.session.execute(text("UPDATE n SET word = 'changed' WHERE i = 1"))
        found: int = (await uow.session.execute(text(LONG))).scalar_one()
        await uow.session.execute(text("UPDATE n SET word = 'changed' WHERE i = 2"))
        return found

    assert await database.run(command) == ROWS**3
    async with database.reading() as session:
        changed = await session.execute(text("SELECT i FROM n WHERE word = 'changed' ORDER BY i"))
        assert changed.scalars().all() == [1, 2]


async def test_faults_are_the_drivers_wherever_a_statement_is_run(database: Database) -> None:
    async def twice(uow: UnitOfWork) -> None:
        await uow.session.execute(text("INSERT INTO n VALUES (1, 'again')"))

    async def many(uow: UnitOfWork) -> None:
        await uow.session.execute(text("INSERT INTO n VALUES (:i, '')"), [{"i": 1}, {"i": 2}])

    async def nonsense(uow: UnitOfWork) -> None:
        await uow.session.execute(text("SELECT * FROM nothing"))

    for command in (twice, many):
        with pytest.raises(IntegrityError):
            await database.run(command)
    with pytest.raises(OperationalError):
        await database.run(nonsense)


async def test_whoever_is_cancelled_while_waiting_leaves_no_transaction_behind(
    database: Database, tmp_path: Path
) -> None:
    async with aiosqlite.connect(tmp_path / "some.db", isolation_level=None) as other:
        await other.execute("BEGIN IMMEDIATE")

        async def command(uow: UnitOfWork) -> None:
            await uow.session.execute(text("DELETE FROM n"))

        waiting = asyncio.create_task(database.run(command))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await other.execute("ROLLBACK")

    async def next_one(uow: UnitOfWork) -> None:
        await uow.session.execute(text("UPDATE n SET word = 'next' WHERE i = 1"))

    await asyncio.wait_for(database.run(next_one), 4)
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM n"))).scalar_one() == ROWS
