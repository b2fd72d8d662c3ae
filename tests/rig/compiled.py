"""Statements compiled once for all the engines that tests open.

Each test has a database of its own, and with it an engine and a dialect, by which SQLAlchemy keeps what it
has compiled. What a dialect compiles depends on its kind and its server alone, and a session has one server
of each kind; so here all dialects of a kind are equal, and their engines keep compiled statements together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

KINDS: tuple[Any, ...] = (PGDialect_asyncpg, SQLiteDialect_aiosqlite)
MOST_STATEMENTS = 5_000


def share_compiled_statements() -> None:
    """From here on; what is said above becomes so."""
    caches: dict[type, LRUCache[Any, Any]] = {kind: LRUCache(MOST_STATEMENTS) for kind in KINDS}
    for kind in KINDS:
        kind.__eq__ = lambda one, other: type(one) is type(other)
        kind.__hash__ = lambda one: hash(type(one))

    def shared(engine: Engine) -> LRUCache[Any, Any]:
        return caches[type(engine.dialect)]

    # An engine sets a cache of its own when it is made; here that is let go.
    Engine._compiled_cache = property(shared, lambda engine, own: None)  # type: ignore[assignment]
