"""Words to the customer by SMS, in the customer's language (static/locales/<language>/sms.json)."""

from __future__ import annotations

from assist.request.tables import Customer, ServiceRequest
from assist.services import AssistServices
from kernel.database import UnitOfWork
from kernel.i18n import text


async def tell_customer(
    uow: UnitOfWork, services: AssistServices, row: ServiceRequest, key: str, **params: object
) -> None:
    """Send the text `key` to the request's customer, if a phone number is known."""
    customer = await uow.session.get_one(Customer, row.customer_id)
    if not customer.phone:
        return
    utility = services.utility_name or text(row.language, "sms", "utility")
    words = text(row.language, "sms", key, utility=utility, name=customer.name, **params)
    await services.messenger.send_sms(uow, customer.phone, words.strip(), row.id)
