"""The database and its one way to change: a unit of work.

A command receives an open :class:`UnitOfWork`, reads and changes rows, emits events, and returns. Only
this file commits. Events go into the outbox in the same transaction, so that a fact and the news of it
are stored together or not at all.

SQLite has one writer. Writers queue here, in order, instead of on SQLite's busy timer, and what they do is
begun with ``BEGIN IMMEDIATE`` so that what was read cannot change before it is written. Those who are in line
together share a commit (:mod:`kernel.sql.together`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import String, bindparam, event, func, insert, select, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm.exc import StaleDataError

from kernel import audit
from kernel.actors import Actor
from kernel.clock import Clock, SystemClock
from kernel.contracts import Changed, Event
from kernel.errors import Crowded, StaleVersion
from kernel.ids import uuid7
from kernel.outbox import HintRow, Left, hint_row, hinted_once, outbox_row
from kernel.sql import postgres, spatial
from kernel.sql.absence import is_away
from kernel.sql.savepoints import say_savepoints_plainly
from kernel.sql.sqlite import Sqlite
from kernel.sql.together import Together, Undone

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 6
"""Times a command is run before the caller is told to try again later."""

STAND_BACK_S = 0.02
"""How long one who lost a race waits before the next try, at most and times the tries so far."""

PREPARED_AT_MOST = 8
"""Times a command is left to have something made ready for it."""

IDLE_S = 1.0
"""How long a connection may lie unused and be trusted to be alive."""

POOL = {"pool_size": 20, "max_overflow": 0, "pool_use_lifo": True}
"""Of each process. What would go beyond the pool is waited for: a connection of its own for a moment costs
PostgreSQL a process, and both of us everything that was prepared on it. Those used last are used next."""

_SERIALIZATION_FAILURES = {"40001", "40P01"}
"""PostgreSQL's SQLSTATEs for "run that again": serialization failure, deadlock."""

_UNIQUE_VIOLATIONS = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
"""How PostgreSQL (SQLSTATE) and SQLite (``sqlite_errorname``) say that a key is taken."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "secure_delete=ON")
"""Of each SQLite connection. What is deleted is overwritten, and does not stay in the file's free pages."""

BESIDE_OTHERS = {"key_share": True, "read": True}
"""``with_for_update`` of those who add to what belongs to a row: in nobody's way but that of an erasure,
which takes the row whole and lets nothing be added. (PostgreSQL's ``FOR KEY SHARE``.)."""


class HasVersion(Protocol):
    version: Any


def check_version(row: HasVersion, version: int | None) -> None:
    """Refuse to act on an old view of ``row``. ``None`` means the caller does not mind.

    Raises:
        StaleVersion: with ``current``, the version that is stored now.
    """
    if version is not None and row.version != version:
        raise StaleVersion(current=row.version)


WRITING = "writing"
AMONG_OTHERS = "among_others"
_OWN_SAVEPOINT: dict[str, Any] = {"expire_on_commit": False, "join_transaction_mode": "create_savepoint"}


def is_writing(session: AsyncSession) -> bool:
    """Whether others who want to write may be waiting for this session."""
    return bool(session.info.get(WRITING))


def is_settled(session: AsyncSession) -> bool:
    """Whether what the session finds stored stays so, whatever becomes of others: a process may keep it."""
    return not session.info.get(AMONG_OTHERS)


_WRITE_HINTS = insert(HintRow)

_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name", type_=String), 0)))


class NotReady(Exception):
    """A command needs what is slow to come by. :meth:`Database.run` leaves the transaction, so that nobody
    waits, has it made ready in a session that only reads, and runs the command again.
    """

    def __init__(self, prepare: Callable[[AsyncSession], Awaitable[object]]) -> None:
        super().__init__("something has to be read before the transaction")
        self.prepare = prepare


