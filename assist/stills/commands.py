"""Stills of a request and the marks drawn on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.moving import request_for, request_topic
from assist.request.request import State, WrongState
from assist.request.tables import ServiceRequest
from assist.stills.queries import mark_view, still_view
from assist.stills.tables import Freeze, Mark, Still
from assist.stills.views import FreezeView, MarkView, StillView
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from kernel.pictures.removal import let_go
from kernel.sql.columns import BlobId

MOST_STILLS = 60
MOST_MARKS = 400
TAKES_PICTURES = frozenset({State.GUIDING, State.WAITING, State.IN_CALL, State.WRAP_UP, State.VISIT})


class TooManyStills(Refused):
    """This request has as many pictures as it can hold."""

    code: ClassVar[str] = "too_many_stills"


class StillDeleted(Refused):
    """This picture was deleted; it is not taken a second time."""

    code: ClassVar[str] = "still_deleted"


class TooManyMarks(Refused):
    """This picture has as many marks as it can hold."""

    code: ClassVar[str] = "too_many_marks"


@dataclass(frozen=True)
class NewStill:
    """A clean picture, stored already. `client_id` makes sending it twice the same as once."""

    client_id: UUID
    source: str
    blob_id: BlobId
    media_type: str
    width: int
    height: int
    size: int
    freeze_id: UUID | None = None


@dataclass(frozen=True)
class NewMark:
    """A drawing: `points` in 0–1 coordinates of the still. `client_id` makes twice the same as once."""

    client_id: UUID
    tool: str
    points: Sequence[tuple[float, float]]
    text: str | None = None


async def start_freeze(uow: UnitOfWork, actor: Actor, request_id: UUID) -> FreezeView:
    """Ask the customer's phone for a still; the picture that answers carries the freeze's id."""
    row = await request_for(uow, actor, request_id)
    if row.state is not State.IN_CALL:
        raise WrongState(state=row.state.value, happening="freeze")
    if actor.id != row.owner_id:
        raise Forbidden()
    freeze = Freeze(id=uow.new_id(), request_id=row.id, asked_by=actor.id, asked_at=uow.now)
    uow.session.add(freeze)
    return FreezeView(freeze_id=freeze.id, asked_at=freeze.asked_at)


async def record_still(uow: UnitOfWork, actor: Actor, request_id: UUID, new: NewStill) -> StillView:
    """Keep a picture with the request.

    Raises `WrongState` once the request has ended, `TooManyStills`, or `Invalid` for a foreign freeze.
    """
    row = await request_for(uow, actor, request_id)
    if known := await still_sent_before(uow.session, row.id, new.client_id):
        if known.blob_id != new.blob_id:  # it came twice at once, and differently
            await let_go(uow, new.blob_id)
        return still_view(known)
    await require_room_for_still(uow.session, row)
    if new.freeze_id is not None:
        freeze = await uow.session.get(Freeze, new.freeze_id)
        if freeze is None or freeze.request_id != row.id:
            raise Invalid(faults=[Fault("freeze_unknown", "form.freeze_id")])
    still = Still(
        id=uow.new_id(),
        request_id=row.id,
        client_id=new.client_id,
        freeze_id=new.freeze_id,
        source=new.source,
        taken_by=actor.kind,
        blob_id=new.blob_id,
        media_type=new.media_type,
        width=new.width,
        height=new.height,
        size=new.size,
        taken_at=uow.now,
    )
    uow.session.add(still)
    await uow.session.flush()
    uow.changed("still", still.id, request_topic(row.id))
    return still_view(still)


async def still_sent_before(session: AsyncSession, request_id: UUID, client_id: UUID) -> Still | None:
    """The picture with the sender's id, when it has arrived already. Raises `StillDeleted`."""
    query = select(Still).where(Still.request_id == request_id, Still.client_id == client_id)
    still = (await session.scalars(query)).first()
    if still is not None and still.erased_at is not None:
        raise StillDeleted()
    return still


async def require_room_for_still(session: AsyncSession, row: ServiceRequest) -> None:
    """Raises `WrongState` or `TooManyStills` where no further picture can be kept."""
    if row.state not in TAKES_PICTURES:
        raise WrongState(state=row.state.value, happening="still")
    kept = await session.scalar(
        select(func.count()).where(Still.request_id == row.id, Still.erased_at.is_(None))
    )
    if (kept or 0) >= MOST_STILLS:
        raise TooManyStills(most=MOST_STILLS)


async def add_mark(uow: UnitOfWork, actor: Actor, request_id: UUID, still_id: UUID, new: NewMark) -> MarkView:
    """Keep a mark on a still of this request; the caller has checked its shape."""
    row = await request_for(uow, actor, request_id)
    still = await uow.session.get(Still, still_id)
    if still is None or still.request_id != row.id or still.erased_at is not None:
        raise NotFound()
    query = select(Mark).where(Mark.still_id == still.id)
    if known := (await uow.session.scalars(query.where(Mark.client_id == new.client_id))).first():
        return mark_view(known)
    if row.state not in TAKES_PICTURES:
        raise WrongState(state=row.state.value, happening="mark")
    drawn = await uow.session.scalar(select(func.count()).where(Mark.still_id == still.id))
    if (drawn or 0) >= MOST_MARKS:
        raise TooManyMarks(most=MOST_MARKS)
    mark = Mark(
        id=uow.new_id(),
        still_id=still.id,
        client_id=new.client_id,
        author_kind=actor.kind,
        author_id=actor.id,
        tool=new.tool,
        points=[[x, y] for x, y in new.points],
        text=new.text or "",
        made_at=uow.now,
    )
    uow.session.add(mark)
    await uow.session.flush()
    uow.changed("mark", mark.id, request_topic(row.id))
    return mark_view(mark)


async def undo_mark(uow: UnitOfWork, actor: Actor, request_id: UUID, mark_id: UUID) -> MarkView:
    """Take a mark back: one's own, or, as the request's owner, anybody's. Undoing twice is no fault.

    Raises `WrongState` once the request has ended: from then on its marks are evidence.
    """
    row = await request_for(uow, actor, request_id)
    mark = await uow.session.get(Mark, mark_id)
    still = await uow.session.get(Still, mark.still_id) if mark else None
    if mark is None or still is None or still.request_id != row.id:
        raise NotFound()
    if actor.id not in (mark.author_id, row.owner_id):
        raise Forbidden()
    if mark.undone_at is None:
        if row.state not in TAKES_PICTURES:
            raise WrongState(state=row.state.value, happening="mark")
        mark.undone_at = uow.now
        uow.changed("mark", mark.id, request_topic(row.id))
    return mark_view(mark)
