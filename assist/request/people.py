"""The members of staff that a request names, by the names that the reader knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.request.views import StaffView
from kernel.identity.staff import Staff


async def people(
    session: AsyncSession, ids: Iterable[UUID | None], language: str
) -> Mapping[UUID, StaffView]:
    """Staff by id, with their names as the reader's language writes them."""
    wanted = {id for id in ids if id is not None}
    query = select(Staff.id, Staff.name, Staff.name_en).where(Staff.id.in_(wanted))
    return {
        id: StaffView(id=id, name=name_en or name if language == "en" else name)
        for id, name, name_en in await session.execute(query)
    }
