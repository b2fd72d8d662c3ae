"""A station's rest of the day is planned again: proposed with before and after, and applied as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psutil
import pytest
from sqlalchemy import select

from field.dispatch.engine.route import Route
from field.dispatch.planning import load_day
from field.dispatch.tables import RouteRow
from field.reoptimise import handlers
from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.replan import Replanned, Rest, replan
from field.reoptimise.jobs import plan_waiting
from field.reoptimise.proposal import ProposalState
from field.reoptimise.tables import Reoptimisation
from field.task.tables import Departure, Task
from field.task.task import TaskState
from kernel.actors import Role
from kernel.audit import AuditEntry
from kernel.contracts import Changed
from kernel.database import UnitOfWork
from kernel.identity.staff import actor_of, add_staff
from kernel.outbox import read_event
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town, inside

ASK = "/api/reoptimisations"


async def search_here(
    rest: Rest, _budget_s: float, seed: int, _still_wanted: Callable[[], Awaitable[bool]]
) -> Replanned | None:
    """The search itself, without the process around it."""
    return replan(rest, lambda made: made / 400, quick_moves(), seed=seed)


async def search(town: Town) -> int:
    return await plan_waiting(town.database, town.services, search=search_here)


async def day_gone_wrong(town: Town) -> list[Task]:
    """Four leaks, of which each lies with the representative of the other's zone."""
    where = [inside("A1", east=0.3), inside("A1", east=0.6), inside("A2", east=0.4), inside("A2", east=0.7)]
    tasks = [await town.task(where=each) for each in where]
    await town.database.run(swap, town, "ann", "bob")
    return [await town.reload(task) for task in tasks]


async def swap(uow: UnitOfWork, town: Town, a: str, b: str) -> None:
    """Give each the other's day."""
    today = town.services.day_of(uow.now)
    people = [town.reps[a], town.reps[b]]
    day = await load_day(uow.session, town.services, uow.now, today, people)
    visits = [day.routes[rep.id].visits for rep in people]
    for rep, others in zip(people, reversed(visits), strict=True):
        for visit in others:
            day.tasks[visit.task_id].rep_id = rep.id
        await day.store(uow, rep.id, Route(day.routes[rep.id].rep, others))


async def ready(town: Town, dora: Caller, **body: Any) -> Any:
    """A plan that waits to be applied."""
    asked = await dora.post(ASK, {"station": "SA", "budget_s": 1} | body)
    assert (asked["state"], asked["cause"], asked["asked_by"]["name"]) == ("asked", "hand", "Dora")
    await search(town)
    return await dora.get(f"{ASK}/{asked['id']}")


async def stored(town: Town) -> dict[str, Any]:
    """Everything that a plan could change."""
    async with town.database.reading() as session:
        tasks = {
            task.id: (task.rep_id, task.state, task.version) for task in await session.scalars(select(Task))
        }
        routes = {row.rep_id: row.version for row in await session.scalars(select(RouteRow))}
    return {"tasks": tasks, "routes": routes, "order": [await town.route(code) for code in town.reps]}


async def test_a_better_plan_is_shown_with_before_and_after_and_applied_as_a_whole(town: Town) -> None:
    tasks = await day_gone_wrong(town)
    dora = await town.caller("dora")
    asked = await dora.post(ASK, {"station": "SA", "budget_s": 1})
    assert await plan_waiting(town.database, town.services) == 1, "in a process of its own"
    plan = await dora.get(f"{ASK}/{asked['id']}")
    assert plan["state"] == "ready" and plan["gain_s"] > 0 and plan["stops"] == 4
    assert plan["after"]["travel_s"] < plan["before"]["travel_s"]
    assert {each["task_id"] for each in plan["moved"]} == {str(task.id) for task in tasks}
    assert set(plan["affected"]) == {str(town.reps[code].id) for code in ("ann", "bob")}
    before = await stored(town)

    applied = await dora.post(f"{ASK}/{plan['id']}/application", {"version": plan["version"]})

    assert applied["state"] == "applied"
    assert set(await town.route("ann")) == {tasks[0].id, tasks[1].id}
    assert set(await town.route("bob")) == {tasks[2].id, tasks[3].id}
    for task in tasks:
        now = await town.reload(task)
        assert now.state is TaskState.ASSIGNED and now.response_due_at is not None
        assert now.placement["reasons"][0]["code"] == "replanned"
        assert now.answerable_id == town.people["dora"].id
        assert now.version > before["tasks"][task.id][2]
    told = (await town.events("task_assigned"))[-4:]
    assert {(each["task_id"], each["rep_name"]) for each in told} == {
        (str(task.id), "安" if k < 2 else "博") for k, task in enumerate(tasks)
    }
    etas = {each["task_id"]: each["eta"] for each in told}
    assert all(etas[each["task_id"]][:19] == each["starts_at"][:19] for each in plan["moved"])
    async with town.database.reading() as session:
        gone = (await session.scalars(select(Departure.why))).all()
        audited = (await session.scalars(select(AuditEntry.action))).all()
    assert list(gone) == ["reassigned"] * 4 and "apply_reoptimisation" in audited


