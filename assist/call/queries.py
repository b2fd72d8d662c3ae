"""Calls of a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from assist.queue.tables import Call


def _newest(call: type[Call]) -> tuple[ColumnElement[Any], ...]:
    # Ids follow the clock, which may have been set back since: what goes on is newer than what has ended.
    return (call.finished_at.is_(None).desc(), call.id.desc())


async def current_call(session: AsyncSession, request_id: UUID) -> Call | None:
    """The request's last call."""
    query = select(Call).where(Call.request_id == request_id).order_by(*_newest(Call)).limit(1)
    return (await session.scalars(query)).first()


def current_call_id(request_id: InstrumentedAttribute[UUID]) -> ScalarSelect[UUID]:
    """The id of a request's last call, as a part of a query about the request."""
    call = aliased(Call)
    query = select(call.id).where(call.request_id == request_id).order_by(*_newest(call)).limit(1)
    return query.correlate(request_id.class_).scalar_subquery()
