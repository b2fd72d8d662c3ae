"""What says that a part is away, or a disk full, in the words of each library."""

from __future__ import annotations

import errno
import sqlite3

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from kernel.sql.absence import is_away, is_full


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        ConnectionRefusedError("nobody listens"),
        TimeoutError(),
    ],
)
def test_a_part_that_is_away_is_known_bare_and_wrapped(error: Exception) -> None:
    wrapped = DBAPIError("SELECT 1", None, error)
    caused = RuntimeError("while connecting")
    caused.__cause__ = error
    assert is_away(error) and is_away(caused) and not is_full(error)
    assert is_away(wrapped) or not isinstance(error, asyncpg.PostgresError)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        asyncpg.DiskFullError("could not extend file"),
        OperationalError("INSERT", None, sqlite3.OperationalError("database or disk is full")),
    ],
)
def test_a_full_disk_is_known(error: Exception) -> None:
    assert is_full(error)


@pytest.mark.parametrize(
    "error", [ValueError(), OSError(errno.ENOENT, "no"), asyncpg.UniqueViolationError("twice"), KeyError("a")]
)
def test_faults_of_our_own_stay_our_own(error: Exception) -> None:
    assert not is_away(error) and not is_full(error)
