"""The product starts as processes on both foundations, and being someone in it works."""

from __future__ import annotations

from tests.rig.stack import RunningApp


async def test_it_is_ready_and_describes_itself(shared_app: RunningApp) -> None:
    anyone = shared_app.caller()
    assert await anyone.get("/readyz") == {"database": True, "redis": True}
    assert (await anyone.get("/api/openapi.json"))["openapi"].startswith("3.1")


async def test_a_member_of_staff_is_signed_in(shared_app: RunningApp) -> None:
    technician = await shared_app.staff("technician", "shen")
    me = await technician.get("/api/me")
    assert (me["name"], me["roles"]) == ("shen", ["technician"])


async def test_nobody_is_nobody(shared_app: RunningApp) -> None:
    assert await shared_app.caller().refused("GET", "/api/me") == "unauthenticated"


async def test_a_socket_greets(shared_app: RunningApp) -> None:
    dispatcher = await shared_app.staff("dispatcher")
    async with dispatcher.socket("/api/live") as live:
        await live.send("subscribe", topics=["tasks", "queue"])
        assert (await live.receive("subscribed"))["topics"] == ["queue", "tasks"]


async def test_an_address_that_nobody_declared_answers_in_the_common_shape(shared_app: RunningApp) -> None:
    assert await shared_app.caller().refused("GET", "/api/nothing-here") == "not_found"
    assert await shared_app.caller().refused("PUT", "/api/me") == "method_not_allowed"
