"""Words about one thing take effect in their order, whatever order they arrive in."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from sqlalchemy import func, select, update

from assist.request.handlers import group as assist_group
from assist.request.request import State
from assist.request.tables import ServiceRequest
from field.task.tables import Task
from field.task.task import TaskState
from field.visits.handlers import group as field_group
from kernel.clock import ManualClock
from kernel.contracts import (
    Event,
    NumberedEvent,
    RequestErased,
    RequestWithdrawn,
    TaskAccepted,
    TaskArrived,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
    TaskEscalated,
    TaskEvent,
    TaskRetimed,
    TaskSettled,
    TaskTravelling,
    TaskUnplaced,
    VisitPromised,
)
from kernel.database import Database, UnitOfWork
from kernel.events.bus import Relay
from kernel.events.consumer import STREAM, Consumer, deliver
from kernel.events.inbox import FailedEvent, HandlerGroup
from kernel.events.lease import Leases
from kernel.outbox import EVENT_TYPES, OutboxRow, outbox_row
from tests.contract.assist_house import AssistHouse, open_house
from tests.rig.town import Town, inside


class Unlucky(HandlerGroup):
    """A wing's handlers, of which some fail at the last moment, as often as they are told."""

    def __init__(self, wing: HandlerGroup, services: object) -> None:
        super().__init__(wing.name)
        self._handlers, self._concerns, self._services = wing._handlers, wing._concerns, services
        self.failures: dict[UUID, int] = {}

    async def _handle_once(self, uow: UnitOfWork, event_id: UUID, happened: Event) -> bool:
        handled = await super()._handle_once(uow, event_id, happened)
        if handled and self.failures.get(event_id, 0):
            self.failures[event_id] -= 1
            raise RuntimeError("the power went")
        return handled


@dataclass
class Post:
    """The road of events on one foundation, walked step by step."""

    database: Database
    redis: Redis
    clock: ManualClock
    group: Unlucky

    def __post_init__(self) -> None:
        self.relay = Relay(self.database, self.redis, [self.group])
        self.consumer = Consumer(self.database, self.redis, self.group, Leases(self.redis, "worker"))

    async def write(self, events: list[Event]) -> list[OutboxRow]:
        """Put events into the outbox, in this order."""
        rows = []
        async with self.database.unit_of_work() as uow:
            for event in events:
                rows.append(outbox_row(event, uow.now))
                uow.session.add(rows[-1])
                await uow.session.flush()
        return rows

    async def arrive(self, rows: list[OutboxRow]) -> None:
        """The stream brings ``rows`` in this order, as often as they are in it."""
        await self.consumer._ensure_group()
        for row in rows:
            await self.redis.xadd(STREAM, {"id": str(row.id), "type": row.type, "subject": row.subject or ""})
        while await self.consumer.take(block_ms=1):
            pass

    async def settle(self) -> None:
        """Time passes, and the relay sends again what was not handled, until all is."""
        async with self.database.unit_of_work() as uow:
            sent = update(OutboxRow).where(OutboxRow.published_at.is_(None)).values(published_at=uow.now)
            await uow.session.execute(sent)
        for _ in range(30):
            self.clock.advance(61)
            await self.relay._sweep()
            if not await self.waiting():
                return
            await self.relay.pass_on()
            while await self.consumer.take(block_ms=1):
                pass
        raise AssertionError("some events were never settled")

    async def waiting(self) -> int:
        ours = OutboxRow.type.in_(self.group.types) & OutboxRow.settled_at.is_(None)
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(OutboxRow).where(ours)) or 0


# news from the field ----------------------------------------------------------------------------------


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


@pytest.fixture
def post(house: AssistHouse, redis_client: Redis, clock: ManualClock) -> Post:
    return Post(house.database, redis_client, clock, Unlucky(assist_group, house.services))


async def awaiting_a_visit(house: AssistHouse) -> UUID:
    """A request whose visit has been asked for, by a short way."""
    customer = await house.customer()
    async with house.database.unit_of_work() as uow:
        row = await uow.session.get_one(ServiceRequest, customer.id)
        row.state, row.owner_id, row.visit = State.VISIT, house.chen.id, {"state": "requested"}
    return customer.id


def words(house: AssistHouse, request_id: UUID, told: list[tuple[str, int, int]]) -> list[Event]:
    """The field's words about one task: kind, representative (0 … 2), steps since the last word."""
    people = [house.rep.id, house.wang.id, house.supervisor.id]
    task: dict[str, Any] = {"task_id": uuid4(), "request_id": request_id}
    made: list[Event] = []
    step = 0
    for kind, who, steps in told:
        step += steps
        about = task | {"step": step}
        named = {"rep_id": uuid4(), "rep_staff_id": people[who], "rep_name": f"Rep {who}"}
        desk = {"answerable_id": house.dispatcher.id}
        made_of: dict[str, tuple[type[NumberedEvent], dict[str, Any]]] = {
            "assigned": (TaskAssigned, named | desk),
            "accepted": (TaskAccepted, named),
            "retimed": (TaskRetimed, named),
            "visit_promised": (VisitPromised, {"why": "customer"}),
            "travelling": (TaskTravelling, named),
            "arrived": (TaskArrived, named),
            "done": (TaskDone, named | {"note": "done"}),
            "unplaced": (TaskUnplaced, desk | {"reason": "nobody_able"}),
            "escalated": (TaskEscalated, {"reason": "deep", "to_staff_id": house.dispatcher.id}),
            "settled": (TaskSettled, {"note": "told", "by_staff_id": house.dispatcher.id}),
            "cancelled": (TaskCancelled, {"reason": "double"}),
        }
        word, more = made_of[kind]
        made.append(word(**about, **more))
    return made


