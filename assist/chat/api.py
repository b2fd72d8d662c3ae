"""Chat over HTTP."""

from __future__ import annotations

from uuid import UUID

from assist.callers import PARTIES, READERS, WRITE
from assist.chat.bodies import MessageBody
from assist.chat.commands import TooManyMessages, add_message
from assist.chat.queries import messages_of
from assist.chat.views import MessageView
from assist.request.request import WrongState
from kernel.web import Api, Call

api = Api("assist")


@api.get("/api/requests/{request_id}/messages", who=READERS, summary="Read the chat")
async def list_messages(call: Call, request_id: UUID) -> list[MessageView]:
    async with call.database.reading() as session:
        return await messages_of(session, call.actor, request_id)


@api.post(
    "/api/requests/{request_id}/messages",
    who=PARTIES,
    summary="Write a line of chat",
    status=201,
    errors=(WrongState, TooManyMessages),
    limit=WRITE,
)
async def write_message(call: Call, request_id: UUID, body: MessageBody) -> MessageView:
    return await call.database.run(add_message, call.actor, request_id, body.client_id, body.text)
