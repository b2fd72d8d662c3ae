"""Zones come from other servers, are read again, and stay when those are away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from field.sources import commands
from field.sources.commands import due_sources, refresh_source
from field.sources.fetching import Fetcher
from tests.contract.test_grid_imports import send
from tests.rig.map_server import MapServer, broken, elsewhere, map_server, rows, without_end
from tests.rig.people import Caller
from tests.rig.town import Town

HOUR = 3600


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


@pytest.fixture
async def server(town: Town) -> AsyncIterator[MapServer]:
    async with map_server() as running:
        settings = town.house.settings.model_copy(update={"source_hosts": (running.host,)})
        object.__setattr__(town.house, "settings", settings)
        yield running


async def added(dora: Caller, server: MapServer, kind: str = "arcgis", **more: Any) -> dict[str, Any]:
    url = server.arcgis if kind == "arcgis" else server.wfs
    made = await dora.post("/api/zone-sources", {"kind": kind, "name": "GIS", "url": url, **more})
    read: dict[str, Any] = await dora.post(f"/api/zone-sources/{made['id']}/reading")
    return read


@pytest.mark.parametrize(("kind", "gml"), [("arcgis", False), ("wfs", False), ("wfs", True)])
async def test_zones_come_from_another_server_and_go_the_road_of_a_file(
    town: Town, dora: Caller, server: MapServer, kind: str, gml: bool
) -> None:
    server.gml_only = gml
    server.zones = rows(A1={"name": "港口"})
    source = await added(dora, server, kind)
    assert (source["state"], source["features"], source["taken"]) == ("read", 4, False), source["faults"]
    if kind == "arcgis":
        assert sum("resultOffset" in each for each in server.asked) == 2, "a page of three, and the rest"
    file = await dora.http.get(f"/api/zone-sources/{source['id']}/file")
    status, report = await send(dora, "zones", file.content, dry_run=True)
    assert (status, report["changed"]) == (200, [{"code": "A1", "fields": ["name"]}]), report
    assert (report["added"], report["removed"], report["moved"]) == ([], [], [])
    status, _ = await send(dora, "zones", file.content, confirmed=True)
    assert status == 200
    (listed,) = await dora.get("/api/zone-sources")
    assert listed["taken"]
    again = await dora.post(f"/api/zone-sources/{source['id']}/reading")
    assert again["taken"], "the same zones in any order are the same file"
    server.zones = server.zones[::-1]
    assert (await dora.post(f"/api/zone-sources/{source['id']}/reading"))["taken"]


async def test_a_server_that_is_away_leaves_what_was_read(
    town: Town, dora: Caller, server: MapServer
) -> None:
    source = await added(dora, server, every_hours=24)
    before = (await dora.http.get(f"/api/zone-sources/{source['id']}/file")).content
    server.fault = broken("down", 503)
    town.clock.advance(24 * HOUR)
    (due,) = await due_sources(town.database)
    await refresh_source(town.database, due, (server.host,))
    (away,) = await dora.get("/api/zone-sources")
    assert (away["state"], away["faults"][0]["code"]) == ("away", "source_away")
    assert away["read_at"] == source["read_at"] and away["features"] == 4
    assert (await dora.http.get(f"/api/zone-sources/{source['id']}/file")).content == before
    assert await due_sources(town.database) == []
    town.clock.advance(HOUR)
    assert await due_sources(town.database) == [due], "asked again sooner than after a day"
    server.fault = None
    server.zones = rows(B2={"name": "新名"})
    await refresh_source(town.database, due, (server.host,))
    (back,) = await dora.get("/api/zone-sources")
    assert (back["state"], back["faults"]) == ("read", []) and back["read_at"] > source["read_at"]


HOSTILE: dict[str, tuple[Any, str, str]] = {
    "an error with status 200": (
        broken({"error": {"code": 499, "message": "Token Required"}}),
        "refused",
        "source_answer",
    ),
    "no JSON": (broken("<html>"), "refused", "source_answer"),
    "a list": (broken([1, 2]), "refused", "source_answer"),
    "nesting without end": (broken("[" * 200_000), "refused", "source_answer"),
    "points": (broken({"geometryType": "esriGeometryPoint"}), "refused", "source_no_areas"),
    "a redirection into our network": (elsewhere, "refused", "source_away"),
    "no such layer": (broken({}, 404), "refused", "source_away"),
    "polygons that are none": (
        broken({"geometryType": "esriGeometryPolygon", "fields": [], "features": [{"geometry": 7}, 1]}),
        "refused",
        "source_no_areas",
    ),
    "more than fits": (without_end, "refused", "source_too_large"),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_whatever_a_server_answers_nothing_is_lost(
    town: Town, dora: Caller, server: MapServer, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "Fetcher", lambda allowed: Fetcher(allowed, seconds=5, most=1 << 20))
    server.fault, state, code = HOSTILE[what]
    source = await added(dora, server)
    assert (source["state"], source["faults"][0]["code"], source["read_at"]) == (state, code, None)
    assert await dora.refused("GET", f"/api/zone-sources/{source['id']}/file") == "not_found"


@pytest.mark.parametrize(
    "answer",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
        "<a>" * 200,
        "<a/>",
        "not XML",
        '<wfs:FeatureCollection numberReturned="1"/>',
    ],
)
async def test_whatever_a_wfs_answers_is_told(
    town: Town, dora: Caller, server: MapServer, answer: str
) -> None:
    server.fault = broken(answer, media_type="text/xml")
    source = await added(dora, server, "wfs")
    assert (source["state"], source["faults"][0]["code"]) == ("refused", "source_answer")


async def test_a_layer_that_is_not_there_is_told_with_those_that_are(
    town: Town, dora: Caller, server: MapServer
) -> None:
    source = await added(dora, server, "wfs", layer="water:pipes")
    assert source["faults"][0]["code"] == "source_no_layer"
    assert source["faults"][0]["params"]["layers"] == "water:dma"
    server.pagination = False
    assert (await added(dora, server))["faults"][0]["code"] == "source_incomplete"


@pytest.mark.parametrize(
    "url",
    [
        "http://maps.example/arcgis",
        "https://127.0.0.1/arcgis",
        "https://10.0.0.8/arcgis",
        "https://[::ffff:10.0.0.8]/arcgis",
        "https://169.254.169.254/latest",
        "https://user:secret@maps.example/arcgis",
        "file:///etc/passwd",
        "https://maps.example/a b",
    ],
)
async def test_no_address_leads_into_the_house_or_its_network(town: Town, dora: Caller, url: str) -> None:
    """But for the hosts that whoever runs it has named."""
    answer = await dora.http.post("/api/zone-sources", json={"kind": "arcgis", "name": "GIS", "url": url})
    assert answer.status_code == 422
    assert [each["where"] for each in answer.json()["error"]["faults"]] == ["body.url"]
    assert await dora.get("/api/zone-sources") == []


async def test_a_host_that_is_named_no_more_is_asked_no_more(
    town: Town, dora: Caller, server: MapServer
) -> None:
    source = await added(dora, server)
    asked = len(server.asked)
    await refresh_source(town.database, UUID(source["id"]), ())
    (told,) = await dora.get("/api/zone-sources")
    assert (told["state"], told["faults"][0]["code"], len(server.asked)) == (
        "refused",
        "source_not_public",
        asked,
    )


async def test_a_source_that_is_removed_leaves_its_zones(town: Town, dora: Caller, server: MapServer) -> None:
    source = await added(dora, server)
    await dora.delete(f"/api/zone-sources/{source['id']}")
    assert await dora.get("/api/zone-sources") == []
    assert await dora.refused("DELETE", f"/api/zone-sources/{source['id']}") == "not_found"
    assert await dora.refused("POST", f"/api/zone-sources/{source['id']}/reading") == "not_found"
