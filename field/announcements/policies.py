"""How much notice each kind needs: the row that is written down, else what the house begins with."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.announcements.announcement import USUAL_NOTICE_H, AnnouncementKind
from field.announcements.tables import AnnouncementPolicy
from field.announcements.views import AnnouncementPolicyView
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version


async def policies(session: AsyncSession) -> list[AnnouncementPolicyView]:
    """Of every kind."""
    rows = {row.kind: row for row in await session.scalars(select(AnnouncementPolicy))}
    return [
        AnnouncementPolicyView(
            kind=kind.value,
            notice_h=rows[kind].notice_h if kind in rows else USUAL_NOTICE_H.get(kind, 0),
            version=rows[kind].version if kind in rows else None,
        )
        for kind in AnnouncementKind
    ]


async def notices(session: AsyncSession) -> Mapping[AnnouncementKind, int]:
    """Hours by kind."""
    return {AnnouncementKind(each.kind): each.notice_h for each in await policies(session)}


async def set_policy(
    uow: UnitOfWork, actor: Actor, kind: AnnouncementKind, notice_h: int, version: int | None
) -> None:
    """Write down how much notice a kind needs; what is published already stays so.

    Raises:
        StaleVersion
    """
    row = await uow.session.get(AnnouncementPolicy, kind, with_for_update=True)
    if row is None:
        row = AnnouncementPolicy(kind=kind)
        uow.session.add(row)
    else:
        check_version(row, version)
    row.notice_h, row.changed_at = notice_h, uow.now
    await uow.audit(actor, "set_announcement_policy", f"announcement_kind:{kind.value}", notice_h=notice_h)
