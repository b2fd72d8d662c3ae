"""The queue on both foundations: one technician gets a customer, and a place outlives a phone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from assist.call.commands import AlreadyAccepted, accept_request, end_call, mark_joined, return_request
from assist.call.jobs import DESK_LOST_AFTER, take_back_abandoned
from assist.desk.queue import queue_view
from assist.desk.views import QueueView
from assist.guide.commands import answer_guide
from assist.guide.guide import Answer
from assist.guide.triage import Given
from assist.queue.commands import enter_queue, leave_queue, touch_desk, touch_place
from assist.queue.jobs import give_up_lost_places
from assist.queue.queries import DESK_SEEN_WITHIN, queue_entry_view
from assist.queue.tables import QueueEntry
from assist.queue.views import QueueEntryView
from assist.queue.waiting import AWAY_AFTER, PLACE_KEPT
from assist.rating.jobs import RATING_WAITED, close_long_resolved
from assist.request.kinds import Outcome
from assist.request.request import State
from kernel.actors import Actor
from kernel.clock import ManualClock
from kernel.contracts import RequestClosed
from kernel.database import Database
from kernel.delivery.queries import sent_messages
from kernel.errors import Forbidden, NotFound
from tests.contract.assist_house import AssistHouse, open_house


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def place(house: AssistHouse, customer: Actor) -> QueueEntryView:
    async with house.database.reading() as session:
        return await queue_entry_view(session, customer, customer.id, house.database.clock.now())


async def queue(house: AssistHouse, actor: Actor | None = None) -> QueueView:
    async with house.database.reading() as session:
        return await queue_view(session, actor or house.chen, house.database.clock.now())


async def sweep(database: Database) -> int:
    """One turn of every job of this wing; how many requests moved."""
    jobs = (give_up_lost_places, take_back_abandoned, close_long_resolved)
    return sum([await job(database) for job in jobs])


def seconds(span: timedelta) -> float:
    return span.total_seconds()


# acceptance -------------------------------------------------------------------------------------------


async def test_of_many_technicians_at_once_exactly_one_gets_the_customer(house: AssistHouse) -> None:
    customer = await house.waiting()
    actors = [house.chen, house.wang] * 10
    answers = await asyncio.gather(
        *(house.database.run(accept_request, actor, customer.id, house.services) for actor in actors),
        return_exceptions=True,
    )
    row = await house.row(customer.id)
    winner = next(actor for actor in actors if actor.id == row.owner_id)
    assert row.state is State.IN_CALL
    for actor, answer in zip(actors, answers, strict=True):
        if actor.id == winner.id:
            assert not isinstance(answer, BaseException), "asking twice is no fault"
        else:
            assert isinstance(answer, AlreadyAccepted) and answer.params == {"by": winner.name}
    kinds = [event.kind for event in await house.timeline(customer.id)]
    assert kinds.count("accepted") == 1


async def test_two_technicians_and_many_customers_never_share_one(house: AssistHouse) -> None:
    customers = [await house.waiting() for _ in range(6)]

    async def take(actor: Actor, customer: Actor) -> bool:
        try:
            await house.database.run(accept_request, actor, customer.id, house.services)
        except AlreadyAccepted:
            return False
        return True

    taken = await asyncio.gather(
        *(take(actor, customer) for customer in customers for actor in (house.chen, house.wang))
    )
    assert sum(taken) == len(customers)
    assert (await queue(house)).rows == []


async def test_a_customer_cannot_accept_and_a_rep_sees_nothing(house: AssistHouse) -> None:
    customer = await house.waiting()
    with pytest.raises(Forbidden):
        await house.database.run(accept_request, customer, customer.id, house.services)
    with pytest.raises(NotFound):
        await house.database.run(accept_request, house.rep, customer.id, house.services)


# places -----------------------------------------------------------------------------------------------


async def test_the_queue_is_first_come_first_served_and_danger_first(
    house: AssistHouse, clock: ManualClock
) -> None:
    first = await house.waiting()
    clock.advance(30)
    second = await house.waiting()
    clock.advance(30)
    third = await house.customer()
    danger = Given("leak", "burst", Answer.DANGER)
    await house.database.run(answer_guide, third, third.id, house.services, danger)
    shown = await queue(house)
    assert [row.request_id for row in shown.rows] == [third.id, first.id, second.id]
    assert shown.next == third.id
    assert shown.rows[1].waited_s == 60 and shown.rows[1].address == "解放路 12 号 3 单元"
    assert [(await place(house, who)).place for who in (first, second, third)] == [2, 3, 1]


async def test_a_place_survives_a_phone_that_is_dead_for_fifteen_minutes(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await house.waiting()
    clock.advance(1)
    behind = await house.waiting()
    clock.advance(seconds(PLACE_KEPT) - 1)
    await house.database.run(touch_place, behind.id)
    assert await sweep(house.database) == 0
    assert (await place(house, customer)).place == 1
    shown = await queue(house)
    assert shown.rows[0].away and shown.next == behind.id, "a silent phone is not called up"
    await house.database.run(touch_place, customer.id)
    assert (await queue(house)).next == customer.id, "and is again once it is back"


async def test_after_fifteen_silent_minutes_the_place_goes_to_the_next(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await house.waiting()
    clock.advance(seconds(PLACE_KEPT) + 1)
    behind = await house.waiting()
    assert await sweep(house.database) == 1
    assert await house.state(customer.id) is State.GUIDING
    assert (await place(house, behind)).place == 1
    assert (await place(house, customer)).state == "not_waiting"
    assert [event.kind for event in await house.timeline(customer.id)][-1] == "place_lost"
    clock.advance(1)
    await house.database.run(enter_queue, customer, customer.id)
    assert (await place(house, customer)).place == 2


async def test_who_met_danger_is_never_dropped(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.customer()
    danger = Given("leak", "burst", Answer.DANGER)
    await house.database.run(answer_guide, customer, customer.id, house.services, danger)
    clock.advance(seconds(PLACE_KEPT) * 20)
    assert await sweep(house.database) == 0
    assert (await queue(house)).next == customer.id
    assert (await place(house, customer)).kept_until is None


async def test_leaving_and_coming_back_means_a_new_place(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.waiting()
    clock.advance(5)
    await house.waiting()
    await house.database.run(leave_queue, customer, customer.id)
    await house.database.run(leave_queue, customer, customer.id)
    clock.advance(5)
    await house.database.run(enter_queue, customer, customer.id)
    assert (await place(house, customer)).place == 2


async def test_a_customer_given_back_has_the_old_place(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.in_call()
    clock.advance(300)
    behind = await house.waiting()
    clock.advance(10)
    row = await house.database.run(return_request, house.chen, customer.id, "shift_end")
    assert (row.state, row.owner_id) == (State.WAITING, house.supervisor.id)
    assert [(await place(house, who)).place for who in (customer, behind)] == [1, 2]


async def test_whoever_is_given_back_is_told_why_and_keeps_their_first_arrival(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await house.in_call()
    arrived = clock.now()
    clock.advance(300)
    behind = await house.waiting()
    run = house.database.run
    await run(return_request, house.chen, customer.id, "other_skill")
    told = await place(house, customer)
    assert (told.returned, told.place, told.entered_at) == ("other_skill", 1, arrived)
    assert (await place(house, behind)).returned is None
    assert (await house.timeline(customer.id))[-1].detail == {"reason": "other_skill"}
    clock.advance(60)
    await run(accept_request, house.wang, customer.id, house.services)
    clock.advance(60)
    await run(return_request, house.wang, customer.id, "shift_over")
    told = await place(house, customer)
    assert (told.returned, told.entered_at) == ("shift_over", arrived)
    # Who left and came anew waits for their own sake.
    await run(leave_queue, customer, customer.id)
    await run(enter_queue, customer, customer.id)
    assert (await place(house, customer)).returned is None


async def test_someone_away_is_told_by_sms_when_a_technician_is_ready(
    house: AssistHouse, clock: ManualClock
) -> None:
    near, away = await house.waiting(), await house.waiting()
    clock.advance(seconds(AWAY_AFTER) + 1)
    await house.database.run(touch_place, near.id)
    await house.database.run(accept_request, house.chen, near.id, house.services)
    await house.database.run(accept_request, house.wang, away.id, house.services)
    async with house.database.reading() as session:
        messages = await sent_messages(session)
    assert [message.request_id for message in messages] == [away.id]
    assert "Wang" in messages[0].text and messages[0].to == "+8613800138000"


# desks ------------------------------------------------------------------------------------------------


async def test_a_desk_that_dies_before_the_call_gives_the_customer_back(
    house: AssistHouse, clock: ManualClock
) -> None:
    await house.database.run(touch_desk, house.chen)
    customer = await house.in_call()
    clock.advance(seconds(DESK_LOST_AFTER))
    assert await sweep(house.database) == 0
    clock.advance(1)
    assert await sweep(house.database) == 1
    row = await house.row(customer.id)
    assert (row.state, row.owner_id) == (State.WAITING, house.supervisor.id)


@pytest.mark.parametrize("sign_of_life", ["joined", "desk_open"])
async def test_a_desk_that_lives_keeps_the_customer(
    house: AssistHouse, clock: ManualClock, sign_of_life: str
) -> None:
    customer = await house.in_call()
    if sign_of_life == "joined":
        await house.database.run(mark_joined, house.chen, customer.id)
    clock.advance(seconds(DESK_LOST_AFTER) + 1)
    if sign_of_life == "desk_open":
        await house.database.run(touch_desk, house.chen)
    assert await sweep(house.database) == 0
    assert await house.state(customer.id) is State.IN_CALL


async def test_a_wrap_up_is_kept_however_long_the_desk_is_dead(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await house.judged()
    clock.advance(8 * 3600)
    assert await sweep(house.database) == 0
    row = await house.row(customer.id)
    assert (row.state, row.owner_id) == (State.WRAP_UP, house.chen.id)
    assert (await queue(house)).mine == [customer.id], "the desk finds it again"


async def test_what_nobody_rates_is_closed_after_three_days(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.judged()
    await house.conclude(house.chen, customer, Outcome.FIXED)
    clock.advance(seconds(RATING_WAITED) + 1)
    assert await sweep(house.database) == 1
    assert await house.state(customer.id) is State.CLOSED
    assert [event.score for event in await house.told(RequestClosed)] == [None]


# the wait ---------------------------------------------------------------------------------------------


async def test_with_no_desk_open_no_wait_is_promised(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.waiting()
    assert (await place(house, customer)).wait is None
    await house.database.run(touch_desk, house.chen)
    wait = (await place(house, customer)).wait
    assert wait is not None and wait.low_s < wait.high_s <= 180
    clock.advance(seconds(DESK_SEEN_WITHIN) + 1)
    assert (await place(house, customer)).wait is None


async def test_the_wait_learns_from_recent_calls(house: AssistHouse, clock: ManualClock) -> None:
    async def call(minutes: float) -> None:
        customer = await house.in_call()
        clock.advance(minutes * 60)
        await house.database.run(end_call, house.chen, customer.id)
        await house.conclude(house.chen, customer, Outcome.ADVICE)

    for _ in range(20):
        await call(30)
    await house.in_call()
    customer = await house.waiting()
    wait = (await place(house, customer)).wait
    assert wait is not None and 1750 <= wait.low_s <= wait.high_s <= 1950


async def test_skills_and_languages_of_a_desk_are_kept(house: AssistHouse) -> None:
    customer = await house.waiting()
    await house.database.run(touch_desk, house.chen, ["meter_work"], ["en"])
    await house.database.run(touch_desk, house.chen)
    shown = await queue(house)
    assert shown.next is None and not shown.rows[0].suits
    assert (await queue(house, house.wang)).next == customer.id


async def test_the_promised_wait_is_kept_to_compare_it_later(house: AssistHouse) -> None:
    await house.database.run(touch_desk, house.chen)
    customer = await house.waiting()
    async with house.database.reading() as session:
        entry = await session.get_one(QueueEntry, customer.id)
    wait = (await place(house, customer)).wait
    assert wait is not None and (entry.promised_low_s, entry.promised_high_s) == (wait.low_s, wait.high_s)


async def test_open_pages_are_told(house: AssistHouse) -> None:
    customer = await house.in_call()
    assert await house.hints("request") == {"queue", f"request:{customer.id}"}
