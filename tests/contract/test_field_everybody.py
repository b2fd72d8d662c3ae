"""Everybody is asked: "nobody able" is true, and who gets a task is the best of all, whatever the size."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import func, select

from field.dispatch.engine.route import without
from field.dispatch.hours import note_changed
from field.dispatch.placement import days_to_try, wanted, weights_for
from field.dispatch.planning import load_day, usual_hours
from field.dispatch.rosters.reading import roster_at
from field.dispatch.rosters.roster import Roster
from field.dispatch.tables import RouteRow, Shift
from field.grid.store import point_of
from field.grid.tables import Rep, Zone
from field.road import shortest, travel
from field.road.travel import RoadGraph
from field.task.tables import Task
from field.task.task import By, TaskEvent, TaskState
from field.task.timeline import step
from field.visits.commands import hand_on
from kernel.actors import SYSTEM
from kernel.clock import ManualClock
from kernel.database import UnitOfWork
from kernel.identity.staff import Staff
from tests.rig.foundations import MORNING
from tests.rig.town import Town, inside, sweep
from tests.unit.field.oracle import best_by_trying_all

STREETS = Path(__file__).parents[2] / "demo" / "streets.json"
MANY = 77


async def hire(town: Town, dice: random.Random, many: int = MANY) -> None:
    """Many more at Ann's station; the last of them, who lives farthest away, is the only expert for water."""

    async def command(uow: UnitOfWork) -> None:
        for number in range(many):
            staff = Staff(
                id=uuid4(),
                username=f"more{number}",
                name=f"More {number}",
                name_en="",
                roles=["rep"],
                language="en",
                active=True,
                created_at=uow.now,
            )
            uow.session.add(staff)
            await uow.session.flush()
            expert = number == many - 1
            lon, lat = 7.405 + 0.0001 * number, 43.705
            uow.session.add(
                Rep(
                    id=uuid4(),
                    staff_id=staff.id,
                    code=f"more{number:02}",
                    name=staff.name,
                    name_en="",
                    phone="",
                    station="SA",
                    skills={"water_quality": 3}
                    if expert
                    else {"leak_repair": dice.randint(1, 2), "valve": dice.randint(1, 3)},
                    parts={"gasket": dice.randint(0, 2)},
                    shift_start=dice.choice((480, 600)),
                    shift_end=dice.choice((960, 1050)),
                    home=point_of(lon, lat),
                    home_lon=lon,
                    home_lat=lat,
                    active=True,
                    changed_at=uow.now,
                )
            )

    await town.database.run(command)


async def roster(town: Town, dice: random.Random) -> None:
    """Days as people work them: breaks, days that begin or end elsewhere, or anywhere, and days off."""

    def somewhere() -> tuple[float, float] | tuple[None, None]:
        return dice.choice(((None, None), inside("A2", dice.random(), dice.random())))

    async def command(uow: UnitOfWork) -> None:
        today = town.services.day_of(uow.now)
        days = [today + timedelta(days=ahead) for ahead in range(3)]
        for rep_id in (await uow.session.scalars(select(Rep.id).order_by(Rep.code))).all():
            for day in days:
                begins = town.services.moment(day, dice.choice((480, 540, 600)))
                lasts = timedelta(hours=dice.choice((0, 4, 8, 9)))
                opens = begins + timedelta(minutes=dice.choice((0, 60, 180)))
                resting = dice.random() < 0.7 and lasts
                (start_lon, start_lat), (end_lon, end_lat) = somewhere(), somewhere()
                uow.session.add(
                    Shift(
                        id=uuid4(),
                        rep_id=rep_id,
                        day=day,
                        start_at=begins,
                        end_at=begins + lasts,
                        rest_from=opens if resting else None,
                        rest_until=opens + timedelta(minutes=dice.choice((0, 45))) if resting else None,
                        rest_s=dice.choice((900, 2700)) if resting else None,
                        start_lon=start_lon,
                        start_lat=start_lat,
                        end_lon=end_lon,
                        end_lat=end_lat,
                        open_end=dice.random() < 0.2,
                    )
                )
        await note_changed(uow, days)

    await town.database.run(command)


