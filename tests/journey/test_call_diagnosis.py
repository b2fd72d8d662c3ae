"""A leak is looked at: from the queue to the marked still and the end of the call, with real media."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from assist.call.tables import ConnectionStep
from tests.contract.call_rig import accepted_call
from tests.rig.room_client import Frame, RoomClient, media_of
from tests.rig.stack import RunningApp


def _streams_of(phone: RoomClient, told: Frame) -> dict[str, int] | None:
    """What the phone sends, if that is what is told."""
    found: dict[str, int] | None = told["streams"].get(phone.peer) if told["type"] == "streams" else None
    return found


@pytest.mark.alone
@pytest.mark.timeout(120)
@pytest.mark.usefixtures("loopback_media")
async def test_a_leak_is_seen_frozen_marked_and_talked_about(app: RunningApp) -> None:
    async with accepted_call(app) as call:
        phone, desk = await call.both()
        await phone.say("telemetry", step="link_opened", at_ms=0)
        state = {"camera": "on", "microphone": "on", "hidden": False, "phone_call": False, "torch": "off"}
        await phone.say("media_state", **state)
        await desk.heard("media_state", peer=phone.peer, interruption="none")

        async with media_of(phone, publish=True) as camera, media_of(desk, publish=False) as screen:
            # The technician sees the leak through the phone's camera.
            await camera.offer()
            streams = await desk.heard("streams")
            assert list(streams["streams"]) == [phone.peer]
            await screen.offer()
            await screen.sees(phone.peer, more=10)
            await desk.say("telemetry", step="first_frame", at_ms=900)
            quality = await desk.heard("quality", peer=phone.peer, within_s=8)
            assert quality["level"] == "good" and quality["words_key"] == "quality.good"

            # The torch is asked for, and reported.
            await desk.ask("torch", on=True)
            assert (await phone.heard("torch"))["on"] is True
            await phone.say("media_state", **{**state, "torch": "on"})
            await desk.heard("media_state", torch="on")

            # A still with the phone's own pixels, marked by the technician, both seeing the same.
            asked = await desk.ask("freeze_request")
            await phone.ask("frozen", freeze_id=asked["freeze_id"], width=64, height=48)
            still = await call.upload(call.customer, freeze_id=asked["freeze_id"])
            await phone.ask("still_ready", freeze_id=asked["freeze_id"], still_id=still["id"])
            await desk.heard("still_shown")
            stroke = str(uuid4())
            await desk.say(
                "ink", client_id=stroke, still_id=still["id"], tool="pen", points=[[0.4, 0.5]], **{"from": 0}
            )
            await phone.heard("ink", client_id=stroke)
            points = [[0.4, 0.5], [0.45, 0.55], [0.5, 0.5]]
            mark = await desk.mark(still["id"], UUID(stroke), tool="pen", points=points)
            assert (await phone.heard("mark_added"))["mark"] == mark
            assert mark["points"] == points

            # A telephone call comes in: everybody knows, and a freeze says why it cannot be.
            await phone.say("media_state", **{**state, "phone_call": True, "hidden": True})
            await desk.heard("media_state", interruption="phone_call")
            refused = await desk.ask("freeze_request")
            failed = await desk.heard("freeze_failed", freeze_id=refused["freeze_id"])
            assert failed["reason"] == "phone_call"
            await phone.say("media_state", **state)

            # The phone starts its page anew; the technician sees on.
            since = len(desk.log)
            await camera.start_anew()
            # First it may be told that the old stream is gone, then that there is a new one.
            old = streams["streams"][phone.peer]
            await desk.wait(
                lambda told: _streams_of(phone, told) not in (None, old), 10, since, "a new stream"
            )
            await screen.offer()
            await screen.sees(phone.peer, more=10)

            await phone.ask("chat", client_id=str(uuid4()), text="谢谢，看清楚了")
            await desk.ask("end")
            assert (await phone.heard("ended"))["reason"] == "technician"

        view = await call.technician.get(f"/api/requests/{call.request}")
        assert view["state"] == "wrap_up"
        assert view["call"]["customer_joined_at"] and view["call"]["technician_joined_at"]
        stills = await call.technician.get(f"/api/requests/{call.request}/stills")
        assert [s["id"] for s in stills] == [still["id"]]
        marks = await call.technician.get(f"/api/stills/{still['id']}/marks")
        assert [m["points"] for m in marks] == [points]
        async with app.database() as database, database.reading() as session:
            query = select(ConnectionStep).where(ConnectionStep.request_id == UUID(call.request))
            steps = {(row.actor_kind, row.step) for row in await session.scalars(query)}
        assert {
            ("customer", "link_opened"),
            ("staff", "first_frame"),
            ("customer", "interruption:phone_call"),
            ("customer", "interruption:none"),
        } <= steps


@pytest.mark.alone
@pytest.mark.timeout(120)
async def test_no_log_line_holds_what_people_said_or_who_they_are(app: RunningApp) -> None:
    async with accepted_call(app) as call:
        phone, desk = await call.both()
        secret = f"my door code is {uuid4().hex}"
        await phone.ask("chat", client_id=str(uuid4()), text=secret)
        await phone.refused("chat", client_id="no", text=secret)
        await phone.connection.send(secret)
        await desk.refused("offer", sdp=secret)
        await phone.heard("error", code="not_json")
    told = app.log()
    assert secret not in told and secret[-32:] not in told
    assert str(call.customer.token) not in told
    assert call.technician.name not in told
