"""A PostgreSQL that cannot be connected to: each way of it is told as one kind of error."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from kernel.database import Database
from kernel.sql.absence import is_away
from kernel.sql.postgres import ENGINE


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def refused(database: Database) -> Exception:
    """What whoever asks for a connection gets instead."""
    with pytest.raises(Exception) as caught:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
    return caught.value


async def test_a_socket_that_is_not_there_while_the_server_starts(tmp_path: Path) -> None:
    async with opened(f"postgresql+asyncpg://app@/x?host={tmp_path}") as database:
        error = await refused(database)
        assert is_away(error) and isinstance(error, ConnectionError), repr(error)
        assert not await database.ready()


async def test_a_name_that_nobody_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    async with opened("postgresql+asyncpg://app@database/x?ssl=disable") as database:
        error = await refused(database)
        assert is_away(error) and isinstance(error, ConnectionError), repr(error)


async def test_several_addresses_of_which_none_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: object, **__: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 1))
            for address in ("127.0.0.1", "127.0.0.2")
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    async with opened("postgresql+asyncpg://app@database/x?ssl=disable") as database:
        error = await refused(database)
        assert is_away(error) and isinstance(error, ConnectionError), repr(error)


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


READY = message(b"Z", b"I")
GREETED = (
    message(b"R", struct.pack("!I", 0))
    + b"".join(
        message(b"S", name + b"\0" + value + b"\0")
        for name, value in ((b"server_version", b"16.4"), (b"client_encoding", b"UTF8"))
    )
    + message(b"K", struct.pack("!II", 1, 1))
    + READY
)


@asynccontextmanager
async def greeting_and_gone(folder: Path, answers: int = 0) -> AsyncIterator[None]:
    """A server that greets, takes what is asked of it ``answers`` times, and is gone."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(GREETED)
        for _ in range(answers):
            await reader.read(4096)
        writer.close()

    async with await asyncio.start_unix_server(serve, folder / ".s.PGSQL.5432"):
        yield


@pytest.mark.parametrize("answers", [0, 1])
async def test_a_server_that_goes_once_it_has_greeted(tmp_path: Path, answers: int) -> None:
    url = f"postgresql+asyncpg://app@/x?host={tmp_path}"
    async with greeting_and_gone(tmp_path, answers), opened(url) as database:
        assert is_away(await refused(database))


async def test_a_connection_lost_while_its_types_are_set_up(tmp_path: Path) -> None:
    """Between its making and that the loop has to look elsewhere, as it does on a busy machine."""
    async with greeting_and_gone(tmp_path):
        connection = await ENGINE["connect_args"]["async_creator_fn"](
            host=str(tmp_path), user="app", database="x"
        )
        while not connection.is_closed():  # noqa: ASYNC110
            await asyncio.sleep(0)
        with pytest.raises(ConnectionError) as caught:
            await connection.set_type_codec("json", encoder=str, decoder=str, schema="pg_catalog")
    assert is_away(caught.value)
