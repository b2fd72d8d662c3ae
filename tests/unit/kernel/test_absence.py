"""What says that a part is away, or a disk full, in the words of each library."""

from __future__ import annotations

import errno
import sqlite3

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InvalidRequestError,
    OperationalError,
    PendingRollbackError,
    ResourceClosedError,
)

from kernel.sql.absence import is_away, is_full


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        ConnectionRefusedError("nobody listens"),
        TimeoutError(),
        OperationalError("SELECT 1", None, sqlite3.OperationalError("database is locked")),
        PendingRollbackError("Can't reconnect until invalid transaction is rolled back.", code="8s2b"),
        InvalidRequestError("This connection is closed"),
    ],
)
def test_a_part_that_is_away_is_known_bare_and_wrapped(error: Exception) -> None:
    wrapped = DBAPIError("SELECT 1", None, error)
    caused = RuntimeError("while connecting")
    caused.__cause__ = error
    assert is_away(error) and is_away(caused) and not is_full(error)
    assert is_away(wrapped) or not isinstance(error, asyncpg.PostgresError)


def test_what_cannot_be_done_because_the_database_went_is_no_fault_of_its_own() -> None:
    """As a session raises it that is gone on with, in whoever mended something else."""
    with pytest.raises(InvalidRequestError) as caught:
        try:
            raise DBAPIError("SELECT 1", None, ConnectionResetError(), connection_invalidated=True)
        finally:
            raise InvalidRequestError("this session is in 'inactive' state")
    assert is_away(caught.value) and not is_away(InvalidRequestError("this session is in 'inactive' state"))


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


def wrong_statement() -> sqlite3.OperationalError:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(":memory:").execute("SELECT nothing")
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        OSError(errno.ENOENT, "no"),
        asyncpg.UniqueViolationError("twice"),
        KeyError("a"),
        InterfaceError("SELECT 1", None, asyncpg.DataError("value out of int32 range")),
        OperationalError("SELECT 1", None, wrong_statement()),
        ResourceClosedError("This result object does not return rows"),
    ],
)
def test_faults_of_our_own_stay_our_own(error: Exception) -> None:
    assert not is_away(error) and not is_full(error)
