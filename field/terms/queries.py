"""What the console reads of terms."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import StandingWish
from field.dispatch.terms import PREFER, REFUSE, policy_of
from field.grid.tables import Contractor, Rep, Zone
from field.terms.views import ContractorView, StandingWishView, WishPolicyView
from field.terms.wishes import CODES

MOST = 1000


async def standing_wishes(session: AsyncSession, now: datetime) -> list[StandingWishView]:
    """All that count, the newest first; at most `MOST`."""
    found = await session.execute(
        select(StandingWish, Rep.name, Rep.name_en)
        .join(Rep, Rep.id == StandingWish.rep_id)
        .where(StandingWish.until > now)
        .order_by(StandingWish.set_at.desc(), StandingWish.id)
        .limit(MOST)
    )
    return [
        StandingWishView(
            id=row.id,
            address=row.address,
            rep_id=row.rep_id,
            rep_name=name,
            rep_name_en=name_en,
            kind=row.kind,
            code=row.code,
            set_at=row.set_at,
            until=row.until,
        )
        for row, name, name_en in found
    ]


async def wish_policy(session: AsyncSession) -> WishPolicyView:
    """What wishes weigh, and the codes there are."""
    rules = await policy_of(session)
    return WishPolicyView(
        preferred_s=rules.preferred_s,
        keep_days=rules.keep_days,
        version=rules.version,
        prefer_codes=list(CODES[PREFER]),
        refuse_codes=list(CODES[REFUSE]),
    )


async def contractors(session: AsyncSession) -> list[ContractorView]:
    """All contractors by code, with their people."""
    rows = (await session.scalars(select(Contractor).order_by(Contractor.code))).all()
    people: dict[str, list[str]] = defaultdict(list)
    listed = select(Rep.contractor, Rep.code).where(Rep.contractor.is_not(None), Rep.active)
    for contractor, code in await session.execute(listed.order_by(Rep.code)):
        if contractor is not None:
            people[contractor].append(code)
    zones = {str(id): code for id, code in await session.execute(select(Zone.id, Zone.code))}
    return [
        ContractorView(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            types=row.types,
            stations=row.stations,
            zones=[zones[id] for id in row.zones if id in zones],
            cost_permille=row.cost_permille,
            reps=people[row.code],
            version=row.version,
        )
        for row in rows
    ]
