"""What the counter shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from assist.request.views import View


class OpenRequestView(View):
    """A request that has not ended, as whoever answers the telephone has to know of it.

    `mine`: the caller of this operation answers for it, and may go on with it.
    """

    id: UUID
    version: int
    state: str
    category: str
    channel: str
    name: str
    phone: str
    address: str
    description: str
    owner: str
    mine: bool
    created_at: datetime


class AccountHitView(View):
    """An account that answers to the words. `by`: phone, account, meter, name or address; `open`: what is
    open under its telephone number or at its address."""

    reference: str
    name: str
    phone: str
    address: str
    meter: str
    language: str
    dependant: bool
    by: str
    open: list[OpenRequestView]


class LookupView(View):
    """`phone`: the words as a number that can be called, or empty; `open`: what is open under it, also where
    no account has it; `more`: more accounts answer than are shown."""

    hits: list[AccountHitView]
    more: bool
    phone: str
    open: list[OpenRequestView]
