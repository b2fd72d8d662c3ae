"""What an import would leave behind, and where its zones would lie, is told before and confirmed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cli import main
from field.grid.tables import Zone
from kernel.audit import AuditEntry
from kernel.database import Database
from tests.contract.test_grid_imports import rows, send
from tests.rig.foundations import Foundation
from tests.rig.people import Caller
from tests.rig.town import HEADER, REPS, Town, inside, zone_file


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


def only(*codes: str) -> bytes:
    document = json.loads(zone_file())
    document["features"] = [each for each in document["features"] if each["properties"]["code"] in codes]
    return json.dumps(document).encode()


def turned(data: bytes) -> bytes:
    """The same zones with latitude first."""
    document = json.loads(data)
    for feature in document["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        feature["geometry"]["coordinates"] = [[[lat, lon] for lon, lat in ring]]
    return json.dumps(document).encode()


def told(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["code"]: each["params"] for each in found}


async def owners(town: Town) -> dict[str, tuple[str | None, bool]]:
    async with town.database.reading() as session:
        found = await session.execute(select(Zone.code, Zone.owner_code, Zone.owner_id).where(Zone.active))
        return {code: (owner, id is not None) for code, owner, id in found.all()}


async def test_zones_with_work_and_people_go_only_when_that_is_confirmed(town: Town, dora: Caller) -> None:
    for zone in ("A1", "A1", "A2"):
        await town.task(where=inside(zone))
    before = await rows(town)
    status, report = await send(dora, "zones", only("B1", "B2"), dry_run=True)
    assert (status, report["removed"]) == (200, ["A1", "A2"])
    assert told(report["doubts"]) == {
        "leaves_owners": {"zones": 2, "owners": "ann, bob"},
        "leaves_people": {"people": 2, "stations": "SA"},
        "leaves_tasks": {"tasks": 3, "zones": "A1, A2"},
    }
    status, answer = await send(dora, "zones", only("B1", "B2"))
    assert (status, answer["error"]["code"]) == (409, "import_unconfirmed")
    assert told(answer["error"]["faults"]) == told(report["doubts"])
    assert await rows(town) == before
    assert (await owners(town)).keys() == {"A1", "A2", "B1", "B2"}
    status, report = await send(dora, "zones", only("B1", "B2"), confirmed=True)
    assert (status, report["removed"]) == (200, ["A1", "A2"])
    async with town.database.reading() as session:
        entry = await session.scalar(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1))
    assert entry is not None
    assert entry.detail["confirmed"] == ["leaves_owners", "leaves_people", "leaves_tasks"]


async def test_bringing_the_file_back_brings_the_owners_back(town: Town, dora: Caller) -> None:
    before = await owners(town)
    await send(dora, "zones", only("B1", "B2"), confirmed=True)
    status, report = await send(dora, "zones", zone_file())
    assert (status, report["added"]) == (200, ["A1", "A2"])
    assert (
        await owners(town)
        == before
        == {
            "A1": ("ann", True),
            "A2": ("bob", True),
            "B1": ("cyd", True),
            "B2": ("cyd", True),
        }
    )


async def test_people_who_come_back_have_their_zones_and_a_sign_in(town: Town, dora: Caller) -> None:
    without_ann = REPS.replace("ann,安", "eve,伊").replace(",ann,SA", ",eve,SA").replace(",A1\n", ",\n")
    status, report = await send(dora, "reps", without_ann.encode())
    assert (status, report["removed"], report["added"]) == (200, ["ann"], ["eve"])
    assert told(report["warnings"])["leaves_zones"] == {"zones": "A1"}
    assert (await owners(town))["A1"] == ("ann", False)
    status, report = await send(dora, "reps", REPS.replace(",A1\n", ",\n").encode())
    assert (status, report["added"], [each["username"] for each in report["sign_ins"]]) == (
        200,
        ["ann"],
        ["ann"],
    )
    assert (await owners(town))["A1"] == ("ann", True)


async def test_a_file_of_one_person_does_not_retire_all_others_unasked(town: Town, dora: Caller) -> None:
    status, answer = await send(
        dora, "reps", REPS.splitlines()[0].encode() + b"\n" + REPS.splitlines()[1].encode()
    )
    assert (status, answer["error"]["code"]) == (409, "import_unconfirmed")
    assert told(answer["error"]["faults"]) == {"removes_most": {"removed": 2, "of": 3}}


async def test_people_with_unanswered_tasks_go_only_when_that_is_confirmed(town: Town, dora: Caller) -> None:
    task = await town.task(where=inside("B1"), skill="meter_work")
    assert town.rep_code(task.rep_id) == "cyd"
    without_cyd = "\n".join(line for line in REPS.splitlines() if not line.startswith("cyd")) + "\n"
    status, answer = await send(dora, "reps", without_cyd.encode())
    assert (status, answer["error"]["code"]) == (409, "import_unconfirmed")
    assert told(answer["error"]["faults"]) == {"leaves_assigned": {"tasks": 1, "people": "cyd"}}
    status, _ = await send(dora, "reps", without_cyd.encode(), confirmed=True)
    assert status == 200


async def test_a_home_with_longitude_and_latitude_exchanged_is_refused(town: Town, dora: Caller) -> None:
    before = await rows(town)
    swapped = REPS.replace("7.405,43.705", "43.705,7.405")
    status, answer = await send(dora, "reps", swapped.encode())
    assert status == 422
    assert [(each["code"], each["where"]) for each in answer["error"]["faults"]] == [
        ("home_swapped", "line 2, home_lon")
    ]
    assert "longitude and latitude swapped?" in answer["error"]["faults"][0]["detail"]
    assert await rows(town) == before


async def test_an_encoding_in_doubt_is_asked_for_and_what_was_read_is_told(town: Town, dora: Caller) -> None:
    before = await rows(town)
    latin = REPS.replace("安", "Jürg Müller").replace("博", "Jérôme Lefèvre").replace("慈", "Zoë")
    data = latin.encode("cp1252")
    status, answer = await send(dora, "reps", data)
    assert (status, answer["error"]["faults"][0]["code"]) == (422, "unknown_encoding")
    readings = {
        each["encoding"]: each["sample"] for each in answer["error"]["faults"][0]["params"]["readings"]
    }
    assert readings["windows-1252"].startswith("Jürg Müller")
    assert await rows(town) == before
    status, report = await send(dora, "reps", data, encoding="windows-1252")
    assert (status, report["encoding"]) == (200, "windows-1252")
    assert report["sample"] == ["Jürg Müller", "Jérôme Lefèvre", "Zoë"]


@pytest.mark.parametrize("encoding", ["punycode", "nonsense", ""])
async def test_an_encoding_that_is_none_is_refused(town: Town, dora: Caller, encoding: str) -> None:
    status, answer = await send(dora, "reps", REPS.encode(), encoding=encoding)
    assert (status, answer["error"]["faults"][0]["code"]) == (422, "no_such_encoding")


async def test_zones_with_latitude_first_far_from_the_others_are_doubted(town: Town, dora: Caller) -> None:
    status, answer = await send(dora, "zones", turned(zone_file()))
    assert (status, answer["error"]["code"]) == (409, "import_unconfirmed")
    doubt = told(answer["error"]["faults"])["place_swapped"]
    assert (doubt["country"], doubt["other_country"]) == ("Ethiopia", "Monaco")


async def cli(foundation: Foundation, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", foundation.database_url)
    return await asyncio.to_thread(main, ["import", *arguments])


async def count(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Zone).where(Zone.active)) or 0


async def test_the_command_asks_and_tells_the_same(
    foundation: Foundation,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    zones, away, people = tmp_path / "zones.geojson", tmp_path / "away.geojson", tmp_path / "reps.csv"
    zones.write_bytes(zone_file())
    away.write_bytes(turned(zone_file()))
    people.write_bytes(
        f"{HEADER}\nann,Jürg,Jurg,+86 138 0013 8001,ann,SA,valve,2,,08:00,17:30,7.405,43.705\n".encode(
            "cp1252"
        )
    )

    assert await cli(foundation, monkeypatch, "zones", str(away)) == 1
    said = capsys.readouterr().err
    assert "in Ethiopia" in said and "in Monaco" in said and "--confirm" in said
    assert await count(database) == 0
    assert await cli(foundation, monkeypatch, "zones", str(zones)) == 0
    assert "read as utf-8: A1区" in capsys.readouterr().err
    assert await cli(foundation, monkeypatch, "reps", str(people)) == 1
    assert "windows-1252 (“Jürg”)" in capsys.readouterr().err
    assert await cli(foundation, monkeypatch, "reps", str(people), "--encoding", "windows-1252") == 0
    assert "read as windows-1252: Jürg" in capsys.readouterr().err

    doors = tmp_path / "doors.csv"
    doors.write_bytes("address,lon,lat\n4 Allée Müller,7.405,43.705\n".encode("cp1252"))
    assert await cli(foundation, monkeypatch, "addresses", str(doors)) == 1
    assert "windows-1252 (“4 Allée Müller”)" in capsys.readouterr().err
    assert await cli(foundation, monkeypatch, "addresses", str(doors), "--encoding", "windows-1252") == 0
    assert "read as windows-1252: 4 Allée Müller" in capsys.readouterr().err

    zones.write_bytes(only("B1", "B2"))
    assert await cli(foundation, monkeypatch, "zones", str(zones)) == 1
    assert "People whose station would have no zones any more: 1 (SA)" in capsys.readouterr().err
    assert await count(database) == 4
    assert await cli(foundation, monkeypatch, "zones", str(zones), "--confirm") == 0
    assert await count(database) == 2
    # A coordinate system that the caller names settles which number is the longitude.
    crs = "urn:ogc:def:crs:EPSG::4326"
    away.write_bytes(turned(only("B1", "B2")))
    assert await cli(foundation, monkeypatch, "zones", str(away), "--crs", crs) == 0
    assert "2 unchanged" in capsys.readouterr().err
