"""Figures are exactly what a plain reading of the tables comes to, whatever happens to what they count."""

from __future__ import annotations

import csv
import io
import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update

from field.dispatch.tables import Shift
from field.figures.jobs import bring_up
from field.figures.queries import weeks_until
from field.figures.tables import FigureTask
from field.grid.tables import Rep, Zone
from field.map.following import _follow
from field.shifts.asking import decide_overtime
from field.shifts.overtime import OvertimeEvent, OvertimeState
from field.shifts.tables import Overtime
from field.task.tables import Task, TaskEntry
from field.task.task import FINAL, By, TaskEvent, TaskState
from field.task.timeline import remember, step
from kernel.actors import SYSTEM, Role
from kernel.contracts import RequestErased
from kernel.database import UnitOfWork
from kernel.identity.staff import actor_of, add_staff
from kernel.ids import uuid7
from tests.contract.test_field_erasing import finished
from tests.rig.people import Caller
from tests.rig.town import Town, inside

DAYS = 24
RESPONSE = {"urgent": 300, "major": 900, "minor": 1800}


async def supervisor(town: Town) -> Caller:
    async def hire(uow: UnitOfWork) -> None:
        staff = await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))
        town.people["sue"] = actor_of(staff)

    if "sue" not in town.people:
        await town.database.run(hire)
    return await town.caller("sue")


async def fill(town: Town, dice: random.Random, count: int) -> None:
    """Tasks with any timeline there can be, and some that there cannot; shifts, and overtime."""
    now = town.clock.now()
    async with town.database.reading() as session:
        zones: list[UUID | None] = [*await session.scalars(select(Zone.id)), None]
        reps = (await session.scalars(select(Rep))).all()

    async def write(uow: UnitOfWork) -> None:
        tasks, entries = [], []
        for _ in range(count):
            made = now - timedelta(seconds=dice.randrange(DAYS * 86_400))
            task_id, rep = uuid7(made), dice.choice(reps)
            moments = sorted(made + timedelta(seconds=dice.randrange(2 * 86_400)) for _ in range(5))
            kinds = dice.choices(
                ["accept", "decline", "arrive", "not_home", "escalate", "travel"], k=dice.randrange(6)
            )
            for number, (kind, at) in enumerate(zip(kinds, moments, strict=False), 1):
                entries.append(entry(task_id, number, kind, at, rep))
            state = dice.choice(list(TaskState))
            some = [None if dice.random() < 0.2 else moment for moment in moments]
            if dice.random() < 0.1:
                some.reverse()
            start = made + timedelta(seconds=dice.randrange(-3600, 90_000))
            tasks.append(
                a_task(town, task_id, made, dice)
                | {"zone_id": dice.choice(zones), "rep_id": rep.id, "state": state, "steps": len(kinds)}
                | {"window_start": start, "window_end": start + timedelta(hours=dice.randrange(1, 30))}
                | {"departed_at": some[1], "arrived_at": some[2]}
                | {"finished_at": moments[4] if state in (TaskState.DONE, TaskState.CANCELLED) else None}
            )
        await uow.session.execute(insert(Task), tasks)
        if entries:
            await uow.session.execute(insert(TaskEntry), entries)
        today = town.services.day_of(now)
        for rep in reps:
            for back in range(DAYS):
                if dice.random() < 0.5:
                    uow.session.add(a_shift(town, uow, rep, today - timedelta(days=back), dice))

    await town.database.run(write)


def entry(task_id: UUID, number: int, kind: str, at: datetime, rep: Rep) -> dict[str, Any]:
    who = {"actor_kind": "staff", "actor_id": rep.staff_id, "actor_name": rep.name}
    step_: dict[str, Any] = {
        "from_state": None,
        "to_state": "assigned",
        "at": at,
        "happened_at": at,
        "detail": {},
    }
    return {"id": uuid7(at), "task_id": task_id, "number": number, "kind": kind} | step_ | who


def a_task(town: Town, task_id: UUID, made: datetime, dice: random.Random) -> dict[str, Any]:
    return {
        "id": task_id,
        "request_id": None,
        "created_at": made,
        "changed_at": made,
        "category": "leak",
        "type": dice.choice(["complaint", "leak_visit", "meter_visit"]),
        "fault": "",
        "severity": dice.choice(list(RESPONSE)),
        "ownership": "",
        "skill": "leak_repair",
        "level": 1,
        "parts": {},
        "priority": 1,
        "duration_s": 1800,
        "note": "",
        "verdict": {},
        "evidence": [],
        "customer": {},
        "address": "",
        "lon": None,
        "lat": None,
        "answerable_id": town.people["dora"].id,
        "placement": {},
        "refused_by": [],
        "escalation_reason": "",
        "version": 1,
    }


