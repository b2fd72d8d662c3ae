"""What a database held once, to be had again at a stroke: building a town takes longer than most tests.

A SQLite database is kept as a file beside the templates, a PostgreSQL one in a schema of its own, which stays
when the database is emptied for the next test.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from kernel.database import Database

KEEP = """
DO $$
DECLARE each record; filled boolean;
BEGIN
    CREATE SCHEMA kept;
    FOR each IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', each.tablename) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', each.tablename);
        END IF;
    END LOOP;
END $$
"""

BRING_BACK = """
DO $$
DECLARE each record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept'
    LOOP
        EXECUTE format('DELETE FROM public.%I', each.tablename);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', each.tablename);
    END LOOP;
END $$
"""

IS_KEPT = text("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'kept')")


async def brought_back(database: Database, folder: Path) -> bool:
    """Give a fresh database the rows that were kept; False when none were."""
    if not database.is_sqlite:
        async with database.engine.begin() as connection:
            kept = bool(await connection.scalar(IS_KEPT))
            if kept:
                await connection.execute(text(BRING_BACK))
        return kept
    source = folder / "kept.db"
    if not source.exists():
        return False
    with closing(sqlite3.connect(_file(database), isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS kept", (str(source),))
        tables = connection.execute("SELECT name FROM kept.sqlite_schema WHERE type = 'table'").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for (table,) in tables:
            connection.execute(f'DELETE FROM main."{table}"')
            connection.execute(f'INSERT INTO main."{table}" SELECT * FROM kept."{table}"')
        connection.execute("COMMIT")
    return True


async def keep(database: Database, folder: Path) -> None:
    """Keep all rows as they are now, for this database and those that are copied from the same template."""
    if not database.is_sqlite:
        async with database.engine.begin() as connection:
            await connection.execute(text(KEEP))
        return
    with closing(sqlite3.connect(_file(database))) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "kept.db"),))


def _file(database: Database) -> str:
    return str(database.engine.url.database)
