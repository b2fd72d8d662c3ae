"""What was driven: counted once a day is over, by hour, without anybody's name; shown beside what is set."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from field.traffic.jobs import DAYS, LATE_DAYS, count_days
from field.traffic.tables import DrivenDay
from kernel.clock import ManualClock
from kernel.database import UnitOfWork
from tests.rig.town import Town, inside

TAKES_S = 1500


async def drive(town: Town, clock: ManualClock) -> int:
    """Ann drives to a door far away and takes her time; in which hour of the town the middle of it was."""
    ann = await town.caller("ann")
    task = await town.task(where=inside("B2", 0.95, 0.95), skill="valve")
    await ann.post(f"/api/tasks/{task.id}/acceptance")
    await ann.post(f"/api/tasks/{task.id}/travel")
    middle = clock.now() + timedelta(seconds=TAKES_S / 2)
    clock.advance(TAKES_S)
    await ann.post(f"/api/tasks/{task.id}/arrival")
    return middle.astimezone(town.services.timezone).hour


async def counted(town: Town) -> list[DrivenDay]:
    async with town.database.reading() as session:
        return list(await session.scalars(select(DrivenDay).order_by(DrivenDay.day)))


async def test_a_way_counts_for_its_hour_once_the_day_is_over(town: Town, clock: ManualClock) -> None:
    hour = await drive(town, clock)
    driven = town.services.day_of(clock.now())
    assert await count_days(town.database, town.services) == 0  # a phone may still come back

    clock.advance(LATE_DAYS * 86_400)
    assert await count_days(town.database, town.services) == 1
    assert await count_days(town.database, town.services) == 0
    (row,) = await counted(town)
    assert (row.day, list(row.hours)) == (driven, [str(hour)])
    assert sum(row.hours[str(hour)].values()) == 1

    told = (await (await town.caller("dora")).get("/api/travel-profile"))["learnt"]
    kind = "saturday" if driven.weekday() == 5 else "sunday" if driven.weekday() == 6 else "working_day"
    assert (told["since"], told["until"], told["ways"]) == (driven.isoformat(), driven.isoformat(), 1)
    assert told["days"][kind][hour] == {"ways": 1, "factor": None}


async def test_enough_ways_make_a_factor_and_old_ones_are_forgotten(town: Town, clock: ManualClock) -> None:
    today = town.services.day_of(clock.now())
    still_s = town.services.travel.still_s
    twice = {"8": {"24": 60}, "11": {"0": 60}}
    monday = today - timedelta(days=today.weekday() + 7)

    async def keep(uow: UnitOfWork) -> None:
        old = today - timedelta(days=DAYS + 1)
        for day, still, hours in (
            (monday, still_s, twice),
            (monday + timedelta(days=1), still_s + 1, {"8": {"48": 999}}),  # when parking took longer
            (old, still_s, {"8": {"48": 999}}),
        ):
            uow.session.add(DrivenDay(day=day, hours=hours, still_s=still, counted_at=uow.now))

    await town.database.run(keep)
    dora = await town.caller("dora")
    hours = (await dora.get("/api/travel-profile"))["learnt"]["days"]["working_day"]
    # Two thirds of the way from the middle of all, half an octave, to its own.
    assert [hours[8], hours[11]] == [
        {"ways": 60, "factor": round(1000 * 2 ** (5 / 6))},
        {"ways": 60, "factor": round(1000 * 2 ** (1 / 6))},
    ]
    assert hours[9] == {"ways": 0, "factor": None}

    await count_days(town.database, town.services)
    assert [row.day for row in await counted(town)] == [monday, monday + timedelta(days=1)]