async def test_the_only_expert_of_a_large_station_is_found(town: Town) -> None:
    await hire(town, random.Random(1))
    task = await town.task(where=inside("A1"), skill="water_quality")
    assert (task.state, task.unplaced_reason) == (TaskState.ASSIGNED, None)
    assert task.placement["rep_name"] == f"More {MANY - 1}"
    told = len(task.placement["passed_over"]) + sum(task.placement["others"].values())
    assert told == MANY - 1 + len(town.reps), "everybody is accounted for"


async def best_of_all(town: Town, task: Task) -> set[tuple[UUID, int]]:
    """By an oracle that tries every place of everybody's day: who could have it for least, and when."""
    now = town.clock.now()
    async with town.database.reading() as session:
        zone = await session.get_one(Zone, task.zone_id) if task.zone_id else None
        reps = (await session.scalars(select(Rep).where(Rep.active))).all()
        for date in days_to_try(town.services, task, now):
            day = await load_day(session, town.services, now, date, reps, [task])
            routes = [without(route, task.id) for route in day.routes.values()]
            visit = dataclasses.replace(wanted(day.visit_of(task), task, now), state=TaskState.ASSIGNED)
            owner = zone.owner_id if zone else None
            refused = {UUID(each) for each in task.refused_by}
            found = best_by_trying_all(
                routes, visit, day.travel, day.seconds, owner, refused, weights_for(task, now)
            )
            costs = {
                route.rep.rep_id: best for route, best in zip(routes, found, strict=True) if best is not None
            }
            if costs:
                least = min(cost for cost, _, _ in costs.values())
                return {(rep_id, start) for rep_id, (cost, _, start) in costs.items() if cost == least}
    return set()


@pytest.mark.timeout(180)
async def test_who_gets_a_task_is_the_best_of_all_and_nobody_able_is_true(
    town: Town, clock: ManualClock
) -> None:
    dice = random.Random(7)
    await hire(town, dice, 70)
    await roster(town, dice)
    outcomes: dict[str, int] = {"placed": 0, "nobody": 0}
    for _ in range(30):
        clock.advance(dice.randint(0, 900))
        opens = clock.now() + timedelta(minutes=dice.choice((0, 30, 600, 1440)))
        wishes: dict[str, Any] = {
            "skill": dice.choice(("leak_repair", "valve", "water_quality", "meter_work", "consulting")),
            "level": dice.randint(1, 3),
            "severity": dice.choice(("urgent", "major", "minor")),
            "duration_s": dice.choice((1200, 3600, 9000)),
            "parts": dice.choice(((), (("gasket", 2),), (("coupling_dn15", 3),))),
            "window_start": opens,
            "window_end": opens + timedelta(minutes=dice.choice((20, 120, 600))),
        }
        asked = town.visit(inside(dice.choice(("A1", "A2", "B1")), dice.random(), dice.random()), **wishes)
        await town.hear(asked)
        task = await town.task(asked)
        best = await best_of_all(town, task)
        if task.state is TaskState.ASSIGNED:
            outcomes["placed"] += 1
            assert (task.rep_id, _start(task)) in best, wishes
        else:
            outcomes["nobody"] += 1
            assert not best, wishes
    assert min(outcomes.values()) > 3, outcomes


async def test_what_is_kept_of_the_day_follows_what_others_commit(town: Town) -> None:
    """Another process has a copy of its own: both see each other's routes at once."""
    other = dataclasses.replace(town.services, rosters={})
    mine, theirs = town.services, other
    for number in range(6):
        town.services = theirs if number % 2 else mine
        task = await town.task(where=inside("A1", 0.1 + number / 10), duration_s=5400, severity="minor")
        assert (task.rep_id, _start(task)) in await best_of_all(town, task), number


