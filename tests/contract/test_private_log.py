"""What people tell us in confidence stands in no log line and in no metric, whichever way it came in."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import websockets
from PIL import Image

from kernel.actors import Role
from kernel.identity.staff import add_staff
from tests.rig.foundations import Foundation
from tests.rig.people import Caller, Person
from tests.rig.room_client import in_room
from tests.rig.stack import RunningApp, running_app
from tests.rig.town import REPS, SOUTH, WEST, zone_file
from tests.rig.working_day import morning_zone

NAME, PHONE, ADDRESS = "Quillfeather", "13912345678", "Zanzibar Lane 77"
LON, LAT = WEST + 0.0054321, SOUTH + 0.0056789
WRITTEN = "kingfisher"
"""Part of everything anybody writes."""
PASSWORD = "marzipan-otter-7"
WITHIN_S = 20.0


class Secrets:
    """What must not be found again; tokens join as they are made."""

    def __init__(self) -> None:
        self.all = {NAME, PHONE, ADDRESS, WRITTEN, PASSWORD, f"{LON:.4f}", f"{LAT:.4f}"}

    def leaked(self, text: str) -> list[str]:
        return sorted(secret for secret in self.all if secret.lower() in text.lower())


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(file, "PNG")
    return file.getvalue()


async def test_nothing_that_was_told_in_confidence_is_logged(embedded: Foundation) -> None:
    secrets = Secrets()
    with running_app(embedded, timezone=morning_zone(datetime.now(UTC)), demo="true") as app:
        try:
            await walk(app, secrets)
            await stumble(app, secrets)
            metrics = (await app.caller().http.get("/metrics")).text
        finally:
            await app.close()
    log = app.log()
    assert len(log.splitlines()) > 5 and "curbstop_http_requests_total" in metrics
    assert len(secrets.all) > 12
    assert secrets.leaked(log) == []
    assert secrets.leaked(metrics) == []


async def walk(app: RunningApp, secrets: Secrets) -> None:
    """A road from an invitation to a finished job, with something private at each step."""
    await app.staff(Role.SUPERVISOR, "zhao")
    technician, dispatcher = await app.staff(Role.TECHNICIAN, "chen"), await app.staff(Role.DISPATCHER, "sun")
    await dispatcher.upload("/api/imports/zones", zone_file(), name="zones.geojson")
    reps = REPS.replace("+86 138 0013 8001", f"+86 {PHONE}").replace(",Ann,", f",{NAME},")
    report = await dispatcher.upload("/api/imports/reps", reps.encode(), name="reps.csv")
    key = report["sign_ins"][0]["link"].partition("#k=")[2]
    signed_in = {"token": key, "surface": "rep", "bearer": True}
    rep_token = (await app.caller().post("/api/sign-in-links/redemption", signed_in))["session"]["token"]

    invited = {"name": NAME, "phone": PHONE, "language": "en", "category": "leak"}
    link = (await technician.post("/api/invitations", invited))["link"]
    invitation = link.partition("#i=")[2]
    opened = await app.caller().post("/api/invitations/redemption", {"token": invitation, "bearer": True})
    customer = app.known_customer(opened)
    tokens = (technician.token, dispatcher.token, customer.token, key, rep_token, invitation)
    secrets.all |= {str(token) for token in tokens}

    here = f"/api/requests/{customer.request_id}"
    place = {"address": ADDRESS, "lon": LON, "lat": LAT, "source": "pin"}
    told = {"place": place, "contact": {"name": NAME, "phone": PHONE}, "description": f"{WRITTEN} drips"}
    await customer.patch(here, told | {"version": (await customer.get(here))["version"]})
    await customer.post(f"{here}/queue-entry")
    await technician.post(f"{here}/acceptance")
    still = await customer.upload(f"{here}/stills", picture(), name=f"{NAME}.png", client_id=str(uuid4()))
    await talk(app, customer, technician, str(still["id"]))
    await technician.post(f"{here}/call-end")
    found = {"ownership": "before_meter", "fault": "coupling_nut_loose", "severity": "major"}
    await technician.put(f"{here}/verdict", found | {"still_ids": [still["id"]], "note": WRITTEN})
    wish = {"outcome": "needs_visit", "note": WRITTEN, "visit": {"parts": []}}
    await technician.post(f"{here}/outcome", wish)
    await drive(dispatcher, app.caller(rep_token), customer)


async def talk(app: RunningApp, customer: Person, technician: Person, still_id: str) -> None:
    room = str(customer.request_id)
    async with in_room(app.url, room, str(customer.token)) as phone:
        async with in_room(app.url, room, str(technician.token)) as desk:
            await phone.join()
            await desk.join()
            await phone.ask("chat", client_id=str(uuid4()), text=f"a {WRITTEN} on the pipe")
            drawing: dict[str, Any] = {"tool": "text", "points": [[0.5, 0.5]], "text": WRITTEN}
            await desk.ask("mark_add", client_id=str(uuid4()), still_id=still_id, **drawing)
            assert await phone.refused("offer", sdp=f"v=0\r\no={NAME} 1 1 IN IP4 {ADDRESS}\r\n", receive={})


async def drive(dispatcher: Person, rep: Caller, customer: Person) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not (task := await _task_of(dispatcher, customer)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    ann = next(each for each in await dispatcher.get("/api/reps") if each["code"] == "ann")
    at = f"/api/tasks/{task['id']}"
    if (task["rep"] or {}).get("id") != ann["id"]:
        body = {"rep_id": ann["id"], "version": task["version"], "overrule": True}
        await dispatcher.post(f"{at}/assignment", body)
    await rep.post("/api/positions", {"lon": LON, "lat": LAT})
    for step in ("acceptance", "travel", "arrival"):
        await rep.post(f"{at}/{step}")
    await rep.post(f"{at}/completion", {"note": f"{WRITTEN} tightened"})


async def _task_of(dispatcher: Person, customer: Person) -> dict[str, Any] | None:
    tasks = await dispatcher.get("/api/tasks")
    return next((task for task in tasks if task["request_id"] == str(customer.request_id)), None)


async def stumble(app: RunningApp, secrets: Secrets) -> None:
    """Everything private once more, where it is refused: errors are what logs are full of."""
    async with app.database() as database:
        roles = frozenset({Role.DISPATCHER})
        await database.run(add_staff, username="otter", name=NAME, roles=roles, password=PASSWORD)
    nobody = app.caller()
    sign_in = {"username": "otter", "password": PASSWORD, "surface": "console", "bearer": True}
    token = (await nobody.post("/api/sessions", sign_in))["session"]["token"]
    secrets.all.add(token)
    person = app.caller(token)
    refused: list[httpx.Response] = [
        await nobody.http.post("/api/sessions", json=sign_in | {"username": NAME}),
        await nobody.http.post("/api/sessions", json=sign_in | {"surface": "desk", "extra": WRITTEN}),
        await nobody.http.get(f"/api/me?token={token}&name={NAME}"),
        await nobody.http.get(f"/{NAME}/{PHONE}?i={token}"),
        await person.http.post(
            "/api/tasks", json={"customer_name": NAME, "customer_phone": PHONE, "lon": "x"}
        ),
        await person.http.post("/api/invitations", json={"name": NAME, "phone": "12", "language": "en"}),
        await person.http.post("/api/invitations", content=f'{{"name": "{NAME}'.encode()),
        await person.http.get("/api/tasks", params={"zone": ADDRESS * 9}),
        await person.http.post("/api/imports/reps", files={"file": (NAME, f"code\n{NAME},{PHONE}".encode())}),
        await person.http.post(
            "/api/imports/zones", files={"file": (NAME, f'{{"type": "{NAME}"}}'.encode())}
        ),
    ]
    assert {answer.status_code for answer in refused} == {401, 404, 422}
    ours = app.url.replace("http", "ws", 1)
    for path in (
        f"/api/live?token={token}",
        f"/api/rooms/{NAME}/socket?surface={PHONE}",
        f"/{NAME}?i={token}",
    ):
        try:
            async with websockets.connect(ours + path, proxy=None) as connection:
                await connection.send(
                    f'{{"type": "hello", "version": 1, "token": "{token}", "tab": "{NAME}"}}'
                )
                await connection.send(f'{{"type": "{NAME}"}}')
                await asyncio.wait_for(connection.recv(), 5)
        except (websockets.InvalidHandshake, websockets.ConnectionClosed):
            pass