class UnitOfWork:
    """One transaction: a session, one moment in time, and the events that leave with it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self.session = session
        self.clock = clock
        self.now: datetime = clock.now()
        self.left = Left()
        """What is to be carried once it is stored."""
        self.afterwards: list[Callable[[], None]] = []
        """Called in order once everything is stored, and never when it is not."""
        self._events: list[Event] = []
        self._hints: list[Changed] = []

    def new_id(self) -> UUID:
        return uuid7(self.now)

    def emit(self, happened: Event) -> None:
        """Have an event leave with this transaction. It is in the outbox when the command has ended."""
        self._events.append(happened)

    def changed(self, resource: str, id: UUID | str, *topics: str) -> None:
        """Hint to the open pages on ``topics`` that ``resource`` ``id`` should be fetched again."""
        self._hints.append(Changed(resource=resource, id=str(id), topics=topics))

    async def end(self) -> None:
        """Have what was emitted and hinted at leave, and everything stored; for :class:`Database` to call."""
        self.session.add_all(outbox_row(happened, self.now) for happened in self._events)
        self.left = Left(self._events)
        if self._hints:
            self.left = Left(self._events, hinted_once(self._hints), self.new_id())
            connection = await self.session.connection()
            await connection.execute(_WRITE_HINTS, hint_row(self.left, self.now))
        await self.session.commit()

    async def hold(self, name: str) -> None:
        """Have ``name`` for oneself until the transaction ends; whoever wants it meanwhile waits.

        What is read afterwards is what the one before left, and stays so. SQLite has one writer: there
        everybody holds everything.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(_LOCK, {"name": name})

    async def hold_for_now(self, name: str) -> Hold:
        """As :meth:`hold`, and can be given back as long as nothing was written."""
        if self.session.get_bind().dialect.name != "postgresql":
            return Hold(name, None)
        # On the connection, not in the session: what is waiting to be written stays waiting.
        connection = await self.session.connection()
        await connection.exec_driver_sql("SAVEPOINT held")
        await self.hold(name)
        return Hold(name, connection)

    async def audit(self, actor: Actor, action: str, subject: str, **detail: object) -> None:
        """Append to the hash-chained audit log, in this transaction."""
        await audit.append(self.session, self.now, actor, action, subject, detail)


@dataclass(frozen=True)
class Hold:
    """A name that a transaction has for itself, until it is given back or the transaction ends."""

    name: str
    _connection: AsyncConnection | None
    """None where the transaction has everything for itself anyway."""

    @property
    def all_along(self) -> bool:
        """Whether nobody else could have changed anything since this transaction began."""
        return self._connection is None

    async def give_back(self) -> None:
        """Let the next one have it: a savepoint takes the locks that came after it along. One that is kept
        needs no word; it ends with the transaction.
        """
        if self._connection is not None:
            await self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT held")


