"""What a device that several people use keeps of each: one session, and no picture once they have left."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kernel.actors import Role, Surface
from kernel.database import UnitOfWork
from kernel.identity.links import create_link
from kernel.identity.sessions import Session
from kernel.ids import token_hash
from tests.contract.call_rig import picture
from tests.rig.people import Person
from tests.rig.stack import RunningApp

COOKIE = "__Host-curbstop-"


class Browser:
    """One surface in one browser: it sends the last cookie it was given."""

    def __init__(self, app: RunningApp, surface: Surface) -> None:
        self.app, self.surface, self.cookie = app, surface, ""

    async def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, had: str = ""
    ) -> httpx.Response:
        name = f"{COOKIE}{self.surface}"
        headers = {"Curbstop-Surface": self.surface.value, "Origin": self.app.url}
        headers |= {"If-None-Match": had} if had else {}
        headers |= {"Cookie": f"{name}={self.cookie}"} if self.cookie else {}
        answer = await self.app.caller().http.request(method, path, json=body, headers=headers)
        cookies = SimpleCookie(answer.headers.get("set-cookie", ""))
        if name in cookies:
            self.cookie = cookies[name].value
        return answer

    async def sign_in(self, person: Person, **more: Any) -> httpx.Response:
        """By a fresh one-use link."""
        async with self.app.database() as database:
            hour = timedelta(hours=1)
            token = await database.run(create_link, self.surface, hour, staff_id=person.id)
        body = {"token": token, "surface": self.surface.value, **more}
        return await self.send("POST", "/api/sign-in-links/redemption", body)

    async def holds(self, cookie: str) -> bool:
        other = Browser(self.app, self.surface)
        other.cookie = cookie
        return (await other.send("GET", "/api/me")).status_code == 200


async def test_signing_in_again_ends_the_session_that_the_device_had(shared_app: RunningApp) -> None:
    chen, wang = await shared_app.staff(Role.TECHNICIAN), await shared_app.staff(Role.TECHNICIAN)
    desk, home = Browser(shared_app, Surface.DESK), Browser(shared_app, Surface.DESK)
    await desk.sign_in(chen)
    await home.sign_in(chen)
    first, elsewhere = desk.cookie, home.cookie
    async with shared_app.caller(first).socket("/api/live") as socket:
        await socket.receive("welcome")
        await desk.sign_in(wang)
        assert await socket.closed(within_s=3) == 4401
    assert desk.cookie != first
    assert await desk.holds(desk.cookie) and not await desk.holds(first)
    assert await home.holds(elsewhere), "another device is another matter"


async def test_a_program_s_session_ends_nobody_s(shared_app: RunningApp) -> None:
    chen = await shared_app.staff(Role.TECHNICIAN)
    desk = Browser(shared_app, Surface.DESK)
    await desk.sign_in(chen)
    assert (await desk.sign_in(chen, bearer=True)).json()["session"]["token"]
    assert await desk.holds(desk.cookie)


async def test_the_same_link_opened_again_goes_on_with_the_same_session(shared_app: RunningApp) -> None:
    chen = await shared_app.staff(Role.TECHNICIAN)
    desk = Browser(shared_app, Surface.DESK)
    async with shared_app.database() as database:
        token = await database.run(create_link, Surface.DESK, timedelta(hours=1), staff_id=chen.id)
    for _ in range(2):
        body = {"token": token, "surface": "desk"}
        assert (await desk.send("POST", "/api/sign-in-links/redemption", body)).status_code == 201
        assert await desk.holds(desk.cookie)


async def test_a_customer_who_starts_anew_leaves_no_second_key_behind(shared_app: RunningApp) -> None:
    await shared_app.staff(Role.SUPERVISOR)
    phone = Browser(shared_app, Surface.CUSTOMER)
    asked = {"category": "leak", "asker": "resident", "language": "en"}
    await phone.send("POST", "/api/requests", asked)
    first = phone.cookie
    await phone.send("POST", "/api/requests", asked)
    assert first and await phone.holds(phone.cookie) and not await phone.holds(first)


async def a_still(customer: Person) -> str:
    """The address of a picture that a customer has sent."""
    sent = {"client_id": str(uuid4()), "source": "upload"}
    still = await customer.upload(f"/api/requests/{customer.request_id}/stills", picture(), **sent)
    return f"/api/stills/{still['id']}/image"


async def test_a_computer_that_several_sit_at_keeps_no_picture(shared_app: RunningApp) -> None:
    await shared_app.staff(Role.SUPERVISOR)
    customer, desk = await shared_app.customer(), Browser(shared_app, Surface.DESK)
    await desk.sign_in(await shared_app.staff(Role.TECHNICIAN))
    path = await a_still(customer)
    for had in ("", "*"):
        seen = await desk.send("GET", path, had=had)
        assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store") and seen.content
    left = await desk.send("DELETE", "/api/sessions/current")
    assert "clear-site-data" not in left.headers, "nothing was kept, and clearing it would take seconds"
    assert (await desk.send("GET", path)).status_code == 401


async def test_a_picture_is_asked_for_each_time_and_sent_once(shared_app: RunningApp) -> None:
    await shared_app.staff(Role.SUPERVISOR)
    customer, phone = await shared_app.customer(), Phone(shared_app)
    assert customer.token
    phone.cookie = customer.token
    path = await a_still(customer)
    seen = await phone.send("GET", path)
    assert seen.headers["cache-control"] == "private, no-cache" and seen.content
    tag = seen.headers["etag"]
    assert tag.startswith('"'), "a strong one"
    for had in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await phone.send("GET", path, had=had)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), had
        assert again.headers["cache-control"] == "private, no-cache"
    assert (await phone.send("GET", path, had='"other"')).content == seen.content
    await phone.send("DELETE", "/api/sessions/current")
    assert (await phone.send("GET", path, had=tag)).status_code == 401, "nor is it confirmed"


class Phone(Browser):
    """A customer's, with the age its cookie was given (seconds)."""

    def __init__(self, app: RunningApp) -> None:
        super().__init__(app, Surface.CUSTOMER)
        self.age = 0

    async def open(self, link: str) -> httpx.Response:
        answer = await self.send("POST", "/api/invitations/redemption", {"token": link.partition("#i=")[2]})
        cookies = SimpleCookie(answer.headers.get("set-cookie", ""))
        for cookie in cookies.values():
            self.age = int(cookie["max-age"])
        return answer

    async def session_ends(self) -> tuple[timedelta, bool]:
        """How long the session holds from now on, and whether that is all it will."""
        async with self.app.database() as database, database.reading() as reading:
            row = await reading.get_one(Session, token_hash(self.cookie))
            return row.expires_at - database.clock.now(), row.kept_until is None


