"""Addresses: taken in whole or not at all, found as people type them, and put into words."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from field.grid.places import commands
from field.grid.places.tables import PlaceDoor, PlaceGram, PlacePosting, PlaceSource, PlaceStreet
from tests.rig.people import Caller
from tests.rig.town import Town, inside

ADDRESSES = Path(__file__).parents[2] / "demo" / "addresses.csv"
TOWN = """address,town,lon,lat,code
12 Rue Grimaldi,Monaco,7.4031,43.7051,D-1
14 Rue Grimaldi,Monaco,7.4033,43.7051,D-2
12 Rue de la Paix,Monaco,7.4131,43.7051,D-3
12 Rue de la Paix,Menton,7.4331,43.7051,D-4
11 Rue du 11 Novembre,Monaco,7.4135,43.7055,D-5
中山北路1025弄3号,普陀区,7.4231,43.7051,D-6
中山北路1025弄5号,普陀区,7.4233,43.7051,D-7
中山二路8号,普陀区,7.4235,43.7053,D-8
"""


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def send(caller: Caller, data: bytes, **query: Any) -> tuple[int, dict[str, Any]]:
    files = {"file": ("file", data, "application/octet-stream")}
    answer = await caller.http.post("/api/imports/addresses", files=files, params=query)
    return answer.status_code, answer.json()


async def look(caller: Caller, q: str) -> list[dict[str, Any]]:
    answer = await caller.http.get("/api/places", params={"q": q})
    assert answer.status_code == 200, answer.text
    places: list[dict[str, Any]] = answer.json()["places"]
    return places


@pytest.mark.parametrize(
    ("typed", "label", "detail", "zone"),
    [
        ("12 Rue Grimaldi, floor 3", "12 Rue Grimaldi", "floor 3", "A1"),
        ("grimaldi 12", "12 Rue Grimaldi", "", "A1"),
        ("12 r. GRIMALDI", "12 Rue Grimaldi", "", "A1"),
        ("12 rue grim", "12 Rue Grimaldi", "", "A1"),
        ("12 rue Grimadli", "12 Rue Grimaldi", "", "A1"),
        ("３ème étage, １４ rue Grimaldi", "14 Rue Grimaldi", "3ème étage", "A1"),
        ("11 novembre 11", "11 Rue du 11 Novembre", "", "A2"),
        ("98000 Monaco, rue Grimaldi 12", "12 Rue Grimaldi", "", "A1"),
        ("12 rue de la paix menton", "12 Rue de la Paix", "", "B2"),
        ("上海市普陀区中山北路1025弄3号202室", "中山北路1025弄3号", "202室", "B1"),
        ("中山北路 1025 弄 5 號 2樓", "中山北路1025弄5号", "2樓", "B1"),
        ("中山北路1025弄", "中山北路1025弄", "", "B1"),
        ("中山2路8号", "中山二路8号", "", "B1"),
        ("中山二", "中山二路", "", "B1"),
    ],
)
async def test_an_address_is_found_as_people_type_it(
    town: Town, dora: Caller, typed: str, label: str, detail: str, zone: str
) -> None:
    assert (await send(dora, TOWN.encode()))[0] == 200
    first = (await look(dora, typed))[0]
    assert (first["label"], first["detail"], first["zone"]["code"]) == (label, detail, zone)


async def test_a_number_that_nobody_knows_is_placed_by_its_neighbour(town: Town, dora: Caller) -> None:
    await send(dora, TOWN.encode())
    first = (await look(dora, "16 rue Grimaldi"))[0]
    assert (first["label"], first["precision"], first["lon"]) == ("16 Rue Grimaldi", "near", 7.4033)
    first = (await look(dora, "rue Grimaldi"))[0]
    assert (first["label"], first["precision"]) == ("Rue Grimaldi", "street")


async def test_nothing_is_found_for_what_is_no_address_here(town: Town, dora: Caller) -> None:
    answer = (await dora.http.get("/api/places", params={"q": "12 rue"})).json()
    assert answer == {"places": [], "known": False}
    await send(dora, TOWN.encode())
    for typed in ("", " ", "zzzz 12", "☂☂", "'; DROP TABLE task; --", "12", "%", "室"):
        assert await look(dora, typed) == [], typed
    assert (await dora.http.get("/api/places", params={"q": "x" * 301})).status_code == 422


async def test_a_file_with_faults_is_refused_with_all_of_them_and_nothing_is_stored(
    town: Town, dora: Caller
) -> None:
    await send(dora, TOWN.encode())
    wrong = (
        "address,town,lon,lat\n,Monaco,7.4,43.7\n12 Rue X,Monaco,200,43.7\n12 Rue Y,M,7.4,\n1 Rue Z,M,0,0\n"
    )
    status, answer = await send(dora, wrong.encode())
    assert (status, answer["error"]["code"]) == (422, "import_refused")
    told = {(fault["code"], fault["where"]) for fault in answer["error"]["faults"]}
    assert told == {
        ("missing_field", "line 2, address"),
        ("bad_coordinate", "line 3, lon"),
        ("missing_field", "line 4, lat"),
        ("bad_coordinate", "line 5, lon"),
    }
    assert all(fault["detail"] != fault["code"] for fault in answer["error"]["faults"]), "in words"
    assert [place["label"] for place in await look(dora, "grimaldi 12")] == ["12 Rue Grimaldi"]


async def test_a_file_saved_by_a_chinese_spreadsheet_is_read_as_what_it_is(town: Town, dora: Caller) -> None:
    status, report = await send(dora, TOWN.replace("Menton", "芒通").encode("gb18030"))
    assert (status, report["encoding"], report["doors"]) == (200, "gb18030", 8)
    assert report["sample"][0] == "芒通"
    assert (await look(dora, "中山北路1025弄3号"))[0]["zone"]["code"] == "B1"


async def test_a_file_whose_encoding_is_not_sure_is_asked_about_with_samples(
    town: Town, dora: Caller
) -> None:
    doors = ("12 Rue des Œillets,Beausoleil,7.4031,43.7051", "4 Allée Müller,Èze,7.41,43.7051")
    western = "\n".join(("address,town,lon,lat", *doors, ""))
    status, answer = await send(dora, western.encode("windows-1252"))
    (fault,) = answer["error"]["faults"]
    assert (status, fault["code"]) == (422, "unknown_encoding")
    readings = {each["encoding"]: each["sample"] for each in fault["params"]["readings"]}
    assert "12 Rue des Œillets" in readings["windows-1252"]
    assert "{" not in fault["detail"], "nothing is left to be filled in"
    status, report = await send(dora, western.encode("windows-1252"), encoding="windows-1252")
    assert (status, report["encoding"], report["doors"]) == (200, "windows-1252", 2)
    assert (await look(dora, "4 allee muller"))[0]["label"] == "4 Allée Müller"
    status, answer = await send(dora, western.encode("windows-1252"), encoding="klingon")
    assert answer["error"]["faults"][0]["code"] == "no_such_encoding"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_rows"),
        (b"address;lon;lat\n1 Rue X;7;43\n", "wrong_separator"),
        (b"street,lon\nRue X,7\n", "missing_column"),
        ("address,lon,lat\n1 Rue Müller,7.4,43.7\n".encode("windows-1252"), "unknown_encoding"),
        (b"address,lon,lat\n1 Rue X,43.705,7.405\n", "addresses_swapped"),
        (b"address,lon,lat\n1 Rue X,121.4,31.2\n", "addresses_elsewhere"),
        (b"<osm><node", "not_osm"),
        (b"\x1f\x8b\x08\x00broken", "not_osm"),
    ],
)
async def test_a_file_that_cannot_be_meant_is_refused_by_name(
    town: Town, dora: Caller, data: bytes, code: str
) -> None:
    status, answer = await send(dora, data)
    assert (status, [fault["code"] for fault in answer["error"]["faults"]]) == (422, [code])


async def test_another_encoding_is_read_when_it_is_named(town: Town, dora: Caller) -> None:
    data = "address,lon,lat\n1 Rue Müller,7.405,43.705\n".encode("windows-1252")
    status, report = await send(dora, data, encoding="windows-1252")
    assert (status, report["doors"]) == (200, 1)
    assert (await look(dora, "muller 1"))[0]["label"] == "1 Rue Müller"


async def test_a_newer_file_replaces_the_older_and_leaves_no_rows_of_it(town: Town, dora: Caller) -> None:
    await send(dora, TOWN.encode())
    status, report = await send(dora, b"address,lon,lat\n3 Rue Basse,7.4051,43.7051\n")
    assert (status, report["doors"], report["replaced"]) == (200, 1, 8)
    assert await look(dora, "grimaldi 12") == []
    assert (await look(dora, "rue basse 3"))[0]["label"] == "3 Rue Basse"
    async with town.database.reading() as session:
        [source] = await session.scalars(select(PlaceSource))
        for table in (PlaceDoor, PlaceStreet, PlaceGram, PlacePosting):
            generations = set(await session.scalars(select(table.generation)))
            assert generations == {source.generation}, table.__tablename__
    assert (await send(dora, b"address,lon,lat\n3 Rue Basse,7.4051,43.7051\n"))[1]["unchanged"] is True


async def test_an_import_that_dies_is_never_seen_and_is_swept_by_the_next(
    town: Town, dora: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(dora, TOWN.encode())

    async def killed(*_: object) -> int:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(commands, "_finish", killed)
        with pytest.raises(RuntimeError):
            await commands.import_addresses(
                town.database, town.people["dora"], b"address,lon,lat\n1 Rue Haute,7.405,43.705\n"
            )
    assert await look(dora, "1 rue haute") == []
    assert (await look(dora, "grimaldi 12"))[0]["label"] == "12 Rue Grimaldi"
    await send(dora, b"address,lon,lat\n1 Rue Neuve,7.405,43.705\n")
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(PlaceDoor)) == 1
    assert (await look(dora, "1 rue neuve"))[0]["precision"] == "door"


async def test_an_openstreetmap_extract_is_taken_beside_the_utilitys_own_file(
    town: Town, dora: Caller
) -> None:
    extract = """<osm>
