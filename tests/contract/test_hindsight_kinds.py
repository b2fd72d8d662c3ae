"""What really stands in timelines after each way to a representative is told as the decision that it was."""

from __future__ import annotations

from sqlalchemy import select

from field.grid.territory.tables import Absence
from field.hindsight.commands import lines_of
from field.hindsight.decision import Decision, DecisionKind, Place, decision_of
from field.hindsight.reading import was_overruled
from field.task.tables import Task
from field.zoning.absences import move_tasks
from tests.contract.test_field_appointments import body, windows
from tests.contract.test_field_moves import move, three
from tests.contract.test_field_reoptimise import day_gone_wrong, ready
from tests.rig.town import Town, inside, sweep


async def decided(town: Town, task: Task, better: str, *, made_later_s: int | None = None) -> Decision:
    """The decision behind where the task is now, were it cheaper with ``better``."""
    task = await town.reload(task)
    assert task.rep_id is not None
    async with town.database.reading() as session:
        lines = (await lines_of(session, [task.id]))[task.id]
        away = (await session.scalars(select(Absence))).all()
    made = () if made_later_s is None else (int(task.created_at.timestamp()) + made_later_s,)
    absent = {each.rep_id: int(each.at.timestamp()) for each in away}
    place = Place(task.rep_id, town.reps[better].id, made, was_overruled(task))
    return decision_of(lines, place, absent)


async def test_by_rule_and_too_early(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    at = int(town.clock.now().timestamp())
    assert await decided(town, task, "bob") == Decision(DecisionKind.PLACED, at)
    assert await decided(town, task, "bob", made_later_s=-60) == Decision(DecisionKind.PLACED, at)
    assert await decided(town, task, "bob", made_later_s=60) == Decision(DecisionKind.EARLY, at)


async def test_by_hand_by_the_rules_and_against_them(town: Town) -> None:
    dora = await town.caller("dora")
    task = await town.task(where=inside("A1"), level=2)
    town.clock.advance(60)
    await move(town, dora, "bob", await town.reload(task))
    assert (await decided(town, task, "ann")).kind is DecisionKind.MOVED
    town.clock.advance(60)
    await move(town, dora, "cyd", await town.reload(task), overrule=True)
    found = await decided(town, task, "ann")
    assert found == Decision(DecisionKind.OVERRULED, int(town.clock.now().timestamp()))
    await dora.post(
        f"/api/tasks/{task.id}/assignment",
        {"rep_id": str(town.reps["ann"].id), "version": (await town.reload(task)).version},
    )
    assert (await decided(town, task, "bob")).kind is DecisionKind.MOVED, "by the rules again"


async def test_a_no_and_silence(town: Town) -> None:
    ann = await town.caller("ann")
    task = await town.task(where=inside("A1"))
    await ann.post(f"/api/tasks/{task.id}/declination", {"reason": "no key"})
    assert (await decided(town, task, "ann")).kind is DecisionKind.DECLINED
    assert (await decided(town, task, "cyd")).kind is DecisionKind.PLACED
    other = await town.task(where=inside("A1"))
    town.clock.advance(3600)
    assert await sweep(town.database, town.services) > 0
    assert (await decided(town, other, "ann")).kind is DecisionKind.UNANSWERED


async def test_the_order_of_a_day_as_it_came_and_by_hand(town: Town) -> None:
    first, second, third = await three(town)
    assert (await decided(town, second, "ann")).kind is DecisionKind.ORDER
    town.clock.advance(60)
    gap = {"after": None, "before": str(first.id)}
    await move(town, await town.caller("dora"), "ann", third, gap=gap)
    found = await decided(town, third, "ann")
    assert found == Decision(DecisionKind.REORDERED, int(town.clock.now().timestamp()))
    assert (await decided(town, third, "bob")).kind is DecisionKind.PLACED


async def test_a_new_plan_for_the_rest_of_the_day(town: Town) -> None:
    tasks = await day_gone_wrong(town)
    dora = await town.caller("dora")
    plan = await ready(town, dora)
    await dora.post(f"/api/reoptimisations/{plan['id']}/application", {"version": plan["version"]})
    assert {(await decided(town, task, "cyd")).kind for task in tasks} == {DecisionKind.REPLANNED}


async def test_somebody_who_could_not_go_on(town: Town) -> None:
    task = await town.task(where=inside("A2"))
    assert town.rep_code(task.rep_id) == "bob"
    await (await town.caller("dora")).post(f"/api/reps/{town.reps['bob'].id}/absence")
    await move_tasks(town.database, town.services)
    now = town.rep_code((await town.reload(task)).rep_id)
    assert now in ("ann", "cyd")
    assert (await decided(town, task, "cyd" if now == "ann" else "ann")).kind is DecisionKind.ABSENCE


async def test_a_window_that_was_promised(town: Town) -> None:
    task = await town.task(where=inside("A1"))
    town.clock.advance(60)
    customer = await town.customer_of(task)
    [*_, window] = await windows(customer, task)
    await customer.put(f"/api/requests/{task.request_id}/appointment", body(window))
    assert (await decided(town, task, "bob")).kind is DecisionKind.PROMISED