def a_shift(town: Town, uow: UnitOfWork, rep: Rep, day: date, dice: random.Random) -> Shift:
    start = town.services.moment(day, 480)
    end = start if dice.random() < 0.2 else start + timedelta(hours=dice.randrange(4, 10))
    rest = dice.choice([None, 1800])
    return Shift(id=uow.new_id(), rep_id=rep.id, day=day, start_at=start, end_at=end, rest_s=rest)


class Plain:
    """All tables read whole, and each figure worked out from its definition in words, task by task."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.day = town.services.day_of
        self.sums: dict[tuple[str, str, str, date], list[int]] = defaultdict(lambda: [0, 0, 0])
        self.work: dict[tuple[UUID, date], int] = defaultdict(int)

    async def read(self) -> Plain:
        async with self.town.database.reading() as session:
            tasks = (await session.scalars(select(Task))).all()
            entries = (await session.scalars(select(TaskEntry))).all()
            zones = {zone.id: zone.station for zone in await session.scalars(select(Zone))}
            shifts = (await session.scalars(select(Shift))).all()
            overtime = (await session.scalars(select(Overtime))).all()
            reps = (await session.scalars(select(Rep))).all()
        for task in tasks:
            self._task(task, [each for each in entries if each.task_id == task.id], zones)
        self._people(reps, shifts, overtime)
        return self

    def _add(self, figure: str, task: Task, zones: dict[UUID, str], at: datetime, num: int, den: int) -> None:
        day = self.day(at)
        if day >= self.day(self.town.clock.now()):
            return
        keys = {"all": "", "type": task.type}
        if task.zone_id is not None:
            keys |= {"zone": str(task.zone_id), "station": zones[task.zone_id]}
        for by, key in keys.items():
            self.note(figure, by, key, day, num, den)

    def note(self, figure: str, by: str, key: str, day: date, num: int, den: int) -> None:
        told = self.sums[figure, by, key, day - timedelta(days=day.weekday())]
        for at, more in enumerate((1, num, den)):
            told[at] += more

    def _task(self, task: Task, lines: list[TaskEntry], zones: dict[UUID, str]) -> None:
        answers = [line.happened_at for line in lines if line.kind in ("accept", "decline")]
        there = {line.happened_at for line in lines if line.kind == "arrive"}
        if task.arrived_at:
            there.add(task.arrived_at)
        over = task.finished_at is not None and task.state in (TaskState.DONE, TaskState.CANCELLED)
        if answers or not over:
            due = task.created_at + timedelta(seconds=RESPONSE[task.severity])
            prompt = bool(answers) and min(answers) <= due
            self._add("first_answer", task, zones, task.created_at, prompt, 1)
        if there or not over or (task.finished_at and task.finished_at > task.window_end):
            met = any(task.window_start <= moment <= task.window_end for moment in there)
            self._add("in_window", task, zones, task.window_end, met, 1)
        if task.state is not TaskState.DONE or task.finished_at is None:
            return
        if there:
            passed_on = "escalate" in [line.kind for line in lines]
            self._add("first_fix", task, zones, task.finished_at, len(there) == 1 and not passed_on, 1)
        if task.departed_at and task.arrived_at:
            if task.departed_at <= task.arrived_at <= task.finished_at:
                way = int((task.arrived_at - task.departed_at).total_seconds())
                stay = int((task.finished_at - task.arrived_at).total_seconds())
                self._add("travel_share", task, zones, task.finished_at, way, way + stay)
                if task.rep_id:
                    self.work[task.rep_id, self.day(task.finished_at)] += way + stay
        if task.rep_id:
            self.work[task.rep_id, self.day(task.finished_at)] += 0

    def _people(self, reps: Any, shifts: Any, overtime: Any) -> None:
        stored = {(shift.rep_id, shift.day): shift for shift in shifts}
        station = {rep.id: rep.station for rep in reps}
        today, by_day = self.day(self.town.clock.now()), defaultdict(list)
        for rep_id, day in {*stored, *self.work}:
            shift = stored.get((rep_id, day))
            works = shift is not None and shift.start_at < shift.end_at
            if day >= today or not (works or (rep_id, day) in self.work):
                continue
            seconds = int((shift.end_at - shift.start_at).total_seconds()) if shift else 570 * 60
            seconds = max(0, seconds - (shift.rest_s or 0 if shift else 0))
            extra = 0
            for wish in overtime:
                if (wish.rep_id, wish.day, wish.state) == (rep_id, day, OvertimeState.GRANTED):
                    extra = int((wish.until_at - self.town.services.moment(day, 1050)).total_seconds())
            for by, key in (("all", ""), ("station", station[rep_id])):
                self.note("overtime", by, key, day, extra, seconds)
            by_day[station[rep_id], day].append(self.work.get((rep_id, day), 0))
        for (name, day), work in by_day.items():
            for by, key in (("all", ""), ("station", name)):
                told = self.sums["balance", by, key, day - timedelta(days=day.weekday())]
                for at, more in enumerate((len(work), sum(work) // len(work), max(work))):
                    told[at] += more


async def told(caller: Caller, by: str, keys: str = "") -> dict[tuple[str, str, str, date], list[int]]:
    """What the door says, as the plain reading has it."""
    found = {}
    seen = await caller.get("/api/figures", by=by, weeks=8, keys=keys)
    assert not seen["waiting"]
    for figure in seen["figures"]:
        for group in figure["groups"]:
            for at, week in enumerate(seen["weeks"]):
                counts = [group[name][at] for name in ("n", "num", "den")]
                if any(counts):
                    found[figure["figure"], by, group["key"], date.fromisoformat(week)] = counts
    return found


async def assert_exact(town: Town, caller: Caller) -> None:
    plain = (await Plain(town).read()).sums
    async with town.database.reading() as session:
        zones = ",".join(str(id) for id in await session.scalars(select(Zone.id)))
    said: dict[tuple[str, str, str, date], list[int]] = {}
    for by in ("all", "station", "zone", "type"):
        said |= await told(caller, by, zones if by == "zone" else "")
    weeks = weeks_until(town.services.day_of(town.clock.now()) - timedelta(days=1), 8)
    assert said == {key: counts for key, counts in plain.items() if any(counts) and key[3] in weeks}
    assert len(said) > 20


@pytest.mark.parametrize("seed", [1, 2])
async def test_sums_are_exactly_what_the_tables_say_on_any_data(town: Town, seed: int) -> None:
    dice = random.Random(seed)
    await fill(town, dice, 260)
    sue = await supervisor(town)
    assert (await sue.get("/api/figures"))["waiting"]
    assert await bring_up(town.database, town.services) > 2
    await assert_exact(town, sue)
    assert await bring_up(town.database, town.services) == 0, "nothing has changed"
    await assert_exact(town, sue)


async def test_a_late_word_a_reopening_and_another_window_bring_their_days_up_to_date(town: Town) -> None:
    dice = random.Random(3)
    await fill(town, dice, 120)
    await bring_up(town.database, town.services)
    sue = await supervisor(town)

    async def change(uow: UnitOfWork) -> None:
        tasks = (await uow.session.scalars(select(Task).order_by(Task.id))).all()
        late = next(task for task in tasks if task.state is TaskState.ON_SITE)
        early = uow.now - timedelta(days=9)
        remember(uow, late, "arrive", SYSTEM, late.state, happened_at=early)
        again = next(task for task in tasks if task.state is TaskState.CANCELLED)
        step(uow, again, TaskEvent.REOPEN, By.SYSTEM, SYSTEM)
        again.finished_at = again.arrived_at = None
        moved = next(task for task in tasks if task.state is TaskState.ASSIGNED)
        moved.window_start, moved.window_end = early, early + timedelta(hours=2)
        remember(uow, moved, "promise", SYSTEM, moved.state)

    await town.database.run(change)
    assert (await sue.get("/api/figures"))["waiting"]
    assert await bring_up(town.database, town.services) > 0
    await assert_exact(town, sue)


async def test_a_task_that_follows_the_ground_is_counted_in_its_new_zone(town: Town) -> None:
    await fill(town, random.Random(4), 80)
    await bring_up(town.database, town.services)
    async with town.database.reading() as session:
        zones = list(await session.scalars(select(Zone.id)))
        open_ = select(Task.id).where(Task.zone_id == zones[0], Task.state.not_in(FINAL))
        ids = list(await session.scalars(open_))
    assert ids
    await town.database.run(_follow, [(id, zones[0], zones[1]) for id in ids])
    assert await bring_up(town.database, town.services) > 0
    await assert_exact(town, await supervisor(town))

    async def give_away(uow: UnitOfWork) -> None:
        await uow.session.execute(update(Zone).where(Zone.id == zones[1]).values(station="SB"))
        await uow.session.execute(update(Zone).where(Zone.id == zones[2]).values(station="SC"))

    await town.database.run(give_away)
    assert await bring_up(town.database, town.services) > 0, "a zone takes its past along"
    await assert_exact(town, await supervisor(town))


async def test_overtime_counts_once_it_is_granted_and_a_day_is_counted_when_it_is_over(town: Town) -> None:
    ann, sue = await town.caller("ann"), await supervisor(town)
    today = town.services.day_of(town.clock.now())
    until = town.services.moment(today, 1050) + timedelta(hours=2)
    wish = await ann.post("/api/rep/overtime", {"day": today.isoformat(), "until": until.isoformat()})
    await town.database.run(
        decide_overtime, town.services, town.people["dora"], UUID(wish["id"]), OvertimeEvent.GRANT, None
    )
    task = await finished(town, ann, await town.task(where=inside("A1", 0.5)))
    await bring_up(town.database, town.services)
    assert await told(sue, "all") == {}, "today is not over"
    town.clock.advance(86_400)
    assert await bring_up(town.database, town.services) > 0
    said = await told(await supervisor(town), "station")
    week = today - timedelta(days=today.weekday())
    assert said["overtime", "station", "SA", week][:2] == [1, 7200]
    assert said["first_fix", "station", "SA", week] == [1, 1, 1]
    await assert_few(town, task)


async def assert_few(town: Town, task: Task) -> None:
    """An erased task leaves the figures as they were, is counted again, and tells nothing in its list."""
    sue = await supervisor(town)
    before = await told(sue, "all")
    assert task.request_id is not None
    await town.hear(RequestErased(request_id=task.request_id))
    assert (await sue.get("/api/figures"))["waiting"]
    await bring_up(town.database, town.services)
    assert await told(sue, "all") == before
    week = next(iter(before))[3].isoformat()
    (row,) = (await sue.get("/api/figures/tasks", figure="first_fix", week=week, by="station", key="SA"))[
        "tasks"
    ]
    assert (row["id"], row["hit"], row["address"]) == (str(task.id), True, "")


async def test_the_tasks_of_a_point_are_those_that_it_counts_and_the_file_says_the_same(town: Town) -> None:
    await fill(town, random.Random(5), 150)
    await bring_up(town.database, town.services)
    sue = await supervisor(town)
    seen = 0
    for by in ("all", "station", "type", "zone"):
        for (figure, _, key, week), (n, num, den) in (await told(sue, by)).items():
            if figure in ("overtime", "balance"):
                continue
            asked = {"figure": figure, "week": week.isoformat(), "by": by, "key": key}
            tasks = (await sue.get("/api/figures/tasks", **asked))["tasks"]
            if figure == "travel_share":
                sums = [sum(task[part] for task in tasks) for part in ("num_s", "den_s")]
                assert [len(tasks), *sums] == [n, num, den]
            else:
                assert [len(tasks), sum(task["hit"] for task in tasks)] == [n, num]
                assert [task["hit"] for task in tasks] == sorted(task["hit"] for task in tasks)
            seen += 1
    assert seen > 40

    answer = await sue.http.get("/api/figures/file", params={"by": "station", "weeks": 8})
    assert answer.content.startswith(b"\xef\xbb\xbf") and "text/csv" in answer.headers["content-type"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    said = {
        (row["figure"], "station", row["code"], date.fromisoformat(row["week"])): [
            int(row[name]) for name in ("n", "numerator", "denominator")
        ]
        for row in rows
        if int(row["n"]) or int(row["denominator"])
    }
    assert said == await told(sue, "station")


async def test_what_is_asked_wrongly_is_said_all_at_once_and_dispatchers_may_not(town: Town) -> None:
    sue, dora = await supervisor(town), await town.caller("dora")
    answer = await sue.http.get("/api/figures", params={"by": "moon", "weeks": 0, "more": 1})
    assert answer.status_code == 422
    faults = {fault["where"] for fault in answer.json()["error"]["faults"]}
    assert faults == {"query.by", "query.weeks", "query.more"}
    for params in ({"by": "zone", "keys": "A1"}, {"by": "zone", "keys": "x\x00"}, {"until": "1999-01-01"}):
        assert (await sue.http.get("/api/figures", params=params)).status_code == 422
    point = {"figure": "overtime", "week": "2026-01-05", "by": "type", "key": "complaint"}
    assert (await sue.http.get("/api/figures/tasks", params=point)).status_code == 422
    assert (await dora.http.get("/api/figures")).status_code == 403
    assert (await dora.http.get("/api/figures/tasks", params=point | {"by": "all"})).status_code == 403


async def test_counting_a_task_keeps_its_version(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    await bring_up(town.database, town.services)
    assert (await town.reload(task)).version == task.version
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FigureTask)) == 1
        assert await session.scalar(select(Task.counted == Task.steps)) == 1
