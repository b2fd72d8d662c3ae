"""Words leave the house after the commit that decided so: in order, whatever the gateway does."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from assist.invitation.commands import invite, redeem_invitation
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.delivery.commands import ATTEMPT_LEASE, forget_messages, send_sms
from kernel.delivery.courier import AT_ONCE, Courier
from kernel.delivery.delivery import LONGEST_PAUSE, State, pause_after
from kernel.delivery.gateway import LONGEST_ATTEMPT_S, HttpGateway, KeptMessages
from kernel.delivery.queries import sent_messages
from kernel.delivery.tables import Delivery
from kernel.ids import uuid7
from tests.contract.assist_house import open_house
from tests.rig.foundations import MORNING, Foundation
from tests.rig.sms_gateway import SECRET, SmsGateway, begun_courier, message_of

LIN, WEI = "+8613800138000", "+8613900139000"
REQUEST = uuid7(MORNING)


@pytest.fixture
async def gateway() -> AsyncIterator[SmsGateway]:
    async with SmsGateway().open() as opened:
        yield opened


@pytest.fixture
async def courier(database: Database, gateway: SmsGateway) -> AsyncIterator[Courier]:
    port = HttpGateway(gateway.url, SECRET, longest_s=0.5)
    yield Courier(database, port)
    await port.close()


async def write(database: Database, text: str, to: str = LIN, hours: float = 24) -> None:
    await database.run(send_sms, to, text, REQUEST, timedelta(hours=hours))


async def go_round(courier: Courier) -> int:
    """One round, to its end; how many attempts it made."""
    attempts = await courier.hand_over_due()
    await asyncio.gather(*attempts)
    return len(attempts)


async def rows(database: Database) -> list[Delivery]:
    async with database.reading() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


async def fates(database: Database) -> list[tuple[State, int, str]]:
    return [(row.state, row.attempts, row.answer) for row in await rows(database)]


async def test_nothing_leaves_before_the_commit_nor_when_it_fails(
    database: Database, courier: Courier, gateway: SmsGateway
) -> None:
    decided = asyncio.Event()

    async def decide(uow: UnitOfWork, fails: bool) -> None:
        await send_sms(uow, LIN, "on the way", REQUEST)
        await uow.session.flush()
        decided.set()
        await asyncio.sleep(0.2)
        if fails:
            raise ZeroDivisionError

    for fails in (True, False):
        decided.clear()
        deciding = asyncio.create_task(database.run(decide, fails))
        await decided.wait()
        assert await go_round(courier) == 0 and gateway.asked == []
        await asyncio.gather(deciding, return_exceptions=True)
        assert await go_round(courier) == (0 if fails else 1)
    assert gateway.texts == ["on the way"]
    assert await fates(database) == [(State.SENT, 1, "202 gateway 7")]


async def test_a_gateway_can_tell_that_it_is_us_and_that_it_is_the_same(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = [503]
    await write(database, "阀门在水表旁边")
    await go_round(courier)
    clock.advance(1)
    await go_round(courier)
    first, second = gateway.asked
    [row] = await rows(database)
    assert first.body == second.body and message_of(first)["text"] == "阀门在水表旁边"
    assert message_of(first) == {"id": str(row.id), "channel": "sms", "to": LIN, "text": "阀门在水表旁边"}
    for asked in gateway.asked:
        named = asked.headers["webhook-id"], asked.headers["idempotency-key"]
        assert named == (str(row.id), f'"{row.id}"')
        signed = f"{row.id}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
        wanted = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
        assert asked.headers["webhook-signature"] == "v1," + base64.b64encode(wanted).decode()
    assert int(second.headers["webhook-timestamp"]) == int(clock.now().timestamp())


@pytest.mark.parametrize("mood", [500, 503, "hang", "die", "drip"])
async def test_a_gateway_that_fails_and_comes_back_gets_it_later(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock, mood: int | str
) -> None:
    gateway.moods = [mood, mood]
    await write(database, "on the way")
    for attempt in (1, 2):
        assert await go_round(courier) == 1
        [(state, attempts, answer)] = await fates(database)
        assert (state, attempts) == (State.WAITING, attempt) and answer
        assert await go_round(courier) == 0, "not before its pause is over"
        clock.advance(pause_after(attempt).total_seconds())
    assert await go_round(courier) == 1
    assert await fates(database) == [(State.SENT, 3, "202 gateway 7")]
    assert len({asked.headers["webhook-id"] for asked in gateway.asked}) == 1


async def test_a_gateway_that_is_not_there_gets_it_when_it_is(database: Database, clock: ManualClock) -> None:
    gateway = SmsGateway()
    port = HttpGateway(gateway.url, SECRET)
    courier = Courier(database, port)
    await write(database, "on the way")
    assert await go_round(courier) == 1
    assert await fates(database) == [(State.WAITING, 1, "ConnectError")]
    async with gateway.open():
        clock.advance(1)
        assert await go_round(courier) == 1
        await port.close()
    assert gateway.texts == ["on the way"]


@pytest.mark.parametrize("status", [301, 400, 401, 404, 422, 429])
async def test_a_refusal_is_final(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock, status: int
) -> None:
    gateway.moods = [status]
    await write(database, "to a number that is none")
    await go_round(courier)
    assert await fates(database) == [(State.FAILED, 1, f"{status} gateway 7")]
    clock.advance(LONGEST_PAUSE.total_seconds())
    assert await go_round(courier) == 0 and len(gateway.asked) == 1


async def test_one_recipient_reads_in_order_and_others_do_not_wait(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = [500]
    await write(database, "first")
    await write(database, "second")
    await go_round(courier)
    await write(database, "to another", to=WEI)
    await go_round(courier)
    assert gateway.texts == ["first", "to another"]
    for _ in range(2):
        clock.advance(1)
        await go_round(courier)
    assert gateway.texts == ["first", "to another", "first", "second"]
    assert {state for state, _, _ in await fates(database)} == {State.SENT}


async def test_what_is_of_no_more_use_is_not_sent(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = [500]
    await write(database, "on the way", hours=2)
    await write(database, "done", hours=24)
    await go_round(courier)
    clock.advance(timedelta(hours=2).total_seconds())
    assert await go_round(courier) == 0
    assert await go_round(courier) == 1
    assert gateway.texts == ["on the way", "done"]
    assert await fates(database) == [(State.EXPIRED, 1, "500 gateway 7"), (State.SENT, 1, "202 gateway 7")]


async def test_what_a_gateway_has_is_not_kept_here(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = [202, 400]
    for text in ("taken", "refused"):
        await write(database, text)
        await go_round(courier)
    assert [row.text for row in await rows(database)] == ["", ""]
    await write(database, "kept")
    await go_round(Courier(database, KeptMessages()))
    assert (await rows(database))[-1].text == "kept"


async def test_words_that_are_erased_under_way_leave_nothing(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = ["hang"]
    await write(database, "to be erased")
    [attempt] = await courier.hand_over_due()
    await gateway.news.wait()
    await database.run(forget_messages, REQUEST)
    await attempt
    clock.advance(ATTEMPT_LEASE.total_seconds())
    assert await rows(database) == [] and await go_round(courier) == 0


async def test_a_link_that_was_opened_another_way_is_not_sent_any_more(
    database: Database, courier: Courier, gateway: SmsGateway, tmp_path: Path
) -> None:
    house = await open_house(database, tmp_path)
    made = await database.run(invite, house.chen, house.services, "林女士", LIN, "zh-Hans")
    await database.run(redeem_invitation, house.services, made.token, None)
    assert await go_round(courier) == 0 and gateway.asked == []
    [row] = await rows(database)
    assert row.state is State.EXPIRED and made.token not in row.text


async def test_a_hanging_gateway_keeps_its_own_hands_busy_and_nobody_else(
    database: Database, gateway: SmsGateway
) -> None:
    port = HttpGateway(gateway.url, SECRET, longest_s=8)
    courier = Courier(database, port)
    gateway.moods = ["hang"] * AT_ONCE
    for number in range(AT_ONCE + 2):
        await write(database, str(number), to=f"+861380013{number:04}")
    begun = await courier.hand_over_due()
    assert len(begun) == AT_ONCE and await courier.hand_over_due() == []
    async with asyncio.timeout(7):
        await write(database, "somebody else's work", to=WEI)
        async with database.reading() as session:
            assert len(await sent_messages(session)) == AT_ONCE + 3
    assert not any(attempt.done() for attempt in begun)
    await asyncio.gather(*begun)
    assert await go_round(courier) == 3
    await port.close()


async def test_several_couriers_hand_each_over_once(database: Database, gateway: SmsGateway) -> None:
    for number in range(16):
        await write(database, str(number), to=f"+861380013{number % 4:04}")
    port = HttpGateway(gateway.url, SECRET)
    running = [asyncio.create_task(Courier(database, port).run()) for _ in range(3)]
    async with asyncio.timeout(50):
        while any(row.state is State.WAITING for row in await rows(database)):
            gateway.news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(gateway.news.wait(), 0.2)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await port.close()
    assert sorted(map(int, gateway.texts)) == list(range(16)), "none twice, none lost"
    for mine in range(4):
        read = [int(text) for text in gateway.texts if int(text) % 4 == mine]
        assert read == sorted(read), "in the order in which they were written"


async def test_a_worker_that_is_killed_between_commit_and_answer_loses_nothing(
    foundation: Foundation, database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = ["hang"]
    await write(database, "on the way")
    program = begun_courier(foundation.database_url, gateway.url)
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    async with asyncio.timeout(30):
        await gateway.news.wait()
    worker.kill()
    await worker.wait()
    assert await go_round(courier) == 0, "it may still be under way"
    clock.advance(ATTEMPT_LEASE.total_seconds())
    assert await go_round(courier) == 1
    assert gateway.texts == ["on the way"] * 2, "at least once, under one id"
    assert len({message_of(asked)["id"] for asked in gateway.asked}) == 1
    assert await fates(database) == [(State.SENT, 2, "202 gateway 7")]


async def test_a_late_answer_to_an_attempt_that_was_given_up_changes_nothing(
    database: Database, courier: Courier, gateway: SmsGateway, clock: ManualClock
) -> None:
    gateway.moods = ["hang"]
    await write(database, "on the way")
    [slow] = await courier.hand_over_due()
    await gateway.news.wait()
    clock.advance(ATTEMPT_LEASE.total_seconds())
    await go_round(courier)
    await slow
    assert await fates(database) == [(State.SENT, 2, "202 gateway 7")]


def test_an_attempt_ends_before_its_lease() -> None:
    assert timedelta(seconds=LONGEST_ATTEMPT_S) < ATTEMPT_LEASE
