"""The desk's list: whom it takes next, and how somebody is found again."""

from __future__ import annotations

from typing import Any

from kernel.actors import Role
from tests.rig.people import Person
from tests.rig.stack import RunningApp


async def someone(app: RunningApp, name: str, phone: str, address: str) -> Person:
    customer = await app.customer()
    path = f"/api/requests/{customer.request_id}"
    version = (await customer.get(path))["version"]
    place = {"address": address, "lon": None, "lat": None, "source": "address"}
    contact = {"name": name, "phone": phone}
    await customer.patch(path, {"version": version, "contact": contact, "place": place})
    return customer


async def test_whom_a_technician_invited_is_next_at_their_desk_and_told_so(shared_app: RunningApp) -> None:
    chen = await shared_app.staff(Role.TECHNICIAN, "inviting.chen")
    lin = await shared_app.staff(Role.TECHNICIAN, "other.lin")
    first = await someone(shared_app, "Ann", "+8613800138011", "1 Quay")
    await first.post(f"/api/requests/{first.request_id}/queue-entry")
    await chen.get("/api/queue")
    invited = await invited_by(shared_app, chen)
    entry = await invited.post(f"/api/requests/{invited.request_id}/queue-entry")
    assert entry["place"] == 1

    at_chens, at_lins = await chen.get("/api/queue"), await lin.get("/api/queue")
    assert (at_chens["next"], at_chens["rows"][0]["request_id"]) == (invited.request_id,) * 2
    assert at_chens["rows"][0]["invited_by_me"]
    rows = [row["request_id"] for row in at_lins["rows"]]
    assert rows.index(first.request_id) < rows.index(invited.request_id)

    await chen.post(f"/api/requests/{invited.request_id}/acceptance")
    await chen.post(f"/api/requests/{invited.request_id}/return", {"reason": "other_skill"})
    row = next(r for r in (await chen.get("/api/queue"))["rows"] if r["request_id"] == invited.request_id)
    assert not row["invited_by_me"], "they have talked: given back, it is another's turn"
    for customer in (first, invited):
        await customer.delete(f"/api/requests/{customer.request_id}/queue-entry")


async def invited_by(app: RunningApp, technician: Person) -> Person:
    body = {"name": "Bea", "phone": "+8613800138012", "language": "en", "category": "leak"}
    answer = await technician.post("/api/invitations", body)
    token = answer["link"].partition("#i=")[2]
    opened = await app.caller().post("/api/invitations/redemption", {"token": token, "bearer": True})
    return app.known_customer(opened)


async def test_a_customer_is_found_by_name_telephone_and_address(shared_app: RunningApp) -> None:
    desk = await shared_app.staff(Role.TECHNICIAN)
    customer = await someone(shared_app, "Zoë O'Quill", "+8613977700421", "77 Search_Street, flat 3")
    other = await someone(shared_app, "Yan", "+8613977700422", "78 SearchXStreet")

    async def found(typed: str) -> set[str]:
        rows: list[dict[str, Any]] = (await desk.get("/api/requests", q=typed, limit=200))["rows"]
        return {row["id"] for row in rows} & {customer.request_id, other.request_id}

    for typed in (
        "o'quill",
        "QUILL 77",
        "+86 139-7770 0421",
        "0139 7770 0421",
        "7770 0421",
        "77 search_street",
    ):
        assert await found(typed) == {customer.request_id}, typed
    assert await found("397770042") == {customer.request_id, other.request_id}
    assert await found("100%") == await found("nobody at all") == set()
    refusal = await desk.refused("GET", "/api/requests", params={"q": "a\x00b"})
    assert refusal == "invalid"
