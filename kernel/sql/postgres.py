"""PostgreSQL behind asyncio: what keeps a connection from being made is a :class:`ConnectionError`.

SQLAlchemy translates what its driver raises once a connection stands. While one is made it does not, or not
all of it: a name that is not resolved, a network without a way there, several addresses of which none
answers, a Unix socket that is not there while the server starts, are each an :class:`OSError` of another
kind; and the connection may be lost again while the types of JSON are set up on it, which the driver then
tells in errors of its own. Here all of them become one kind, so that nobody else has to know them.
"""

from __future__ import annotations

from typing import Any

import asyncpg  # type: ignore[import-untyped]
import msgspec


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """Says in one way that it was lost while it was set up."""

    async def set_type_codec(self, *args: Any, **options: Any) -> None:
        try:
            await super().set_type_codec(*args, **options)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            if not self.is_closed():
                raise
            raise ConnectionResetError("the database went while it was connected to") from error


async def _connect(*args: Any, **options: Any) -> Any:
    try:
        return await asyncpg.connect(*args, connection_class=_Connection, **options)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise ConnectionError(error.errno, error.strerror or str(error)) from error


ENGINE: dict[str, Any] = {
    "connect_args": {"async_creator_fn": _connect},
    # Half the time of the standard library's, and the same values: the server keeps no JSON that is not JSON.
    "json_deserializer": msgspec.json.decode,
}
"""Options of an engine."""
