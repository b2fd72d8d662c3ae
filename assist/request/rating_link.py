"""The customer's own link to say how it went: sent to their telephone, and shown to nobody on the staff.

An invitation is read out, shown as a QR code and passed on by whoever invites. Whoever holds a request by
such a link need not be its customer, so what is rated from there does not count. This link goes straight to
the request's number, by the delivery that all words take, and no answer of the API holds it.
"""

from __future__ import annotations

from assist.request.messages import in_words, tell_customer
from assist.request.tables import Customer, ServiceRequest
from assist.services import AssistServices
from kernel.actors import Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link, holding_link

STARTED_BY_CUSTOMER = frozenset({"public", "api"})
"""Channels whose first device is the customer's own."""


async def held_by_its_customer(uow: UnitOfWork, row: ServiceRequest) -> bool:
    """Whether the device that holds the request can only be its customer's: they started it there, or opened
    a link that no member of staff has seen."""
    link = await holding_link(uow.session, row.id)
    return row.channel in STARTED_BY_CUSTOMER if link is None else not link.shown


async def ask_how_it_went(
    uow: UnitOfWork, services: AssistServices, row: ServiceRequest, key: str, **params: object
) -> bool:
    """Have `<key>_link` sent: the text `key` with the customer's own link; whether there is a number for it.

    The device that holds the request goes on until the link is opened.
    """
    customer = await uow.session.get_one(Customer, row.customer_id)
    if not customer.phone:
        return False
    lifetime = services.invitation_lifetime
    token = await create_link(uow, Surface.CUSTOMER, lifetime, request_id=row.id, shown=False)
    link = f"{services.base_url}/#i={token}"
    lasts = in_words(row.language, lifetime)
    await tell_customer(uow, services, row, f"{key}_link", link=link, lasts=lasts, **params)
    return True


async def tell_the_end(
    uow: UnitOfWork, services: AssistServices, row: ServiceRequest, key: str, **params: object
) -> None:
    """Have the text `key` sent; with a link of their own where the page may be in other hands."""
    if await held_by_its_customer(uow, row):
        await tell_customer(uow, services, row, key, **params)
    else:
        await ask_how_it_went(uow, services, row, key, **params)
