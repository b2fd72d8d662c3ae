"""The guide: each answer leads to a step, to the end, or, past a safety stop, straight to a person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.guide.guide import Answer, Ending
from assist.guide.tables import GuideAnswer
from assist.guide.triage import Given, Position, advance, assess
from assist.queue.commands import place_in_queue
from assist.request.moving import move, request_for
from assist.request.request import Happening
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from kernel.actors import Actor
from kernel.database import UnitOfWork


async def trail_of(session: AsyncSession, request_id: UUID) -> Sequence[Given]:
    """All answers given so far, oldest first."""
    query = select(GuideAnswer).where(GuideAnswer.request_id == request_id)
    rows = await session.scalars(query.order_by(GuideAnswer.at, GuideAnswer.id))
    return [Given(row.guide, row.step, Answer(row.answer)) for row in rows]


async def answer_guide(
    uow: UnitOfWork,
    actor: Actor,
    request_id: UUID,
    services: AssistServices,
    given: Given,
    client_id: UUID | None = None,
    surplus: bool = False,
) -> tuple[ServiceRequest, Position]:
    """Take an answer and say where it leads.

    An answer that was sent before, by its `client_id`, is told again and changes nothing. A safety stop puts
    the customer at the head of the queue at once, unless `surplus` says that it is one claim too many;
    "solved" resolves the request.
    Raises `SafetyStop` when one was met before, `NotAnAnswer`, `WrongState`.
    """
    row = await request_for(uow, actor, request_id)
    if client_id is not None and await _was_given(uow.session, row.id, client_id):
        return row, advance(services.guides, [], given)
    trail = await trail_of(uow.session, row.id)
    position = advance(services.guides, trail, given)
    await move(
        uow,
        actor,
        row,
        Happening.GUIDE_ANSWERED,
        guide=given.guide,
        step=given.step,
        answer=given.answer.value,
    )
    uow.session.add(
        GuideAnswer(
            id=uow.new_id(),
            request_id=row.id,
            client_id=client_id,
            guide=given.guide,
            step=given.step,
            answer=given.answer.value,
            ending=position.ending,
            at=uow.now,
        )
    )
    assessment = assess(row.category, services.guides, [*trail, given])
    row.skill, row.priority = assessment.skill, int(assessment.priority)
    if position.ending is Ending.STOP:
        row.safety_stop = f"{given.guide}/{position.step}"
        await place_in_queue(uow, actor, row, surplus)
    elif position.ending is Ending.SOLVED:
        await move(uow, actor, row, Happening.GUIDE_HELPED, guide=given.guide)
    return row, position


async def _was_given(session: AsyncSession, request_id: UUID, client_id: UUID) -> bool:
    query = select(GuideAnswer.id).where(GuideAnswer.request_id == request_id)
    return (await session.scalars(query.where(GuideAnswer.client_id == client_id))).first() is not None
