"""Territories are proposed, nudged, published and begin on their day; whom it concerns is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from field.grid.tables import Zone
from field.zoning.computing import compute_asked
from field.zoning.jobs import begin_due, tell_due
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.identity.staff import actor_of, add_staff
from tests.rig.people import Caller
from tests.rig.town import REPS, Town, inside, zone_file

Json = dict[str, Any]


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


@pytest.fixture
async def ann(town: Town) -> Caller:
    return await town.caller("ann")


async def proposed(town: Town, dora: Caller, station: str | None = None) -> Json:
    asked = await dora.post("/api/territory/proposals", {"station": station})
    assert asked["state"] == "asked"
    assert await compute_asked(town.database, town.services) == 1
    found: Json = await dora.get(f"/api/territory/proposals/{asked['id']}")
    return found


def by_code(proposal: Json, alternative: Json) -> dict[str, str | None]:
    reps = [rep["code"] for rep in proposal["reps"]]
    return {
        zone["code"]: reps[at] if at >= 0 else None
        for zone, at in zip(proposal["zones"], alternative["owner"], strict=True)
    }


async def owners(town: Town) -> dict[str, str | None]:
    async with town.database.reading() as session:
        rows = await session.execute(select(Zone.code, Zone.owner_id).where(Zone.active))
        return {code: town.rep_code(owner_id) for code, owner_id in rows}


async def notices(rep: Caller) -> list[Json]:
    found: list[Json] = (await rep.get("/api/rep/route"))["owner_notices"]
    return found


def day(town: Town, ahead: int) -> str:
    return (town.services.day_of(town.clock.now()) + timedelta(days=ahead)).isoformat()


async def published(town: Town, dora: Caller, proposal: Json, alternative: Json, ahead: int = 1) -> Json:
    body = {
        "alternative_id": alternative["id"],
        "begins_on": day(town, ahead),
        "version": alternative["version"],
    }
    answer: Json = await dora.post(f"/api/territory/proposals/{proposal['id']}/publication", body)
    return answer


def to_bob(town: Town, proposal: Json) -> Json:
    """A1 goes to Bob, too."""
    zone = next(zone for zone in proposal["zones"] if zone["code"] == "A1")
    alternative = proposal["alternatives"][0]
    return {
        "zones": [zone["id"]],
        "rep_id": str(town.reps["bob"].id),
        "version": alternative["version"],
    }


async def test_from_the_question_to_the_day_on_which_zones_change_hands(
    town: Town, dora: Caller, ann: Caller
) -> None:
    proposal = await proposed(town, dora)
    assert (proposal["state"], proposal["outdated"]) == ("ready", False)
    first = proposal["alternatives"][0]
    assert by_code(proposal, first) == await owners(town), "four zones alike: nothing better than as it is"
    assert (first["figures"]["moved"], first["figures"]["apart"]) == (0, 0)

    path = f"/api/territory/alternatives/{first['id']}/nudges"
    nudged = await dora.post(path, to_bob(town, proposal))
    assert by_code(proposal, nudged) == {"A1": "bob", "A2": "bob", "B1": "cyd", "B2": "cyd"}
    assert (nudged["figures"]["moved"], nudged["nudged"]) == (1, 1)
    assert nudged["figures"]["deviation"] == pytest.approx(1.0)

    told = await published(town, dora, proposal, nudged)
    assert (told["state"], told["told"], told["read"]) == ("published", 2, 0)
    [notice] = await notices(ann)
    assert (notice["gained"], notice["lost"], notice["begins_on"]) == ([], ["A1"], day(town, 1))
    await ann.post(f"/api/rep/owner-notices/{notice['id']}/reading")
    assert await notices(ann) == []
    assert (await dora.get("/api/territory/proposals"))[0]["read"] == 1

    assert await begin_due(town.database, town.services) == 0
    assert (await owners(town))["A1"] == "ann"
    town.clock.advance(24 * 3600)
    assert await begin_due(town.database, town.services) == 1
    assert await begin_due(town.database, town.services) == 0
    assert (await owners(town))["A1"] == "bob"
    zones = {
        each["properties"]["code"]: each["properties"] for each in (await dora.get("/api/zones"))["features"]
    }
    assert zones["A1"]["owner"]["code"] == "bob"
    task = await town.task(where=inside("A1", 0.95))
    assert town.rep_code(task.rep_id) == "bob", "what comes in the zone goes to its new owner"


async def test_a_publication_is_withdrawn_before_its_day_and_who_heard_of_it_is_told(
    town: Town, dora: Caller, ann: Caller
) -> None:
    proposal = await proposed(town, dora)
    path = f"/api/territory/alternatives/{proposal['alternatives'][0]['id']}/nudges"
    nudged = await dora.post(path, to_bob(town, proposal))
    told = await published(town, dora, proposal, nudged)
    [notice] = await notices(ann)
    await ann.post(f"/api/rep/owner-notices/{notice['id']}/reading")
    withdrawing = f"/api/territory/proposals/{proposal['id']}/publication"
    assert (
        await dora.refused("DELETE", withdrawing, params={"version": told["version"] - 1}) == "stale_version"
    )
    back = await dora.call("DELETE", withdrawing, params={"version": told["version"]})
    assert (back["state"], back["begins_on"]) == ("ready", None)
    [again] = await notices(ann)
    assert (again["withdrawn"], again["lost"]) == (True, ["A1"])
    bob = await town.caller("bob")
    assert await notices(bob) == [], "who had not read of it never hears"
    town.clock.advance(24 * 3600)
    assert await begin_due(town.database, town.services) == 0
    assert (await owners(town))["A1"] == "ann"


async def test_what_cannot_be_published_is_refused_with_the_reason(town: Town, dora: Caller) -> None:
    proposal = await proposed(town, dora)
    first = proposal["alternatives"][0]
    path = f"/api/territory/proposals/{proposal['id']}/publication"
    body = {"alternative_id": first["id"], "begins_on": day(town, 0), "version": first["version"]}
    assert await dora.refused("POST", path, json=body) == "day_past"
    assert await dora.refused("POST", path, json=body | {"begins_on": day(town, 400)}) == "day_past"
    tomorrow = body | {"begins_on": day(town, 1)}
    assert await dora.refused("POST", path, json=tomorrow | {"version": 9}) == "stale_version"

    zones = {zone["code"]: zone["id"] for zone in proposal["zones"]}
    nudges = f"/api/territory/alternatives/{first['id']}/nudges"
    nobody = {"zones": [zones["A2"]], "rep_id": None, "version": first["version"]}
    broken = await dora.post(nudges, nobody)
    assert broken["figures"]["nobody"] == 1
    tomorrow["version"] = broken["version"]
    assert await dora.refused("POST", path, json=tomorrow) == "territories_broken"
    stale = {"zones": [zones["A1"]], "rep_id": None, "version": first["version"]}
    assert await dora.refused("POST", nudges, json=stale) == "stale_version"
    unknown = {"zones": [str(town.reps["ann"].id)], "rep_id": None, "version": broken["version"]}
    assert await dora.refused("POST", nudges, json=unknown) == "not_found"
    whole = await dora.call("DELETE", nudges, params={"version": broken["version"]})
    assert (whole["owner"], whole["nudged"]) == (first["owner"], 0)

    told = await published(town, dora, proposal, whole)
    again = {"zones": [zones["A1"]], "rep_id": None, "version": whole["version"]}
    assert await dora.refused("POST", nudges, json=again) == "proposal_move_refused"
    other = await proposed(town, dora)
    second = other["alternatives"][0]
    pending = body | {"alternative_id": second["id"], "version": second["version"], "begins_on": day(town, 2)}
    other_path = f"/api/territory/proposals/{other['id']}/publication"
    assert await dora.refused("POST", other_path, json=pending) == "another_published"
    await dora.call("DELETE", path, params={"version": told["version"]})
    await dora.upload("/api/imports/zones", zone_file(A1={"name": "改名"}), name="zones.geojson")
    assert (await dora.get(f"/api/territory/proposals/{other['id']}"))["outdated"]
    assert await dora.refused("POST", other_path, json=pending) == "proposal_outdated"


async def test_a_proposal_of_one_station_leaves_the_others_alone(town: Town, dora: Caller) -> None:
    proposal = await proposed(town, dora, "SA")
    assert [zone["code"] for zone in proposal["zones"]] == ["A1", "A2"]
    assert [rep["code"] for rep in proposal["reps"]] == ["ann", "bob"]
    assert await dora.refused("POST", "/api/territory/proposals", json={"station": "SX"}) == "not_found"


async def test_work_is_weighed_as_the_supervisor_says(town: Town, dora: Caller) -> None:
    async def hire(uow: UnitOfWork) -> None:
        town.people["sue"] = actor_of(
            await add_staff(uow, username="sue", name="Sue", roles=frozenset({Role.SUPERVISOR}))
        )

    await town.database.run(hire)
    sue = await town.caller("sue")
    file = zone_file(
        A1={"connections": 300}, A2={"connections": 100}, B1={"connections": 200}, B2={"connections": 200}
    )
    await dora.upload("/api/imports/zones", file, name="zones.geojson")
    weights = await sue.get("/api/territory/weights")
    assert weights["version"] == 0
    wanted = dict.fromkeys(weights, 0.0) | {"connections": 1.0, "most_zones": 50, "version": 0}
    assert await dora.refused("PUT", "/api/territory/weights", json=wanted) == "forbidden"
    kept = await sue.put("/api/territory/weights", wanted)
    assert (kept["connections"], kept["most_zones"], kept["version"]) == (1.0, 50, 1)
    assert await sue.refused("PUT", "/api/territory/weights", json=wanted) == "stale_version"
    proposal = await proposed(town, dora)
    assert proposal["used"] == ["connections"]
    loads = {zone["code"]: zone["load"] for zone in proposal["zones"]}
    assert loads["A1"] == pytest.approx(3 * loads["A2"])


async def test_locks_capacity_skills_and_languages_are_kept(town: Town, dora: Caller) -> None:
    proposal = await proposed(town, dora)
    zones = {zone["code"]: zone["id"] for zone in proposal["zones"]}
    bob, cyd = str(town.reps["bob"].id), str(town.reps["cyd"].id)
    lock = {"locked": True, "deputy_id": bob, "skills": {}, "language": ""}
    await dora.put(f"/api/zones/{zones['A1']}/terms", lock)
    needs = {"locked": False, "deputy_id": None, "skills": {"meter_work": 1}, "language": "yue"}
    await dora.put(f"/api/zones/{zones['A2']}/terms", needs)
    await dora.put(f"/api/reps/{bob}/terms", {"capacity": 50, "languages": ["yue"]})
    await dora.put(f"/api/reps/{cyd}/terms", {"capacity": 0, "languages": []})
    terms = await dora.get("/api/territory/terms")
    assert [each["locked"] for each in terms["zones"]] == [True, False]
    assert [each["capacity"] for each in terms["reps"]] == [50, 0]
    proposal = await proposed(town, dora)
    assert [rep["code"] for rep in proposal["reps"]] == ["ann", "bob"]
    shares = [rep["share"] for rep in proposal["reps"]]
    assert shares[0] == pytest.approx(2 * shares[1], rel=1e-3)
    seen = {zone["code"]: zone for zone in proposal["zones"]}
    assert (seen["A1"]["locked"], seen["A2"]["able"]) == (True, [1])
    for alternative in proposal["alternatives"]:
        assert by_code(proposal, alternative) == {"A1": "ann", "A2": "bob", "B1": None, "B2": None}
    unknown = lock | {"deputy_id": zones["A1"]}
    assert await dora.refused("PUT", f"/api/zones/{zones['A1']}/terms", json=unknown) == "not_found"


async def test_notices_are_pushed_once(town: Town, dora: Caller) -> None:
    proposal = await proposed(town, dora)
    path = f"/api/territory/alternatives/{proposal['alternatives'][0]['id']}/nudges"
    await published(town, dora, proposal, await dora.post(path, to_bob(town, proposal)))
    assert await tell_due(town.database) == 2
    assert await tell_due(town.database) == 0


async def test_a_town_without_people_says_why_there_is_no_proposal(town: Town, dora: Caller) -> None:
    for code in ("ann", "bob", "cyd"):
        await dora.put(f"/api/reps/{town.reps[code].id}/terms", {"capacity": 0, "languages": []})
    proposal = await proposed(town, dora)
    assert (proposal["state"], proposal["reason"]) == ("failed", "no_people")


async def test_somebody_who_left_before_the_day_gets_nothing(town: Town, dora: Caller) -> None:
    proposal = await proposed(town, dora)
    path = f"/api/territory/alternatives/{proposal['alternatives'][0]['id']}/nudges"
    await published(town, dora, proposal, await dora.post(path, to_bob(town, proposal)))
    without = "\n".join(line for line in REPS.splitlines() if not line.startswith("bob"))
    await dora.upload("/api/imports/reps?confirmed=true", without.encode(), name="reps.csv")
    town.clock.advance(24 * 3600)
    assert await begin_due(town.database, town.services) == 1
    assert (await owners(town))["A1"] == "ann"