<node id="1" lon="7.4051" lat="43.7061"><tag k="addr:housenumber" v="7"/>
<tag k="addr:street" v="Quai Antoine"/></node>
<node id="2" lon="7.4052" lat="43.7061"/><node id="3" lon="7.4054" lat="43.7061"/>
<way id="9"><nd ref="2"/><nd ref="3"/><tag k="building" v="yes"/><tag k="addr:housenumber" v="9"/>
<tag k="addr:street" v="Quai Antoine"/></way>
<way id="10"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
<tag k="name" v="Rue Sans Porte"/></way>
</osm>"""
    await send(dora, TOWN.encode())
    status, report = await send(dora, gzip.compress(extract.encode()))
    assert (status, report["kind"], report["doors"], report["streets"]) == (200, "osm", 2, 2)
    assert (await look(dora, "9 quai antoine"))[0]["lon"] == 7.4053
    assert (await look(dora, "rue sans porte"))[0]["precision"] == "street"
    assert (await look(dora, "grimaldi 12"))[0]["label"] == "12 Rue Grimaldi"


async def test_a_point_is_put_into_words(town: Town, dora: Caller) -> None:
    await send(dora, TOWN.encode())
    at = (await dora.http.get("/api/places/at", params={"lon": 7.4031, "lat": 43.7051})).json()
    assert (at["zone"]["code"], at["outside_m"], at["label"]) == ("A1", 0, "12 Rue Grimaldi")
    lon, lat = inside("A1", 0.31, 0.8)  # north of the door
    at = (await dora.http.get("/api/places/at", params={"lon": lon, "lat": lat})).json()
    assert at["label"] is None
    assert at["landmarks"][0]["street"] == "Rue Grimaldi" and at["landmarks"][0]["direction"] == "n"
    assert at["landmarks"][0]["metres"] == pytest.approx(322, abs=3)


async def test_a_point_outside_the_area_is_told_so_with_how_far(town: Town, dora: Caller) -> None:
    at = (await dora.http.get("/api/places/at", params={"lon": 121.47, "lat": 31.23})).json()
    assert at["zone"] is None and at["nearest_zone"] and at["outside_m"] > 1_000_000


async def test_who_is_not_signed_in_looks_nothing_up_and_who_is_no_dispatcher_takes_nothing_in(
    town: Town,
) -> None:
    tess = await town.caller("tess")
    assert await look(tess, "grimaldi") == []
    assert (await send(tess, TOWN.encode()))[0] == 403


async def test_the_demos_addresses_are_found_by_their_own_words(town: Town, dora: Caller) -> None:
    status, report = await send(dora, ADDRESSES.read_bytes())
    assert (status, report["doors"]) == (200, 892)
    lines = [line.split(",") for line in ADDRESSES.read_text("utf-8").splitlines()[1:]]
    for street, number, lon, lat in lines[::17]:
        first = (await look(dora, f"{number} {street}, floor 3"))[0]
        assert (first["label"], first["detail"]) == (f"{number} {street}", "floor 3")
        assert (first["lon"], first["lat"]) == (float(lon), float(lat))


async def test_a_visit_with_nothing_but_an_address_is_placed(town: Town, dora: Caller) -> None:
    await send(dora, TOWN.encode())
    task = await town.task(where=None, address="12 Rue Grimaldi, floor 3")
    assert (task.unplaced_reason, task.lon, task.lat) == (None, 7.4031, 43.7051)
    assert town.rep_code(task.rep_id) == "ann"
    told = (await dora.http.get(f"/api/tasks/{task.id}")).json()
    assert "found_by_address" in [entry["detail"].get("reason") for entry in told["timeline"]]


@pytest.mark.parametrize("address", ["", "Nowhere Lane 7", "12 Rue de la Paix", "Rue Grimaldi"])
async def test_an_address_that_is_unknown_or_could_be_several_waits_for_a_person(
    town: Town, dora: Caller, address: str
) -> None:
    await send(dora, TOWN.encode())
    task = await town.task(where=None, address=address)
    assert (task.unplaced_reason, task.lon, task.rep_id) == ("no_place", None, None)


async def test_another_program_makes_a_task_from_an_address_alone_and_mends_one(
    town: Town, dora: Caller
) -> None:
    await send(dora, TOWN.encode())
    body = {"category": "leak", "skill": "leak_repair", "address": "grimaldi 14"}
    made = (await dora.http.post("/api/tasks", json=body)).json()
    assert (made["lon"], made["rep"]["code"]) == (7.4033, "ann")
    lost = (await dora.http.post("/api/tasks", json=body | {"address": "by the old well"})).json()
    path, change = f"/api/tasks/{lost['id']}", {"version": lost["version"]}
    answer = await dora.http.patch(path, json=change | {"place": {"address": "behind the old well"}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "address_unsure")
    answer = await dora.http.patch(path, json=change | {"place": {}})
    assert answer.status_code == 422
    answer = await dora.http.patch(path, json=change | {"place": {"address": "Rue Grimaldi 12"}})
    assert (answer.status_code, answer.json()["lon"]) == (200, 7.4031)
