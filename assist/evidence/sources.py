"""What this wing can call as evidence of a request."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.chat.tables import Message
from assist.evidence.chain import moment
from assist.guide.tables import GuideAnswer
from assist.rating.tables import Rating
from assist.request.tables import Customer, RequestEvent, ServiceRequest
from assist.stills.tables import Mark, Still
from assist.verdict.tables import VerdictRow
from kernel.evidence.item import Item


async def timeline(session: AsyncSession, request_id: UUID) -> list[Item]:
    """Every line of the timeline: codes and ids, never a person's words."""
    query = select(RequestEvent).where(RequestEvent.request_id == request_id).order_by(RequestEvent.number)
    return [
        Item(
            "line",
            f"line:{line.number}",
            {
                "number": line.number,
                "at": moment(line.at),
                "kind": line.kind,
                "by": line.actor_kind,
                "by_id": str(line.actor_id) if line.actor_id else None,
                "state": line.state.value,
                "owner_id": str(line.owner_id),
                "detail": line.detail,
            },
            tells=False,
        )
        for line in await session.scalars(query)
    ]


async def who_and_where(session: AsyncSession, request_id: UUID) -> list[Item]:
    """Who asked, where, and what for."""
    row = await session.get_one(ServiceRequest, request_id)
    asked = await session.get_one(Customer, row.customer_id)
    return [
        Item(
            "customer",
            f"customer:{asked.id}",
            {
                "name": asked.name,
                "phone": asked.phone,
                "building": asked.building,
                "equipment": asked.equipment,
                "description": asked.description,
                "address": asked.address,
                "lon": asked.lon,
                "lat": asked.lat,
                "place_source": asked.place_source,
                "category": row.category.value,
                "asker": row.asker.value,
                "channel": row.channel,
                "language": row.language,
            },
        )
    ]


async def guide_answers(session: AsyncSession, request_id: UUID) -> list[Item]:
    """What the customer answered to the guide, its safety stops among it."""
    query = select(GuideAnswer).where(GuideAnswer.request_id == request_id).order_by(GuideAnswer.id)
    return [
        Item(
            "guide",
            f"guide:{given.id}",
            {
                "guide": given.guide,
                "step": given.step,
                "answer": given.answer,
                "ending": given.ending.value if given.ending else None,
                "at": moment(given.at),
            },
            tells=False,
        )
        for given in await session.scalars(query)
    ]


async def pictures(session: AsyncSession, request_id: UUID) -> list[Item]:
    """Every still, and every mark on one; a still that was deleted says when."""
    stills = await session.scalars(select(Still).where(Still.request_id == request_id).order_by(Still.id))
    drawn = select(Mark).join(Still, Still.id == Mark.still_id).where(Still.request_id == request_id)
    return [
        *(_still(still) for still in stills),
        *(_mark(mark) for mark in await session.scalars(drawn.order_by(Mark.id))),
    ]


def _still(still: Still) -> Item:
    if still.erased_at is not None:
        return Item("still", f"still:{still.id}", {"deleted_at": moment(still.erased_at)}, tells=False)
    said = {
        "taken_by": still.taken_by,
        "source": still.source,
        "taken_at": moment(still.taken_at),
        "media_type": still.media_type,
        "width": still.width,
        "height": still.height,
        "size": still.size,
    }
    return Item("still", f"still:{still.id}", said, file=still.blob_id)


def _mark(mark: Mark) -> Item:
    said = {
        "still": str(mark.still_id),
        "by": mark.author_kind,
        "by_id": str(mark.author_id),
        "tool": mark.tool,
        "points": mark.points,
        "text": mark.text,
        "made_at": moment(mark.made_at),
        "undone_at": moment(mark.undone_at) if mark.undone_at else None,
    }
    return Item("mark", f"mark:{mark.id}", said)


async def chat(session: AsyncSession, request_id: UUID) -> list[Item]:
    """Every line of chat."""
    query = select(Message).where(Message.request_id == request_id).order_by(Message.id)
    return [
        Item(
            "message",
            f"message:{line.id}",
            {
                "by": line.author_kind,
                "by_id": str(line.author_id),
                "name": line.author_name,
                "text": line.text,
                "sent_at": moment(line.sent_at),
            },
        )
        for line in await session.scalars(query)
    ]


async def verdict(session: AsyncSession, request_id: UUID) -> list[Item]:
    """Whose pipe it is and what is wrong with it, with the stills that prove it."""
    row = await session.get(VerdictRow, request_id)
    if row is None:
        return []
    said = {
        "ownership": row.ownership.value,
        "fault": row.fault,
        "severity": row.severity.value,
        "still_ids": row.still_ids,
        "no_still_reason": row.no_still_reason.value if row.no_still_reason else None,
        "note": row.note,
        "given_by": str(row.given_by),
        "given_at": moment(row.given_at),
    }
    return [Item("verdict", f"verdict:{request_id}", said)]


async def outcome(session: AsyncSession, request_id: UUID) -> list[Item]:
    """How it ended, in the words of who ended it, and what the customer said of that."""
    row = await session.get_one(ServiceRequest, request_id)
    items = []
    if row.outcome is not None:
        ended = {"outcome": row.outcome.value, "note": row.outcome_note}
        items.append(Item("outcome", f"outcome:{request_id}", ended))
    if given := await session.get(Rating, request_id):
        said = {
            "score": given.score,
            "comment": given.comment,
            "counts": given.counts,
            "given_at": moment(given.given_at),
        }
        items.append(Item("rating", f"rating:{request_id}", said))
    return items


SOURCES = (who_and_where, guide_answers, pictures, chat, verdict, outcome, timeline)
