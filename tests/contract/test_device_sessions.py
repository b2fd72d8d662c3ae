"""What a device that several people use keeps of each: one session, and no picture once they have left."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import httpx

from kernel.actors import Role, Surface
from kernel.identity.links import create_link
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


async def test_a_picture_is_asked_for_each_time_and_sent_once(shared_app: RunningApp) -> None:
    await shared_app.staff(Role.SUPERVISOR)
    customer, desk = await shared_app.customer(), Browser(shared_app, Surface.DESK)
    await desk.sign_in(await shared_app.staff(Role.TECHNICIAN))
    sent = {"client_id": str(uuid4()), "source": "upload"}
    still = await customer.upload(f"/api/requests/{customer.request_id}/stills", picture(), **sent)
    path = f"/api/stills/{still['id']}/image"
    seen = await desk.send("GET", path)
    assert seen.headers["cache-control"] == "private, no-cache" and seen.content
    tag = seen.headers["etag"]
    assert tag.startswith('"'), "a strong one"
    for had in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await desk.send("GET", path, had=had)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), had
        assert again.headers["cache-control"] == "private, no-cache"
    assert (await desk.send("GET", path, had='"other"')).content == seen.content
    left = await desk.send("DELETE", "/api/sessions/current")
    assert left.headers["clear-site-data"] == '"cache"'
    assert (await desk.send("GET", path, had=tag)).status_code == 401, "nor is it confirmed"
