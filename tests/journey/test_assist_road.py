"""A customer and a technician over HTTP, in the running product: two taps, the queue, a still, a verdict."""

from __future__ import annotations

import asyncio
import io
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from tests.rig.people import Caller, Person
from tests.rig.stack import RunningApp


@pytest.fixture
async def chen(shared_app: RunningApp) -> Person:
    await shared_app.staff("supervisor", "zhao", name="Zhao")
    await shared_app.staff("dispatcher", "sun", name="Sun")
    return await shared_app.staff("technician", "chen", name="Chen")


def a_png(width: int = 64, height: int = 48) -> bytes:
    picture = Image.effect_noise((width, height), 90).convert("RGB")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def request_path(who: Person, more: str = "") -> str:
    return f"/api/requests/{who.request_id}{more}"


async def into_wrap_up(customer: Person, technician: Person) -> dict[str, Any]:
    """Through the queue and a short call; the still that was taken in it."""
    here = request_path(customer)
    seen = await customer.get(here)
    place = {"address": "解放路 12 号", "lon": 7.4213, "lat": 43.7382, "source": "pin"}
    contact = {"name": "林女士", "phone": "138 0013 8000"}
    await customer.patch(here, {"version": seen["version"], "place": place, "contact": contact})
    await customer.post(f"{here}/queue-entry")
    await technician.post(f"{here}/acceptance")
    still = await customer.upload(
        f"{here}/stills",
        a_png(),
        name="a.png",
        media_type="image/png",
        client_id=str(uuid4()),
        source="capture",
    )
    await technician.post(f"{here}/call-end")
    return dict(still)


async def test_the_whole_road_by_http(shared_app: RunningApp, chen: Person) -> None:
    catalogue = await shared_app.caller().get("/api/guides", language="zh-Hant")
    guide = next(guide for guide in catalogue["guides"] if guide["category"] == "leak")
    assert guide["title"] == "接頭漏水"

    customer = await shared_app.customer(category="leak", language="zh-Hans")
    step = guide["start"]
    for answer in ("done", "done", "done", "done", "done", "done", "cannot"):
        body = {"guide": guide["id"], "step": step, "answer": answer}
        led = await customer.post(request_path(customer, "/guide-answers"), body)
        step = led["position"]["step"]
    assert led["position"] == {"guide": "leak", "step": None, "ending": "person"}
    refreshed = await customer.get(request_path(customer))
    assert refreshed["guide"] == led["position"], "a refresh loses nothing"

    await chen.get("/api/queue")
    still = await into_wrap_up(customer, chen)
    assert (
        await chen.refused("POST", request_path(customer, "/outcome"), json={"outcome": "needs_visit"})
        == "verdict_missing"
    )
    verdict = {
        "ownership": "before_meter",
        "fault": "coupling_nut_loose",
        "severity": "major",
        "still_ids": [still["id"]],
    }
    judged = await chen.put(request_path(customer, "/verdict"), verdict)
    assert judged["allowed_outcomes"] == ["advice", "fixed", "needs_visit"]
    visit = {
        "outcome": "needs_visit",
        "note": "表前接头",
        "visit": {"parts": [{"code": "washer_set", "count": 2}]},
    }
    concluded = await chen.post(request_path(customer, "/outcome"), visit)
    assert concluded["state"] == "visit" and concluded["visit"]["state"] == "requested"

    lines = await customer.get(request_path(customer, "/timeline"))
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert "Chen" in {line["owner"]["name"] for line in lines}
    assert all(line["owner"]["name"] for line in lines), "somebody answers for it at every moment"


async def test_fixed_by_video_and_rated(shared_app: RunningApp, chen: Person) -> None:
    customer = await shared_app.customer()
    await into_wrap_up(customer, chen)
    fixed = await chen.post(request_path(customer, "/outcome"), {"outcome": "fixed", "note": "ok"})
    assert fixed["state"] == "resolved"
    assert (await customer.get(request_path(customer)))["may"] == ["rated", "reopened"]
    closed = await customer.post(request_path(customer, "/rating"), {"score": 5, "comment": "很好"})
    assert closed["state"] == "closed" and closed["rating"]["score"] == 5
    assert await customer.refused("POST", request_path(customer, "/queue-entry"), json={}) == "wrong_state"


async def test_of_two_technicians_the_second_hears_who_was_first(
    shared_app: RunningApp, chen: Person
) -> None:
    wang = await shared_app.staff("technician", "wang", name="Wang")
    customer = await shared_app.customer()
    await customer.post(request_path(customer, "/queue-entry"))
    answers = await asyncio.gather(
        *(who.http.post(request_path(customer, "/acceptance"), json={}) for who in (chen, wang))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    lost = next(answer for answer in answers if answer.status_code == 409).json()["error"]
    assert lost["code"] == "already_accepted" and lost["params"]["by"] in ("Chen", "Wang")
    assert lost["message"].startswith(lost["params"]["by"])


async def test_an_invitation_is_opened_on_one_phone(shared_app: RunningApp, chen: Person) -> None:
    body = {"name": "黃先生", "phone": "+852 2123 4567", "language": "zh-Hant", "category": "leak"}
    invitation = await chen.post("/api/invitations", body)
    token = invitation["link"].partition("#i=")[2]
    phones = [shared_app.caller(language="zh-Hant") for _ in range(100)]
    answers = await asyncio.gather(*(_redeem(phone, token) for phone in phones))
    opened = [answer for answer in answers if answer[0] == 201]
    assert len(opened) == 1, "one hundred at once, one gets in"
    others = {(status, body["error"]["code"]) for status, body in answers if status != 201}
    assert others <= {(410, "link_spent"), (429, "rate_limited")}
    session = opened[0][1]["session"]["token"]
    mine = shared_app.caller(session, language="zh-Hant")
    assert (await mine.get(f"/api/requests/{invitation['request_id']}"))["contact"]["name"] == "黃先生"
    again = await mine.http.post("/api/invitations/redemption", json={"token": token})
    assert again.status_code in (201, 429) and "set-cookie" not in again.headers


async def _redeem(phone: Caller, token: str) -> tuple[int, dict[str, Any]]:
    answer = await phone.http.post("/api/invitations/redemption", json={"token": token, "bearer": True})
    return answer.status_code, answer.json()


async def test_a_browser_gets_a_host_cookie_and_no_token(shared_app: RunningApp, chen: Person) -> None:
    answer = await shared_app.caller().http.post("/api/requests", json={"category": "leak"})
    assert answer.status_code == 201 and answer.json()["session"] is None
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-curbstop-customer=")
    for attribute in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert attribute.lower() in cookie.lower()


async def test_a_technicians_open_queue_hears_of_a_new_customer(shared_app: RunningApp, chen: Person) -> None:
    async with chen.socket("/api/live") as live:
        await live.send("subscribe", topics=["queue"])
        await live.receive("subscribed")
        customer = await shared_app.customer()
        await customer.post(request_path(customer, "/queue-entry"))
        heard = await live.receive("changed", within_s=5, resource="request", topic="queue")
    assert heard["id"] == str(customer.request_id)
    shown = await chen.get("/api/queue")
    assert str(customer.request_id) in [row["request_id"] for row in shown["rows"]]
