"""Deleting pictures that no row names any more.

A command that erases a row emits :class:`~kernel.contracts.PicturesErased`; the file goes after that has
been committed, and the outbox tries again until it is gone. Files are named by their content, so two rows may
share one: it is deleted only when no row holds it. Between looking and deleting somebody may store the same
picture again: a file is first set aside, then looked for once more, and put back if it is wanted after all.
Whoever stores a picture makes sure of it after the commit that names it (:meth:`Blobs.put` again, which
writes only what is missing): one of the two always sees the other.

A picture whose row was refused is let go of the same way; one whose process died is found by `sweep_folder`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Column, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.contracts import PicturesErased
from kernel.database import Database, UnitOfWork
from kernel.events.inbox import HandlerGroup
from kernel.pictures.blobs import Blobs
from kernel.sql.base import Base
from kernel.sql.columns import BlobId, blob_columns

UNHELD_FOR = timedelta(days=1)
"""A picture lies in its file for a moment before a row names it; what nobody names after a day is waste."""
AT_A_TIME = 500

group = HandlerGroup("blobs")


@dataclass(frozen=True)
class Holders:
    """The files, and every column of the house that names one."""

    blobs: Blobs
    columns: tuple[Column[BlobId], ...] = field(default_factory=lambda: blob_columns(Base.metadata))


@group.on(PicturesErased)
async def delete_pictures(uow: UnitOfWork, erased: PicturesErased, holders: Holders) -> None:
    """Delete what is no longer held."""
    await delete_unheld(uow.session, holders, erased.blob_ids)


async def let_go(uow: UnitOfWork, id: str) -> None:
    """Have a file deleted that was stored for a row which then was not written, unless another row has it."""
    uow.emit(PicturesErased(blob_ids=(id,)))


async def delete_unheld(session: AsyncSession, holders: Holders, ids: Iterable[str]) -> int:
    """Delete those of the files that no row names; how many that were."""
    wanted = set(ids)
    unheld = wanted - await _held(session, holders, wanted)
    for id in unheld:
        await holders.blobs.set_aside(id)
    held = await _held(session, holders, wanted)
    for id in wanted:
        # One that is held may lie aside as well, left there by a worker that died at this very place.
        await (holders.blobs.put_back(id) if id in held else holders.blobs.delete_aside(id))
    return len(wanted - held)


async def _held(session: AsyncSession, holders: Holders, ids: set[str]) -> set[str]:
    found: set[str] = set()
    for some in batched(sorted(ids), AT_A_TIME):
        for column in holders.columns:
            found |= set(await session.scalars(select(column).where(column.in_(some))))
    return found


def batched(ids: list[str], size: int) -> list[list[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


async def sweep_folder(database: Database, holders: Holders, folder: int) -> int:
    """Delete the old files of one folder that no row names; how many that were."""
    old = await holders.blobs.older_than(folder, database.clock.now() - UNHELD_FOR)
    if not old:
        return 0
    async with database.reading() as session:
        unheld = set(old) - await _held(session, holders, set(old))
    return await database.run(_delete, holders, unheld) if unheld else 0


async def _delete(uow: UnitOfWork, holders: Holders, ids: set[str]) -> int:
    return await delete_unheld(uow.session, holders, ids)
