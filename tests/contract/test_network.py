"""The pipe network: taken in whole or not at all, asked for valves, taken back, and corrected by who stands
at a valve.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from field.network import commands
from field.network.tables import NetworkLayer, NetworkLink, NetworkVersion, ValveFinding, VersionState
from kernel.audit import AuditEntry
from tests.contract.test_field_devices import Phone
from tests.rig.models import model
from tests.rig.people import Caller
from tests.rig.pipes import collection, feature, network_file, people, pipes, source, valves
from tests.rig.town import Town, inside

Json = dict[str, Any]


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def send(caller: Caller, data: bytes, **query: Any) -> tuple[int, Json]:
    files = {"file": ("file", data, "application/octet-stream")}
    answer = await caller.http.post("/api/imports/network", files=files, params=query)
    return answer.status_code, answer.json()


async def trace(caller: Caller, *places: Json, **more: Any) -> Json:
    found: Json = await caller.post("/api/network/traces", {"places": list(places)} | more)
    return found


def codes(valves: list[Json]) -> list[str]:
    return [valve["code"] for valve in valves]


async def test_a_network_comes_in_and_says_which_valves_close_a_pipe(town: Town, dora: Caller) -> None:
    status, report = await send(dora, network_file())
    assert (status, report["version"], report["warnings"], report["doubts"]) == (200, 1, [], [])
    assert report["counts"] | {"pipes": 13, "valves": 11, "connections": 12, "sources": 1} == report["counts"]
    found = await trace(dora, {"pipe": "S-B1"})
    assert codes(found["close"]) == ["VS-B1"]
    assert (found["without_water"]["connections"], found["lost"]["pipes"]) == (3, [])
    assert [each["code"] for each in found["without_water"]["vulnerable"]] == ["C-B1-0"]
    assert found["without_water"]["classes"] == {"home": 2, "hospital": 1}


async def test_the_main_takes_everybody_behind_it_with_it_unless_there_is_a_ring(
    town: Town, dora: Caller
) -> None:
    await send(dora, network_file())
    found = await trace(dora, {"pipe": "M2"})
    assert sorted(codes(found["close"])) == ["VM2", "VS-A2"], "water comes from both sides of the ring"
    assert codes(found["spare"]) == ["VM3"]
    lon, lat = inside("B1", 0.9)
    found = await trace(dora, {"lon": lon, "lat": lat})
    assert found["asked"] == ["M5"] and set(found["lost"]["pipes"]) == {"M6", "M7", "S-B2"}
    assert (codes(found["close"]), found["without_water"]["connections"]) == (["VM5"], 3)


async def test_what_changes_if_a_valve_sticks_is_told_with_it_and_holds(town: Town, dora: Caller) -> None:
    await send(dora, network_file())
    found = await trace(dora, {"pipe": "S-B1"})
    (step,) = found["close"]
    told = step["if_stuck"]
    assert (codes(told["instead"]), told["more"]["connections"]) == (["VM4"], 3)
    await dora.post("/api/network/valve-findings", {"valve": "VS-B1", "state": "stuck"})
    then = await trace(dora, {"pipe": "S-B1"})
    assert codes(then["close"]) == codes(told["instead"])
    more = then["without_water"]["connections"] - found["without_water"]["connections"]
    assert more == told["more"]["connections"]
    assert codes((await trace(dora, {"pipe": "S-B1"}, closed=["VS-B1"]))["close"]) == []
    state = await dora.get("/api/network")
    assert (state["stuck"], state["closed"]) == (1, 0)


async def test_shut_offs_that_overlap_are_reckoned_together(town: Town, dora: Caller) -> None:
    await send(dora, network_file())
    ring, main = await trace(dora, {"pipe": "N1"}), await trace(dora, {"pipe": "M1"})
    assert (ring["without_water"]["connections"], ring["lost"]["pipes"]) == (6, [])
    assert (main["without_water"]["connections"], main["lost"]["pipes"]) == (0, [])
    both = await trace(dora, {"pipe": "N1"}, {"pipe": "M1"})
    assert (both["without_water"]["connections"], both["only_together"]) == (12, 6)
    assert sorted(codes(both["close"])) == ["VM1", "VS-A1"], "those on the far side need not be shut"
    await dora.post("/api/network/valve-findings", {"valve": "VM1", "state": "closed"})
    found = await trace(dora, {"pipe": "N1"})
    assert set(found["lost"]["pipes"]) >= {"M2", "S-B1"}, "what is shut already counts"
    assert codes(found["held"]) == ["VM1"]


async def test_a_representative_finds_a_valve_stuck_and_everybody_traces_anew(
    town: Town, dora: Caller
) -> None:
    await send(dora, network_file())
    task = await town.task(where=inside("A1", 0.5, 0.6))
    ann, bob = await town.caller("ann"), await town.caller("bob")
    own = await ann.get("/api/rep/valves")
    assert [each["task_id"] for each in own] == [str(task.id)]
    (first, *_) = own[0]["closure"]["close"]
    path = f"/api/tasks/{task.id}"
    assert (await ann.get(f"{path}/valves"))["close"][0]["code"] == first["code"]
    assert await bob.get("/api/rep/valves") == []
    assert await bob.refused("GET", f"{path}/valves") == "not_found"
    stuck = {"valve": first["code"], "state": "stuck"}
    assert await bob.refused("POST", f"{path}/valve-findings", json=stuck) == "not_found"
    await ann.post(f"{path}/valve-findings", stuck)
    after = (await dora.get(f"{path}/valves"))["close"]
    assert first["code"] not in codes(after)
    assert await ann.refused("POST", f"{path}/valve-findings", json=stuck | {"valve": "?"}) == "no_such_valve"
    async with town.database.reading() as session:
        finding = await session.get_one(ValveFinding, first["code"])
        assert (finding.actor_name, finding.task_id) == (town.people["ann"].name, task.id)
        said = await session.scalars(select(AuditEntry.action).where(AuditEntry.action == "note_valve"))
        assert len(said.all()) == 1


async def test_the_list_stays_while_its_valves_are_closed_one_by_one(town: Town, dora: Caller) -> None:
    await send(dora, network_file())
    task = await town.task(where=inside("A1", 0.5, 0.6))
    ann = await town.caller("ann")
    path = f"/api/tasks/{task.id}"
    before = await ann.get(f"{path}/valves")
    for code in codes(before["close"]):
        await ann.post(f"{path}/valve-findings", {"valve": code, "state": "closed"})
    after = await ann.get(f"{path}/valves")
    assert codes(after["close"]) == codes(before["close"])
    assert {valve["state"] for valve in after["close"]} == {"closed"}
    assert after["without_water"] == before["without_water"]
    elsewhere = await trace(dora, {"pipe": "M1"})
    assert elsewhere["lost"]["pipes"] == [each for each in elsewhere["lost"]["pipes"] if each != "N1"]
    assert "M2" in elsewhere["lost"]["pipes"], "the way round is shut off for the task"


async def test_what_was_found_earlier_does_not_undo_what_was_found_later(town: Town, dora: Caller) -> None:
    await send(dora, network_file())
    at = town.clock.now()
    await dora.post("/api/network/valve-findings", {"valve": "VM2", "state": "closed"})
    late = {"valve": "VM2", "state": "stuck", "at": at.replace(hour=0, minute=1).isoformat()}
    await dora.post("/api/network/valve-findings", late)
    assert (await dora.get("/api/network"))["closed"] == 1


async def test_a_layer_comes_alone_and_the_others_stay(town: Town, dora: Caller) -> None:
    assert (await send(dora, collection(valves())))[1]["error"]["faults"][0]["code"] == "no_pipes"
    await send(dora, collection([*pipes(), *source()]))
    assert (await trace(dora, {"pipe": "S-B1"}))["at_source"] is True, "nothing parts it from the inlet"
    status, report = await send(dora, collection(valves()), dry_run=True)
    assert (status, report["version"]) == (200, None)
    (change,) = report["changes"]
    assert (change["layer"], change["added"], change["removed"]) == ("valves", 11, 0)
    assert report["counts"]["pipes"] == 13
    assert (await dora.get("/api/network"))["version"] == 1, "nothing was stored"
    for feature_ in (layers := people()):
        del feature_["properties"]["layer"]
    await send(dora, collection(valves()))
    await send(dora, collection(layers[:12]), layer="connections")
    found = await trace(dora, {"pipe": "S-B1"})
    assert codes(found["close"]) == ["VS-B1"] and found["without_water"]["connections"] == 3


async def test_a_version_is_taken_back_and_what_was_found_of_valves_stays(town: Town, dora: Caller) -> None:
    await send(dora, network_file())
    assert await dora.refused("POST", "/api/network/withdrawal", json={"version": 1}) == "network_no_earlier"
    await dora.post("/api/network/valve-findings", {"valve": "VS-B1", "state": "stuck"})
    half = collection([*pipes()[:5], *source()])
    status, answer = await send(dora, half)
    assert (status, answer["error"]["code"]) == (409, "import_unconfirmed")
    assert {fault["code"] for fault in answer["error"]["faults"]} == {"network_removes_most"}
    await send(dora, half, confirmed=True)
    assert await dora.refused("POST", "/api/network/traces", json={"places": [{"pipe": "S-B1"}]}) == (
        "no_such_pipe"
    )
    assert await dora.refused("POST", "/api/network/withdrawal", json={"version": 1}) == "stale_version"
    back = await dora.post("/api/network/withdrawal", {"version": 2})
    assert (back["version"], back["stuck"]) == (1, 1)
    assert codes((await trace(dora, {"pipe": "S-B1"}))["close"]) != ["VS-B1"]


async def test_a_file_with_faults_is_refused_with_all_of_them_in_words(town: Town, dora: Caller) -> None:
    await send(dora, network_file())
    wrong = [
        feature("pipe", "P1", "LineString", [[7.4, 43.7]]),
        feature("pipe", "P2", "Point", [7.4, 43.7]),
        feature("pipe", "P2", "LineString", [[7.4, 43.7], [7.41, 43.7]], status="ajar"),
        feature("canal", "K", "Point", [7.4, 43.7]),
        feature("valve", "V", "Point", ["a", 1], state="rusty"),
        feature("connection", "C", "Point", [7.4, 43.7], **{"class": "castle"}),
    ]
    status, answer = await send(dora, collection(wrong))
    assert (status, answer["error"]["code"]) == (422, "import_refused")
    faults = answer["error"]["faults"]
    assert {(each["code"], each["where"]) for each in faults} == {
        ("line_too_short", "feature 1"),
        ("not_a_line", "feature 2"),
        ("code_twice", "feature 3, code"),
        ("unknown_layer", "feature 4, layer"),
        ("not_one_of", "feature 5, state"),
        ("bad_place", "feature 5"),
        ("not_one_of", "feature 6, class"),
    }
    assert all(each["detail"] != each["code"] and "{" not in each["detail"] for each in faults), "in words"
    assert (await dora.get("/api/network"))["version"] == 1


async def test_coordinates_need_a_system_that_somebody_names(town: Town, dora: Caller) -> None:
    far = [feature("pipe", "P", "LineString", [[4_971_350.0, 3_905_604.0], [4_971_400.0, 3_905_604.0]])]
    for query, code in (
        ({}, "crs_missing"),
        ({"crs": "klingon"}, "unknown_crs"),
        ({"crs": "4326"}, "outside_crs"),
    ):
        status, answer = await send(dora, collection(far), **query)
        assert (status, [each["code"] for each in answer["error"]["faults"]]) == (422, [code])
    status, answer = await send(dora, collection(far), crs="EPSG:3547")
    assert [each["code"] for each in answer["error"]["faults"]] == ["network_elsewhere"]
    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3547"}}}
    status, report = await send(dora, collection(far, **named), confirmed=True)
    assert (status, report["crs"]) == (200, "EPSG:3547")
    seen = await dora.get("/api/network/pipes", west=-86, south=38, east=-85, north=38.5)
    assert [code for code, _ in seen["lines"]] == ["P"]


async def test_where_there_is_no_network_nothing_pretends_that_there_is(town: Town, dora: Caller) -> None:
    task = await town.task()
    ann = await town.caller("ann")
    assert await ann.get("/api/rep/valves") == []
    for method, path, body in (
        ("GET", "/api/network", None),
        ("GET", f"/api/tasks/{task.id}/valves", None),
        ("POST", "/api/network/traces", {"places": [{"pipe": "M1"}]}),
    ):
        assert await dora.refused(method, path, json=body) == "no_network"
    await send(dora, network_file())
    lon, lat = inside("A1", 0.25, 0.9)
    far: Json = {"places": [{"lon": lon, "lat": lat, "within_m": 5}]}
    assert await dora.refused("POST", "/api/network/traces", json=far) == "no_pipe_here"
    unsound: tuple[Json, ...] = ({}, {"pipe": "M1", "lon": 7.4, "lat": 43.7}, {"lon": 7.4})
    for wrong in unsound:
        assert await dora.refused("POST", "/api/network/traces", json={"places": [wrong]}) == "invalid"


async def test_an_import_that_dies_is_never_seen_and_older_versions_are_swept(
    town: Town, dora: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(dora, network_file())

    async def killed(*_: object) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(commands, "_finish", killed)
        assert (await send(dora, collection(pipes())))[0] == 500
    assert (await dora.get("/api/network"))["version"] == 1
    assert codes((await trace(dora, {"pipe": "S-B1"}))["close"]) == ["VS-B1"]
    for _ in range(3):
        assert (await send(dora, collection(valves())))[0] == 200
    async with town.database.reading() as session:
        kept = (await session.execute(select(NetworkVersion.number, NetworkVersion.state))).all()
        assert [tuple(row) for row in sorted(kept)] == [
            (3, VersionState.PAST),
            (4, VersionState.PAST),
            (5, VersionState.CURRENT),
        ]
        assert set(await session.scalars(select(NetworkLink.version))) == {3, 4, 5}
        layers = await session.scalar(select(func.count()).select_from(NetworkLayer))
        assert layers == 7, "four of the first, and one for each of three sets of valves"


async def test_only_who_may_dispatch_takes_a_network_in_or_asks_it_anything(town: Town) -> None:
    tess, ann = await town.caller("tess"), await town.caller("ann")
    for caller in (tess, ann):
        assert (await send(caller, network_file()))[0] == 403
        assert await caller.refused("GET", "/api/network") == "forbidden"


async def test_a_valve_found_without_a_network_is_told_when_there_is_one_and_holds_whoever_has_the_task(
    town: Town, dora: Caller
) -> None:
    await send(dora, network_file())
    task = await town.task(where=inside("A1", 0.5, 0.6))
    phone, stranger = Phone(await town.caller("ann"), town), Phone(await town.caller("cyd"), town)
    said = {"valve": "VS-A1", "valve_state": "stuck"}
    found = phone.act("valve_finding", task.id, **said)
    version = (await dora.get(f"/api/tasks/{task.id}"))["version"]
    given = {"rep_id": str(town.reps["bob"].id), "version": version, "overrule": True}
    await dora.post(f"/api/tasks/{task.id}/assignment", given)
    answer = await phone.send(found)
    assert (answer["results"][0]["status"], answer["results"][0]["conflict"]) == (200, None)
    assert (await phone.send(found))["results"][0]["replayed"]
    assert (await dora.get("/api/network"))["stuck"] == 1
    gone = await phone.send(phone.act("valve_finding", task.id, **said | {"valve": "V?"}))
    assert gone["results"][0]["error"]["code"] == "no_such_valve" and gone["expected"] == 3
    refused = await stranger.send(stranger.act("valve_finding", task.id, **said))
    assert refused["results"][0]["error"]["code"] == "not_found"
    for kind, body in (("valve_finding", {}), ("travel", said)):
        wrong = {"device": str(phone.id), "actions": [phone.act(kind, task.id, **body)]}
        assert await phone.caller.refused("POST", "/api/device-actions", json=wrong) == "invalid"


async def test_zones_are_derived_from_the_network_and_again_after_it_has_changed(
    town: Town, dora: Caller
) -> None:
    """What comes back goes the road of any file of zones: the same difference, the same confirmation."""
    assert await dora.refused("GET", "/api/network/zones?by=cuts") == "no_network"
    data = model("x1 x2 x3")
    files = {"file": ("net.inp", data)}
    refused = await dora.http.post("/api/network/zones/of-file?by=cuts", files=files)
    assert [each["code"] for each in refused.json()["error"]["faults"]] == ["crs_missing"]
    told = await dora.http.post("/api/network/zones/of-file?by=cuts&crs=EPSG:4326", files=files)
    assert (told.status_code, told.json()["count"], told.json()["left"]) == (200, 2, 0)
    units = {"company": "C", "office": "O", "station": "SA", "sub_area": "SA-1"}
    zones = told.json()["zones"]
    for each in zones["features"]:
        each["properties"] |= units
    sent = {"file": ("zones.geojson", json.dumps(zones).encode())}
    report = await dora.http.post("/api/imports/zones?confirmed=true", files=sent)
    assert (report.status_code, report.json()["added"]) == (200, ["N01", "N02"])
    report = await dora.http.post("/api/imports/network?crs=EPSG:4326&confirmed=true", files=files)
    assert report.status_code == 200
    same = (await dora.get("/api/network/zones", by="cuts"))["zones"]
    sent = {"file": ("zones.geojson", json.dumps(same).encode())}
    report = await dora.http.post("/api/imports/zones?dry_run=true", files=sent)
    assert (report.json()["added"], report.json()["changed"], report.json()["removed"]) == ([], [], [])
    opened = {"file": ("net.inp", model("x1 x2"))}
    await dora.http.post("/api/imports/network?crs=EPSG:4326&confirmed=true", files=opened)
    one = await dora.get("/api/network/zones", by="cuts")
    assert [each["properties"]["code"] for each in one["zones"]["features"]] == ["N01"]
    assert one["zones"]["features"][0]["properties"]["station"] == "SA"
