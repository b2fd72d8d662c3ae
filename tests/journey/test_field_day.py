"""A utility brings in its zones and its people, and a job is found, driven to and done, all over the wire.

The product runs as it really does, with all its processes; the representative's phone is a program that
speaks the API and the live socket, and nothing else.
"""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from kernel.actors import Surface
from tests.rig.people import Caller
from tests.rig.stack import RunningApp
from tests.rig.town import HEADER, inside, zone_file

SEEN_WITHIN_S = 2
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f00"
    "05fe02fea735811e0000000049454e44ae426082"
)


def people_on_shift_now() -> bytes:
    """Two representatives whose shift lasts all day, whatever the time is where the test runs."""
    rows = (
        "ann,安,Ann,+86 138 0013 8001,ann,SA,leak_repair:3,3,,00:00,24:00,7.405,43.705,A1;A2",
        "cyd,慈,Cyd,+86 138 0013 8003,cyd,SB,leak_repair:1,1,,00:00,24:00,7.425,43.705,B1;B2",
    )
    return "\n".join((f"{HEADER},zones", *rows, "")).encode()


async def send_file(dispatcher: Caller, kind: str, data: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = await dispatcher.upload(
        f"/api/imports/{kind}", data, name=kind, media_type="text/plain"
    )
    return answer


async def sign_in(app: RunningApp, link: str) -> Caller:
    """Open a one-use sign-in link, as a phone would for its own page."""
    body = {"token": link.partition("#k=")[2], "surface": Surface.REP.value, "bearer": True}
    answer = await app.caller().post("/api/sign-in-links/redemption", body)
    return app.caller(answer["session"]["token"])


def action(sequence: int, kind: str, task_id: str, **body: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "sequence": sequence, "kind": kind, "task_id": task_id, "body": body}


async def test_from_the_files_to_a_finished_job(app: RunningApp) -> None:
    dispatcher = await app.staff("dispatcher", "dora")
    zones = await send_file(dispatcher, "zones", zone_file())
    reps = await send_file(dispatcher, "reps", people_on_shift_now())
    assert (len(zones["added"]), len(reps["added"])) == (4, 2)
    links = {each["code"]: each["link"] for each in reps["sign_ins"]}
    ann = await sign_in(app, links["ann"])
    rep_id = (await ann.get("/api/rep/route"))["rep"]["id"]

    async with ann.socket("/api/live") as phone, dispatcher.socket("/api/live") as desk:
        await phone.send("subscribe", topics=[f"rep:{rep_id}", "tasks"])
        assert (await phone.receive("subscribed"))["refused"] == ["tasks"], (
            "not every task is hers to hear of"
        )
        await desk.send("subscribe", topics=["tasks", "inbox"])
        await desk.receive("subscribed")

        lon, lat = inside("A2", east=0.3)
        job = {"category": "leak", "skill": "leak_repair", "lon": lon, "lat": lat, "duration_s": 600}
        begun = time.monotonic()
        made = await dispatcher.post("/api/tasks", job)
        assert (made["state"], made["rep"]["code"]) == ("assigned", "ann")
        task_id = made["id"]
        await phone.receive("changed", SEEN_WITHIN_S, resource="task", id=task_id)
        # Near midnight it is tomorrow's first; the phone's own page begins with today.
        [stop] = (await ann.get("/api/rep/route", day=made["placement"]["day"]))["stops"]
        assert stop["task"]["id"] == task_id
        assert time.monotonic() - begun < SEEN_WITHIN_S, "the phone shows it within two seconds"

        device, photo = str(uuid4()), str(uuid4())
        early = [
            action(1, "acceptance", task_id),
            action(2, "travel", task_id),
            action(3, "arrival", task_id),
        ]
        answer = await ann.post("/api/device-actions", {"device": device, "actions": early})
        assert [each["status"] for each in answer["results"]] == [200, 200, 200]
        await desk.receive("changed", SEEN_WITHIN_S, resource="task", id=task_id)

        await ann.upload(f"/api/tasks/{task_id}/proofs", PNG, media_type="image/png", client_id=photo)
        last = action(4, "completion", task_id, note="tightened", proofs=[photo])
        for _ in range(2):  # the first answer was lost on the way
            answer = await ann.post("/api/device-actions", {"device": device, "actions": [*early, last]})
            assert (answer["results"][3]["task"]["state"], answer["expected"]) == ("done", 5)

    done = await dispatcher.get(f"/api/tasks/{task_id}")
    assert [entry["kind"] for entry in done["timeline"]] == [
        "create", "place", "accept", "travel", "arrive", "complete",
    ]  # fmt: skip
    assert len(await dispatcher.get(done["proofs"][0]["url"])) > 50
