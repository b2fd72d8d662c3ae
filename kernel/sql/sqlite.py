"""SQLite behind asyncio: what is short is done at once, what may take long in the connection's thread.

A connection of aiosqlite lives in a thread, and each visit there costs a wake-up of the loop and the
interpreter's lock twice; it makes four for a statement, which itself takes some ten microseconds. A use case
has a dozen statements, all of them while it holds the one writer's lock: the visits were most of its time.

So a statement is run where it is asked for, on the loop, unless it may take long:

* ``BEGIN IMMEDIATE`` waits for other writers, ``COMMIT`` for the disk: they are run in the thread. What
  comes between waits for nobody (https://www.sqlite.org/wal.html: readers and the writer do not block each
  other).
* One statement for more than a few rows is run in the thread.
* A query that has not ended within :data:`AT_ONCE_S` is broken off, which changes nothing, and run again in
  the thread. It and other statements that took longer are remembered by their text, and go there from then
  on.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_

AT_ONCE_S = 0.003
"""Processor time that the loop may give to a statement; what a busy machine takes from it meanwhile tells
nothing of the statement."""
LOOK_EVERY = 2_000
"""Instructions of SQLite's machine, some fifty microseconds, between two looks at the clock."""
FEW_ROWS = 20
"""For which one statement is short."""
MOST_REMEMBERED = 1_000

Done = tuple[Any, deque[Any]]
Do = Callable[[sqlite3.Connection, str, Any], Done]


class _Nothing:
    """A cursor that has not executed anything."""

    description = None
    rowcount = -1
    lastrowid = None
    arraysize = 1


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Executes and brings the rows along, in one go."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: _Connection

    def __init__(self, adapt_connection: _Connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor = _Nothing()  # type: ignore[assignment]
        self._soft_closed_memoized = {}  # type: ignore[assignment]
        self._rows = deque()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            done = self._adapt_connection.at_once(operation, parameters)
            if done is None:
                done = await self._adapt_connection.in_thread(_execute, operation, parameters)
            self._cursor, self._rows = done
        return self._cursor

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            done = None
            if len(seq_of_parameters) <= FEW_ROWS:
                done = self._adapt_connection.at_once(operation, seq_of_parameters, _execute_many)
            if done is None:
                done = await self._adapt_connection.in_thread(_execute_many, operation, seq_of_parameters)
            self._cursor, self._rows = done
        return self._cursor

    def close(self) -> None:
        self._rows.clear()  # the cursor itself was closed when it had brought its rows


def _execute(connection: sqlite3.Connection, operation: str, parameters: Any) -> Done:
    cursor = connection.execute(operation, parameters or ())
    rows = deque(cursor.fetchall() if cursor.description else ())
    cursor.close()
    return cursor, rows


def _execute_many(connection: sqlite3.Connection, operation: str, parameters: Sequence[Any]) -> Done:
    cursor = connection.executemany(operation, parameters)
    cursor.close()
    return cursor, deque()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("_away", "_slow")
    _cursor_cls = _Cursor  # type: ignore[assignment]

    def __init__(self, dbapi: Any, connection: Any, slow: dict[str, None]) -> None:
        super().__init__(dbapi, connection)
        self._slow = slow
        self._away = False
        """Whether the thread may still be at work: somebody who waited for it was cancelled."""

    def at_once(self, operation: str, parameters: Any, do: Do = _execute) -> Done | None:
        """The outcome of a statement; None when it is to be run in the thread."""
        if self._away or operation in self._slow or operation.startswith("BEGIN I"):
            return None
        there: sqlite3.Connection = self._connection._conn
        end = time.thread_time() + AT_ONCE_S
        breakable = operation.startswith("SELECT")
        if breakable:
            there.set_progress_handler(lambda: time.thread_time() > end, LOOK_EVERY)
        try:
            return do(there, operation, parameters)
        except sqlite3.OperationalError as error:
            if breakable and getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                return None
            raise
        finally:
            if breakable:
                there.set_progress_handler(None, 0)
            if time.thread_time() > end:
                self._remember(operation)

    def _remember(self, operation: str) -> None:
        if len(self._slow) >= MOST_REMEMBERED:
            del self._slow[next(iter(self._slow))]
        self._slow[operation] = None

    async def in_thread(self, do: Do, operation: str, parameters: Any) -> Done:
        there: Any = self._connection
        self._away = True
        try:
            done: Done = await there._execute(do, there._conn, operation, parameters)
        except Exception:
            self._away = False
            raise
        self._away = False
        return done

    def rollback(self) -> None:
        """Nothing to undo is no visit: what only reads, without a transaction, ends with one of these."""
        there: Any = self._connection
        if self._away or (there._connection is not None and there._connection.in_transaction):
            super().rollback()


class Sqlite(AsyncAdapt_aiosqlite_dbapi):
    """The driver, for ``create_async_engine(…, module=Sqlite())``."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)
        self._slow: dict[str, None] = {}

    def connect(self, *arguments: Any, **options: Any) -> _Connection:
        connection = self.aiosqlite.connect(*arguments, **options | {"check_same_thread": False})
        connection._thread.daemon = True
        return _Connection(self, await_(connection), self._slow)
