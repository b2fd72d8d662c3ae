"""Many rows at once, without a look at each value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")


async def insert_as_they_are(session: AsyncSession, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``, whose values stand in the order of the table's columns.

    Only for what both drivers take as it is: texts, numbers, truth values. No column type sees them.
    """
    connection = await session.connection()
    statement = str(insert(table).compile(dialect=connection.dialect))
    await connection.exec_driver_sql(statement, list(rows))


def few_lengths(values: Sequence[T]) -> list[T]:
    """``values``, not empty, for an ``IN``: the last one again and again, up to a power of two.

    PostgreSQL prepares a statement for each length of its list. So there are few.
    """
    return [*values, *[values[-1]] * ((1 << (len(values) - 1).bit_length()) - len(values))]