async def test_who_waits_for_the_same_representative_is_told_the_new_time(town: Town) -> None:
    tasks = [await town.task(where=inside("A1", east=0.2 + 0.2 * k)) for k in range(3)]
    dora = await town.caller("dora")
    asked = await dora.post(ASK, {"station": "SA"})
    ann = town.reps["ann"].id

    async def turned_round(uow: UnitOfWork) -> int:
        row = await uow.session.get_one(Reoptimisation, UUID(asked["id"]))
        row.state = ProposalState.READY
        order = [str(task_id) for task_id in reversed(await town.route("ann"))]
        version = await uow.session.scalar(select(RouteRow.version).where(RouteRow.rep_id == ann))
        row.plan, row.versions = {str(ann): order}, {str(ann): version or 0}
        await uow.session.flush()
        return row.version

    version = await town.database.run(turned_round)
    assigned = len(await town.events("task_assigned"))
    await dora.post(f"{ASK}/{asked['id']}/application", {"version": version})
    told = {each["task_id"]: each for each in await town.events("task_retimed")}
    assert set(told) >= {str(tasks[0].id), str(tasks[2].id)} and len(told) <= 3
    assert all(each["rep_id"] == str(ann) and each["eta"] for each in told.values())
    assert len(await town.events("task_assigned")) == assigned, "nobody is told of a new task"


async def test_whoever_is_not_touched_hears_nothing(town: Town) -> None:
    await day_gone_wrong(town)
    dora = await town.caller("dora")
    plan = await ready(town, dora)
    hints: list[Changed] = []
    town.database.on_commit = lambda left: hints.extend(left.hints)
    await dora.post(f"{ASK}/{plan['id']}/application", {"version": plan["version"]})
    topics = {topic for hint in hints for topic in hint.topics}
    assert f"rep:{town.reps['ann'].id}" in topics and f"rep:{town.reps['cyd'].id}" not in topics


async def test_a_day_that_has_moved_on_takes_nothing_of_the_plan(town: Town) -> None:
    tasks = await day_gone_wrong(town)
    dora, ann = await town.caller("dora"), await town.caller("ann")
    plan = await ready(town, dora)
    await ann.post(f"/api/tasks/{tasks[2].id}/acceptance")
    before = await stored(town)

    with pytest.raises(Refusal) as refused:
        await dora.post(f"{ASK}/{plan['id']}/application", {"version": plan["version"]})

    assert (refused.value.status, refused.value.code) == (409, "day_moved_on")
    assert refused.value.body["error"]["params"]["reasons"] == ["routes_changed"]
    assert await stored(town) == before, "all of it as it was"
    now = await dora.get(f"{ASK}/{plan['id']}")
    assert (now["state"], now["refused"]) == ("outdated", ["routes_changed"])


async def test_a_plan_that_time_has_overtaken_is_refused_too(town: Town) -> None:
    await day_gone_wrong(town)
    dora = await town.caller("dora")
    plan = await ready(town, dora)
    town.clock.advance(9 * 3600)
    before = await stored(town)
    with pytest.raises(Refusal) as refused:
        await dora.post(f"{ASK}/{plan['id']}/application", {"version": plan["version"]})
    assert refused.value.code == "day_moved_on"
    assert await stored(town) == before


async def test_the_checker_stops_a_plan_that_breaks_a_rule(town: Town) -> None:
    tasks = await day_gone_wrong(town)
    expert = await town.task(where=inside("A1"), level=3)
    dora = await town.caller("dora")
    plan = await ready(town, dora)

    async def forge(uow: UnitOfWork) -> None:
        row = await uow.session.get_one(Reoptimisation, UUID(plan["id"]))
        ann, bob = (str(town.reps[code].id) for code in ("ann", "bob"))
        everything = [str(task.id) for task in (*tasks, expert)]
        row.plan = {ann: [], bob: everything}
        row.versions = {ann: await version(uow, ann), bob: await version(uow, bob)}

    async def version(uow: UnitOfWork, rep_id: str) -> int:
        return await uow.session.scalar(select(RouteRow.version).where(RouteRow.rep_id == UUID(rep_id))) or 0

    await town.database.run(forge)
    before = await stored(town)
    with pytest.raises(Refusal) as refused:
        await dora.post(f"{ASK}/{plan['id']}/application")
    assert refused.value.status == 422, "without a version nothing is applied"
    with pytest.raises(Refusal) as refused:
        await dora.post(f"{ASK}/{plan['id']}/application", {"version": plan["version"] + 1})
    assert (refused.value.code, refused.value.body["error"]["params"]["codes"]) == (
        "plan_breaks_rules",
        ["skill_missing"],
    )
    assert await stored(town) == before


