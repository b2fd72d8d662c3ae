"""Open pages are told what to fetch again, only what they may hear, and nothing once they are signed out."""

from __future__ import annotations

import asyncio

from kernel.identity import Role
from tests.rig.people import Refusal
from tests.rig.stack import RunningApp


async def test_a_signed_out_page_is_closed_within_two_seconds(shared_app: RunningApp) -> None:
    person = await shared_app.staff(Role.DISPATCHER)
    async with person.socket("/api/live") as socket:
        await socket.receive("welcome")
        await person.delete("/api/sessions/current")
        assert await socket.closed(within_s=2) == 4401


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