MINUTES, DAYS = timedelta(minutes=10), timedelta(days=14)
DEEDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "contact": ("PATCH", "", {"contact": {"name": "Lin"}}),
    "a move": ("POST", "/queue-entry", {}),
    "a message": ("POST", "/messages", {"client_id": str(uuid4()), "text": "it drips"}),
    "an answer": ("POST", "/guide-answers", {"guide": "leak", "step": "", "answer": "done"}),
}
REFUSED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a bad number": ("PATCH", "", {"contact": {"phone": "12"}}),
    "a rating before its time": ("POST", "/rating", {"score": 5}),
}


async def invited(app: RunningApp) -> tuple[str, str]:
    """A link and what it opens, as a path."""
    chen = await app.staff(Role.TECHNICIAN)
    body = {"name": "Lin", "phone": "13800138000", "language": "en", "category": "leak"}
    made = await chen.post("/api/invitations", body)
    return made["link"], f"/api/requests/{made['request_id']}"


@pytest.mark.parametrize("deed", DEEDS)
async def test_the_first_deed_keeps_what_a_link_opened(shared_app: RunningApp, deed: str) -> None:
    link, path = await invited(shared_app)
    phone = Phone(shared_app)
    opened = (await phone.open(link)).json()
    ends, settled = await phone.session_ends()
    assert MINUTES - timedelta(seconds=30) < ends <= MINUTES and not settled
    assert (await phone.send("GET", path)).status_code == 200
    assert (await phone.open(link)).status_code == 201, "opened again, it goes on"
    assert await phone.session_ends() < (MINUTES, True), "and neither looking nor opening is a deed"
    method, more, body = DEEDS[deed]
    if deed == "contact":
        body = body | {"version": opened["version"]}
    if deed == "an answer":
        guides = await shared_app.caller().get("/api/guides", language="en")
        guide = next(each for each in guides["guides"] if each["id"] == "leak")
        first = guide["start"]
        body = body | {"step": first, "answer": guide["steps"][first]["answers"][0]["answer"]}
    answer = await phone.send(method, path + more, body)
    assert answer.status_code < 300, answer.text
    ends, settled = await phone.session_ends()
    assert DAYS - timedelta(minutes=1) < ends <= DAYS and settled
    assert 0 <= (DAYS - timedelta(seconds=phone.age)).total_seconds() <= 2, (
        "the browser keeps the cookie whichever answer gets lost"
    )
    other = await Phone(shared_app).open(link)
    assert (other.status_code, other.json()["error"]["code"]) == (410, "link_spent")
    await phone.send("DELETE", f"{path}/queue-entry")  # whoever waits is ahead of other tests' customers