async def test_what_a_dispatcher_has_decided_stays_decided(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    dora = await town.caller("dora")
    await dora.post(
        f"/api/tasks/{task.id}/assignment",
        {"rep_id": str(town.reps["bob"].id), "version": task.version, "overrule": True},
    )
    plan = await ready(town, dora)
    assert plan["state"] == "empty" and await town.route("bob") == [task.id]


async def test_one_search_a_station_and_a_new_wish_takes_the_place_of_a_plan(town: Town) -> None:
    await day_gone_wrong(town)
    dora = await town.caller("dora")
    first = await dora.post(ASK, {"station": "SA"})
    with pytest.raises(Refusal) as refused:
        await dora.post(ASK, {"station": "SA"})
    assert refused.value.code == "reoptimisation_already_asked"
    await dora.post(ASK, {"station": "SB"})
    assert await search(town) == 2
    second = await dora.post(ASK, {"station": "SA"})
    assert (await dora.get(f"{ASK}/{first['id']}"))["state"] == "dropped"
    listed = await dora.get(ASK, station="SA")
    assert [each["id"] for each in listed] == [second["id"], first["id"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"station": "XX"}, "station_unknown"),
        ({"station": "SA", "day": "2020-01-01"}, "day_over"),
        ({"station": "SA", "gone": ["cyd"]}, "rep_elsewhere"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(town: Town, body: dict[str, Any], code: str) -> None:
    body = body | ({"gone": [str(town.reps["cyd"].id)]} if "gone" in body else {})
    dora = await town.caller("dora")
    with pytest.raises(Refusal) as refused:
        await dora.post(ASK, body)
    assert refused.value.code == code
    assert await dora.get(ASK) == []


async def running(town: Town, dora: Caller) -> tuple[Any, asyncio.Task[int], psutil.Process]:
    """A long search in its process."""
    await day_gone_wrong(town)
    asked = await dora.post(ASK, {"station": "SA", "budget_s": 60})
    others = set(psutil.Process().children(recursive=True))
    work = asyncio.create_task(plan_waiting(town.database, town.services))
    while not (  # noqa: ASYNC110 - a process tells nobody that it is there
        born := [
            each
            for each in psutil.Process().children(recursive=True)
            if each not in others and "spawn_main" in " ".join(each.cmdline())
        ]
    ):
        await asyncio.sleep(0.02)
    return asked, work, born[0]


async def test_a_search_that_is_dropped_ends_at_once_and_leaves_nothing(town: Town) -> None:
    dora = await town.caller("dora")
    asked, work, process = await running(town, dora)
    before = await stored(town)
    now = await dora.get(f"{ASK}/{asked['id']}")
    await dora.post(f"{ASK}/{asked['id']}/dropping", {"version": now["version"]})
    assert await asyncio.wait_for(work, 60) == 1
    assert not process.is_running()
    assert await stored(town) == before
    assert (await dora.get(f"{ASK}/{asked['id']}"))["state"] == "dropped"


async def test_a_search_whose_process_is_killed_is_begun_again_and_leaves_nothing(town: Town) -> None:
    dora = await town.caller("dora")
    asked, work, process = await running(town, dora)
    before = await stored(town)
    process.kill()
    # What the row says is what a page would see.
    while (now := await dora.get(f"{ASK}/{asked['id']}"))["version"] < 4:  # noqa: ASYNC110 - asked, running, asked, running
        await asyncio.sleep(0.02)
    assert now["state"] == "running"
    await dora.post(f"{ASK}/{asked['id']}/dropping", {"version": now["version"]})
    assert await asyncio.wait_for(work, 60) == 2
    assert await stored(town) == before


async def test_a_search_whose_worker_died_is_taken_over_and_given_up_in_the_end(town: Town) -> None:
    from field.reoptimise.commands import start_next

    dora = await town.caller("dora")
    asked = await dora.post(ASK, {"station": "SA"})
    for _ in range(2):
        row = await town.database.run(start_next)
        assert row is not None and await town.database.run(start_next) is None
        town.clock.advance(300)
    assert await town.database.run(start_next) is None
    assert (await dora.get(f"{ASK}/{asked['id']}"))["state"] == "failed"


async def hear(town: Town) -> None:
    """Deliver to the policies whatever they listen to."""
    group = handlers.group.bind(town.services)
    rows = [row for kind in group.types for row in await town.outbox(kind)]
    for row in sorted(rows, key=lambda row: row.id):
        await group.handle(town.database, row.id, read_event(row.type, row.body))


async def supervisor(town: Town) -> Caller:
    async def hire(uow: UnitOfWork) -> Any:
        return await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))

    town.people["sue"] = actor_of(await town.database.run(hire))
    return await town.caller("sue")


