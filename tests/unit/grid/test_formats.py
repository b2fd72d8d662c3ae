"""Zones as map programs save them: real files, written by the library that programs write them with."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from field.grid.files.records import ZoneFile
from field.grid.formats.reading import ReadAs, inspect, read_zone_file
from tests.unit.grid.files import block, zone_file

Features = list[dict[str, Any]]
FIELDS = ("code", "name", "name_en", "company", "office", "station", "sub_area")
PLAIN = {field: {"column": field} for field in FIELDS}


def written(folder: Path, name: str, driver: str, features: Features, **options: Any) -> Path:
    """The features in a file of that kind, by GDAL."""
    crs = options.pop("crs", "EPSG:4326")
    to = pyproj.Transformer.from_crs(4326, crs, always_xy=True) if crs else None
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
    if to is not None:
        shapes = [
            shapely.transform(each, lambda p: np.column_stack(to.transform(p[:, 0], p[:, 1])))
            for each in shapes
        ]
    fields = [name for name in FIELDS]
    path = folder / name
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(shapes),
        [
            np.array([str(each["properties"].get(field)) for each in features], dtype=object)
            for field in fields
        ],
        fields,
        driver=driver,
        geometry_type="Polygon",
        crs=crs,
        **options,
    )
    return path


def packed(folder: Path, *, without: tuple[str, ...] = (), extra: Mapping[str, bytes] | None = None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix not in without:
                archive.write(path, f"分区/{path.name}")
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ZoneFile]:
    folder = tmp_path / "reader"
    folder.mkdir()

    def reading(data: bytes, **said: Any) -> ZoneFile:
        return read_zone_file(data, folder=folder, read_as=ReadAs(**said))

    return reading


def codes(file: ZoneFile) -> list[str]:
    return [fault.code for fault in file.faults]


def same_as_geojson(file: ZoneFile) -> None:
    plain = read_zone_file(zone_file(block()), folder=Path("."), read_as=ReadAs())
    assert file.faults == ()
    assert [row.code for row in file.rows] == [row.code for row in plain.rows]
    for ours, theirs in zip(file.rows, plain.rows, strict=True):
        assert (ours.name, ours.station) == (theirs.name, theirs.station)
        assert shapely.equals_exact(ours.geometry.normalize(), theirs.geometry.normalize(), 1e-8)


def test_a_geopackage_gives_the_zones_of_the_same_geojson(
    tmp_path: Path, read: Callable[..., ZoneFile]
) -> None:
    data = written(tmp_path, "z.gpkg", "GPKG", block()).read_bytes()
    same_as_geojson(read(data, crs="wgs84", columns=PLAIN))


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:3857", "EPSG:4490"])
def test_a_shapefile_in_another_system_is_put_into_wgs84(
    tmp_path: Path, read: Callable[..., ZoneFile], crs: str
) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    written(folder, "z.shp", "ESRI Shapefile", block(), crs=crs, encoding="UTF-8")
    data = packed(folder)
    seen = inspect(data, folder=tmp_path, read_as=ReadAs())
    assert (seen.format, seen.features, seen.said) == ("ESRI Shapefile", 4, crs)
    same_as_geojson(read(data, crs=crs, columns=PLAIN))


def test_a_shapefile_of_arcgis_in_china_is_read_by_its_cpg_and_without_one_as_it_is_told(
    tmp_path: Path, read: Callable[..., ZoneFile]
) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    features = block()
    for each in features:
        each["properties"]["name"] = f"南山{each['properties']['code']}区"
    written(folder, "z.shp", "ESRI Shapefile", features, encoding="CP936")
    (folder / "z.cpg").write_text("936")
    with_page = read(packed(folder), crs="cgcs2000", columns=PLAIN)
    without = read(packed(folder, without=(".cpg",)), crs="cgcs2000", columns=PLAIN, encoding="gb18030")
    assert [row.name for row in with_page.rows] == [f"南山{row.code}区" for row in with_page.rows] != []
    assert [row.name for row in without.rows] == [row.name for row in with_page.rows]


def test_the_datum_of_a_map_programs_file_is_asked_and_never_guessed(
    tmp_path: Path, read: Callable[..., ZoneFile]
) -> None:
    data = written(tmp_path, "z.gpkg", "GPKG", block(), crs="EPSG:32632").read_bytes()
    (fault,) = read(data, columns=PLAIN).faults
    assert (fault.code, fault.params["found"], fault.params["title"]) == (
        "datum_unasked",
        "EPSG:32632",
        "WGS 84 / UTM zone 32N",
    )


def test_of_several_layers_one_is_asked_for(tmp_path: Path, read: Callable[..., ZoneFile]) -> None:
    path = written(tmp_path, "z.gpkg", "GPKG", block(), layer="dma")
    written(tmp_path, "z.gpkg", "GPKG", block()[:1], layer="old", append=True)
    data = path.read_bytes()
    (fault,) = read(data, crs="wgs84", columns=PLAIN).faults
    assert (fault.code, fault.params["layers"]) == ("which_layer", "dma, old")
    seen = inspect(data, folder=tmp_path, read_as=ReadAs())
    assert [layer.name for layer in seen.layers] == ["dma", "old"]
    assert len(read(data, crs="wgs84", columns=PLAIN, layer="dma").rows) == 4
    assert codes(read(data, crs="wgs84", columns=PLAIN, layer="gone")) == ["no_such_layer"]


def test_columns_are_what_a_person_says_and_a_value_may_stand_for_all(
    tmp_path: Path, read: Callable[..., ZoneFile]
) -> None:
    table = "DMA,title,shape\n" + "".join(
        '{code},{name},"{shape}"\n'.format(
            **each["properties"], shape=shapely.from_geojson(json.dumps(each["geometry"])).wkt
        )
        for each in block()
    )
    columns = {
        "code": {"column": "DMA"},
        "name": {"column": "title"},
        "name_en": {"column": "DMA"},
        "company": {"value": "C1"},
        "office": {"value": "O1"},
        "station": {"value": "S1"},
    }
    data = table.encode("utf-16")
    missing = read(data, crs="wgs84", columns=columns).faults
    assert [(each.code, each.params["field"]) for each in missing] == [("unmapped", "sub_area")]
    file = read(data, crs="wgs84", columns=columns | {"sub_area": {"value": "A1"}})
    assert file.faults == () and file.encoding == "utf-16"
    assert {(row.company, row.sub_area, row.name_en == row.code) for row in file.rows} == {("C1", "A1", True)}
    seen = inspect(data, folder=tmp_path, read_as=ReadAs())
    assert (seen.format, seen.columns) == ("CSV", ("DMA", "title"))
    assert seen.samples["DMA"] == ["Z1", "Z2", "Z3"]


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><Placemark><name>Z1</name>
<ExtendedData><Data name="station"><value>S1</value></Data>
<SchemaData schemaUrl="#s"><SimpleData name="title">一区</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>
7.40,43.72,0 7.41,43.72,0 7.41,43.73,0 7.40,43.73,0 7.40,43.72,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


def kml_columns() -> dict[str, dict[str, str]]:
    values = {field: {"value": "X"} for field in ("company", "office", "sub_area")}
    named = {"code": "name", "name": "title", "name_en": "name", "station": "station"}
    return values | {field: {"column": column} for field, column in named.items()}


def test_a_kml_gives_its_placemarks_with_their_data(read: Callable[..., ZoneFile]) -> None:
    (row,) = read(KML.encode(), crs="wgs84", columns=kml_columns()).rows
    assert (row.code, row.name, row.station) == ("Z1", "一区", "S1")
    assert row.geometry.bounds == (7.40, 43.72, 7.41, 43.73)


def test_a_geojson_on_a_shifted_map_is_put_back(read: Callable[..., ZoneFile]) -> None:
    features = block()
    for each in features:  # to Shenzhen
        each["geometry"]["coordinates"] = [
            [[lon + 106.6, lat - 21.2] for lon, lat in ring] for ring in each["geometry"]["coordinates"]
        ]
    plain = read(zone_file(features), crs="wgs84")
    shifted = read(zone_file(features), crs="gcj02")
    assert plain.faults == shifted.faults == ()
    moved = np.subtract(plain.rows[0].geometry.bounds[:2], shifted.rows[0].geometry.bounds[:2]) * 111_000
    assert 300 < float(np.hypot(*moved)) < 900
    assert codes(read(zone_file(block()), crs="bd09")) == ["datum_not_here"]
    assert codes(read(zone_file(block()), crs="EPSG:999999")) == ["wrong_crs"]


@pytest.mark.parametrize(
    ("without", "found"),
    [((".shx",), ".shx"), ((".dbf",), ".dbf"), ((".dbf", ".shx"), ".shx, .dbf")],
)
def test_a_shapefile_without_its_parts_is_told_which(
    tmp_path: Path, read: Callable[..., ZoneFile], without: tuple[str, ...], found: str
) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    written(folder, "z.shp", "ESRI Shapefile", block())
    (fault,) = read(packed(folder, without=without), crs="wgs84", columns=PLAIN).faults
    assert (fault.code, fault.params["missing"]) == ("shapefile_incomplete", found)


def test_without_a_prj_the_datum_is_asked_all_the_same(tmp_path: Path, read: Callable[..., ZoneFile]) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    written(folder, "z.shp", "ESRI Shapefile", block())
    data = packed(folder, without=(".prj",))
    (fault,) = read(data, columns=PLAIN).faults
    assert (fault.code, fault.params["found"]) == ("datum_unasked", "–")
    same_as_geojson(read(data, crs="wgs84", columns=PLAIN))


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("z.gpkg", "w") as member:
        for _ in range(140):
            member.write(bytes(1 << 20))
    return target.getvalue()


def hostile_sqlite(folder: Path) -> bytes:
    path = folder / "evil.gpkg"
    with sqlite3.connect(path) as base:
        base.executescript(
            "create table gpkg_contents(table_name text, data_type text, identifier text, description text,"
            " last_change text, min_x real, min_y real, max_x real, max_y real, srs_id integer);"
            "create view dma as with recursive n(i) as (select 1 union all select i + 1 from n)"
            " select i from n;"
            "insert into gpkg_contents values('dma', 'features', '', '', '', 0, 0, 0, 0, 4326);"
        )
    base.close()
    return path.read_bytes()


def many() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(3_000):
            archive.writestr(f"{number}.shp", b"")
    return target.getvalue()


HOSTILE: dict[str, tuple[Callable[[Path], bytes], set[str]]] = {
    "a zip bomb": (lambda _: bomb(), {"zip_too_large"}),
    "thousands of members": (lambda _: many(), {"zip_too_many"}),
    "a cut zip": (lambda _: many()[:5_000], {"bad_zip"}),
    "a zip of something else": (lambda _: packed(Path(__file__).parents[1] / "static"), {"zip_not_one"}),
    "a database with a view without end": (hostile_sqlite, {"file_broken", "no_layer", "which_layer"}),
    "a cut database": (
        lambda f: written(f, "c.gpkg", "GPKG", block()).read_bytes()[:5_000],
        {"file_broken", "no_layer"},
    ),
    "a database of noise": (lambda _: b"SQLite format 3\x00" + bytes(range(256)) * 40, {"file_broken"}),
    "entities": (
        lambda _: KML.replace("?>", '?><!DOCTYPE kml [<!ENTITY a "aaaa">]>', 1).encode(),
        {"kml_entities"},
    ),
    "elements without end": (lambda _: b"<kml>" + b"<Folder>" * 100_000, {"kml_too_deep"}),
    "half a document": (lambda _: KML[:300].encode(), {"bad_xml"}),
    "no well-known text": (lambda _: b"code,wkt\nZ1,POLYGON((1 2))) drop\n", {"bad_wkt", "unmapped"}),
    "a table without rows": (lambda _: b"code,wkt\n", {"no_features"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(
    tmp_path: Path, read: Callable[..., ZoneFile], kind: str
) -> None:
    made, wanted = HOSTILE[kind]
    file = read(made(tmp_path), crs="wgs84", columns=PLAIN)
    assert file.rows == () and set(codes(file)) & wanted, codes(file)


def test_a_shapefile_that_says_more_than_it_holds_is_refused(
    tmp_path: Path, read: Callable[..., ZoneFile]
) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    path = written(folder, "z.shp", "ESRI Shapefile", block())
    whole = bytearray(path.read_bytes())
    whole[100 + 8 + 36 : 100 + 8 + 44] = (0x7FFFFFFF).to_bytes(
        4, "little"
    ) * 2  # parts and points of the first
    path.write_bytes(bytes(whole))
    file = read(packed(folder), crs="wgs84", columns=PLAIN)
    assert file.faults