@pytest.mark.parametrize("refused", REFUSED)
async def test_what_was_refused_keeps_nothing(shared_app: RunningApp, refused: str) -> None:
    link, path = await invited(shared_app)
    phone = Phone(shared_app)
    opened = (await phone.open(link)).json()
    method, more, body = REFUSED[refused]
    body = body | {"version": opened["version"]} if method == "PATCH" else body
    assert 400 <= (await phone.send(method, path + more, body)).status_code < 500
    assert not (await phone.session_ends())[1]


async def test_signing_out_keeps_nothing(shared_app: RunningApp) -> None:
    link, _path = await invited(shared_app)
    phone = Phone(shared_app)
    await phone.open(link)
    held = phone.cookie
    assert (await phone.send("DELETE", "/api/sessions/current")).status_code == 204
    assert not await phone.holds(held)
    other = await Phone(shared_app).open(link)
    assert (other.status_code, other.json()["error"]["code"]) == (410, "link_spent")


async def test_what_a_link_opened_and_nobody_used_is_over_for_the_sockets_too(shared_app: RunningApp) -> None:
    link, _path = await invited(shared_app)
    phone = Phone(shared_app)
    await phone.open(link)
    async with shared_app.caller(phone.cookie).socket("/api/live") as socket:
        await socket.receive("welcome")

        async def lapse(uow: UnitOfWork) -> None:
            row = await uow.session.get_one(Session, token_hash(phone.cookie))
            row.expires_at = uow.now + timedelta(seconds=1)

        async with shared_app.database() as database:
            await database.run(lapse)
        assert (await phone.open(link)).status_code == 201
        await asyncio.sleep(1.1)
        assert not await phone.holds(phone.cookie)
        first = phone.cookie
        assert (await phone.open(link)).status_code == 201 and phone.cookie != first
        assert await socket.closed(within_s=3) == 4401


@pytest.mark.parametrize("token", ["", "abc", "链接" * 12, "A" * 32, "A" * 4000])
@pytest.mark.parametrize("path", ["/api/invitations/redemption", "/api/sign-in-links/redemption"])
async def test_a_mistyped_link_says_so(shared_app: RunningApp, path: str, token: str) -> None:
    body = {"token": token} | ({"surface": "desk"} if "sign-in" in path else {})
    answer = await shared_app.caller().http.post(path, json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (410, "link_unknown")
    assert "marked" not in error["message"] and "open it from the message again" in error["message"].lower()