async def test_what_somebody_who_is_gone_had_open_goes_to_others(town: Town) -> None:
    tasks = [await town.task(where=inside("A1", east=0.2 + 0.2 * k)) for k in range(3)]
    assert len(await town.route("ann")) == 3
    dora, ann = await town.caller("dora"), await town.caller("ann")
    for step in ("acceptance", "travel"):
        await ann.post(f"/api/tasks/{tasks[0].id}/{step}")
    plan = await ready(town, dora, gone=[str(town.reps["ann"].id)])
    assert (plan["before"]["unserved"], plan["after"]["unserved"], plan["left"]) == (3, 0, [])
    await dora.post(f"{ASK}/{plan['id']}/application", {"version": plan["version"]})
    assert set(await town.route("bob")) == {task.id for task in tasks} and await town.route("ann") == []
    first = await town.reload(tasks[0])
    assert (first.state, first.departed_at, first.answerable_id) == (
        TaskState.ASSIGNED,
        None,
        town.people["dora"].id,
    )


async def test_somebody_who_is_absent_makes_the_policy_ask(town: Town) -> None:
    await day_gone_wrong(town)
    dora = await town.caller("dora")
    await dora.post(f"/api/reps/{town.reps['ann'].id}/absence")
    assert len(await town.route("bob")) == 4, "at once, one by one"
    await hear(town)
    [asked] = await dora.get(ASK)
    assert (asked["cause"], asked["gone"]) == ("rep_lost", [str(town.reps["ann"].id)])
    await search(town)
    [plan] = await dora.get(ASK)
    assert plan["state"] in ("ready", "empty") and plan["by_itself"] is False


async def test_a_policy_says_when_and_a_supervisor_what_it_says(town: Town) -> None:
    dora, sue = await town.caller("dora"), await supervisor(town)
    policies = "/api/reoptimisation-policies"
    assert {each["cause"]: each["version"] for each in await dora.get(policies)} == {
        "cancellation": 0,
        "rep_lost": 0,
        "burst": 0,
    }
    said = {"enabled": True, "threshold": 30, "by_itself": True, "gain_s": 0, "budget_s": 1}
    with pytest.raises(Refusal) as refused:
        await dora.put(f"{policies}/cancellation", said | {"version": 0})
    assert refused.value.status == 403
    edited = await sue.put(f"{policies}/cancellation", said | {"version": 0})
    assert (edited["version"], edited["threshold"], edited["by_itself"]) == (1, 30, True)
    with pytest.raises(Refusal) as refused:
        await sue.put(f"{policies}/cancellation", said | {"version": 0})
    assert refused.value.code == "stale_version"
    with pytest.raises(Refusal) as refused:
        await sue.put(f"{policies}/hand", said | {"version": 0})
    assert refused.value.status == 404

    tasks = await day_gone_wrong(town)
    short = await town.task(where=inside("A1"), duration_s=600)
    long = await town.task(where=inside("A1"), duration_s=1800)
    for task, asked in ((short, 0), (long, 1)):
        await dora.post(f"/api/tasks/{task.id}/cancellation", {"version": task.version, "reason": "no need"})
        await hear(town)
        assert len(await dora.get(ASK)) == asked
    await search(town)
    [plan] = await dora.get(ASK)
    assert (plan["cause"], plan["state"], plan["asked_by"]) == ("cancellation", "applied", None)
    assert set(await town.route("ann")) == {tasks[0].id, tasks[1].id}, "by itself, as the policy says"


async def test_a_burst_that_takes_several_people_asks_once_enough_are_held(town: Town) -> None:
    dora, sue = await town.caller("dora"), await supervisor(town)
    said = {"enabled": True, "threshold": 2, "by_itself": False, "gain_s": 0, "budget_s": 1, "version": 0}
    await sue.put("/api/reoptimisation-policies/burst", said)
    for zone, asked in (("A1", 0), ("A2", 1)):
        task = await town.task(where=inside(zone), severity="urgent", duration_s=4 * 3600)
        await hear(town)
        assert len(await dora.get(ASK)) == asked
        assert town.rep_code((await town.reload(task)).rep_id) == ("ann" if zone == "A1" else "bob")
    [plan] = await dora.get(ASK)
    assert (plan["cause"], plan["station"]) == ("burst", "SA")
