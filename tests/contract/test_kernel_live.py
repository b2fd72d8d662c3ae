"""Open pages are told what to fetch again, only what they may hear, and nothing once they are signed out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import update

from kernel.actors import Role, Surface
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.identity.sessions import SESSION_TOPIC, Session, start_session
from kernel.identity.staff import Staff, add_staff
from kernel.ids import token_hash
from kernel.web.socket.live import Live
from tests.rig.people import Refusal
from tests.rig.stack import RunningApp


async def test_a_signed_out_page_is_closed_within_two_seconds(shared_app: RunningApp) -> None:
    person = await shared_app.staff(Role.DISPATCHER)
    async with person.socket("/api/live") as socket:
        await socket.receive("welcome")
        await person.delete("/api/sessions/current")
        assert await socket.closed(within_s=2) == 4401


async def test_a_page_is_closed_when_the_time_of_its_session_is_over(shared_app: RunningApp) -> None:
    person = await shared_app.staff(Role.DISPATCHER, "dara")
    async with shared_app.database() as database:
        short = await database.run(start_session, Surface.CONSOLE, timedelta(seconds=3), staff_id=person.id)
    async with shared_app.caller(short.token).socket("/api/live") as socket:
        await socket.receive("welcome")
        assert await socket.closed(within_s=6) == 4401


class Held:
    """A session that a socket is open on, in a worker that hears no hints."""

    def __init__(self, live: Live, database: Database, staff: Staff, token: str) -> None:
        self.live, self.database, self.staff = live, database, staff
        self.id = token_hash(token)
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(4)
        live.subscribe(f"{SESSION_TOPIC}:{self.id.hex()}", self.queue)

    async def change(self, kind: type[Session | Staff], **values: object) -> None:
        """Change rows behind everybody's back."""
        which = Session.token_hash == self.id if kind is Session else Staff.id == self.staff.id

        async def write(uow: UnitOfWork) -> None:
            await uow.session.execute(update(kind).where(which).values(**values))

        await self.database.run(write)

    async def closed(self) -> bool:
        await self.live.close_ended()
        return not self.queue.empty() and self.queue.get_nowait()["resource"] == "session"


@pytest.fixture
async def held(database: Database, redis_client: Redis) -> Held:
    async def sign_in(uow: UnitOfWork) -> tuple[Staff, str]:
        staff = await add_staff(uow, username="dara", name="Dara", roles=frozenset({Role.DISPATCHER}))
        return staff, (await start_session(uow, Surface.CONSOLE, timedelta(hours=1), staff_id=staff.id)).token

    return Held(Live(redis_client, database), database, *(await database.run(sign_in)))


async def test_a_session_revoked_while_nobody_heard_of_it_is_found_within_a_minute(
    held: Held, clock: ManualClock
) -> None:
    assert not await held.closed()
    await held.change(Session, revoked_at=clock.now())
    clock.advance(59)
    assert not await held.closed(), "believed for a minute"
    clock.advance(1)
    assert await held.closed()


async def test_whoever_no_longer_works_here_is_shut_out_within_a_minute(
    held: Held, clock: ManualClock
) -> None:
    assert not await held.closed()
    await held.change(Staff, active=False)
    clock.advance(60)
    assert await held.closed()


async def test_a_session_ends_at_its_time_and_not_at_the_next_look(held: Held, clock: ManualClock) -> None:
    clock.advance(3590)
    assert not await held.closed()
    clock.advance(10)
    assert await held.closed()


async def test_topics_are_for_those_whom_they_concern(shared_app: RunningApp) -> None:
    await shared_app.staff(Role.SUPERVISOR)  # somebody must answer for what customers start
    customer, other = await shared_app.customer(), await shared_app.customer()
    async with customer.socket("/api/live") as socket:
        wanted = [
            f"request:{customer.request_id}",
            f"request:{other.request_id}",
            "queue",
            "tasks",
            "nonsense",
        ]
        await socket.send("subscribe", topics=wanted)
        answer = await socket.receive("subscribed")
        assert answer["topics"] == wanted[:1] and answer["refused"] == wanted[1:]
        for garbage in ("{", "[]", "7", '{"type": "subscribe", "topics": 7}'):
            await socket.connection.send(garbage)
            assert (await socket.receive("error"))["code"] == "bad_frame"


async def test_a_socket_holds_64_topics_and_what_is_let_go_makes_room(shared_app: RunningApp) -> None:
    supervisor = await shared_app.staff(Role.SUPERVISOR)
    async with supervisor.socket("/api/live") as socket:
        topics = sorted(f"request:{number}" for number in range(65))
        await socket.send("subscribe", topics=topics)
        answer = await socket.receive("subscribed")
        assert (answer["topics"], answer["refused"]) == (topics[:64], topics[64:])
        await socket.send("unsubscribe", topics=[topics[0], "request:never", 7])
        assert (await socket.receive("subscribed"))["topics"] == topics[1:64]
        await socket.send("subscribe", topics=topics[64:])
        assert await socket.receive("subscribed") == {
            "type": "subscribed",
            "topics": topics[1:],
            "refused": [],
        }


async def test_a_change_is_heard_within_two_seconds(shared_app: RunningApp) -> None:
    await shared_app.staff(Role.SUPERVISOR)
    technician, customer = await shared_app.staff(Role.TECHNICIAN), await shared_app.customer()
    async with technician.socket("/api/live") as socket:
        await socket.send("subscribe", topics=["queue"])
        await socket.receive("subscribed")
        await customer.post(f"/api/requests/{customer.request_id}/queue-entry")
        heard = await socket.receive("changed", within_s=2, topic="queue")
    assert heard["resource"]


async def test_nobody_listens_without_a_session(shared_app: RunningApp) -> None:
    nobody = shared_app.caller()
    async with nobody.socket("/api/live") as socket:
        assert (await socket.receive("error"))["code"] == "unauthenticated"
        assert await socket.closed() == 4401


async def test_a_door_that_does_not_exist_answers_in_the_same_shape(shared_app: RunningApp) -> None:
    caller = shared_app.caller()
    for path, status in (("/api/nothing", 404), ("/api/me/7", 404)):
        try:
            await asyncio.wait_for(caller.get(path), 10)
        except Refusal as refusal:
            assert (refusal.status, refusal.code) == (status, "not_found")
        else:
            raise AssertionError(path)
