"""Erasing what tells of a customer: each capability empties its own columns, and says which they are.

An :class:`Eraser` stands in its :class:`~kernel.capability.Capability`. Of a table that hangs on a
request or a task, every column that can hold words, places, pictures or secrets is either emptied by one, or
named beside it as *kept*: it says what happened, not to whom. A column that is neither is a fault when the
house starts, so that nobody can store a customer's words where no erasure finds them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Column, Table
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import JSON, Enum, Float, LargeBinary, String

from kernel.database import UnitOfWork
from kernel.sql.base import Base
from kernel.sql.columns import BlobColumn, BlobId

Of = Literal["request", "task"]
TELLING = (String, JSON, Float, LargeBinary, Geometry, BlobColumn)
"""Types that can hold what tells of a person; ids, numbers, moments and closed lists of words do not."""
CODE = 16
"""A text no longer than this holds a code of ours."""
ROOTS = {"service_request", "customer", "task"}
HANGS_BY = {"request_id", "task_id"}


@dataclass(frozen=True)
class Eraser:
    """How a capability forgets a customer.

    ``erase`` is given the id of the request or task (``of``) and runs in the erasure's own transaction. It
    empties ``columns``, and answers which files are of no more use.
    """

    of: Of
    columns: tuple[InstrumentedAttribute[Any], ...]
    erase: Callable[[UnitOfWork, UUID], Awaitable[Collection[BlobId] | None]]


@dataclass(frozen=True)
class Erasers:
    """All capabilities' erasers, as they are to be run."""

    each: tuple[Eraser, ...]

    async def erase(self, uow: UnitOfWork, of: Of, id: UUID) -> set[BlobId]:
        """Have every capability forget; the files that are of no more use. Twice is once."""
        files: set[BlobId] = set()
        for eraser in self.each:
            if eraser.of == of:
                files.update(await eraser.erase(uow, id) or ())
        return files


def _hanging() -> Iterator[Table]:
    """The tables that hang on a request or a task, through however many others."""
    found = set(ROOTS)
    for table in Base.metadata.sorted_tables:  # what is referred to comes first
        above = {key.column.table.name for key in table.foreign_keys}
        if table.name in found or HANGS_BY & set(table.columns.keys()) or above & found:
            found.add(table.name)
            yield table


def telling_columns() -> Iterator[Column[Any]]:
    """The columns that could tell of a customer."""
    for table in _hanging():
        for column in table.columns:
            words = not isinstance(column.type, Enum)
            short = isinstance(column.type, String) and (column.type.length or CODE + 1) <= CODE
            if isinstance(column.type, TELLING) and words and not short:
                yield column
