"""Words to the customer by SMS, in the customer's language (static/locales/<language>/sms.json)."""

from __future__ import annotations

from datetime import timedelta

from assist.request.tables import Customer, ServiceRequest
from assist.services import AssistServices
from kernel.database import UnitOfWork
from kernel.delivery.commands import send_sms
from kernel.delivery.delivery import USUAL_USE
from kernel.i18n import text

USEFUL_FOR = {"technician_ready": timedelta(minutes=15), "rep_on_the_way": timedelta(hours=2)}
"""How long a text is worth sending, when its gateway was away: later it would only mislead."""


def in_words(language: str, lasts: timedelta) -> str:
    """A time as a message says it: whole hours where it is made of those, else minutes."""
    minutes = int(lasts.total_seconds() // 60)
    unit, count = ("minutes", minutes) if minutes % 60 else ("hours", minutes // 60)
    return text(language, "sms", f"{unit}.{'one' if count == 1 else 'other'}", count=count)


async def tell_customer(
    uow: UnitOfWork, services: AssistServices, row: ServiceRequest, key: str, **params: object
) -> None:
    """Have the text `key` sent to the request's customer, if a phone number is known."""
    customer = await uow.session.get_one(Customer, row.customer_id)
    if not customer.phone:
        return
    utility = services.utility_name or text(row.language, "common", "utility")
    words = text(row.language, "sms", key, utility=utility, name=customer.name, **params)
    lasts = services.invitation_lifetime if "link" in params else USEFUL_FOR.get(key, USUAL_USE)
    await send_sms(uow, customer.phone, words.strip(), row.id, lasts)
