"""What is known of a zone beside its border comes in by files, stays, and is shown with its owners over
time."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely

from kernel.database import Database
from tests.contract.test_grid_doubts import cli, count
from tests.contract.test_grid_imports import send
from tests.rig.foundations import Foundation
from tests.rig.people import Caller
from tests.rig.town import REPS, Town, inside, zone_file


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


RECORD = {
    "status": "运行中",
    "tier": "三级",
    "inlet_meters": "M-1；M-2",
    "outlet_meters": "M-9",
    "households": 1200,
    "leakage_target_percent": "3.5",
    "deputy": "bob",
}


async def test_a_zones_record_comes_in_stays_and_is_shown(town: Town, dora: Caller) -> None:
    await town.task(where=inside("A1"))
    status, report = await send(dora, "zones", zone_file(A1=RECORD))
    assert (status, report["changed"]) == (200, [{"code": "A1", "fields": ["record"]}])
    status, report = await send(dora, "zones", zone_file(A1={"critical_point": "山顶泵站"}))
    assert (status, report["changed"]) == (200, [{"code": "A1", "fields": ["record"]}])
    page = await dora.get("/api/zones/A1/record")
    assert page["record"] == {
        "status": "in_service",
        "tier": 3,
        "inlet_meters": ["M-1", "M-2"],
        "outlet_meters": ["M-9"],
        "households": 1200,
        "leakage_target_percent": 3.5,
        "deputy": "bob",
        "critical_point": "山顶泵站",
    }
    assert (page["owner"]["name"], page["deputy"]["name"]) == ("安", "博")
    assert [each["code"] for each in page["path"]] == ["C", "O", "SA", "SA-1"]
    assert (page["tasks_open"], page["tasks_done"], len(page["tasks"])) == (1, 0, 1)


async def test_a_zone_may_be_called_in_any_script(town: Town, dora: Caller) -> None:
    named = json.loads(zone_file())
    named["features"][0]["properties"] |= {"code": "城东-03", "station": "东站", "sub_area": "东站.一"}
    status, report = await send(dora, "zones", json.dumps(named).encode(), confirmed=True)
    assert (status, report["added"], report["removed"]) == (200, ["城东-03"], ["A1"])
    assert (await dora.get("/api/zones/城东-03/record"))["path"][2]["code"] == "东站"
    lon, lat = inside("A1")
    assert (await dora.get("/api/zones/at", lon=lon, lat=lat))["code"] == "城东-03"
    assert (await dora.get("/ogc/collections/zones/items/城东-03"))["id"] == "城东-03"
    for kind in ("geojson", "csv", "gpkg"):
        again = await dora.http.get(f"/api/zones/files/{kind}")
        status, report = await send(dora, "zones", again.content, crs="wgs84")
        assert (status, report["changed"], report["removed"]) == (200, [], []), kind


@pytest.mark.parametrize("code", ["Z9", "a%00b", "分区"])
async def test_a_zone_that_there_is_not_has_no_record(town: Town, dora: Caller, code: str) -> None:
    assert await dora.refused("GET", f"/api/zones/{code}/record") == "not_found"


async def test_faults_of_a_record_are_all_told(town: Town, dora: Caller) -> None:
    wrong = {
        "status": "rusty",
        "tier": 4,
        "households": 1.5,
        "leakage_target_percent": 101,
        "inlet_meters": "a b",
    }
    status, answer = await send(dora, "zones", zone_file(A1=wrong))
    told = {(each["code"], each["where"]) for each in answer["error"]["faults"]}
    assert (status, told) == (
        422,
        {
            ("bad_choice", "feature 1, status"),
            ("bad_number", "feature 1, tier"),
            ("bad_number", "feature 1, households"),
            ("bad_number", "feature 1, leakage_target_percent"),
            ("bad_list", "feature 1, inlet_meters"),
        },
    )


async def test_owners_over_time_are_kept(town: Town, dora: Caller) -> None:
    town.clock.advance(300)
    await send(dora, "reps", REPS.replace(",A1\n", ",\n").replace(",A2\n", ",A1;A2\n").encode())
    town.clock.advance(300)
    await send(dora, "zones", zone_file(A1={"rep": "cyd"}))
    owners = (await dora.get("/api/zones/A1/record"))["owners"]
    assert [(each["code"], each["until_at"] is None) for each in owners] == [
        ("cyd", True),
        ("bob", False),
        ("ann", False),
    ]
    assert [owners[at]["until_at"] for at in (1, 2)] == [owners[at]["from_at"] for at in (0, 1)]
    document = json.loads(zone_file())
    document["features"] = document["features"][1:]
    town.clock.advance(300)
    status, report = await send(dora, "zones", json.dumps(document).encode(), confirmed=True)
    assert (status, report["removed"]) == (200, ["A1"])
    gone = await dora.get("/api/zones/A1/record")
    assert gone["active"] is False and gone["owners"][0]["until_at"] is not None


def table(names: dict[str, str]) -> bytes:
    """The town as a spreadsheet keeps it, with columns of its own names."""
    rows = [",".join([*names.values(), "wkt"])]
    for feature in json.loads(zone_file())["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"])).wkt
        rows.append(",".join([*(feature["properties"][field] for field in names), f'"{shape}"']))
    return "\n".join(rows).encode("gb18030")


NAMES = {
    "code": "分区编号",
    "name": "分区名称",
    "name_en": "English",
    "company": "公司",
    "office": "营业所",
    "station": "供水站",
    "sub_area": "片区",
}


async def upload(caller: Caller, path: str, data: bytes, fields: dict[str, Any], **query: Any) -> Any:
    sent = {name: value if name == "layer" else json.dumps(value) for name, value in fields.items()}
    answer = await caller.http.post(path, files={"file": ("z", data)}, data=sent, params=query)
    return answer.status_code, answer.json()


async def test_a_spreadsheet_is_looked_at_mapped_taken_and_its_columns_known_next_time(
    town: Town, dora: Caller
) -> None:
    data = table(NAMES)
    status, seen = await upload(dora, "/api/imports/zones/inspection", data, {})
    assert (status, seen["format"], seen["features"], seen["crs"]) == (200, "CSV", 4, "")
    assert seen["columns_proposed"]["station"] == {"column": "供水站", "value": None}
    columns = {field: {"column": name} for field, name in NAMES.items()} | {"tier": {"value": "3"}}
    status, answer = await upload(dora, "/api/imports/zones", data, {"columns": columns}, dry_run=True)
    assert (status, answer["error"]["faults"][0]["code"]) == (422, "datum_unasked")
    status, report = await upload(dora, "/api/imports/zones", data, {"columns": columns}, crs="wgs84")
    assert (status, report["encoding"], [each["fields"] for each in report["changed"]]) == (
        200,
        "gb18030",
        [["name_zh_hant", "record"]] * 4,
    )
    _, seen = await upload(dora, "/api/imports/zones/inspection", data, {})
    assert seen["columns_proposed"]["tier"] == {"column": None, "value": "3"}


@pytest.mark.parametrize(
    "fields",
    [
        {"columns": {"nonsense": {"column": "a"}}},
        {"columns": {"code": {}}},
        {"columns": [1]},
        {"mends": {"a": 1}},
        {"mends": ["x" * 61]},
    ],
)
async def test_odd_fields_are_refused(town: Town, dora: Caller, fields: dict[str, Any]) -> None:
    status, answer = await upload(dora, "/api/imports/zones", zone_file(), fields)
    assert (status, answer["error"]["code"]) == (422, "invalid")


async def test_a_zip_bomb_is_refused_and_the_worker_goes_on(town: Town, dora: Caller) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("z.gpkg", "w") as member:
        for _ in range(140):
            member.write(bytes(1 << 20))
    status, answer = await send(dora, "zones", target.getvalue(), crs="wgs84")
    assert (status, answer["error"]["faults"][0]["code"]) == (422, "zip_too_large")
    assert (await dora.get("/api/zones/at", lon=7.405, lat=43.705))["code"] == "A1"


async def test_a_difference_tells_how_far_borders_move_and_what_hangs_on_what_goes(
    town: Town, dora: Caller
) -> None:
    await send(dora, "zones", zone_file(A2={"inlet_meters": "M-7"}))
    await town.task(where=inside("A2"))
    document = json.loads(zone_file(A1={"geometry": {"type": "Polygon", "coordinates": wide()}}))
    document["features"] = [each for each in document["features"] if each["properties"]["code"] != "A2"]
    status, report = await send(dora, "zones", json.dumps(document).encode(), dry_run=True)
    assert status == 200
    # 0.005° × 0.01° at 43.705° north.
    ((moved),) = report["moved"]
    assert (moved["code"], moved["lost_m2"]) == ("A1", 0)
    assert moved["gained_m2"] == pytest.approx(446_800, rel=0.005)
    assert report["going"] == [
        {"code": "A2", "name": "A2区", "owner": "bob", "meters": ["M-7"], "open_tasks": 1}
    ]
    assert {code: sorted(k for k, v in each.items() if v) for code, each in report["drawings"].items()} == {
        "A1": ["after", "before"],
        "A2": ["before"],
    }


def wide() -> list[list[list[float]]]:
    return [[[7.40, 43.70], [7.415, 43.70], [7.415, 43.71], [7.40, 43.71], [7.40, 43.70]]]


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp.zip", "kml", "csv"])
async def test_what_goes_out_comes_in_again_and_changes_nothing(town: Town, dora: Caller, kind: str) -> None:
    await send(
        dora, "zones", zone_file(A1=RECORD | {"connections": 7, "main_length_m": 12.5, "name_en": "=1+1"})
    )
    answer = await dora.http.get(f"/api/zones/files/{kind}")
    assert answer.status_code == 200 and f"zones.{kind}" in answer.headers["content-disposition"]
    _, seen = await upload(dora, "/api/imports/zones/inspection", answer.content, {})
    columns = {
        field: {name: text for name, text in how.items() if text is not None}
        for field, how in seen["columns_proposed"].items()
    }
    fields = {"columns": columns}
    status, report = await upload(
        dora, "/api/imports/zones", answer.content, fields, crs="wgs84", dry_run=True
    )
    assert (status, report["unchanged"], report["changed"]) == (200, 4, []), report


async def test_zones_go_out_to_the_console_and_nobody_else(town: Town) -> None:
    ann, dora = await town.caller("ann"), await town.caller("dora")
    assert await ann.refused("GET", "/api/zones/files/csv") == "forbidden"
    assert await dora.refused("GET", "/api/zones/files/dwg") == "not_found"


async def test_the_command_takes_a_spreadsheet_with_its_columns_and_datum_said(
    foundation: Foundation,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "zones.csv"
    file.write_bytes(table(NAMES))
    said = json.dumps({field: {"column": name} for field, name in NAMES.items()})
    assert await cli(foundation, monkeypatch, "zones", str(file), "--columns", said) == 1
    assert "Say in which coordinate system" in capsys.readouterr().err
    assert await cli(foundation, monkeypatch, "zones", str(file), "--columns", "{") == 2
    assert await cli(foundation, monkeypatch, "zones", str(file), "--columns", said, "--crs", "wgs84") == 0
    assert "zones: 4 added" in capsys.readouterr().err
    assert await count(database) == 4
