"""What an agent reads: who called, and what is open there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.accounts.queries import look_up
from assist.accounts.writing import recognised
from assist.counter.views import AccountHitView, LookupView, OpenRequestView
from assist.request.people import people
from assist.request.phones import PhoneInvalid, normal_phone
from assist.request.request import FINAL
from assist.request.tables import Customer, ServiceRequest
from kernel.actors import Actor
from kernel.errors import NotFound

MOST_OPEN = 100


async def counter_lookup(
    session: AsyncSession, actor: Actor, text: str, region: str, language: str
) -> LookupView:
    """The accounts that answer to ``text``, and the requests open there."""
    found = await look_up(session, recognised(text))
    phone = callable_phone(text, region)
    phones = {hit.account.phone for hit in found.hits if hit.account.phone} | ({phone} if phone else set())
    addresses = {hit.account.address for hit in found.hits if hit.account.address}
    opened = await _open(session, actor, language, phones, addresses)
    return LookupView(
        hits=[
            AccountHitView(
                reference=hit.account.reference,
                name=hit.account.name,
                phone=hit.account.phone,
                address=hit.account.address,
                meter=hit.account.meter,
                language=hit.account.language,
                dependant=hit.account.dependant,
                by=hit.by.value,
                open=[
                    each
                    for each in opened
                    if (each.phone and each.phone == hit.account.phone)
                    or (each.address and each.address == hit.account.address)
                ],
            )
            for hit in found.hits
        ],
        more=found.more,
        phone=phone,
        open=[each for each in opened if phone and each.phone == phone],
    )


async def counter_request(
    session: AsyncSession, actor: Actor, request_id: UUID, language: str
) -> OpenRequestView:
    """One request as the counter shows it."""
    rows = await _rows(session, actor, language, ServiceRequest.id == request_id)
    if not rows:
        raise NotFound()
    return rows[0]


def callable_phone(text: str, region: str) -> str:
    """The words as a telephone number, E.164; empty where they are none."""
    try:
        return normal_phone(text, region) if len(text) <= 40 else ""
    except PhoneInvalid:
        return ""


async def _open(
    session: AsyncSession, actor: Actor, language: str, phones: Iterable[str], addresses: Iterable[str]
) -> list[OpenRequestView]:
    # One statement for each, which an index answers: an OR of both would read every customer.
    found: dict[UUID, OpenRequestView] = {}
    for column, values in ((Customer.phone, sorted(phones)), (Customer.address, sorted(addresses))):
        if values:
            going_on = ServiceRequest.state.not_in(FINAL)
            for each in await _rows(session, actor, language, column.in_(values) & going_on):
                found[each.id] = each
    return sorted(found.values(), key=lambda each: each.created_at, reverse=True)


async def _rows(
    session: AsyncSession, actor: Actor, language: str, which: ColumnElement[bool]
) -> list[OpenRequestView]:
    query = (
        select(ServiceRequest, Customer)
        .join(Customer, Customer.id == ServiceRequest.customer_id)
        .where(which)
        .order_by(ServiceRequest.id.desc())
        .limit(MOST_OPEN)
    )
    found = (await session.execute(query)).all()
    staff = await people(session, (row.owner_id for row, _ in found), language)
    return [
        OpenRequestView(
            id=row.id,
            version=row.version,
            state=row.state.value,
            category=row.category.value,
            channel=row.channel,
            name=customer.name,
            phone=customer.phone,
            address=customer.address,
            description=customer.description,
            owner=staff[row.owner_id].name,
            mine=row.owner_id == actor.id,
            created_at=row.created_at,
        )
        for row, customer in found
    ]
