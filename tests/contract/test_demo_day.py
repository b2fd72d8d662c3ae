"""The demo's days: each begins with a morning in full swing, and none is made twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.demo.day import load, make_morning
from app.demo.process import make_links
from app.demo.state import DemoState
from assist.request.request import FINAL as REQUEST_OVER
from assist.request.request import State
from assist.request.tables import ServiceRequest
from field.dispatch.tables import RouteRow, VisitRow
from field.grid.tables import Rep
from field.task.tables import Task
from field.task.task import FINAL, TaskState
from kernel.database import Database
from kernel.delivery.queries import sent_messages
from kernel.identity.links import AccessLink
from kernel.identity.staff import Staff
from kernel.ids import token_hash
from kernel.settings import Settings
from tests.rig.foundations import Foundation

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 11, 21, 9, 20, tzinfo=SHANGHAI)
NEXT = FIRST + timedelta(days=1)

pytestmark = pytest.mark.timeout(180)


class City:
    """A demo data folder, started now and then."""

    def __init__(self, foundation: Foundation) -> None:
        streets = Path(__file__).parents[2] / "demo" / "streets.json"
        self.settings = Settings(
            data=foundation.data, database_url=foundation.database_url, road_graph=streets, demo=True
        )
        self.database = Database(foundation.database_url)

    async def first_start(self, now: datetime) -> DemoState:
        state = await load(self.settings, 1, now, lambda line: None)
        state.write(self.settings.data)
        return state

    async def start(self, now: datetime) -> DemoState:
        state = DemoState.read(self.settings.data)
        assert state is not None
        await make_morning(self.settings, state, now)
        assert DemoState.read(self.settings.data) == state
        return state

    async def tasks(self) -> list[Task]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Task).order_by(Task.created_at, Task.id)))

    async def requests(self) -> Counter[State]:
        async with self.database.reading() as session:
            return Counter(await session.scalars(select(ServiceRequest.state)))

    async def stops(self, day: date) -> dict[str, tuple[int, int]]:
        """By username: how many stops each representative has that day, and how many of them are done."""
        async with self.database.reading() as session:
            query = (
                select(Staff.username, func.count(), func.count(Task.finished_at))
                .join(Rep, Rep.staff_id == Staff.id)
                .join(RouteRow, RouteRow.rep_id == Rep.id)
                .join(VisitRow, VisitRow.route_id == RouteRow.id)
                .join(Task, Task.id == VisitRow.task_id)
                .where(RouteRow.day == day)
                .group_by(Staff.username)
            )
            return {username: (stops, done) for username, stops, done in await session.execute(query)}


@pytest.fixture
async def city(foundation: Foundation) -> AsyncIterator[City]:
    made = City(foundation)
    yield made
    await made.database.close()


async def test_a_later_day_has_its_own_morning_and_a_second_start_changes_nothing(city: City) -> None:
    first = await city.first_start(FIRST)
    before, asking = await city.tasks(), await city.requests()
    assert await city.start(FIRST + timedelta(minutes=40)) == first, "the day goes on"
    assert len(await city.tasks()) == len(before)

    second = await city.start(NEXT)
    assert second.opening[:10] == "2026-11-22" and not second.making
    known = {task.id for task in before}
    after = await city.tasks()
    todays = [task for task in after if task.id not in known]
    assert [task.address for task in todays] == [task.address for task in before], "the same city wakes"
    assert all(task.state in FINAL for task in after if task.id in known), "yesterday is over"
    states = Counter(task.state for task in todays)
    assert states[TaskState.DONE] and states[TaskState.ACCEPTED], "work has been done, and work is left"
    now = await city.requests()
    assert {state: now[state] for state in asking} == dict(asking)
    assert sum(count for state, count in now.items() if state in REQUEST_OVER) == len(first.requests)

    assert await city.start(NEXT + timedelta(minutes=1)) == second
    assert len(await city.tasks()) == len(after) and await city.requests() == now


async def test_nobody_begins_before_the_promised_window_opens(city: City) -> None:
    await city.first_start(FIRST.replace(hour=13))
    begun = [(task.arrived_at, task.window_start) for task in await city.tasks() if task.arrived_at]
    early = [(arrived, opens) for arrived, opens in begun if arrived < opens]
    assert len(begun) > 20
    assert early == []


async def test_a_start_that_was_cut_off_is_taken_up_where_it_stopped(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await city.first_start(FIRST)
    before = await city.tasks()
    whole = DemoState.write
    left = 12

    def cut_off(state: DemoState, data: Path) -> None:
        """The power goes just before something made is written down."""
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
        whole(state, data)

    monkeypatch.setattr(DemoState, "write", cut_off)
    with pytest.raises(KeyboardInterrupt):
        await city.start(NEXT)
    monkeypatch.undo()
    stopped = DemoState.read(city.settings.data)
    assert stopped is not None and stopped.making and 0 < stopped.arrived < first.arrived
    assert (await city.start(NEXT)).arrived == first.arrived
    assert len(await city.tasks()) == 2 * len(before), "each of today's once"
    assert (await city.requests())[State.WAITING] == 5


async def test_the_representatives_link_leads_to_a_full_route(city: City) -> None:
    now = datetime.now(SHANGHAI).replace(hour=9, minute=40)
    await city.first_start(now)
    links = await make_links(city.database, city.settings)
    days = await city.stops(now.date())
    stops, done = days[links["rep_username"]]
    assert stops == max(stops for stops, done in days.values() if done < stops) >= 3
    assert done < stops, "there is something left to do"


async def test_what_is_printed_and_sent_still_works_a_quarter_of_an_hour_later(city: City) -> None:
    await city.first_start(FIRST)
    links = await make_links(city.database, city.settings)
    assert links["customer"] == city.settings.base_url + "/", "the public address, which never grows old"
    assert links["supervisor_username"] == "sun.lihua" and "supervisor" not in links
    soon = datetime.now(SHANGHAI) + timedelta(minutes=15)
    async with city.database.reading() as session:
        for kind in ("technician", "rep", "dispatcher"):
            printed = await session.get_one(AccessLink, token_hash(links[kind].partition("#k=")[2]))
            assert printed.expires_at > soon
        sent = [message.text for message in await sent_messages(session)]
    invited = [text for text in sent if "#i=" in text]
    assert len(invited) == 2 and all("#i=…" in text for text in invited), "opened by those who got them"