async def standing(house: AssistHouse, request_id: UUID) -> tuple[Any, ...]:
    """What became of a request, without ids of its task."""
    row = await house.row(request_id)
    visit = {name: value for name, value in (row.visit or {}).items() if name != "task_id"}
    return row.state, row.owner_id, visit, [line.kind for line in await house.timeline(request_id)]


async def test_a_late_assignment_does_not_take_an_accepted_request_back(
    house: AssistHouse, post: Post
) -> None:
    request_id = await awaiting_a_visit(house)
    told = [("assigned", 0, 3), ("accepted", 0, 1)]
    assigned, accepted = await post.write(words(house, request_id, told))
    post.group.failures[assigned.id] = 1
    await post.arrive([assigned, accepted])
    assert (await house.row(request_id)).owner_id == house.rep.id
    await post.arrive([accepted, assigned])
    await post.settle()
    assert (await house.row(request_id)).owner_id == house.rep.id, "who accepted answers for it"
    assert (await standing(house, request_id))[3][-2:] == ["task_assigned", "task_accepted"]


async def test_what_keeps_failing_is_not_overtaken_and_holds_up_nothing_else(
    house: AssistHouse, post: Post
) -> None:
    request_id, other_id = await awaiting_a_visit(house), await awaiting_a_visit(house)
    told = [("assigned", 0, 3), ("accepted", 0, 1)]
    assigned, accepted = await post.write(words(house, request_id, told))
    others = await post.write(words(house, other_id, told))
    post.group.failures[assigned.id] = 1_000
    await post.arrive([accepted, assigned, accepted, *reversed(others)])
    assert (await house.row(request_id)).owner_id == house.chen.id, "nothing was heard of it yet"
    assert (await house.row(other_id)).owner_id == house.rep.id
    async with house.database.reading() as session:
        failed = list(await session.scalars(select(FailedEvent.event_id)))
    assert failed == [assigned.id], "who waits has not failed"
    post.group.failures.clear()
    await post.settle()
    assert (await house.row(request_id)).owner_id == house.rep.id


async def test_a_word_behind_a_later_one_is_dropped(house: AssistHouse, post: Post) -> None:
    """As after an upgrade: the later word was heard before anybody asked for the order."""
    request_id = await awaiting_a_visit(house)
    assigned, accepted = words(house, request_id, [("assigned", 0, 3), ("accepted", 0, 1)])
    [heard] = await post.write([accepted])
    await post.arrive([heard])
    [late] = await post.write([assigned])
    await post.arrive([late])
    assert (await house.row(request_id)).owner_id == house.rep.id
    assert [line.kind for line in await house.timeline(request_id)][-1] == "task_accepted"
    await post.settle()


KINDS = sorted(
    kind.type.removeprefix("task_") for kind in EVENT_TYPES.values() if issubclass(kind, TaskEvent)
)
"""Every word that the field has about a task, as it is told in :func:`words`."""
WALK = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(1, 3)), min_size=2, max_size=7
)


@given(told=WALK, seed=st.integers(0, 2**32), copies=st.integers(0, 3), unlucky=st.integers(0, 3))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_shuffled_doubled_and_delayed_the_news_means_the_same(
    house: AssistHouse, post: Post, told: list[tuple[str, int, int]], seed: int, copies: int, unlucky: int
) -> None:
    chance = random.Random(seed)
    in_order, in_disorder = await awaiting_a_visit(house), await awaiting_a_visit(house)
    for row in await post.write(words(house, in_order, told)):
        assert await deliver(house.database, post.group, row.id, row.type, row.body, row.subject)
    rows = await post.write(words(house, in_disorder, told))
    arriving = [row for row in rows for _ in range(chance.randint(0, 1 + copies))]
    chance.shuffle(arriving)
    for row in chance.sample(rows, min(unlucky, len(rows))):
        post.group.failures[row.id] = chance.randint(1, 3)
    await post.arrive(arriving)
    await post.settle()
    expected, became = await standing(house, in_order), await standing(house, in_disorder)
    assert became == expected


# news of requests -------------------------------------------------------------------------------------


async def test_a_visit_that_fails_to_be_placed_is_not_placed_after_it_was_withdrawn(
    town: Town, redis_client: Redis
) -> None:
    post = Post(town.database, redis_client, town.clock, Unlucky(field_group, town.services))
    asked = town.visit(inside("A1"), step=7)
    about: dict[str, Any] = {"request_id": asked.request_id}
    told: list[NumberedEvent] = [asked, RequestWithdrawn(**about, step=8), RequestErased(**about, step=9)]
    rows = await post.write(list(told))
    post.group.failures[rows[0].id] = 2
    await post.arrive(rows[::-1])
    await post.settle()
    async with town.database.reading() as session:
        [task] = await session.scalars(select(Task).where(Task.request_id == asked.request_id))
    assert task.state is TaskState.CANCELLED and task.erased_at is not None
    assert await town.route("ann") == []


async def test_what_the_wings_tell_is_numbered_by_the_steps_of_what_it_tells_of(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    ann = await town.caller("ann")
    town.clock.advance(60)
    for step in ("acceptance", "travel", "arrival"):
        answer = await ann.http.post(f"/api/tasks/{task.id}/{step}", json={})
        assert answer.status_code == 200, answer.text
    rows = [
        row
        for kind in ("assigned", "accepted", "travelling", "arrived")
        for row in await town.outbox(f"task_{kind}")
    ]
    assert {row.subject for row in rows} == {f"task:{task.id}"}
    steps = [row.step or 0 for row in rows]
    assert steps == sorted(set(steps)) and steps[-1] == (await town.reload(task)).steps
