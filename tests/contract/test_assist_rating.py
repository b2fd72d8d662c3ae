"""A rating counts where only the customer can have given it, on both foundations."""

from __future__ import annotations

from pathlib import Path

import pytest

from assist.desk.requests import request_page, request_view
from assist.invitation.commands import redeem_invitation, renew_invitation
from assist.rating.commands import rate
from assist.request.kinds import Outcome
from assist.verdict.commands import conclude
from kernel.actors import Actor
from kernel.contracts import RequestClosed
from kernel.database import Database
from tests.contract.assist_house import AssistHouse, open_house


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def told(house: AssistHouse, customer: Actor) -> tuple[bool, list[int | None], list[int | None]]:
    """Whether the rating counts, what the list shows, and what left the wing."""
    async with house.database.reading() as session:
        view = await request_view(session, house.chen, customer.id, house.services.guides, "en")
        page = await request_page(session, "en")
    assert view.rating is not None and view.rating.score == 5
    return (
        view.rating.counts,
        [row.score for row in page.rows],
        [e.score for e in await house.told(RequestClosed)],
    )


async def test_staff_who_open_the_link_themselves_rate_for_nothing(house: AssistHouse) -> None:
    customer = await house.judged()
    await house.database.run(conclude, house.chen, customer.id, Outcome.FIXED)
    link = await house.database.run(renew_invitation, house.chen, customer.id, house.services)
    await house.database.run(redeem_invitation, house.services, link.token, None)
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (False, [None], [None])


async def test_a_customer_whose_link_was_never_opened_rates_as_ever(house: AssistHouse) -> None:
    customer = await house.judged()
    await house.database.run(conclude, house.chen, customer.id, Outcome.FIXED)
    await house.database.run(renew_invitation, house.chen, customer.id, house.services)
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (True, [5], [5])
