"""A running town in the middle of its working day, whatever the clock on the wall says.

The town of :mod:`tests.rig.town`, imported over HTTP, in a time zone in which it is about ten in the morning:
representatives are on shift and visits fit into today.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kernel.actors import Role
from tests.rig.foundations import Foundation
from tests.rig.people import Person
from tests.rig.stack import RunningApp, running_app
from tests.rig.town import REPS, inside, zone_file

TEN_O_CLOCK = 10


def morning_zone(now: datetime) -> str:
    """The name of a whole-hour time zone in which ``now`` (UTC) is between ten and eleven."""
    ahead = (TEN_O_CLOCK - now.hour + 11) % 24 - 11
    # POSIX signs: Etc/GMT-8 is eight hours ahead of Greenwich.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass
class WorkingDay:
    """The town, running: its product, its dispatcher, its representatives' sign-in links by code."""

    app: RunningApp
    dispatcher: Person
    links: dict[str, str]
    zone: ZoneInfo

    def day_of(self, instant: str) -> date:
        """The town's day of an instant as an answer writes it, which need not be the day in Greenwich."""
        return datetime.fromisoformat(instant).astimezone(self.zone).date()

    async def task(self, zone: str = "A1", east: float = 0.5, **details: Any) -> dict[str, Any]:
        """A leak in a zone, entered by the dispatcher; where it was placed is in the answer."""
        lon, lat = inside(zone, east)
        asked = {"category": "leak", "severity": "major", "skill": "leak_repair", "lon": lon, "lat": lat}
        answer: dict[str, Any] = await self.dispatcher.post("/api/tasks", asked | details)
        return answer

    async def state_of(self, task: dict[str, Any]) -> dict[str, Any]:
        """The task with its timeline as it is now."""
        found: dict[str, Any] = await self.dispatcher.get(f"/api/tasks/{task['id']}")
        return found

    async def until(
        self, task: dict[str, Any], fits: Callable[[dict[str, Any]], bool], within_s: float = 5
    ) -> dict[str, Any]:
        """The task as soon as it fits."""
        async with asyncio.timeout(within_s):
            while not fits(found := await self.state_of(task)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return found


@pytest.fixture
def morning() -> str:
    return morning_zone(datetime.now(UTC))


@pytest.fixture
def morning_app(embedded: Foundation, morning: str) -> Iterator[RunningApp]:
    with running_app(embedded, timezone=morning, push_loopback="true") as started:
        yield started


@pytest.fixture
async def working_day(morning_app: RunningApp, morning: str) -> AsyncIterator[WorkingDay]:
    dispatcher = await morning_app.staff(Role.DISPATCHER, name="Dora")
    await dispatcher.upload("/api/imports/zones", zone_file(), name="zones.geojson")
    report = await dispatcher.upload("/api/imports/reps", REPS.encode(), name="reps.csv")
    links = {each["code"]: each["link"] for each in report["sign_ins"]}
    yield WorkingDay(morning_app, dispatcher, links, ZoneInfo(morning))
    await morning_app.close()
