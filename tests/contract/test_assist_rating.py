"""A rating counts where only the customer can have given it, on both foundations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assist.call.commands import accept_request, end_call
from assist.desk.requests import request_page, request_view
from assist.intake.commands import customer_actor
from assist.invitation.commands import invite, redeem_invitation, renew_invitation
from assist.queue.commands import enter_queue
from assist.rating.commands import PhoneMissing, rate, send_rating_link
from assist.request.kinds import Category, Outcome
from assist.request.rating_link import tell_the_end
from assist.request.request import WrongState
from assist.request.tables import Customer, ServiceRequest
from assist.verdict.commands import give_verdict
from assist.verdict.verdict import NoStillReason, Ownership, Severity, Verdict
from kernel.actors import Actor
from kernel.contracts import RequestClosed
from kernel.database import Database, UnitOfWork
from kernel.delivery.queries import sent_messages
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
    await house.conclude(house.chen, customer, Outcome.FIXED)
    link = await house.database.run(renew_invitation, house.chen, customer.id, house.services)
    await house.database.run(redeem_invitation, house.services, link.token, None)
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (False, [None], [None])


async def test_a_customer_whose_link_was_never_opened_rates_as_ever(house: AssistHouse) -> None:
    customer = await house.judged()
    await house.conclude(house.chen, customer, Outcome.FIXED)
    await house.database.run(renew_invitation, house.chen, customer.id, house.services)
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (True, [5], [5])


async def invited_and_judged(house: AssistHouse) -> tuple[Actor, str]:
    """Somebody invited, on the page that the read-out link opened, after their call; and its token."""
    invitation = await house.database.run(
        invite, house.chen, house.services, "林女士", "138 0013 8000", "zh-Hans", Category.LEAK
    )
    row, _session = await house.database.run(redeem_invitation, house.services, invitation.token, None)
    customer = customer_actor(row)
    await house.database.run(enter_queue, customer, customer.id)
    await house.database.run(accept_request, house.chen, customer.id, house.services)
    await house.database.run(end_call, house.chen, customer.id)
    verdict = Verdict(Ownership.NO_FAULT, "none", Severity.MINOR, (), NoStillReason.NOT_NEEDED)
    await house.database.run(give_verdict, house.chen, customer.id, verdict, "没有漏水")
    return customer, invitation.token


async def last_message(house: AssistHouse) -> str:
    async with house.database.reading() as session:
        return (await sent_messages(session))[0].text


def token_in(message: str) -> str:
    found = re.search(r"/#i=([\w-]+)", message)
    assert found, message
    return found[1]


async def test_a_link_that_only_the_customer_has_makes_their_rating_count(house: AssistHouse) -> None:
    customer, _token = await invited_and_judged(house)
    await house.conclude(house.chen, customer, Outcome.FIXED, "没有漏水")
    message = await last_message(house)
    assert "您满意吗" in message and "24 小时" in message
    row, session = await house.database.run(redeem_invitation, house.services, token_in(message), None)
    assert row.id == customer.id and session is not None
    assert token_in(message) not in await last_message(house), "once opened it is kept nowhere"
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (True, [5], [5])


async def test_the_page_of_the_read_out_link_does_not_count(house: AssistHouse) -> None:
    customer, _token = await invited_and_judged(house)
    await house.conclude(house.chen, customer, Outcome.FIXED, "没有漏水")
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (False, [None], [None])


async def test_a_newer_link_that_staff_have_seen_takes_the_count_away(house: AssistHouse) -> None:
    customer, _token = await invited_and_judged(house)
    await house.conclude(house.chen, customer, Outcome.FIXED, "没有漏水")
    await house.database.run(redeem_invitation, house.services, token_in(await last_message(house)), None)
    link = await house.database.run(renew_invitation, house.chen, customer.id, house.services)
    await house.database.run(redeem_invitation, house.services, link.token, None)
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (False, [None], [None])


async def test_who_started_on_their_own_telephone_is_sent_no_link(house: AssistHouse) -> None:
    customer = await house.judged()
    async with house.database.reading() as session:
        before = len(await sent_messages(session))
    await house.conclude(house.chen, customer, Outcome.FIXED)
    async with house.database.reading() as session:
        assert len(await sent_messages(session)) == before
    await house.database.run(rate, customer, customer.id, 5)
    assert await told(house, customer) == (True, [5], [5])


async def test_staff_may_have_the_customer_asked_and_see_no_link(house: AssistHouse) -> None:
    customer = await house.judged()
    with pytest.raises(WrongState):
        await house.database.run(send_rating_link, house.chen, customer.id, house.services)
    await house.conclude(house.chen, customer, Outcome.FIXED)
    await house.database.run(send_rating_link, house.chen, customer.id, house.services)
    token = token_in(await last_message(house))
    timeline = await house.timeline(customer.id)
    assert timeline[-1].kind == "rating_link_sent" and token not in str(timeline[-1].detail)
    async with house.database.reading() as session:
        view = await request_view(session, house.chen, customer.id, house.services.guides, "en")
    assert token not in view.model_dump_json()


async def test_without_a_number_nobody_can_be_asked(house: AssistHouse) -> None:
    customer = await house.judged()
    await house.conclude(house.chen, customer, Outcome.FIXED)

    async def forget_number(uow: UnitOfWork) -> None:
        row = await uow.session.get_one(ServiceRequest, customer.id)
        (await uow.session.get_one(Customer, row.customer_id)).phone = ""

    await house.database.run(forget_number)
    with pytest.raises(PhoneMissing):
        await house.database.run(send_rating_link, house.chen, customer.id, house.services)


@pytest.mark.parametrize("invited", [True, False])
async def test_after_a_visit_only_a_page_in_doubtful_hands_gets_a_link(
    house: AssistHouse, invited: bool
) -> None:
    customer = (await invited_and_judged(house))[0] if invited else await house.judged()
    row = await house.row(customer.id)

    async def end(uow: UnitOfWork) -> None:
        own = await uow.session.get_one(ServiceRequest, row.id)
        await tell_the_end(uow, house.services, own, "visit_done", rep="安")

    await house.database.run(end)
    message = await last_message(house)
    assert "安" in message and ("/#i=" in message) == invited
