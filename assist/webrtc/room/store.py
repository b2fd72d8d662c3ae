"""A room's deeds as commands, and what SQL has as the room's records.

The room speaks in its own values (``room.effects``, ``room.frames``); this file turns them into commands of
the wing, one transaction each, and rows back into values.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.call.commands import end_call, mark_joined, record_connection_step
from assist.chat.commands import add_message
from assist.chat.queries import message_view
from assist.chat.tables import Message
from assist.chat.views import MessageView
from assist.request.request import State
from assist.request.tables import ServiceRequest
from assist.stills.commands import NewMark, add_mark, start_freeze, undo_mark
from assist.stills.queries import mark_view, still_view
from assist.stills.tables import Mark, Still
from assist.stills.views import MarkView, StillView
from assist.webrtc.room.machine import effects as room
from assist.webrtc.room.machine import frames
from assist.webrtc.room.machine.board import MESSAGES_SHOWN
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import CurbstopError, NotFound

log = structlog.get_logger(__name__)

OPEN_STATES = frozenset({State.GUIDING, State.WAITING, State.IN_CALL})

_NOT_FOUND = {room.AddMark: "unknown_still", room.UndoMark: "unknown_mark"}


class Keeping:
    """Stores and reads for one room."""

    def __init__(self, database: Database, request_id: UUID) -> None:
        self._database = database
        self._request_id = request_id

    async def do(self, actor: Actor, deed: room.Deed) -> room.Outcome:
        """Carry out a deed in one transaction. Whatever goes wrong is a :class:`~room.effects.Refusal`."""
        try:
            return await self._database.run(_do, actor, self._request_id, deed)
        except NotFound:
            return room.Refusal(_NOT_FOUND.get(type(deed), NotFound.code))
        except CurbstopError as error:
            return room.Refusal(error.code)
        except Exception:
            log.exception("room_store_failed", deed=type(deed).__name__)
            return room.Refusal("unavailable", retry_after_ms=1000)

    async def records(self) -> room.Records:
        """Stills, marks, the newest messages, and whether there is a call to be had."""
        async with self._database.reading() as session:
            return await _records(session, self._request_id)


async def _do(uow: UnitOfWork, actor: Actor, request_id: UUID, deed: room.Deed) -> room.Outcome:
    match deed:
        case room.AddMark():
            new = NewMark(deed.client_id, deed.tool, deed.points, deed.text)
            return _mark(await add_mark(uow, actor, request_id, deed.still_id, new))
        case room.UndoMark():
            return _mark(await undo_mark(uow, actor, request_id, deed.mark_id))
        case room.AddMessage():
            return _message(await add_message(uow, actor, request_id, deed.client_id, deed.text))
        case room.StartFreeze():
            return (await start_freeze(uow, actor, request_id)).freeze_id
        case room.EndCall():
            await end_call(uow, actor, request_id)
        case room.NoteJoined():
            await mark_joined(uow, actor, request_id)
        case room.NoteStep():
            detail = {} if deed.at_ms is None else {"at_ms": deed.at_ms}
            step = deed.value if deed.kind == "step" else f"{deed.kind}:{deed.value}"
            await record_connection_step(uow, actor, request_id, step[:40], detail)
    return room.Done()


async def _records(session: AsyncSession, request_id: UUID) -> room.Records:
    # Columns, and no marks where there is nothing to mark: it is read for whoever comes into a room first.
    about = select(ServiceRequest.state, ServiceRequest.owner_id).where(ServiceRequest.id == request_id)
    request = (await session.execute(about)).first()
    if request is None:
        return room.Records((), (), (), open=False)
    pictures = select(Still).where(Still.request_id == request_id, Still.erased_at.is_(None))
    marks = select(Mark).join(Still, Still.id == Mark.still_id)
    marks = marks.where(Still.request_id == request_id, Still.erased_at.is_(None), Mark.undone_at.is_(None))
    newest = select(Message).where(Message.request_id == request_id).order_by(Message.id.desc())
    messages = (await session.scalars(newest.limit(MESSAGES_SHOWN))).all()
    stills = (await session.scalars(pictures.order_by(Still.id))).all()
    drawn = (await session.scalars(marks.order_by(Mark.id))).all() if stills else ()
    return room.Records(
        stills=tuple(_still(still_view(row)) for row in stills),
        marks=tuple(_mark(mark_view(row)) for row in drawn),
        messages=tuple(_message(message_view(row)) for row in reversed(messages)),
        open=request.state in OPEN_STATES,
        staff=frozenset({f"staff:{request.owner_id}"}),
    )


def _still(view: StillView) -> frames.Still:
    return frames.Still(
        id=view.id,
        client_id=view.client_id,
        freeze_id=view.freeze_id,
        source=view.source,
        taken_by=view.taken_by,
        width=view.width,
        height=view.height,
        size=view.size,
        media_type=view.media_type,
        taken_at=view.taken_at,
        url=view.url,
    )


def _mark(view: MarkView) -> frames.Mark:
    return frames.Mark(
        id=view.id,
        client_id=view.client_id,
        still_id=view.still_id,
        author=view.author,
        author_id=view.author_id,
        tool=view.tool,
        points=[(x, y) for x, y in view.points],
        text=view.text,
        made_at=view.made_at,
    )


def _message(view: MessageView) -> frames.Message:
    return frames.Message(
        id=view.id,
        client_id=view.client_id,
        author=view.author,
        author_id=view.author_id,
        author_name=view.author_name,
        text=view.text,
        sent_at=view.sent_at,
    )
