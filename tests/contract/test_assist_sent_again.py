"""What a customer's phone sends again after a lost answer has its effect once, on both foundations."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.capabilities import ERASERS
from assist.erasure.commands import erase_request
from assist.guide.commands import answer_guide
from assist.guide.guide import Answer
from assist.guide.triage import Given
from assist.intake.commands import Details, change_details, customer_actor, start_request, withdraw
from assist.request.request import State
from kernel.actors import Actor
from kernel.database import Database
from kernel.errors import StaleVersion
from kernel.identity.sessions import who
from tests.contract.assist_house import LEAK, AssistHouse, open_house

KEY = "a-secret-of-one-phone-0123456789"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def test_a_request_started_again_with_its_secret_is_one_request(house: AssistHouse) -> None:
    new = replace(LEAK, key=KEY)
    first, lost = await house.database.run(start_request, house.services, new)
    again, session = await house.database.run(start_request, house.services, new)
    assert again.id == first.id
    assert [event.kind for event in await house.timeline(first.id)] == ["started"]
    now = house.database.clock.now()
    async with house.database.reading() as reading:
        assert await who(reading, lost.token, now) is None, "nobody has heard of that one"
        actor = await who(reading, session.token, now)
    assert actor is not None and actor.request_id == first.id


async def test_of_many_starts_at_once_there_is_one_request(house: AssistHouse) -> None:
    new = replace(LEAK, key=KEY)
    started = await asyncio.gather(
        *(house.database.run(start_request, house.services, new) for _ in range(8))
    )
    assert len({row.id for row, _session in started}) == 1


async def test_other_secrets_and_none_start_others(house: AssistHouse) -> None:
    given = [replace(LEAK, key=KEY), replace(LEAK, key=KEY[::-1]), LEAK, LEAK]
    ids = [(await house.database.run(start_request, house.services, new))[0].id for new in given]
    assert len(set(ids)) == 4


async def test_an_erased_request_is_opened_by_no_secret(house: AssistHouse) -> None:
    new = replace(LEAK, key=KEY)
    row, _session = await house.database.run(start_request, house.services, new)
    customer = customer_actor(row)
    await house.database.run(withdraw, customer, row.id)
    await house.database.run(erase_request, ERASERS, customer, row.id)
    again, _session = await house.database.run(start_request, house.services, new)
    assert again.id != row.id


async def test_an_answer_to_the_guide_counts_once(house: AssistHouse) -> None:
    customer = await house.customer()
    given, sent = Given("leak", "burst", Answer.DANGER), uuid4()
    told = [
        (await house.database.run(answer_guide, customer, customer.id, house.services, given, sent))[1]
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert await house.state(customer.id) is State.WAITING
    kinds = [event.kind for event in await house.timeline(customer.id)]
    assert kinds == ["started", "guide_answered", "queued"]


async def test_details_sent_again_do_not_undo_what_staff_put_right(house: AssistHouse) -> None:
    customer = await house.customer()
    sent, version = uuid4(), (await house.row(customer.id)).version

    async def change(actor: Actor, words: str, seen: int, change_id: UUID | None = None) -> None:
        details = Details(description=words)
        await house.database.run(
            change_details,
            actor,
            customer.id,
            house.services,
            details,
            seen,
            change_id,
        )

    await change(customer, "since morning", version, sent)
    await change(house.chen, "since yesterday", (await house.row(customer.id)).version)
    await change(customer, "since morning", version, sent)
    kinds = [event.kind for event in await house.timeline(customer.id)]
    assert kinds == ["started", "details_changed", "details_changed"]
    with pytest.raises(StaleVersion):
        await change(customer, "since noon", version, uuid4())
