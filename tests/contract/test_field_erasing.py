"""The field's copy of what tells of a customer: erased with its request; where none asked, when it is old."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from field.dispatch.tables import RepPosition, VisitRow
from field.grid.tables import Zone
from field.task.tables import Proof, Task
from field.task.task import TaskState
from field.visits.erasing import POSITION_KEPT, erase_lapsed, forget_positions
from kernel.contracts import PicturesErased, RequestErased
from tests.contract.test_field_steps import PNG
from tests.rig.foundations import MORNING
from tests.rig.people import Caller
from tests.rig.town import Town, inside

OUTSIDE = (8.5, 44.0)


async def finished(town: Town, ann: Caller, task: Task, note: str = "the red door") -> Task:
    """Done by Ann, with a photo."""
    at = f"/api/tasks/{task.id}"
    await ann.post(f"{at}/acceptance")
    await ann.post(f"{at}/arrival")
    await ann.upload(f"{at}/proofs", PNG, client_id=str(uuid4()), media_type="image/png")
    await ann.post(f"{at}/completion", {"note": note})
    return await town.reload(task)


async def erased(town: Town, task: Task) -> Task:
    assert task.request_id is not None
    await town.hear(RequestErased(request_id=task.request_id))
    return await town.reload(task)


async def test_a_finished_job_keeps_its_work_and_its_zone_and_no_words(town: Town) -> None:
    ann = await town.caller("ann")
    before = await finished(
        town, ann, await town.task(where=inside("A1", 0.31, 0.27), note="behind the shed")
    )
    task = await erased(town, before)

    assert (task.state, task.zone_id, task.rep_id) == (TaskState.DONE, before.zone_id, before.rep_id)
    assert (task.address, task.note, task.placement, task.evidence) == ("", "", {}, [])
    assert (task.customer["name"], task.customer["phone"]) == ("", "")
    async with town.database.reading() as session:
        zone = await session.get_one(Zone, task.zone_id)
        assert await session.scalar(select(func.count()).select_from(Proof)) == 0
    assert task.lon is not None and task.lat is not None
    assert zone.min_lon < task.lon < zone.max_lon and zone.min_lat < task.lat < zone.max_lat
    other = await erased(town, await finished(town, ann, await town.task(where=inside("A1", 0.82, 0.64))))
    assert (other.lon, other.lat) == (task.lon, task.lat), "two houses of a zone cannot be told apart"

    seen = await (await town.caller("dora")).get(f"/api/tasks/{task.id}")
    assert [entry["kind"] for entry in seen["timeline"]][-2:] == ["complete", "erase"]
    assert "the red door" not in str(seen) and "behind the shed" not in str(seen)
    assert len(await town.events(PicturesErased.type)) == 2


async def test_a_job_outside_every_zone_leaves_its_route(town: Town) -> None:
    ann, dora = await town.caller("ann"), await town.caller("dora")
    task = await town.task(where=OUTSIDE)
    given = {"rep_id": str(town.reps["ann"].id), "version": task.version, "overrule": True}
    await dora.post(f"/api/tasks/{task.id}/assignment", given)
    task = await erased(town, await finished(town, ann, task))
    assert (task.lon, task.lat, task.zone_id) == (None, None, None)
    async with town.database.reading() as session:
        assert (await session.scalars(select(Task.point).where(Task.id == task.id))).one() is None
    assert (await ann.get("/api/rep/route"))["stops"] == []
    following = await town.task(where=inside("A1"))
    assert await town.route("ann") == [following.id], "the day goes on"
    async with town.database.reading() as session:
        assert await session.get(VisitRow, task.id) is None


async def test_news_out_of_order_still_sends_nobody_to_an_erased_address(town: Town) -> None:
    """The withdrawal is still on its way when the erasure is heard of."""
    task = await erased(town, await town.task(where=inside("A1")))
    assert (task.state, task.address) == (TaskState.CANCELLED, "")
    assert await town.route("ann") == []


async def test_a_phone_that_was_away_for_long_sends_nothing_into_an_erased_job(town: Town) -> None:
    ann = await town.caller("ann")
    task = await erased(town, await finished(town, ann, await town.task(where=inside("A1"))))
    answer = await ann.http.post(
        f"/api/tasks/{task.id}/proofs",
        files={"file": ("late.png", PNG, "image/png")},
        data={"client_id": str(uuid4())},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "task_erased")
    async with town.database.reading() as session:
        assert (await session.scalars(select(Proof))).all() == []
    (told, refused) = await town.events(PicturesErased.type)
    assert told["blob_ids"] and refused["blob_ids"], "the file that came for nothing goes, too"


async def test_jobs_that_no_request_asked_for_erase_themselves(town: Town) -> None:
    ann, dora = await town.caller("ann"), await town.caller("dora")
    lon, lat = inside("A1", 0.4, 0.4)
    asked = {"category": "leak", "severity": "major", "skill": "leak_repair", "lon": lon, "lat": lat}
    told = {
        "address": "7 Quay",
        "customer_name": "Lin",
        "customer_phone": "+8613800138000",
        "note": "ring twice",
    }
    made = [await dora.post("/api/tasks", asked | told) for _ in range(2)]
    async with town.database.reading() as session:
        rows = [await session.get_one(Task, UUID(each["id"])) for each in made]
    done = await finished(town, ann, rows[0])
    kept_for = timedelta(days=30)
    town.clock.advance(kept_for.total_seconds() + 60)
    assert await erase_lapsed(town.database, town.services, kept_for) == 1
    assert await erase_lapsed(town.database, town.services, kept_for) == 0
    task, still_open = await town.reload(done), await town.reload(rows[1])
    assert (task.address, task.customer["phone"], task.note) == ("", "", "")
    assert (still_open.erased_at, still_open.address) == (None, "7 Quay")


async def test_where_a_representative_was_is_forgotten_after_a_day(town: Town) -> None:
    ann, bob = await town.caller("ann"), await town.caller("bob")
    await ann.post("/api/positions", {"lon": 7.401, "lat": 43.702})
    town.clock.set(MORNING + POSITION_KEPT - timedelta(minutes=1))
    await town.database.run(forget_positions)
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(RepPosition)) == 1
    town.clock.advance(120)
    await bob.post("/api/positions", {"lon": 7.411, "lat": 43.702})
    await town.database.run(forget_positions)
    async with town.database.reading() as session:
        [left] = await session.scalars(select(RepPosition))
    assert left.rep_id == town.reps["bob"].id
