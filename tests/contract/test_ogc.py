"""Map programs read the zones, their coverage, territories and tasks as OGC API – Features has it.

The rules are those of OGC 17-069r4, held on both foundations; GDAL's own client reads the running product.
"""

from __future__ import annotations

import asyncio
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jsonschema_rs
import pyogrio
import pytest
import shapely

from kernel.actors import Role
from tests.contract.test_grid_imports import send
from tests.rig.foundations import Foundry
from tests.rig.people import Caller
from tests.rig.stack import running_app
from tests.rig.town import SIDE, SOUTH, WEST, Town, inside, zone_file

Json = dict[str, Any]

LINK = {
    "type": "object",
    "required": ["href", "rel", "type"],
    "properties": {"href": {"type": "string", "pattern": "^https?://"}, "rel": {"type": "string"}},
}
LINKS = {"type": "array", "minItems": 1, "items": LINK}
COLLECTION = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {
        "links": LINKS,
        "itemType": {"const": "feature"},
        "crs": {"contains": {"const": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "extent": {
            "type": "object",
            "properties": {
                "spatial": {
                    "type": "object",
                    "properties": {
                        "bbox": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "array",
                                "minItems": 4,
                                "maxItems": 4,
                                "items": {"type": "number"},
                            },
                        }
                    },
                },
                "temporal": {
                    "type": "object",
                    "properties": {
                        "interval": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "array",
                                "minItems": 2,
                                "maxItems": 2,
                                "items": {"type": ["string", "null"], "format": "date-time"},
                            },
                        }
                    },
                },
            },
        },
    },
}
FEATURE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {"type": {"const": "Feature"}, "geometry": {"type": ["object", "null"]}},
}
FEATURES = {
    "type": "object",
    "required": ["type", "features", "links", "timeStamp", "numberMatched", "numberReturned"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": FEATURE},
        "links": LINKS,
        "timeStamp": {"type": "string", "format": "date-time"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}
"""The response schemas of OGC 17-069r4, annex B, with what our answers always have."""


def holds(schema: Json, value: Any) -> None:
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(value)


def rel(told: Json, wanted: str, type: str = "") -> str | None:
    found = [each["href"] for each in told["links"] if each["rel"] == wanted and type in each["type"]]
    return found[0] if found else None


def ids(told: Json) -> list[str]:
    return [each["id"] for each in told["features"]]


@pytest.fixture
async def dora(town: Town) -> Caller:
    return await town.caller("dora")


async def test_the_road_from_the_landing_page_to_a_feature(town: Town, dora: Caller) -> None:
    landing = await dora.get("/ogc")
    assert {each["rel"] for each in landing["links"]} >= {"self", "service-desc", "conformance", "data"}
    conforms = await dora.get(str(rel(landing, "conformance")))
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms["conformsTo"]
    described = await dora.get(str(rel(landing, "service-desc")))
    assert described["openapi"].startswith("3.1") and "/ogc/collections" in described["paths"]
    told = await dora.get(str(rel(landing, "data")))
    assert [each["id"] for each in told["collections"]] == [
        *("zones", "coverage", "territories", "tasks", "announcements")
    ]
    for each in told["collections"]:
        holds(COLLECTION, each)
        assert await dora.get(str(rel(each, "self"))) == each
        page = await dora.http.get(str(rel(each, "items", "geo+json")))
        assert page.headers["content-type"] == "application/geo+json"
        holds(FEATURES, page.json())
    zones = await dora.get("/ogc/collections/zones/items")
    assert ids(zones) == ["A1", "A2", "B1", "B2"]
    feature = await dora.get("/ogc/collections/zones/items/A1")
    holds(FEATURE, feature)
    assert feature["properties"]["name"] == "A1区" and feature["properties"]["owner"] == "ann"
    assert shapely.geometry.shape(feature["geometry"]).contains(shapely.Point(inside("A1")))


async def test_pages_hold_every_feature_once_also_when_some_are_added_between(
    town: Town, dora: Caller
) -> None:
    for _ in range(5):
        await town.task()
    seen, at, pages = [], "/ogc/collections/tasks/items?limit=2", 0
    while at:
        page = await dora.get(at)
        assert page["numberReturned"] == len(page["features"]) <= 2
        seen += ids(page)
        pages += 1
        if pages == 1:
            added = await town.task()
        at = rel(page, "next") or ""
    assert len(seen) == len(set(seen)) == 6 and seen[-1] == str(added.id)
    for name in ("zones", "coverage", "territories"):
        first = await dora.get(f"/ogc/collections/{name}/items?limit=2")
        rest = await dora.get(str(rel(first, "next")))
        assert len({*ids(first), *ids(rest)}) == first["numberMatched"] == (3 if name == "territories" else 4)
        assert rel(rest, "next") is None


async def test_a_box_holds_what_meets_it(town: Town, dora: Caller) -> None:
    await town.task(where=inside("A1"))
    await town.task(where=inside("B2"))
    nowhere = await town.task(where=None)
    west = f"{WEST},{SOUTH},{WEST + SIDE / 2},{SOUTH + SIDE}"
    for name, expected in (("zones", 1), ("coverage", 1), ("territories", 1), ("tasks", 1)):
        found = await dora.get(f"/ogc/collections/{name}/items?bbox={west}")
        assert (name, found["numberMatched"]) == (name, expected)
    # A zone's border belongs to it, and so a box that ends there meets it.
    edge = await dora.get(f"/ogc/collections/zones/items?bbox={WEST - 1},{SOUTH},{WEST},{SOUTH + SIDE}")
    assert ids(edge) == ["A1"]
    everywhere = await dora.get("/ogc/collections/zones/items?bbox=170,-90,100,90")
    assert ids(everywhere) == ["A1", "A2", "B1", "B2"], "across the 180th meridian"
    alls = await dora.get("/ogc/collections/tasks/items")
    (unplaced,) = [each for each in alls["features"] if each["id"] == str(nowhere.id)]
    assert unplaced["geometry"] is None


async def test_a_tasks_time_is_from_when_it_was_made(town: Town, dora: Caller) -> None:
    before, task = town.clock.now(), await town.task()
    town.clock.advance(3600)
    later = await town.task()

    async def found(said: str) -> list[str]:
        return ids(await dora.get("/ogc/collections/tasks/items", datetime=said))

    moment = (before + timedelta(minutes=30)).isoformat()
    assert await found(moment) == await found(f"../{moment}") == [str(task.id)]
    assert await found(f"{moment}/..") == [str(task.id), str(later.id)]
    assert await found("2001-01-01T00:00:00Z") == []
    zones = await dora.get("/ogc/collections/zones/items", datetime="2001-01-01T00:00:00Z")
    assert len(ids(zones)) == 4, "what knows no time is left out by none"


async def announced(dora: Caller, zone: str, begins: Any, ends: Any) -> str:
    body = {"kind": "burst", "starts_at": begins.isoformat(), "ends_at": ends.isoformat()}
    area = {"area": {"zones": [zone]}, "exempt": "secret", "where": "Harbour Road"}
    made = await dora.post("/api/announcements", body | area)
    at = f"/api/announcements/{made['id']}/publication"
    return str((await dora.post(at, {"version": made["version"]}))["id"])


async def test_announcements_are_found_by_their_ground_and_by_when_they_hold(
    town: Town, dora: Caller
) -> None:
    now = town.clock.now()
    first = await announced(dora, "A1", now, now + timedelta(hours=2))
    second = await announced(dora, "B2", now + timedelta(hours=5), now + timedelta(hours=6))
    here = "/ogc/collections/announcements"

    async def found(**asked: str) -> list[str]:
        told = await dora.get(f"{here}/items", **asked)
        holds(FEATURES, told)
        return ids(told)

    assert await found() == [first, second]
    assert await found(bbox=f"{WEST},{SOUTH},{WEST + SIDE / 2},{SOUTH + SIDE}") == [first]
    assert await found(datetime=(now + timedelta(hours=1)).isoformat()) == [first]
    assert await found(datetime=f"{(now + timedelta(hours=3)).isoformat()}/..") == [second]
    assert await found(datetime=f"../{(now - timedelta(hours=3)).isoformat()}") == []
    page = await dora.get(f"{here}/items", limit=1)
    assert ids(page) == [first] and ids(await dora.get(str(rel(page, "next")))) == [second]
    collection = await dora.get(here)
    (box,) = collection["extent"]["spatial"]["bbox"]
    assert box == pytest.approx([WEST, SOUTH, WEST + 4 * SIDE, SOUTH + SIDE])
    one = await dora.get(f"{here}/items/{first}")
    holds(FEATURE, one)
    assert shapely.geometry.shape(one["geometry"]).contains(shapely.Point(inside("A1")))
    assert one["properties"]["where_en"].startswith("Harbour Road") and "secret" not in str(one)
    (row, _) = await dora.get("/api/announcements")
    await dora.post(f"/api/announcements/{first}/end", {"version": row["version"]})
    assert await found() == [first, second], "the console's people see what was told, too"
    draft = {"kind": "burst", "starts_at": now.isoformat(), "area": {"zones": ["A2"]}}
    made = await dora.post("/api/announcements", draft)
    assert await dora.refused("GET", f"{here}/items/{made['id']}") == "not_found"


async def test_a_task_tells_nothing_of_its_customer(town: Town, dora: Caller) -> None:
    task = await town.task()
    told = await dora.get(f"/ogc/collections/tasks/items/{task.id}")
    allowed = {"state", "category", "severity", "skill", "priority", "zone", "station", "rep", "late"}
    allowed |= {"created_at", "finished_at", "window_start", "window_end"}
    assert set(told["properties"]) == allowed


async def test_coverage_says_how_and_why(town: Town, dora: Caller) -> None:
    told = await dora.get("/ogc/collections/coverage/items/A1")
    (shown,) = [each for each in (await dora.get("/api/coverage"))["zones"] if each["zone"] == "A1"]
    assert told["properties"]["coverage"] == shown["coverage"] and told["properties"]["owner"] == "ann"
    await town.task(where=inside("A1"))
    again = await dora.get("/ogc/collections/coverage/items/A1")
    assert again == told, "who reads page by page is told of one moment"
    town.clock.advance(11)
    later = await dora.get("/ogc/collections/coverage/items/A1")
    assert later["properties"]["at"] > told["properties"]["at"]
    assert later["properties"]["open_tasks"] == told["properties"]["open_tasks"] + 1
    assert told["properties"]["reasons"] == sorted({each["code"] for each in shown["reasons"]})


async def test_a_territory_is_the_ground_of_its_zones_and_follows_them(town: Town, dora: Caller) -> None:
    cyd = await dora.get("/ogc/collections/territories/items/cyd")
    assert cyd["properties"]["zones"] == ["B1", "B2"]
    assert shapely.geometry.shape(cyd["geometry"]).area == pytest.approx(2 * SIDE * SIDE)
    status, _ = await send(dora, "zones", zone_file(B1={"rep": "bob"}))
    assert status == 200
    bob = await dora.get("/ogc/collections/territories/items/bob")
    assert bob["properties"]["zones"] == ["A2", "B1"]
    assert shapely.geometry.shape(bob["geometry"]).area == pytest.approx(2 * SIDE * SIDE)


async def test_what_cannot_be_read_is_answered_with_400_and_all_faults(town: Town, dora: Caller) -> None:
    answer = await dora.http.get("/ogc/collections/zones/items?limit=0&bbox=1,2&datetime=x&bbx=1")
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "map_query_invalid"
    answer = await dora.http.get("/ogc/collections/zones/items?limit=0&bbox=1,2&datetime=x")
    told = {each["where"] for each in answer.json()["error"]["faults"]}
    assert told == {"query.limit", "query.bbox", "query.datetime"}
    for wrong in ("/ogc?f=xml", "/ogc/collections?unknown=1", "/ogc/collections/tasks/items?cursor=x"):
        assert (await dora.http.get(wrong)).status_code == 400, wrong


@pytest.mark.parametrize(
    "path",
    ["collections/customers", "collections/customers/items", "collections/zones/items/Z9"]
    + [f"collections/tasks/items/{id}" for id in ("x", "00000000-0000-7000-8000-000000000000")]
    + [
        f"collections/{name}/items/a%00b"
        for name in ("zones", "coverage", "territories", "tasks", "announcements")
    ],
)
async def test_what_there_is_not_is_not_found(town: Town, dora: Caller, path: str) -> None:
    assert await dora.refused("GET", f"/ogc/{path}") == "not_found"


async def test_a_person_is_shown_pages(town: Town, dora: Caller) -> None:
    await send(dora, "zones", zone_file(A1={"name": "<script>alert(1)</script>"}))
    paths = ("", "/api", "/conformance", "/collections", "/collections/zones", "/collections/zones/items")
    for path in (*paths, "/collections/zones/items/A1", "/collections/tasks/items"):
        answer = await dora.http.get(
            f"/ogc{path}", headers={"Accept": "text/html", "Accept-Language": "zh-CN"}
        )
        assert answer.headers["content-type"].startswith("text/html"), path
        assert '<html lang="zh-Hans">' in answer.text and "<script>" not in answer.text
    answer = await dora.http.get("/ogc/collections/zones/items?f=html")
    assert "&lt;script&gt;" in answer.text and "4 of 4" in answer.text


async def test_nobody_else_is_shown_the_maps(town: Town) -> None:
    nobody, tess = await town.caller(None), await town.caller("tess")
    assert (await nobody.http.get("/ogc/collections/zones/items")).status_code == 401
    assert (await tess.http.get("/ogc/collections/zones/items")).status_code == 403
    assert (await nobody.http.get("/ogc/public/collections/zones/items")).status_code == 404


# tiles ----------------------------------------------------------------------------------------------


async def test_tiles_are_made_once_for_a_grid_and_tasks_anew(town: Town, dora: Caller) -> None:
    for layer in ("zones", "territories", "tasks"):
        at = f"/ogc/tiles/{layer}/9/266/186.mvt"
        first = await dora.http.get(at)
        assert first.status_code == 200
        assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        known = {"If-None-Match": first.headers["etag"]}
        assert (await dora.http.get(at, headers=known)).status_code == 304
        await town.task()
        assert (await dora.http.get(at, headers=known)).status_code == (200 if layer == "tasks" else 304)
    renamed = "/ogc/tiles/zones/9/266/186.mvt"
    before = await dora.http.get(renamed)
    await send(dora, "zones", zone_file(A1={"name": "港口"}))
    after = await dora.http.get(renamed, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200 and "港口".encode() in after.content
    assert (await dora.http.get("/ogc/tiles/zones/2/3/3.mvt")).content == b"", "nothing there"


@pytest.mark.parametrize(
    "path", ["coverage/0/0/0", "people/0/0/0", "zones/1/2/0", "zones/99/0/0", "zones/x/0/0"]
)
async def test_there_is_no_such_tile(town: Town, dora: Caller, path: str) -> None:
    assert await dora.refused("GET", f"/ogc/tiles/{path}.mvt") == "not_found"


# a client of somebody else's -------------------------------------------------------------------------


def gdal(address: str, layer: str, token: str | None = None, **asked: Any) -> tuple[Json, list[Any], Json]:
    """What GDAL's client reads: the layer's information, shapes, values by name."""
    options = {"GDAL_HTTP_AUTH": "BEARER" if token else None, "GDAL_HTTP_BEARER": token}
    pyogrio.set_gdal_config_options(options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        info = pyogrio.read_info(f"OAPIF:{address}", layer=layer)
        meta, _, shapes, values = pyogrio.raw.read(f"OAPIF:{address}", layer=layer, **asked)
    return info, [shapely.from_wkb(shape) for shape in shapes], dict(zip(meta["fields"], values, strict=True))


async def test_gdals_own_client_reads_the_running_product(foundry: Foundry, tmp_path: Path) -> None:
    with (
        foundry.make("embedded", tmp_path) as foundation,
        running_app(foundation, public_zones="true") as app,
    ):
        dispatcher = await app.staff(Role.DISPATCHER)
        await dispatcher.upload("/api/imports/zones", zone_file(), name="zones.geojson")
        lon, lat = inside("A1")
        asked = {"category": "leak", "severity": "major", "skill": "leak_repair", "lon": lon, "lat": lat}
        made = {(await dispatcher.post("/api/tasks", asked))["id"] for _ in range(3)}
        at = f"{app.url}/ogc"
        info, shapes, values = await asyncio.to_thread(gdal, at, "zones", dispatcher.token)
        assert info["crs"] == "EPSG:4326" or "CRS84" in info["crs"]
        assert sorted(values["code"]) == ["A1", "A2", "B1", "B2"] and "A1区" in list(values["name"])
        assert sum(shape.area for shape in shapes) == pytest.approx(4 * SIDE * SIDE)
        _, shapes, values = await asyncio.to_thread(gdal, at, "tasks", dispatcher.token)
        assert set(values["id"]) == made and [shape.coords[0] for shape in shapes] == [(lon, lat)] * 3
        box = (WEST, SOUTH, WEST + SIDE / 2, SOUTH + SIDE)
        _, _, values = await asyncio.to_thread(gdal, at, "zones", dispatcher.token, bbox=box)
        assert list(values["code"]) == ["A1"]
        begins = datetime.now(UTC)
        told = await announced(dispatcher, "A2", begins, begins + timedelta(hours=1))
        for address, token in ((at, dispatcher.token), (f"{at}/public", None)):
            _, shapes, values = await asyncio.to_thread(gdal, address, "announcements", token)
            assert list(values["id"]) == [told] and list(values["kind"]) == ["burst"]
            assert shapes[0].area == pytest.approx(SIDE * SIDE)
        # Anybody, where the utility has opened the zones: their names and outlines.
        _, shapes, values = await asyncio.to_thread(gdal, f"{at}/public", "zones")
        assert len(shapes) == 4 and "owner" not in values and "min_night_flow" not in values
        async with httpx.AsyncClient(base_url=app.url) as nobody:
            answer = await nobody.get("/ogc/public/collections/zones/items")
            assert answer.headers["access-control-allow-origin"] == "*"
            assert (await nobody.get("/ogc/public/collections/tasks/items")).status_code == 404
            assert urlsplit(rel(answer.json(), "self") or "").path == "/ogc/public/collections/zones/items"
        await app.close()
