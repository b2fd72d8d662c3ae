"""One person, one name in each script: chosen by whoever reads, on every page and in every message."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from assist.call.commands import accept_request
from assist.desk.requests import request_view, timeline_of
from assist.intake.commands import NewRequest
from assist.queue.waiting import AWAY_AFTER
from assist.request.kinds import Asker, Category
from kernel.actors import Actor, Role, Surface
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.delivery.queries import sent_messages
from kernel.identity.sessions import start_session
from kernel.identity.staff import actor_of, add_staff
from tests.contract.assist_house import AssistHouse, open_house
from tests.rig.stack import RunningApp
from tests.rig.working_day import WorkingDay


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def wu(database: Database) -> Actor:
    """A technician with a name in each script."""
    roles = frozenset({Role.TECHNICIAN})
    return actor_of(
        await database.run(add_staff, username="wu", name="吴师傅", name_en="Wu Wei", roles=roles)
    )


@pytest.mark.parametrize(
    ("language", "named"), [("en", "Wu Wei"), ("zh-Hans", "吴师傅"), ("zh-Hant", "吴师傅")]
)
async def test_a_request_and_its_messages_name_people_in_the_readers_script(
    house: AssistHouse, clock: ManualClock, language: str, named: str
) -> None:
    technician = await wu(house.database)
    customer = await house.waiting(NewRequest(Category.LEAK, Asker.RESIDENT, language, "public"))
    clock.advance((AWAY_AFTER + timedelta(seconds=1)).total_seconds())
    await house.database.run(accept_request, technician, customer.id, house.services)
    async with house.database.reading() as session:
        view = await request_view(session, house.chen, customer.id, house.services.guides, language)
        lines = await timeline_of(session, house.chen, customer.id, language)
        [message] = await sent_messages(session)
    assert view.technician is not None and view.technician.name == view.owner.name == named
    assert lines[-1].actor_name == lines[-1].owner.name == named
    assert named in message.text


async def test_a_person_is_told_both_of_their_names(shared_app: RunningApp) -> None:
    async def sign_in(uow: UnitOfWork) -> str:
        roles = frozenset({Role.TECHNICIAN})
        member = await add_staff(uow, username="wu.names", name="吴师傅", name_en="Wu Wei", roles=roles)
        new = await start_session(uow, Surface.DESK, timedelta(hours=1), staff_id=member.id)
        return new.token

    async with shared_app.database() as database:
        token = await database.run(sign_in)
    me = await shared_app.caller(token).get("/api/me")
    assert (me["name"], me["name_en"]) == ("吴师傅", "Wu Wei")


async def test_a_task_s_history_has_both_names(working_day: WorkingDay) -> None:
    task = await working_day.task(address="和平路 12 号")
    body = {"token": working_day.links["ann"].partition("#k=")[2], "surface": "rep", "bearer": True}
    me = await working_day.app.caller().post("/api/sign-in-links/redemption", body)
    assert (me["name"], me["name_en"]) == ("安", "Ann")
    ann = working_day.app.caller(me["session"]["token"])
    await ann.post(f"/api/tasks/{task['id']}/acceptance", {"version": task["version"]})
    last = (await working_day.state_of(task))["timeline"][-1]
    assert (last["to_state"], last["actor_name"], last["actor_name_en"]) == ("accepted", "安", "Ann")
