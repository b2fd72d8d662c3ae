"""Which exceptions say that a part of the house is away, or that a disk is full.

Each library says it in its own way. What goes wrong while a connection is made has become a
:class:`ConnectionError` before (:mod:`kernel.sql.postgres`); afterwards SQLAlchemy translates, and knows by
the driver's connection whether it is lost.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from asyncpg import InternalClientError  # type: ignore[import-untyped]
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_AWAY = ("08", "53200", "53300", "57P", "58")
"""PostgreSQL's SQLSTATEs (appendix A): connection exceptions; out of memory; too many
connections; shutting down, crashed, starting up; system errors, which a disk or a file gave it."""
_OUR_SQL = "SQLITE_ERROR"
"""SQLite's word for a statement that is wrong (https://www.sqlite.org/rescode.html)."""
_NOT_ROLLED_BACK = "8s2b"
"""SQLAlchemy's code for going on in a transaction whose connection was lost."""
_NOT_KEPT = "This connection is closed"
"""What SQLAlchemy's pool says of a connection that is lost each time it is made, in a plain error."""
_FULL = ("53100",)
"""Disk full."""
_FULL_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_away(error: BaseException) -> bool:
    """Whether the database or Redis does not answer for now: trying again later is the right thing to do."""
    return any(_says_away(each) for each in _causes(error))


def _says_away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout | RedisError | ConnectionError | TimeoutError):
        return True
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorname", "") != _OUR_SQL
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, InternalClientError):
        return True  # what came was not what the driver waited for: the server was about to go
    if isinstance(error, InvalidRequestError) and (error.code == _NOT_ROLLED_BACK or str(error) == _NOT_KEPT):
        return True
    return _sqlstate(error).startswith(_AWAY)


def is_full(error: BaseException) -> bool:
    """Whether something could not be written because there is no room for it."""
    for each in _causes(error):
        if isinstance(each, OSError) and each.errno in _FULL_ERRNO:
            return True
        if isinstance(each, OperationalError) and "disk is full" in str(each.orig):
            return True
        if _sqlstate(each).startswith(_FULL):
            return True
    return False


def _sqlstate(error: BaseException) -> str:
    found = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    return found if isinstance(found, str) else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and those that it was raised from. That nothing can be done in a session any more follows
    from what happened in it before."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or (seen.__context__ if isinstance(seen, InvalidRequestError) else None)
