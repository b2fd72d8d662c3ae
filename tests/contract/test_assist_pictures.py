"""Stills, marks and chat on both foundations: each kept once, seen by those who may, and undone."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from assist.call.commands import end_call, record_connection_step
from assist.call.tables import ConnectionStep
from assist.chat.commands import add_message
from assist.chat.queries import messages_of
from assist.chat.tables import Message
from assist.erasure.stills import StillProves, delete_still
from assist.intake.commands import withdraw
from assist.rating.commands import rate
from assist.request.kinds import Outcome
from assist.request.request import WrongState
from assist.request.tables import ServiceRequest
from assist.stills.commands import (
    MOST_MARKS,
    MOST_STILLS,
    NewMark,
    StillDeleted,
    TooManyMarks,
    TooManyStills,
    add_mark,
    record_still,
    start_freeze,
    undo_mark,
)
from assist.stills.queries import marks_of, stills_of
from assist.stills.tables import Mark
from assist.stills.views import StillView
from kernel.actors import Actor
from kernel.audit import AuditEntry
from kernel.clock import ManualClock
from kernel.contracts import PicturesErased
from kernel.database import Database
from kernel.errors import Forbidden, Invalid, NotFound
from tests.contract.assist_house import AssistHouse, a_still, open_house


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


def an_arrow(**changes: object) -> NewMark:
    mark = NewMark(uuid4(), "arrow", [(0.25, 0.5), (0.125, 0.875)])
    return dataclasses.replace(mark, **changes)  # type: ignore[arg-type]


async def with_still(house: AssistHouse) -> tuple[Actor, StillView]:
    customer = await house.in_call()
    return customer, await house.database.run(record_still, customer, customer.id, a_still())


async def test_a_freeze_is_answered_by_the_still_that_names_it(house: AssistHouse) -> None:
    customer = await house.in_call()
    freeze = await house.database.run(start_freeze, house.chen, customer.id)
    new = a_still(freeze_id=freeze.freeze_id, width=4032, height=3024)
    still = await house.database.run(record_still, customer, customer.id, new)
    assert (still.freeze_id, still.width, still.height) == (freeze.freeze_id, 4032, 3024)
    assert (still.taken_by, still.url) == ("customer", f"/api/stills/{still.id}/image")


async def test_only_the_technician_of_a_running_call_may_freeze(house: AssistHouse) -> None:
    customer = await house.in_call()
    with pytest.raises(Forbidden):
        await house.database.run(start_freeze, house.wang, customer.id)
    with pytest.raises(Forbidden):
        await house.database.run(start_freeze, customer, customer.id)
    await house.database.run(end_call, house.chen, customer.id)
    with pytest.raises(WrongState):
        await house.database.run(start_freeze, house.chen, customer.id)


async def test_a_freeze_of_another_request_is_refused(house: AssistHouse) -> None:
    mine, other = await house.in_call(), await house.in_call()
    freeze = await house.database.run(start_freeze, house.chen, other.id)
    for wrong in (freeze.freeze_id, uuid4()):
        with pytest.raises(Invalid):
            await house.database.run(record_still, mine, mine.id, a_still(freeze_id=wrong))


async def test_sent_ten_times_kept_once(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    picture, mark, words = a_still(), an_arrow(), uuid4()
    run = house.database.run
    stills = await asyncio.gather(*(run(record_still, customer, customer.id, picture) for _ in range(10)))
    marks = await asyncio.gather(*(run(add_mark, customer, customer.id, still.id, mark) for _ in range(10)))
    lines = await asyncio.gather(*(run(add_message, customer, customer.id, words, "在吗") for _ in range(10)))
    assert len({view.id for view in stills}) == len({m.id for m in marks}) == len({m.id for m in lines}) == 1
    async with house.database.reading() as session:
        assert len(await stills_of(session, customer, customer.id)) == 2
        assert len(await marks_of(session, customer, still.id)) == 1
        assert len(await messages_of(session, customer, customer.id)) == 1


async def test_a_mark_is_kept_to_the_last_bit_on_both_sides(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    points = [(1 / 3, 2 / 7), (0.1 + 0.2, 1.0), (0.0, 5e-324)]
    made = await house.database.run(
        add_mark, house.chen, customer.id, still.id, an_arrow(tool="pen", points=points)
    )
    async with house.database.reading() as session:
        [seen] = await marks_of(session, customer, still.id)
    assert seen == made and seen.points == points and seen.author == "staff"


async def test_undo_takes_back_ones_own_and_the_owner_anyones(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    run = house.database.run
    theirs = await run(add_mark, customer, customer.id, still.id, an_arrow())
    ours = await run(add_mark, house.chen, customer.id, still.id, an_arrow())
    with pytest.raises(Forbidden):
        await run(undo_mark, customer, customer.id, ours.id)
    await run(undo_mark, house.chen, customer.id, theirs.id)
    await run(undo_mark, house.chen, customer.id, theirs.id)
    async with house.database.reading() as session:
        assert [mark.id for mark in await marks_of(session, customer, still.id)] == [ours.id]


async def test_marks_belong_to_a_still_of_the_same_request(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    other, foreign = await with_still(house)
    run = house.database.run
    with pytest.raises(NotFound):
        await run(add_mark, customer, customer.id, foreign.id, an_arrow())
    mark = await run(add_mark, other, other.id, foreign.id, an_arrow())
    with pytest.raises(NotFound):
        await run(undo_mark, customer, customer.id, mark.id)
    with pytest.raises(NotFound):
        await run(undo_mark, customer, customer.id, UUID(int=0))
    async with house.database.reading() as session:
        with pytest.raises(NotFound):
            await marks_of(session, customer, foreign.id)
        assert await marks_of(session, customer, still.id) == []


async def test_there_is_an_end_to_stills_and_marks(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    async with house.database.unit_of_work() as uow:
        for _ in range(MOST_STILLS - 1):
            await record_still(uow, customer, customer.id, a_still())
        for _ in range(MOST_MARKS):
            await add_mark(uow, customer, customer.id, still.id, an_arrow())
    with pytest.raises(TooManyStills):
        await house.database.run(record_still, customer, customer.id, a_still())
    with pytest.raises(TooManyMarks):
        await house.database.run(add_mark, customer, customer.id, still.id, an_arrow())


async def test_photos_can_be_sent_while_waiting_and_not_after_the_end(house: AssistHouse) -> None:
    customer = await house.waiting()
    still = await house.database.run(record_still, customer, customer.id, a_still(source="upload"))
    mark = await house.database.run(add_mark, customer, customer.id, still.id, an_arrow())
    await house.database.run(withdraw, customer, customer.id)
    with pytest.raises(WrongState):
        await house.database.run(record_still, customer, customer.id, a_still())
    with pytest.raises(WrongState):
        await house.database.run(add_mark, customer, customer.id, still.id, an_arrow())
    with pytest.raises(WrongState):
        await house.database.run(undo_mark, customer, customer.id, mark.id)
    with pytest.raises(WrongState):
        await house.database.run(add_message, customer, customer.id, uuid4(), "还在吗")


async def test_chat_keeps_its_order_and_says_who_wrote(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.in_call()
    for actor, text in ((customer, "漏水了 💧"), (house.chen, "请把灯打开"), (customer, "好")):
        clock.advance(1)
        await house.database.run(add_message, actor, customer.id, uuid4(), text)
    async with house.database.reading() as session:
        lines = await messages_of(session, house.chen, customer.id)
    assert [(line.author, line.author_name, line.text) for line in lines] == [
        ("customer", "林女士", "漏水了 💧"),
        ("staff", "Chen", "请把灯打开"),
        ("customer", "林女士", "好"),
    ]
    assert f"request:{customer.id}" in await house.hints("message")


async def test_chat_goes_on_until_the_request_is_closed(house: AssistHouse) -> None:
    customer = await house.judged()
    await house.conclude(house.chen, customer, Outcome.FIXED)
    await house.database.run(add_message, customer, customer.id, uuid4(), "谢谢")
    await house.database.run(rate, customer, customer.id, 5)
    with pytest.raises(WrongState):
        await house.database.run(add_message, customer, customer.id, uuid4(), "又漏了")
    async with house.database.reading() as session:
        assert len((await session.scalars(select(Message))).all()) == 1


async def test_the_way_into_the_call_is_recorded(house: AssistHouse) -> None:
    customer = await house.in_call()
    run = house.database.run
    await run(record_connection_step, customer, customer.id, "permission_granted", {"at_ms": 1200.5})
    async with house.database.reading() as session:
        [step] = (await session.scalars(select(ConnectionStep))).all()
    assert (step.step, step.actor_kind, step.detail) == ("permission_granted", "customer", {"at_ms": 1200.5})


async def test_a_rep_sees_the_stills_of_what_they_answer_for_and_no_others(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    async with house.database.reading() as session:
        with pytest.raises(NotFound):
            await stills_of(session, house.rep, customer.id)
    async with house.database.unit_of_work() as uow:
        (await uow.session.get_one(ServiceRequest, customer.id)).owner_id = house.rep.id
    async with house.database.reading() as session:
        assert [view.id for view in await stills_of(session, house.rep, customer.id)] == [still.id]


async def test_a_still_is_deleted_with_its_marks_by_whoever_took_it(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    run = house.database.run
    await run(add_mark, house.chen, customer.id, still.id, an_arrow())
    await run(delete_still, customer, customer.id, still.id)
    await run(delete_still, customer, customer.id, still.id)
    async with house.database.reading() as session:
        assert await stills_of(session, house.chen, customer.id) == []
        with pytest.raises(NotFound):
            await marks_of(session, house.chen, still.id)
        assert (await session.scalars(select(Mark))).all() == []
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert [event.blob_ids for event in await house.told(PicturesErased)] == [("0" * 64,)]
    assert (await house.timeline(customer.id))[-1].detail == {"still": str(still.id)}
    assert actions.count("still_deleted") == 1
    assert f"request:{customer.id}" in await house.hints("still")
    with pytest.raises(NotFound):
        await run(add_mark, customer, customer.id, still.id, an_arrow())


async def test_a_deleted_still_that_is_sent_again_does_not_come_back(house: AssistHouse) -> None:
    customer = await house.in_call()
    new = a_still()
    still = await house.database.run(record_still, customer, customer.id, new)
    await house.database.run(delete_still, house.chen, customer.id, still.id)
    with pytest.raises(StillDeleted):
        await house.database.run(record_still, customer, customer.id, new)


async def test_nobody_else_deletes_a_still(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    other, foreign = await with_still(house)
    run = house.database.run
    for actor in (house.wang, house.supervisor):
        with pytest.raises(Forbidden):
            await run(delete_still, actor, customer.id, still.id)
    for actor in (other, house.rep):
        with pytest.raises(NotFound):
            await run(delete_still, actor, customer.id, still.id)
    with pytest.raises(NotFound):
        await run(delete_still, house.chen, customer.id, foreign.id)
    desks = await run(record_still, house.chen, customer.id, a_still(source="canvas"))
    with pytest.raises(Forbidden):
        await run(delete_still, customer, customer.id, desks.id)
    await run(delete_still, house.chen, customer.id, desks.id)


async def test_what_proves_a_verdict_stays_and_nothing_is_deleted_after_the_end(house: AssistHouse) -> None:
    customer = await house.judged()
    async with house.database.reading() as session:
        [proof] = await stills_of(session, customer, customer.id)
    run = house.database.run
    more = await run(record_still, customer, customer.id, a_still())
    for actor in (customer, house.chen):
        with pytest.raises(StillProves):
            await run(delete_still, actor, customer.id, proof.id)
    await run(delete_still, house.chen, customer.id, more.id)
    last = await run(record_still, customer, customer.id, a_still())
    await house.conclude(house.chen, customer, Outcome.FIXED)
    with pytest.raises(WrongState):
        await run(delete_still, customer, customer.id, last.id)


async def test_a_deleted_still_makes_room_for_another(house: AssistHouse) -> None:
    customer, still = await with_still(house)
    async with house.database.unit_of_work() as uow:
        for _ in range(MOST_STILLS - 1):
            await record_still(uow, customer, customer.id, a_still())
    await house.database.run(delete_still, customer, customer.id, still.id)
    await house.database.run(record_still, customer, customer.id, a_still())
