"""The two foundations that the house stands on, real ones, fresh for each test.

* ``foundation``: one test, two runs: *embedded* (SQLite and Valkey) and *full* (PostGIS and Redis).
* ``embedded``, ``full``: one of them.
* ``database``: the kernel's database on ``foundation``, with all tables, and the test's ``clock``.
* ``redis_client``: a client of its Redis.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
import redis.asyncio
from sqlalchemy import text

from app.migrations.schema import upgrade
from kernel.clock import ManualClock
from kernel.database import Database
from tests.rig.need import require
from tests.rig.servers import PostgresServer, RedisServer

Kind = Literal["embedded", "full"]
MORNING = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
"""Where the test clock starts: half past eight in Shanghai, a Saturday."""

BOTH = [pytest.param("embedded", id="embedded"), pytest.param("full", id="full", marks=pytest.mark.full)]


@dataclass(frozen=True)
class Foundation:
    """Where one installation's truth and its Redis are, and a folder for the rest."""

    kind: Kind
    database_url: str
    redis_url: str
    data: Path
    redis_server: RedisServer
    postgres: PostgresServer | None = None


EMPTY = """
DO $$
DECLARE each record;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys')
    LOOP EXECUTE format('DELETE FROM %I', each.tablename); END LOOP;
    FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'
    LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', each.sequencename); END LOOP;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'first_rows'
    LOOP EXECUTE format('INSERT INTO %1$I SELECT * FROM first_rows.%1$I', each.tablename); END LOOP;
END $$
"""
"""Makes a used database as good as new: no connections, no rows but those that the migrations wrote."""

FIRST_ROWS = """
DO $$
BEGIN
    CREATE SCHEMA first_rows;
    CREATE TABLE first_rows.task_type AS TABLE task_type;
    CREATE TABLE first_rows.form_version AS TABLE form_version;
    CREATE TABLE first_rows.chain_template AS TABLE chain_template;
END $$
"""
"""Keeps what the migrations wrote, for :data:`EMPTY`."""


class Foundry:
    """Makes foundations quickly: the schema is built once per kind, then copied.

    ``durable`` is PostgreSQL as it comes, for benchmarks; tests need not wait for its disk.
    A PostgreSQL database is some 350 files, so one that a test is done with is emptied and given to the next.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self._durable = durable
        self._postgres: PostgresServer | None = None
        self._free: list[str] = []
        self._redis: dict[Kind, list[RedisServer]] = {"embedded": [], "full": []}
        self._template: Path | None = None

    def postgres(self) -> PostgresServer:
        """The session's PostgreSQL, with a database ``schema`` to clone."""
        if self._postgres is None:
            self._postgres = PostgresServer(durable=self._durable)
            self._postgres.sql("CREATE DATABASE schema")
            self._postgres.sql("CREATE EXTENSION postgis", "schema")
            build_schema(self._postgres.url("schema"))
        return self._postgres

    def sqlite(self) -> Path:
        """A SQLite file with the schema, to copy."""
        if self._template is None:
            self._template = self.folder / "template.db"
            build_schema(f"sqlite+aiosqlite:///{self._template}")
        return self._template

    @contextmanager
    def make(self, kind: Kind, data: Path) -> Iterator[Foundation]:
        """A fresh foundation of ``kind``, with all tables and no rows."""
        if kind == "full":
            require("postgresql", "redis")
            postgres = self.postgres()
            name = self._free.pop() if self._free else postgres.create("schema")
            with self._empty_redis("full") as server:
                try:
                    yield Foundation("full", postgres.url(name), server.url, data, server, postgres)
                finally:
                    postgres.sql_again(EMPTY, name)
                    self._free.append(name)
        else:
            file = data / "curbstop.db"
            shutil.copy(self.sqlite(), file)
            with self._empty_redis("embedded") as server:
                yield Foundation("embedded", f"sqlite+aiosqlite:///{file}", server.url, data, server)

    @contextmanager
    def _empty_redis(self, kind: Kind) -> Iterator[RedisServer]:
        """A Redis with nothing in it and nobody connected; the next test gets the same one."""
        free = self._redis[kind]
        server = free.pop() if free else RedisServer(kind)
        try:
            yield server
        finally:
            if server.emptied():
                free.append(server)
            else:
                server.stop()

    def close(self) -> None:
        for server in itertools.chain.from_iterable(self._redis.values()):
            server.stop()
        if self._postgres is not None:
            self._postgres.stop()


def build_schema(url: str) -> None:
    """All tables, in an empty database, as an installation gets them: by migration."""

    async def build() -> None:
        database = Database(url)
        try:
            await upgrade(database)
            if database.is_sqlite:
                async with database.engine.begin() as connection:
                    await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            else:
                async with database.engine.begin() as connection:
                    await connection.execute(text(FIRST_ROWS))
        finally:
            await database.close()

    # A test that asks for its first foundation may be in a running loop already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, build()).result()


@pytest.fixture(scope="session")
def foundry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foundry]:
    made = Foundry(tmp_path_factory.mktemp("foundry"))
    yield made
    made.close()


@pytest.fixture(params=BOTH)
def foundation(request: pytest.FixtureRequest, foundry: Foundry, tmp_path: Path) -> Iterator[Foundation]:
    with foundry.make(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def embedded(foundry: Foundry, tmp_path: Path) -> Iterator[Foundation]:
    with foundry.make("embedded", tmp_path) as made:
        yield made


@pytest.fixture
def full(foundry: Foundry, tmp_path: Path) -> Iterator[Foundation]:
    with foundry.make("full", tmp_path) as made:
        yield made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


@pytest.fixture
async def database(foundation: Foundation, clock: ManualClock) -> AsyncIterator[Database]:
    opened = Database(foundation.database_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def redis_client(foundation: Foundation) -> AsyncIterator[redis.asyncio.Redis]:
    client = redis.asyncio.Redis.from_url(foundation.redis_url, decode_responses=True)
    yield client
    await client.aclose()
