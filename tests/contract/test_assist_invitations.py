"""Personal links on both foundations: opened once, on one device, in time, and renewable."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from app.pages import PAGES, Pages
from assist.intake.commands import customer_actor, withdraw
from assist.invitation.commands import Invitation, InvitationOver, invite, redeem_invitation, renew_invitation
from assist.request.kinds import Category
from assist.request.phones import PhoneInvalid
from assist.request.request import State
from kernel.clock import ManualClock
from kernel.database import Database
from kernel.delivery.queries import sent_messages
from kernel.i18n import LANGUAGES, text
from kernel.identity.links import AccessLink, LinkExpired, LinkSpent, LinkUnknown
from kernel.identity.sessions import keep_session, who
from kernel.ids import TOKEN_BYTES
from kernel.settings import Settings
from tests.contract.assist_house import AssistHouse, open_house

DAY = timedelta(days=1)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def invited(house: AssistHouse, language: str = "zh-Hant") -> Invitation:
    return await house.database.run(
        invite, house.chen, house.services, "黃先生", "+852 2123 4567", language, Category.LEAK
    )


async def redeem(house: AssistHouse, token: str, presented: str | None = None) -> str | None:
    _row, session = await house.database.run(redeem_invitation, house.services, token, presented)
    return session.token if session else None


async def test_the_inviter_answers_for_the_request_and_the_customer_gets_an_sms(house: AssistHouse) -> None:
    invitation = await invited(house)
    row = await house.row(invitation.request_id)
    assert (row.state, row.owner_id, row.channel) == (State.GUIDING, house.chen.id, "invitation")
    async with house.database.reading() as session:
        [message] = await sent_messages(session)
    assert message.to == "+85221234567"
    assert invitation.link in message.text and "黃先生" in message.text and "請勿轉傳" in message.text


async def test_the_token_is_long_rides_in_the_fragment_and_is_stored_only_as_a_hash(
    house: AssistHouse,
) -> None:
    invitation = await invited(house)
    assert TOKEN_BYTES * 8 >= 128
    assert invitation.link.startswith("https://water.example/#i=")
    async with house.database.reading() as session:
        [link] = (await session.scalars(select(AccessLink))).all()
    assert invitation.token.encode() not in link.token_hash and len(link.token_hash) == 32
    assert invitation.qr_svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert invitation.qr_svg.endswith("</svg>")


async def test_once_opened_the_token_is_kept_nowhere_not_even_in_the_message(house: AssistHouse) -> None:
    invitation = await invited(house)
    token = invitation.token
    await redeem(house, token)
    async with house.database.reading() as session:
        [message] = await sent_messages(session)
    assert token not in message.text and "https://water.example/#i=…" in message.text


async def test_of_a_hundred_redemptions_at_once_exactly_one_gets_in(house: AssistHouse) -> None:
    token = (await invited(house)).token
    answers = await asyncio.gather(*(redeem(house, token) for _ in range(100)), return_exceptions=True)
    opened = [answer for answer in answers if isinstance(answer, str)]
    assert len(opened) == 1
    assert all(isinstance(answer, LinkSpent) for answer in answers if answer not in opened)


async def test_the_same_device_may_open_it_again_and_no_other(house: AssistHouse) -> None:
    token = (await invited(house)).token
    session = await redeem(house, token)
    assert await redeem(house, token, session) is None, "it simply goes on"
    with pytest.raises(LinkSpent):
        await redeem(house, token)
    with pytest.raises(LinkSpent):
        await redeem(house, token, "some-other-session-token")


async def test_a_link_may_be_opened_for_a_day_and_not_later(house: AssistHouse, clock: ManualClock) -> None:
    in_time, too_late = (await invited(house)).token, (await invited(house)).token
    clock.advance(DAY.total_seconds() - 1)
    assert await redeem(house, in_time)
    clock.advance(1)
    with pytest.raises(LinkExpired):
        await redeem(house, too_late)


def test_no_installation_may_let_links_live_longer() -> None:
    assert Settings().invitation_minutes == 24 * 60
    for minutes in (0, 24 * 60 + 1):
        with pytest.raises(ValidationError):
            Settings(invitation_minutes=minutes)


async def holds(house: AssistHouse, session: str) -> bool:
    async with house.database.reading() as reading:
        return await who(reading, session, house.database.clock.now()) is not None


async def test_what_an_opened_link_gives_lives_ten_minutes_when_nothing_is_done(
    house: AssistHouse, clock: ManualClock
) -> None:
    """OWASP ASVS 5.0, 6.5.5."""
    row, session = await house.database.run(
        redeem_invitation, house.services, (await invited(house)).token, None
    )
    assert session is not None and row is not None
    now = house.database.clock.now()
    assert session.expires_at - now == timedelta(minutes=10)
    assert session.kept_until is not None and session.kept_until - now == house.services.session_lifetime
    clock.advance(599)
    assert await holds(house, session.token)
    clock.advance(1)
    assert not await holds(house, session.token)


async def test_a_link_left_alone_opens_again_until_its_day_is_over(
    house: AssistHouse, clock: ManualClock
) -> None:
    token = (await invited(house)).token
    first = await redeem(house, token)
    clock.advance(599)
    with pytest.raises(LinkSpent):
        await redeem(house, token)
    clock.advance(1)
    second = await redeem(house, token, first)
    assert second and second != first, "the same device goes on"
    clock.advance(600)
    assert await redeem(house, token), "and so may another, where nobody has done anything"
    clock.advance(DAY.total_seconds())
    with pytest.raises(LinkExpired):
        await redeem(house, token)


async def test_whoever_has_done_something_keeps_it_and_no_other_gets_in(
    house: AssistHouse, clock: ManualClock
) -> None:
    token = (await invited(house)).token
    first = await redeem(house, token) or ""
    await house.database.run(keep_session, first)
    clock.advance(600)
    assert await holds(house, first)
    assert await redeem(house, token, first) is None, "the first device goes on"
    with pytest.raises(LinkSpent):
        await redeem(house, token)
    clock.advance(house.services.session_lifetime.total_seconds() - 601)
    assert await holds(house, first)
    clock.advance(1)
    assert not await holds(house, first)
    with pytest.raises(LinkSpent):
        await redeem(house, token, first)


async def test_a_lapsed_link_does_not_come_back_when_a_newer_one_was_opened(
    house: AssistHouse, clock: ManualClock
) -> None:
    first = await invited(house)
    await redeem(house, first.token)
    second = await house.database.run(renew_invitation, house.chen, first.request_id, house.services)
    await redeem(house, second.token)
    clock.advance(601)
    with pytest.raises(LinkSpent):
        await redeem(house, first.token)


async def test_what_has_lapsed_cannot_be_kept_after_all(house: AssistHouse, clock: ManualClock) -> None:
    session = await redeem(house, (await invited(house)).token) or ""
    clock.advance(600)
    await house.database.run(keep_session, session)
    assert not await holds(house, session)


@pytest.mark.parametrize(
    "token", ["", "A", "A" * 32, "A" * 129, "A" * 5000, "链接", "\x00" * 20, "A" * 31 + "。"]
)
async def test_a_mistyped_link_is_unknown(house: AssistHouse, token: str) -> None:
    with pytest.raises(LinkUnknown):
        await redeem(house, token)


@pytest.mark.parametrize("named", ["", "清泉供水"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_message_is_signed_as_the_page_is(house: AssistHouse, language: str, named: str) -> None:
    house.services = replace(house.services, utility_name=named)
    await invited(house, language)
    async with house.database.reading() as session:
        [message] = await sent_messages(session)
    page = Pages(Settings(utility_name=named)).shell(PAGES[0], language, "")
    assert page.utility in message.text and (named or text(language, "common", "utility")) == page.utility


@pytest.mark.parametrize(
    ("minutes", "words"), [(1440, "24 hours"), (60, "1 hour"), (90, "90 minutes"), (1, "1 minute")]
)
async def test_a_message_says_for_how_long_the_link_opens(
    house: AssistHouse, minutes: int, words: str
) -> None:
    house.services = replace(house.services, invitation_lifetime=timedelta(minutes=minutes))
    await invited(house, "en")
    async with house.database.reading() as session:
        [message] = await sent_messages(session)
    assert f"opens for {words}." in message.text


async def test_a_renewed_link_replaces_an_unopened_one(house: AssistHouse) -> None:
    first = await invited(house)
    second = await house.database.run(renew_invitation, house.wang, first.request_id, house.services)
    assert second.request_id == first.request_id and second.link != first.link
    with pytest.raises(LinkUnknown):
        await redeem(house, first.token)
    assert await redeem(house, second.token)
    assert (await house.row(first.request_id)).owner_id == house.chen.id, "renewing takes nothing over"


async def test_opening_a_renewed_link_cuts_the_lost_phone_off(house: AssistHouse) -> None:
    first = await invited(house)
    lost_phone = await redeem(house, first.token)
    second = await house.database.run(renew_invitation, house.chen, first.request_id, house.services)
    now = house.database.clock.now()
    async with house.database.reading() as session:
        assert await who(session, lost_phone or "", now) is not None, "until the new one is opened"
    new_phone = await redeem(house, second.token)
    async with house.database.reading() as session:
        assert await who(session, lost_phone or "", now) is None
        actor = await who(session, new_phone or "", now)
    assert actor is not None and actor.request_id == first.request_id


async def test_a_link_to_something_that_has_ended_says_so(house: AssistHouse) -> None:
    invitation = await invited(house)
    customer = customer_actor(await house.row(invitation.request_id))
    await house.database.run(withdraw, customer, customer.id)
    with pytest.raises(InvitationOver):
        await redeem(house, invitation.token)


async def test_a_number_that_cannot_be_called_is_refused_and_nothing_is_kept(house: AssistHouse) -> None:
    with pytest.raises(PhoneInvalid) as refused:
        await house.database.run(invite, house.chen, house.services, "林", "12345", "en", Category.OTHER)
    assert [(fault.code, fault.where) for fault in refused.value.faults] == [("phone_invalid", "body.phone")]
    async with house.database.reading() as session:
        assert list(await sent_messages(session)) == []
