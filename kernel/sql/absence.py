"""Which exceptions say that a part of the house is away, or that a disk is full.

Each library says it in its own way, and asyncpg's errors reach us both wrapped by SQLAlchemy and, while a
connection is made, bare.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_AWAY = ("08", "53200", "53300", "57P", "58")
"""PostgreSQL's SQLSTATEs (appendix A): connection exceptions; out of memory; too many
connections; shutting down, crashed, starting up; system errors, which a disk or a file gave it."""
_FULL = ("53100",)
"""Disk full."""
_FULL_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_away(error: BaseException) -> bool:
    """Whether the database or Redis does not answer for now: trying again later is the right thing to do."""
    for each in _causes(error):
        if isinstance(each, OperationalError | InterfaceError | PoolTimeout | RedisError):
            return True
        if isinstance(each, ConnectionError | TimeoutError):
            return True
        if isinstance(each, DBAPIError) and each.connection_invalidated:
            return True
        if _sqlstate(each).startswith(_AWAY):
            return True
    return False


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
    """The exception and those that it was raised from."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__
