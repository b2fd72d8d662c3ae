"""A request as an answer: what whoever changed it sees next."""

from __future__ import annotations

from uuid import UUID

from assist.desk.requests import request_view
from assist.request.views import RequestView
from assist.services import AssistServices
from kernel.actors import Actor
from kernel.web import Call, SessionView


class OpenedView(RequestView):
    """A request just opened; `session` only where `bearer` asked for it."""

    session: SessionView | None = None


async def shown(call: Call, request_id: UUID, actor: Actor | None = None) -> RequestView:
    """The request as the caller sees it now."""
    guides = call.use(AssistServices).guides
    async with call.database.reading() as session:
        return await request_view(session, actor or call.actor, request_id, guides, call.language)


def opened(view: RequestView, session: SessionView | None) -> OpenedView:
    """The request and its new session."""
    return OpenedView(**view.model_dump(), session=session)
