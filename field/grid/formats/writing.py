"""Zones as files for map programs: what goes out comes in again, with the same codes, units and records.

Coordinates are WGS-84. Lists of a record are separated by semicolons. A Shapefile's columns have ten
letters, and its texts are UTF-8 with a ``.cpg`` that says so; CSV begins with a byte order mark, for
spreadsheets.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import shapely

from field.grid.files.records import AMOUNTS, LEVELS, UnitRow, ZoneRow
from field.grid.files.zone_record import RECORD_FIELDS

Row = dict[str, Any]

NAMES: Final = ("code", "name", "name_en", "name_zh_hant", *LEVELS, "rep")
COLUMNS: Final = (*NAMES, *AMOUNTS, *RECORD_FIELDS)
TEN_LETTERS: Final = {
    "name_zh_hant": "name_hant",
    "connections": "connection",
    "main_length_m": "main_len_m",
    "key_accounts": "key_accts",
    "min_night_flow": "night_flow",
    "inlet_meters": "inlets",
    "outlet_meters": "outlets",
    "boundary_valves": "valves",
    "critical_point": "crit_point",
    "public_places": "public",
    "leakage_target_percent": "leakage",
}
MEDIA: Final = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "shp.zip": "application/zip",
    "kml": "application/vnd.google-earth.kml+xml",
    "csv": "text/csv",
}
"""The kinds of files, by how their names end, and what they are called on the wire."""
BY_LIBRARY: Final = ("gpkg", "shp.zip")


def write_zones(kind: str, zones: Sequence[ZoneRow], units: Sequence[UnitRow], *, folder: Path) -> bytes:
    """A file of that kind (one of :data:`MEDIA`), by way of `folder` where the library needs one."""
    if kind == "geojson":
        return _geojson(zones, units)
    if kind == "kml":
        return _kml(zones)
    if kind == "csv":
        return _csv(zones)
    return _gis(kind, zones, folder)


def _values(zone: ZoneRow) -> Row:
    """What is known of a zone, by column."""
    told = {name: getattr(zone, name) for name in (*NAMES, *AMOUNTS)} | dict(zone.record)
    return {name: told[name] for name in COLUMNS if told.get(name) is not None}


def _flat(zone: ZoneRow) -> Row:
    """The same, lists as text."""
    return {
        name: ";".join(value) if isinstance(value, list) else value for name, value in _values(zone).items()
    }


def _geojson(zones: Sequence[ZoneRow], units: Sequence[UnitRow]) -> bytes:
    features = [
        {"type": "Feature", "properties": _flat(zone), "geometry": shapely.geometry.mapping(zone.geometry)}
        for zone in zones
    ]
    told = [{name: value for name, value in vars(unit).items() if value is not None} for unit in units]
    whole = {"type": "FeatureCollection", "units": told, "features": features}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _csv(zones: Sequence[ZoneRow]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, "wkt"])
    for zone in zones:
        values = _flat(zone)
        shape = shapely.to_wkt(zone.geometry, rounding_precision=9)
        writer.writerow([*(_harmless(values.get(name, "")) for name in COLUMNS), shape])
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    """A spreadsheet takes a text that begins like this for a formula."""
    return f" {value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value


def _kml(zones: Sequence[ZoneRow]) -> bytes:
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>']
    for zone in zones:
        values = _flat(zone)
        data = "".join(
            f"<Data name={quoteattr(name)}><value>{escape(str(value))}</value></Data>"
            for name, value in values.items()
        )
        polygons = "".join(_polygon(polygon) for polygon in zone.geometry.geoms)
        parts.append(
            f"<Placemark><name>{escape(zone.name)}</name><ExtendedData>{data}</ExtendedData>"
            f"<MultiGeometry>{polygons}</MultiGeometry></Placemark>\n"
        )
    return "".join([*parts, "</Document></kml>"]).encode()


def _polygon(polygon: shapely.Polygon) -> str:
    def ring(element: str, line: Any) -> str:
        places = " ".join(f"{x:.9f},{y:.9f}" for x, y in line.coords)
        return f"<{element}><LinearRing><coordinates>{places}</coordinates></LinearRing></{element}>"

    outer = ring("outerBoundaryIs", polygon.exterior)
    return f"<Polygon>{outer}{''.join(ring('innerBoundaryIs', line) for line in polygon.interiors)}</Polygon>"


def _gis(kind: str, zones: Sequence[ZoneRow], folder: Path) -> bytes:
    from field.grid.formats.gis_file import written

    rows = [_flat(zone) for zone in zones]
    shapes = [zone.geometry for zone in zones]
    called: Callable[[str], str] = (lambda name: TEN_LETTERS.get(name, name)) if kind == "shp.zip" else str
    columns = {called(name): [row.get(name) for row in rows] for name in COLUMNS}
    if kind == "gpkg":
        path = folder / "zones.gpkg"
        written(path, "GPKG", columns, shapes)
        return path.read_bytes()
    path = folder / "zones.shp"
    written(path, "ESRI Shapefile", columns, shapes)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("zones.*")):
            archive.write(part, part.name)
    return packed.getvalue()
