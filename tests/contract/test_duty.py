"""Who is on duty, on both foundations: whoever is at work, those present first, always the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assist.queue.commands import touch_desk
from assist.request.moving import NobodyOnDuty, duty_supervisor, hand, on_duty, request_for
from assist.request.tables import DeskAbsence
from kernel.actors import Actor, Role
from kernel.database import Database, UnitOfWork
from tests.contract.assist_house import AssistHouse, open_house


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def leave(uow: UnitOfWork, who: Actor, starts_in: timedelta) -> None:
    starts = uow.now + starts_in
    uow.session.add(
        DeskAbsence(
            id=uuid4(),
            staff_id=who.id,
            starts_at=starts,
            ends_at=starts + timedelta(days=1),
            entered_by=who.id,
            entered_at=uow.now,
        )
    )


async def duty(house: AssistHouse, *roles: Role) -> UUID:
    async with house.database.reading() as session:
        now = house.database.clock.now()
        return await (on_duty(session, now, *roles) if roles else duty_supervisor(session, now))


async def test_leave_that_has_begun_takes_somebody_off_duty(house: AssistHouse) -> None:
    assert await duty(house) == house.supervisor.id
    await house.database.run(leave, house.supervisor, timedelta(hours=1))
    assert await duty(house) == house.supervisor.id
    await house.database.run(leave, house.supervisor, timedelta(0))
    assert await duty(house) == min(house.chen.id, house.wang.id)
    with pytest.raises(NobodyOnDuty):
        await duty(house, Role.SUPERVISOR)


async def test_whose_desk_is_open_comes_first(house: AssistHouse) -> None:
    later = max(house.chen, house.wang, key=lambda each: each.id)
    await house.database.run(touch_desk, later)
    assert await duty(house, Role.TECHNICIAN) == later.id


async def test_a_request_that_is_handed_over_says_from_whom_and_to_whom(house: AssistHouse) -> None:
    customer = await house.in_call()

    async def give(uow: UnitOfWork) -> None:
        row = await request_for(uow, house.chen, customer.id)
        await hand(uow, house.chen, row, house.wang.id, why="accepted")

    await house.database.run(give)
    assert (await house.row(customer.id)).owner_id == house.wang.id
    last = (await house.timeline(customer.id))[-1]
    assert (last.kind, last.owner_id) == ("handed_over", house.wang.id)
    assert last.detail == {"from": str(house.chen.id), "to": str(house.wang.id), "why": "accepted"}
