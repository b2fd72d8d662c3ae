"""What whoever changes a request is answered with: the request as they see it now.

A whole request is composed from many capabilities' tables (`assist.desk`), and each of them answers with it.
So that they need not know the one that knows them all, they ask here for whoever composes it; `app.build`
says who that is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.views import RequestView
from kernel.actors import Actor
from kernel.web import Call, SessionView


@dataclass(frozen=True)
class RequestComposer:
    """`view` reads one request, whole, as an actor sees it, in a language."""

    view: Callable[[AsyncSession, Actor, UUID, str], Awaitable[RequestView]]


class OpenedView(RequestView):
    """A request just opened; `session` only where `bearer` asked for it."""

    session: SessionView | None = None


async def shown(call: Call, request_id: UUID, actor: Actor | None = None) -> RequestView:
    """The request as the caller sees it now."""
    async with call.database.glance() as session:
        return await call.use(RequestComposer).view(session, actor or call.actor, request_id, call.language)


def opened(view: RequestView, session: SessionView | None) -> OpenedView:
    """The request and its new session."""
    return OpenedView(**view.model_dump(), session=session)