class Database:
    """An engine, on either foundation.

    ``on_commit`` is called with what each commit left to be carried, to wake who carries it at once.
    """

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.is_sqlite = url.startswith("sqlite")
        self.on_commit: Callable[[Left], None] = lambda left: None
        options: dict[str, Any] = {"module": Sqlite()} if self.is_sqlite else {**postgres.ENGINE, **POOL}
        # Errors end in logs: they name the statement, and none of the values people gave.
        self.engine: AsyncEngine = create_async_engine(url, hide_parameters=True, **options)
        say_savepoints_plainly(self.engine)
        self._for_reading = self._for_a_glance = self.engine
        self._together = Together(self.engine, _commit) if self.is_sqlite else None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
        else:
            event.listen(self.engine.sync_engine, "checkin", _note_return)
            event.listen(self.engine.sync_engine, "checkout", _ping_if_idle(self.engine))
            # The mode of a transaction travels with its BEGIN instead of in a statement of its own.
            self._for_reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._for_a_glance = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def run(
        self, command: Callable[Concatenate[UnitOfWork, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``command(uow, …)`` in one transaction; after a lost race, again from the start.

        Whether somebody else changed what the caller had seen is for the command to say
        (:func:`check_version`): whoever comes without a version has only to wait for their turn.

        Raises:
            Crowded: when :data:`ATTEMPTS` tries in a row lost their race.
            sqlalchemy.exc.IntegrityError: the command breaks a rule of the tables: a fault of ours.
        """
        prepared = 0
        attempt = 1
        while True:
            try:
                async with self.unit_of_work() as uow:
                    # Whatever is still missing then is read where it is needed: better slowly than never.
                    uow.session.info[WRITING] = prepared < PREPARED_AT_MOST
                    return await command(uow, *args, **kwargs)
            except NotReady as missing:
                prepared += 1
                async with self.reading() as session:
                    await missing.prepare(session)
                continue
            except (StaleDataError, DBAPIError, Undone) as error:
                if not _lost_race(error):
                    raise
                if attempt == ATTEMPTS:
                    if isinstance(error, IntegrityError):
                        raise  # a key that is taken each time is no race
                    raise Crowded(retry_after=1) from error
            await asyncio.sleep(random.random() * STAND_BACK_S * attempt)
            attempt += 1

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction; commit it at the end, roll it back on any exception."""
        if self._together is None:
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                uow = UnitOfWork(session, self.clock)
                yield uow
                await uow.end()
        else:
            async with self._together.turn() as turn:
                async with AsyncSession(turn.connection, **_OWN_SAVEPOINT) as session:
                    session.info[AMONG_OTHERS] = not turn.first
                    uow = UnitOfWork(session, self.clock)
                    yield uow
                    await uow.end()
                turn.keep()
            await turn.stored()
        for call in uow.afterwards:
            call()
        if uow.left.events or uow.left.hints:
            self.on_commit(uow.left)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session to read one consistent state from; nothing done in it is kept."""
        async with AsyncSession(self._for_reading, expire_on_commit=False) as session:
            if self.is_sqlite:
                await session.execute(text("BEGIN"))
            yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncSession]:
        """A session for one statement that only reads, or for some that need not see the same moment: no
        transaction is begun, and none ended."""
        async with AsyncSession(self._for_a_glance, expire_on_commit=False) as session:
            yield session

    async def ready(self) -> bool:
        """Whether the database answers."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            if not is_away(error):
                raise
            return False
        return True

    async def close(self) -> None:
        if self._together is not None:
            await self._together.close()
        await self.engine.dispose()


async def _commit(connection: AsyncConnection) -> None:
    await connection.commit()


def _lost_race(error: Exception) -> bool:
    """Whether running the same command again may succeed."""
    if isinstance(error, StaleDataError | Undone):
        return True
    if isinstance(error, OperationalError) and "database is locked" in str(error):
        return True
    orig = getattr(error, "orig", None)
    code = getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None)
    # A unique key taken in between: the second run sees the row and answers as its rule says.
    return code in _SERIALIZATION_FAILURES | _UNIQUE_VIOLATIONS


def _note_return(_connection: Any, record: Any) -> None:
    record.info["returned"] = time.monotonic()


def _ping_if_idle(engine: AsyncEngine) -> Callable[[Any, Any, Any], None]:
    """Ask a connection that has lain idle whether its server still answers; the pool replaces it if not.

    One that was in use a moment ago is taken as it is: asking each time would be a round trip a transaction.
    """

    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        returned = record.info.get("returned")
        if returned is None or time.monotonic() - returned < IDLE_S:
            return
        dialect = engine.sync_engine.dialect
        try:
            alive = dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError("the connection is gone") from error
        if not alive:
            raise DisconnectionError("the connection is gone")

    return ping


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up one new SQLite connection: durable, foreign keys on, spatial functions, our own BEGIN."""
    connection.isolation_level = None  # transactions are begun by us, as IMMEDIATE or not
    spatial.register(connection)
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
