"""One fsync for several: those who want to write to SQLite at the same time share a transaction.

SQLite has one writer, and each commit waits for the disk, some milliseconds in which nobody else may begin.
So a transaction is kept open for those who are in line already. Each has a savepoint of their own in it, one
after the other, and is told that their work stands only after the commit of all (*group commit*: D. DeWitt
and others 1984, doi:10.1145/602259.602261, section 5.2). ::

    line ──turn──▶ savepoint ──released──▶ in the group ──nobody in line, or long enough──▶ commit ──▶ told
                       └──failed: rolled back to it, the others stay

Who is alone commits at once. What fails undoes its own savepoint; where SQLite gives up the whole transaction
(a full disk), or its connection is lost, all who were in it are told, and none of them has been told anything
else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

GATHER_S = 0.02
"""For how long a transaction is kept open for others: nobody waits much longer for their commit."""


class Undone(Exception):
    """A transaction was lost that was shared with somebody who was cut off; what was done is to be done
    again."""


@dataclass(eq=False)
class _Group:
    connection: AsyncConnection
    begun: float
    stored: asyncio.Future[None]
    members: int = 0


@dataclass(eq=False)
class Turn:
    """Somebody's part of a transaction. ``first``: nothing in it is anybody else's, and not yet stored."""

    connection: AsyncConnection
    first: bool
    _stored: asyncio.Future[None]
    _kept: bool = field(default=False)

    def keep(self) -> None:
        """The savepoint was released: commit it with the others."""
        self._kept = True

    @property
    def kept(self) -> bool:
        return self._kept

    async def stored(self) -> None:
        """Wait until it is on the disk. Raises why it is not."""
        await asyncio.shield(self._stored)


class Together:
    """The line of those who want to write."""

    def __init__(self, engine: AsyncEngine, end: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """``end`` commits a connection's transaction."""
        self._engine = engine
        self._end = end
        self._turn = asyncio.Lock()
        self._in_line = 0
        self._group: _Group | None = None
        self._commit: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody who came now would have to wait."""
        return self._turn.locked() or self._group is not None or self._commit is not None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Turn]:
        """Write on ``connection`` inside; keep it there, and wait for ``stored`` outside."""
        await self._wait()
        try:
            group = await self._opened()
            turn = Turn(group.connection, group.members == 0, group.stored)
            try:
                yield turn
            except BaseException as error:
                await self._failed(group, error)
                raise
            group.members += turn.kept
        finally:
            self._commit_if_nobody_comes()
            self._turn.release()

    async def close(self) -> None:
        """Wait for a commit under way."""
        if self._commit is not None:
            await asyncio.wait({self._commit})

    async def _wait(self) -> None:
        self._in_line += 1
        try:
            await self._turn.acquire()
        except BaseException:
            self._in_line -= 1
            if not self._turn.locked():  # the one before counted on us
                self._commit_if_nobody_comes()
            raise
        self._in_line -= 1

    async def _opened(self) -> _Group:
        """The group that is open, else a new one, once the one before is stored."""
        while self._commit is not None:
            await asyncio.wait({self._commit})
        if self._group is None:
            connection = await self._engine.connect()
            try:
                await connection.execute(text("BEGIN IMMEDIATE"))
            except BaseException:
                await connection.close()
                raise
            stored = asyncio.get_running_loop().create_future()
            self._group = _Group(connection, time.monotonic(), stored)
        return self._group

    async def _failed(self, group: _Group, error: BaseException) -> None:
        """Whoever had the turn: the others stay, unless the transaction went down with it."""
        if await _goes_on(group.connection):
            return
        self._group = None
        group.stored.set_exception(error if isinstance(error, Exception) else Undone())
        group.stored.exception()  # so that nobody need be there to hear of it
        with suppress(Exception):
            await group.connection.close()

    def _commit_if_nobody_comes(self) -> None:
        """Commit what is open, unless the next in line comes to it in time."""
        group = self._group
        if group is None or self._commit is not None:
            return
        if not self._in_line or time.monotonic() - group.begun >= GATHER_S:
            self._group = None
            self._commit = asyncio.create_task(self._store(group))

    async def _store(self, group: _Group) -> None:
        """Of its own, so that nobody who is cancelled cuts it off."""
        try:
            if group.members:
                await self._end(group.connection)
        except Exception as error:
            group.stored.set_exception(error)
            group.stored.exception()
        else:
            group.stored.set_result(None)
        finally:
            with suppress(Exception):
                await group.connection.close()
            self._commit = None


async def _goes_on(connection: AsyncConnection) -> bool:
    """Whether the transaction is still there."""
    if connection.closed or connection.invalidated:
        return False
    raw: Any = (await connection.get_raw_connection()).driver_connection
    return raw is not None and bool(raw.in_transaction)
