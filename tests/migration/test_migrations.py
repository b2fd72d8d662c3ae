"""A migrated database is the database that the program means, on both foundations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from app.migrations.schema import current, head, upgrade, wait_until_current
from app.tables import complete_metadata
from kernel.database import Database
from tests.rig.foundations import BOTH, Foundry
from tests.rig.need import require
from tests.rig.servers import PostgresServer


class Empty:
    """Makes empty databases of one kind."""

    def __init__(self, kind: str, postgres: PostgresServer | None, folder: Path) -> None:
        self.kind = kind
        self._postgres = postgres
        self._folder = folder
        self._count = 0

    def url(self) -> str:
        self._count += 1
        if self._postgres is None:
            return f"sqlite+aiosqlite:///{self._folder / f'empty{self._count}.db'}"
        return self._postgres.url(self._postgres.create())


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, foundry: Foundry, tmp_path: Path) -> Iterator[Empty]:
    if request.param == "full":
        require("postgresql")
        yield Empty("full", foundry.postgres(), tmp_path)
    else:
        yield Empty("embedded", None, tmp_path)


@pytest.fixture
async def migrated(empty: Empty) -> AsyncIterator[Database]:
    database = Database(empty.url())
    assert await upgrade(database)
    yield database
    await database.close()


def described(connection: Connection) -> dict[str, Any]:
    """Everything about the tables that two equal schemas have in common, in a comparable form."""
    looked = inspect(connection)
    ours = complete_metadata().tables
    return {
        table: {
            "columns": {
                column["name"]: (_type(column["type"]), column["nullable"], column["default"])
                for column in looked.get_columns(table)
            },
            "primary key": looked.get_pk_constraint(table),
            "foreign keys": sorted(looked.get_foreign_keys(table), key=str),
            "unique": sorted(looked.get_unique_constraints(table), key=str),
            "checks": sorted(looked.get_check_constraints(table), key=str),
            "indexes": sorted(map(_index, looked.get_indexes(table)), key=str),
        }
        for table in sorted(looked.get_table_names())
        if table in ours
    }


def _index(found: Any) -> dict[str, Any]:
    """Conditions are objects that equal only themselves, until they are written out."""
    options = {name: str(value) for name, value in found["dialect_options"].items()}
    return {**found, "dialect_options": options}


def _type(kind: Any) -> str:
    return (
        " ".join(str(kind).split())
        if not hasattr(kind, "geometry_type")
        else f"{kind.geometry_type} {kind.srid}"
    )


async def test_migrated_equals_meant(empty: Empty, migrated: Database) -> None:
    meant = Database(empty.url())
    try:
        async with meant.engine.begin() as connection:
            if empty.kind == "full":
                await connection.execute(text("CREATE EXTENSION postgis"))
            await connection.run_sync(complete_metadata().create_all)
            wanted = await connection.run_sync(described)
        async with migrated.engine.connect() as connection:
            got = await connection.run_sync(described)
    finally:
        await meant.close()
    assert set(got) == set(wanted) == set(complete_metadata().tables)
    for table in wanted:
        assert got[table] == wanted[table], table


async def test_migrating_again_changes_nothing(migrated: Database) -> None:
    assert await current(migrated) == head()
    assert await upgrade(migrated) is False


async def test_two_who_migrate_at_once_end_with_one_schema(empty: Empty) -> None:
    url = empty.url()
    one, other = Database(url), Database(url)
    try:
        await asyncio.gather(upgrade(one), upgrade(other))
        assert await current(one) == head()
    finally:
        await one.close()
        await other.close()


async def test_a_worker_waits_for_the_migration(empty: Empty) -> None:
    database = Database(empty.url())
    try:
        waiting = asyncio.create_task(wait_until_current(database))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await upgrade(database)
        await asyncio.wait_for(waiting, 60)
    finally:
        await database.close()


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty: Empty, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    database = Database(empty.url())
    real = command.upgrade

    def half(config: Any, revision: str) -> None:
        real(config, "0001")
        raise RuntimeError("power cut")

    try:
        monkeypatch.setattr(command, "upgrade", half)
        with pytest.raises(RuntimeError, match="power cut"):
            await upgrade(database)
        assert await current(database) is None
        monkeypatch.undo()
        assert await upgrade(database)
    finally:
        await database.close()


async def test_a_migration_does_not_wait_behind_a_busy_table_for_ever(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL: everyone who comes after a waiting ALTER TABLE would wait as well."""
    from alembic import command

    require("postgresql")
    postgres = foundry.postgres()
    database = Database(postgres.url(postgres.create()))
    real = command.upgrade
    try:
        monkeypatch.setattr(command, "upgrade", lambda config, _revision: real(config, "0002"))
        await upgrade(database)
        monkeypatch.undo()
        assert await current(database) == "0002"
        async with database.engine.connect() as busy:
            await busy.execute(text("LOCK TABLE staff IN ACCESS EXCLUSIVE MODE"))
            began = asyncio.get_running_loop().time()
            with pytest.raises(DBAPIError, match="lock timeout"):
                await upgrade(database)
            assert asyncio.get_running_loop().time() - began < 10
        assert await current(database) == "0002"
        assert await upgrade(database)
    finally:
        await database.close()


async def test_sqlite_lists_its_geometry_columns(tmp_path: Path) -> None:
    """As tools that know SpatiaLite expect it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}")
    try:
        await upgrade(database)
        async with database.reading() as session:
            rows = await session.execute(
                text("SELECT f_table_name, f_geometry_column, srid FROM geometry_columns")
            )
            listed = {(table, column): srid for table, column, srid in rows}
    finally:
        await database.close()
    meant = {
        (table.name, column.name): 4326
        for table in complete_metadata().tables.values()
        for column in table.columns
        if hasattr(column.type, "geometry_type")
    }
    assert listed == meant


def test_the_newest_file_is_alembic_s_head(tmp_path: Path) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "app" / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == head()
