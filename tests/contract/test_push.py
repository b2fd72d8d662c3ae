"""A new task is pushed to a phone whose page is closed: once it stands, and to that phone alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from field.reps.notices import group
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.delivery.courier import Courier
from kernel.delivery.delivery import State
from kernel.delivery.tables import Delivery
from kernel.identity.staff import Staff
from kernel.identity.subscriptions import PushSubscription
from kernel.outbox import read_event
from kernel.push.commands import end_over
from kernel.push.encryption import public_bytes
from kernel.push.keys import push_key
from tests.rig.people import Caller
from tests.rig.push_service import PushService, claims_of
from tests.rig.town import Town, inside


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with PushService().open() as opened:
        yield opened


@pytest.fixture
def courier(town: Town) -> Courier:
    return Courier(town.database, town.push)


async def subscribed(town: Town, service: PushService, who: str = "ann", language: str = "en") -> Caller:
    phone = await town.caller(who)
    await phone.put("/api/push-subscription", service.subscription(who, language))
    return phone


async def told(town: Town) -> None:
    """The room hears of every assignment so far."""
    for row in await town.outbox("task_assigned"):
        await group.bind(town.services).handle(town.database, row.id, read_event(row.type, row.body))


async def go_round(courier: Courier) -> int:
    attempts = await courier.hand_over_due()
    await asyncio.gather(*attempts)
    return len(attempts)


async def deliveries(database: Database) -> list[Delivery]:
    async with database.reading() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


async def subscriptions(database: Database) -> int:
    async with database.reading() as session:
        return (await session.scalars(select(func.count(PushSubscription.id)))).one()


async def test_a_new_task_reaches_the_phone_and_says_nothing_of_the_customer(
    town: Town, courier: Courier, service: PushService
) -> None:
    await subscribed(town, service, "ann", "zh-Hans")
    task = await town.task(where=inside("A1"), severity="urgent")
    await told(town)
    assert await go_round(courier) == 1

    [message] = service.messages
    assert message == {
        "task": str(task.id),
        "category": "leak",
        "severity": "urgent",
        "language": "zh-Hans",
        "title": "新任务",
        "body": message["body"],
    }
    assert "漏水" in message["body"]
    for secret in ("Lin", "13800138000", "Harbour", "安"):
        assert secret not in json.dumps(message, ensure_ascii=False)
    [pushed] = service.pushed
    assert pushed.path == "/push/ann" and pushed.headers["content-encoding"] == "aes128gcm"
    assert pushed.headers["urgency"] == "high" and len(pushed.headers["topic"]) <= 32
    assert 0 < int(pushed.headers["ttl"]) <= 7200
    claims = claims_of(pushed, public_bytes(await push_key(town.database)))
    assert claims["aud"] == f"http://127.0.0.1:{service.port}" and claims["sub"] == "https://water.example"
    [row] = await deliveries(town.database)
    assert (row.state, row.text) == (State.SENT, "")


async def test_the_page_subscribes_with_the_key_that_signs(
    town: Town, courier: Courier, service: PushService
) -> None:
    phone = await subscribed(town, service)
    key = (await phone.get("/api/push-key"))["key"]
    again = (await phone.get("/api/push-key"))["key"]
    await town.task(where=inside("A1"))
    await told(town)
    await go_round(courier)
    assert key == again and f"k={key}" in service.pushed[0].headers["authorization"]


async def test_workers_that_start_at_once_make_one_key(town: Town) -> None:
    made = await asyncio.gather(*(push_key(town.database) for _ in range(6)))
    assert len({public_bytes(key) for key in made}) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_told_nothing_more(
    town: Town, courier: Courier, service: PushService, status: int
) -> None:
    await subscribed(town, service)
    service.moods = [status]
    await town.task(where=inside("A1"))
    await told(town)
    await go_round(courier)
    assert await subscriptions(town.database) == 0
    [row] = await deliveries(town.database)
    assert row.state is State.FAILED and row.answer.startswith(str(status))


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_push_service_that_is_busy_gets_it_later(
    town: Town, courier: Courier, service: PushService, clock: ManualClock, status: int
) -> None:
    await subscribed(town, service)
    service.moods = [status]
    await town.task(where=inside("A1"))
    await told(town)
    await go_round(courier)
    assert await subscriptions(town.database) == 1
    clock.advance(1)
    assert await go_round(courier) == 1
    assert len(service.messages) == 2 and service.messages[0] == service.messages[1]
    assert service.pushed[0].body != service.pushed[1].body, "a key and a salt of its own each time"


async def test_after_signing_out_nothing_is_pushed_not_even_what_was_waiting(
    town: Town, courier: Courier, service: PushService
) -> None:
    phone = await subscribed(town, service)
    await town.task(where=inside("A1"))
    await told(town)
    await phone.delete("/api/sessions/current")
    assert await subscriptions(town.database) == 0
    assert await go_round(courier) == 1 and service.pushed == []


async def test_a_session_that_has_run_out_and_somebody_who_has_left_are_told_nothing(
    town: Town, courier: Courier, service: PushService, clock: ManualClock
) -> None:
    await subscribed(town, service, "ann")
    await subscribed(town, service, "bob")

    async def leave(uow: UnitOfWork) -> None:
        staff = await uow.session.get_one(Staff, town.people["bob"].id)
        staff.active = False

    await town.database.run(leave)
    await town.database.run(end_over)
    assert await subscriptions(town.database) == 1
    clock.advance(timedelta(days=31).total_seconds())
    await town.database.run(end_over)
    assert await subscriptions(town.database) == 0


async def test_a_phone_that_changes_hands_hears_for_its_new_owner_alone(
    town: Town, courier: Courier, service: PushService
) -> None:
    await subscribed(town, service, "ann")
    bob = await town.caller("bob")
    await bob.put("/api/push-subscription", service.subscription("ann"))
    await town.task(where=inside("A1"))
    await told(town)
    assert await go_round(courier) == 0 and service.pushed == []


async def test_switched_off_is_off(town: Town, courier: Courier, service: PushService) -> None:
    phone = await subscribed(town, service)
    await phone.delete("/api/push-subscription")
    await town.task(where=inside("A1"))
    await told(town)
    assert await go_round(courier) == 0 and service.pushed == []


async def test_a_task_that_stands_with_another_by_now_is_not_told(
    town: Town, courier: Courier, service: PushService
) -> None:
    await subscribed(town, service)
    task = await town.task(where=inside("A1"))
    dora = await town.caller("dora")
    now = await dora.get(f"/api/tasks/{task.id}")
    wanted = {"rep_id": str(town.reps["bob"].id), "version": now["version"], "overrule": True}
    await dora.post(f"/api/tasks/{task.id}/assignment", wanted)
    await told(town)
    assert await go_round(courier) == 0


async def test_nobody_is_woken_before_their_shift(
    town: Town, courier: Courier, service: PushService, clock: ManualClock
) -> None:
    await subscribed(town, service)
    tomorrow = clock.now() + timedelta(days=1)
    task = await town.task(
        where=inside("A1"), window_start=tomorrow, window_end=tomorrow + timedelta(hours=4)
    )
    assert town.rep_code((await town.reload(task)).rep_id) == "ann"
    await told(town)
    assert await go_round(courier) == 0


BAD: list[dict[str, Any]] = [
    {"endpoint": "http://push.example/a"},
    {"endpoint": "https://10.0.0.1/a"},
    {"endpoint": "https://169.254.169.254/latest"},
    {"keys": {"p256dh": "A" * 87, "auth": "c2l4dGVlbiBieXRlcyBvaw"}},
    {"keys": {"p256dh": "!" * 87, "auth": "c2l4dGVlbiBieXRlcyBvaw"}},
]


@pytest.mark.parametrize("wrong", BAD)
async def test_an_address_of_the_house_and_a_key_that_is_none_are_refused(
    town: Town, service: PushService, wrong: dict[str, Any]
) -> None:
    phone = await town.caller("ann")
    with pytest.raises(Exception, match="push_refused"):
        await phone.put("/api/push-subscription", service.subscription() | wrong)
    assert await subscriptions(town.database) == 0
