"""Savepoints whose statements are said as they are.

Every transaction on SQLite is a savepoint of one that is shared (:mod:`kernel.sql.together`), and each has a
name of its own: SQLAlchemy would compile its three statements anew each time, and never find them again.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine


def say_savepoints_plainly(engine: AsyncEngine) -> None:
    """Have ``engine`` compile none of its savepoints. Their names are of SQLAlchemy: ``sa_savepoint_7``."""

    def savepoint(connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"SAVEPOINT {name}")

    def rollback_to(connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {name}")

    def release(connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"RELEASE SAVEPOINT {name}")

    dialect = engine.sync_engine.dialect
    dialect.do_savepoint = savepoint  # type: ignore[method-assign]
    dialect.do_rollback_to_savepoint = rollback_to  # type: ignore[method-assign]
    dialect.do_release_savepoint = release  # type: ignore[method-assign]
