"""A visit becomes a task on the right person's route, or lies in the inbox; always with the reason."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import update

from field.task.tables import Task
from field.task.task import TaskState
from kernel.contracts import RequestWithdrawn
from kernel.database import UnitOfWork
from tests.rig.foundations import MORNING
from tests.rig.town import Town, inside, sweep


def reasons(task_placement: dict[str, object]) -> list[str]:
    listed = task_placement.get("reasons", [])
    assert isinstance(listed, list)
    return [each["code"] for each in listed]


def rules(town: Town, task_placement: dict[str, object]) -> dict[str | None, str]:
    listed = task_placement["passed_over"]
    assert isinstance(listed, list)
    codes = {str(rep.id): code for code, rep in town.reps.items()}
    return {codes[each["rep_id"]]: each["rule"]["code"] for each in listed}


async def test_the_zones_own_representative_gets_the_visit(town: Town) -> None:
    task = await town.task(where=inside("A2", east=0.2))

    assert (task.state, town.rep_code(task.rep_id)) == (TaskState.ASSIGNED, "bob")
    assert reasons(task.placement)[:2] == ["zone_owner", "skill_fits"]
    assert rules(town, task.placement) == {"ann": "costlier", "cyd": "costlier"}
    assert await town.route("bob") == [task.id]
    [assigned] = await town.events("task_assigned")
    assert assigned["rep_staff_id"] == str(town.people["bob"].id)
    assert assigned["request_id"] == str(task.request_id)


async def test_an_owner_who_cannot_is_passed_over_and_it_is_said_why(town: Town) -> None:
    task = await town.task(where=inside("B1"), level=3)

    assert town.rep_code(task.rep_id) == "ann"
    assert "instead_of_owner" in reasons(task.placement)
    assert rules(town, task.placement) == {"bob": "level_too_low", "cyd": "level_too_low"}


async def test_parts_that_are_in_no_van_but_one_decide(town: Town) -> None:
    task = await town.task(where=inside("A1"), parts=(("coupling_dn15", 3),))
    assert town.rep_code(task.rep_id) == "bob"
    assert rules(town, task.placement)["ann"] == "no_parts"


async def test_an_address_outside_every_zone_waits_for_a_dispatcher(town: Town) -> None:
    task = await town.task(where=(8.5, 44.0))
    assert (task.state, task.unplaced_reason, task.rep_id) == (TaskState.UNPLACED, "outside_zones", None)
    [unplaced] = await town.events("task_unplaced")
    assert (unplaced["task_id"], unplaced["reason"]) == (str(task.id), "outside_zones")


async def test_an_address_that_nobody_could_locate_waits_for_a_dispatcher(town: Town) -> None:
    task = await town.task(where=None)
    assert (task.state, task.unplaced_reason) == (TaskState.UNPLACED, "no_place")


async def test_nobody_able_is_said_for_each_by_the_first_rule_that_failed(town: Town) -> None:
    task = await town.task(where=inside("A1"), skill="water_quality")
    assert (task.state, task.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")
    assert rules(town, task.placement) == {"ann": "no_skill", "bob": "no_skill", "cyd": "no_skill"}


async def test_the_same_event_heard_again_has_no_second_effect(town: Town) -> None:
    event = town.visit(inside("A1"))
    assert await town.hear(event)
    assert await town.hear(event), "another delivery under another id is heard, and changes nothing"
    assert len(await town.events("task_assigned")) == 1
    assert len(await town.route("ann")) == 1


async def test_a_visit_after_the_day_goes_to_the_next_one(town: Town) -> None:
    town.clock.set(MORNING + timedelta(hours=10))  # half past six in the evening, shifts ended at 17:30
    task = await town.task(where=inside("A1"), severity="minor")
    assert task.placement["day"] == "2026-11-22"
    assert task.response_due_at == MORNING + timedelta(hours=24), "08:00 tomorrow, and the time to answer"


async def test_a_window_is_kept(town: Town) -> None:
    opens, closes = MORNING + timedelta(hours=3), MORNING + timedelta(hours=4)
    task = await town.task(where=inside("A1"), window_start=opens, window_end=closes)
    assert task.placement["starts_at"] == opens.isoformat()


async def test_the_arrival_that_is_told_lies_in_the_promised_window_and_after_the_departure(
    town: Town,
) -> None:
    opens = MORNING + timedelta(hours=3)
    closes = opens + timedelta(hours=2)
    task = await town.task(where=inside("A1", east=0.9), window_start=opens, window_end=closes)
    assert await told_arrivals(town) == [opens.isoformat()]
    assert task.placement["arrives_at"] == opens.isoformat()

    ann = await town.caller("ann")
    accepted = await ann.post(f"/api/tasks/{task.id}/acceptance")
    assert accepted["eta"] == accepted["starts_at"]
    [stop] = (await ann.get("/api/rep/route"))["stops"]
    assert stop["leaves_at"] < stop["arrives_at"] == stop["starts_at"] == accepted["eta"]
    assert await told_arrivals(town, "task_accepted") == [opens.isoformat()]


async def test_the_arrival_of_tomorrows_visit_lies_in_tomorrows_window(town: Town) -> None:
    opens = MORNING + timedelta(hours=29, minutes=30)  # tomorrow, two in the afternoon
    await town.task(where=inside("A1"), window_start=opens, window_end=opens + timedelta(hours=2))
    assert await told_arrivals(town) == [opens.isoformat()]


async def test_who_has_not_set_off_is_not_expected_in_the_past(town: Town) -> None:
    task = await town.task(where=inside("A1", east=0.9))
    ann, dora = await town.caller("ann"), await town.caller("dora")
    await ann.post(f"/api/tasks/{task.id}/acceptance")
    town.clock.advance(40 * 60)
    shown = await dora.get(f"/api/tasks/{task.id}")
    reps = {rep["code"]: rep for rep in await dora.get("/api/reps")}
    for eta in (shown["eta"], shown["starts_at"], reps["ann"]["next_stop"]["eta"]):
        assert datetime.fromisoformat(eta) > town.clock.now(), "40 minutes later, and still at home"


async def told_arrivals(town: Town, kind: str = "task_assigned") -> list[str]:
    """What the other wing, and so the customer's page, is told of the arrival."""
    return [datetime.fromisoformat(event["eta"]).isoformat() for event in await town.events(kind)]