@pytest.mark.parametrize("rosters", [False, True])
async def test_what_is_kept_after_a_placing_is_what_is_stored(
    town: Town, clock: ManualClock, rosters: bool
) -> None:
    """Who placed a task knows what became of the day, and need not read it: exactly as it would be read."""
    dice = random.Random(5)
    if rosters:
        await hire(town, dice, 6)
        await roster(town, dice)
    asked = [
        town.visit(
            inside(dice.choice(("A1", "A2", "B1")), dice.random(), dice.random()),
            duration_s=dice.choice((600, 2400)),
            parts=dice.choice(((), (("gasket", 1),))),
        )
        for _ in range(15)
    ]
    # Of seven at the same time the last to keep the day may not have seen all others; whoever comes next has.
    for number, together in enumerate([*([each] for each in asked[:7]), asked[7:14], asked[14:]]):
        await asyncio.gather(*(town.hear(each) for each in together))
        clock.advance(dice.randint(0, 600))
        compared = await _kept_and_read(town)
        for kept, read in compared:
            for part in kept:
                assert kept[part] == read[part], (number, part)
        assert compared or len(together) > 1


async def _kept_and_read(town: Town) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Of each day that is kept with the marks of what is stored: what is kept, and what one would read."""
    found = []
    hours = partial(usual_hours, town.services)
    for day, kept in town.services.rosters.items():
        async with town.database.reading() as session:
            read = await roster_at({}, session, day, hours, town.services.travel, town.services.paces)
        if kept.marks == read.marks:
            found.append((_content(kept), _content(read)))
    return found


def _content(roster: Roster) -> dict[str, Any]:
    wide = min(max(map(len, roster.tasks), default=0), roster.stops.point.shape[1])
    return {
        "plans": roster.plans,
        "days": roster.days,
        "tasks": roster.tasks,
        "newest": roster.newest,
        "stock": roster.crew.stock.tolist(),
        "stops": [
            (name, column[:, :wide].tolist())
            for name, column in vars(roster.stops).items()
            if isinstance(column, np.ndarray) and column.ndim > 1 and name != "point"
        ],
    }


def _start(task: Task) -> int:
    return int(datetime.fromisoformat(task.placement["starts_at"]).timestamp())


async def test_what_was_rolled_back_is_not_kept(town: Town) -> None:
    first = await town.task(where=inside("A1"), severity="urgent")

    async def hand_on_and_fail(uow: UnitOfWork) -> None:
        task = await uow.session.get_one(Task, first.id)
        rep = await uow.session.get_one(Rep, task.rep_id)
        step(uow, task, TaskEvent.EXPIRE, By.SYSTEM, SYSTEM)
        await hand_on(uow, town.services, task, rep, SYSTEM, "unanswered")
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        await town.database.run(hand_on_and_fail)
    again = await town.task(where=inside("A1", 0.6), severity="urgent")
    assert (again.rep_id, _start(again)) in await best_of_all(town, again)
    town.clock.advance(300)
    await sweep(town.database, town.services)
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(RouteRow)) == 2


async def test_streets_are_searched_while_nobody_waits_to_write(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    if town.database._together is None:
        pytest.skip("PostgreSQL has many writers")
    writers, held = town.database._together, []
    search = shortest.times_from

    def watched(*arguments: Any) -> Any:
        held.append(writers.busy)
        return search(*arguments)

    monkeypatch.setattr(travel, "times_from", watched)
    town.services = dataclasses.replace(town.services, travel=RoadGraph.load(STREETS))
    town.clock.set(MORNING)
    tasks = [await town.task(where=inside("A1", 0.1 + number / 5)) for number in range(4)]
    assert {task.state for task in tasks} == {TaskState.ASSIGNED}
    town.clock.advance(900)
    await sweep(town.database, town.services)
    assert held and not any(held)
