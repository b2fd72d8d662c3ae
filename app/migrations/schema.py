"""Which schema a database has, and how it gets the present one.

Asking is cheap and needs no Alembic, because every start asks; only a database that is behind pays for more.
Upgrading is one transaction on both databases, and two who try at once go one after the other.
"""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.database import Database

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

HERE = Path(__file__).parent
LOCK_TIMEOUT_MS = 5000
"""A migration that waits longer for a table gives up: every writer behind it would wait as well."""
ADVISORY_LOCK = 7_381_204_551
"""PostgreSQL's key of "someone migrates Curbstop"; any number, always the same."""


@cache
def head() -> str:
    """The newest revision: the number that the last file of ``versions/`` starts with."""
    return max(file.name.partition("_")[0] for file in (HERE / "versions").glob("[0-9]*.py"))


async def current(database: Database) -> str | None:
    """The revision a database is at; None for an empty one.

    Raises:
        OSError: no connection (also as SQLAlchemy's ``DBAPIError``).
    """
    async with database.engine.connect() as connection:
        try:
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except DBAPIError as error:
            if "alembic_version" in str(error.orig):  # "no such table", in either database's words
                return None
            raise


async def wait_until_current(database: Database, patience_s: float = 600) -> None:
    """Return once the database has the present schema: another process may be migrating it just now.

    Raises:
        TimeoutError: it does not get there.
    """
    async with asyncio.timeout(patience_s):
        pause = 0.05
        while True:
            try:
                if await current(database) == head():
                    return
            except (OSError, DBAPIError):
                pass  # not there yet
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 2.0)


async def upgrade(database: Database) -> bool:
    """Bring ``database`` to :func:`head`; False when it was there already."""
    if await current(database) == head():
        return False
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.execute(text("BEGIN IMMEDIATE"))
        else:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
        await connection.run_sync(_upgrade)
        await connection.commit()
    return True


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, from here instead of from a file in the current folder."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(configuration(connection), "head")