async def test_a_second_visit_is_inserted_where_it_costs_least(town: Town) -> None:
    far = await town.task(where=inside("A1", east=0.95, north=0.9))
    near = await town.task(where=inside("A1", east=0.7, north=0.7))
    route = await town.route("ann")
    assert set(route) == {far.id, near.id}
    placed = await town.reload(near)
    assert placed.placement["extra_travel_s"] < far.placement["extra_travel_s"] / 2, "nearly on the way"


async def test_a_withdrawn_request_takes_its_visit_out_of_the_route(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    assert task.request_id is not None
    await town.hear(RequestWithdrawn(request_id=task.request_id))
    assert (await town.reload(task)).state is TaskState.CANCELLED
    assert await town.route("ann") == []
    assert len(await town.events("task_cancelled")) == 1


async def test_a_visit_that_was_called_off_and_is_asked_for_again_is_driven_after_all(town: Town) -> None:
    dora = await town.caller("dora")
    asked = town.visit(inside("A1"), note="the customer is at work")
    await town.hear(asked)
    task = await town.task(asked)
    path = f"/api/tasks/{task.id}"
    await dora.post(f"{path}/cancellation", {"version": task.version, "reason": "nobody at home this week"})
    assert await town.route("ann") == []

    town.clock.advance(600)
    await town.hear(dataclasses.replace(asked, note="the neighbour has a key", severity="urgent"))
    again = await town.task(asked)
    assert (again.id, again.state, again.note) == (task.id, TaskState.ASSIGNED, "the neighbour has a key")
    assert (again.finished_at, again.severity, await town.route("ann")) == (None, "urgent", [task.id])
    assert len(await town.events("task_assigned")) == 2
    kinds = [entry["kind"] for entry in (await dora.get(path))["timeline"]]
    assert kinds == ["create", "place", "cancel", "reopen", "place"]


async def test_a_visit_that_is_asked_for_twice_is_one_task(town: Town) -> None:
    asked = town.visit(inside("A1"))
    for _ in range(2):
        await town.hear(asked)
    task = await town.task(asked)
    assert (await town.route("ann"), task.steps) == ([task.id], 2)


async def test_a_withdrawal_that_no_visit_belongs_to_is_heard_and_done(town: Town) -> None:
    assert await town.hear(RequestWithdrawn(request_id=uuid4()))


async def test_an_assignment_that_nobody_answers_goes_on_to_the_next_best(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="urgent")
    assert task.response_due_at == MORNING + timedelta(minutes=5)
    assert await sweep(town.database, town.services) == 0

    town.clock.advance(5 * 60)
    assert await sweep(town.database, town.services) == 1
    again = await town.reload(task)
    assert (again.state, town.rep_code(again.rep_id)) == (TaskState.ASSIGNED, "bob")
    assert rules(town, again.placement)["ann"] == "declined_before"
    assert await town.route("ann") == []


async def test_when_everyone_stays_silent_the_task_lies_in_the_inbox(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="urgent")
    for _ in town.reps:
        town.clock.advance(5 * 60)
        await sweep(town.database, town.services)
    left = await town.reload(task)
    assert (left.state, left.unplaced_reason) == (TaskState.UNPLACED, "nobody_able")
    assert set(rules(town, left.placement).values()) == {"declined_before"}


async def test_a_task_past_its_window_is_flagged_once(town: Town) -> None:
    closes = MORNING + timedelta(hours=1)
    task = await town.task(where=inside("A1"), window_start=MORNING, window_end=closes, severity="minor")
    town.clock.advance(20 * 60)
    await sweep(town.database, town.services)
    assert (await town.reload(task)).late_since is None
    # Nobody but the one who has it may have it expire here: it is accepted, and then nothing happens.
    rep = await town.caller("ann")
    await rep.post(f"/api/tasks/{task.id}/acceptance")
    town.clock.advance(3600)
    assert await sweep(town.database, town.services) == 1
    assert (await town.reload(task)).late_since == MORNING + timedelta(minutes=80)
    assert await sweep(town.database, town.services) == 0


async def test_a_task_that_cannot_be_handled_holds_up_no_other(town: Town) -> None:
    broken = await town.task(where=inside("A1"), severity="urgent")
    sound = await town.task(where=inside("A2"), severity="urgent")

    async def break_it(uow: UnitOfWork) -> None:
        await uow.session.execute(
            update(Task).where(Task.id == broken.id).values(refused_by=["of another release"])
        )

    await town.database.run(break_it)
    town.clock.advance(5 * 60)
    assert await sweep(town.database, town.services) == 1
    assert (await town.reload(sound)).refused_by != [], "its clock ran out as well"
    town.clock.advance(2 * 3600)
    await sweep(town.database, town.services)
    assert (await town.reload(broken)).late_since == town.clock.now(), "nor does one clock stop the others"


async def test_a_task_left_over_at_night_begins_the_next_day(town: Town) -> None:
    task = await town.task(where=inside("A1"), severity="minor")
    rep = await town.caller("ann")
    await rep.post(f"/api/tasks/{task.id}/acceptance")
    town.clock.advance(24 * 3600)
    await sweep(town.database, town.services)
    route = await rep.get("/api/rep/route")
    assert route["day"] == "2026-11-22"
    assert [stop["task"]["id"] for stop in route["stops"]] == [str(task.id)]
