"""Stills, marks and messages as their readers see them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.access import visible_request
from assist.stills.earlier import carries_on
from assist.stills.tables import Mark, Still
from assist.stills.views import MarkView, StillView
from kernel.actors import Actor
from kernel.errors import NotFound


def still_view(still: Still) -> StillView:
    """A still; `url` is where its picture is."""
    return StillView(
        id=still.id,
        request_id=still.request_id,
        client_id=still.client_id,
        freeze_id=still.freeze_id,
        source=still.source,
        taken_by=still.taken_by,
        width=still.width,
        height=still.height,
        size=still.size,
        media_type=still.media_type,
        taken_at=still.taken_at,
        url=f"/api/stills/{still.id}/image",
    )


def mark_view(mark: Mark) -> MarkView:
    """A mark."""
    return MarkView(
        id=mark.id,
        client_id=mark.client_id,
        still_id=mark.still_id,
        author=mark.author_kind,
        author_id=mark.author_id,
        tool=mark.tool,
        points=[(x, y) for x, y in mark.points],
        text=mark.text or None,
        made_at=mark.made_at,
    )


async def stills_of(session: AsyncSession, actor: Actor, request_id: UUID) -> list[StillView]:
    """A request's stills, in the order in which they came."""
    row = await visible_request(session, actor, request_id)
    query = select(Still).where(Still.request_id == row.id, Still.erased_at.is_(None)).order_by(Still.id)
    return [still_view(still) for still in await session.scalars(query)]


async def visible_still(session: AsyncSession, actor: Actor, still_id: UUID) -> Still:
    """A still. Raises `NotFound` where there is none that `actor` may see."""
    still = await session.get(Still, still_id)
    if still is None or still.erased_at is not None:
        raise NotFound()
    try:
        await visible_request(session, actor, still.request_id)
    except NotFound:
        if not await carries_on(session, actor, still.request_id):
            raise
    return still


async def marks_of(session: AsyncSession, actor: Actor, still_id: UUID) -> list[MarkView]:
    """The marks on a still that have not been undone, oldest first."""
    still = await visible_still(session, actor, still_id)
    query = select(Mark).where(Mark.still_id == still.id, Mark.undone_at.is_(None)).order_by(Mark.id)
    return [mark_view(mark) for mark in await session.scalars(query)]


async def request_of_mark(session: AsyncSession, mark_id: UUID) -> UUID:
    """The request that a mark belongs to. Raises `NotFound`."""
    query = select(Still.request_id).join(Mark, Mark.still_id == Still.id).where(Mark.id == mark_id)
    request_id = await session.scalar(query)
    if request_id is None:
        raise NotFound()
    return request_id


async def request_of_still(session: AsyncSession, still_id: UUID) -> UUID:
    """The request that a still belongs to, also one that was deleted. Raises `NotFound`."""
    request_id = await session.scalar(select(Still.request_id).where(Still.id == still_id))
    if request_id is None:
        raise NotFound()
    return request_id
