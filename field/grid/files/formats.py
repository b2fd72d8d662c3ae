"""What a file is that is neither of the two: known by how it begins, so that it can be called by its name."""

import re
from typing import Final

_BEGINNINGS: Final = (
    (b"\x00\x00\x27\x0a", "ESRI Shapefile (.shp)"),
    (b"SQLite format 3\x00", "GeoPackage (.gpkg)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel (.xls)"),
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "gzip (.gz)"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip (.7z)"),
    (b"Rar!", "RAR (.rar)"),
    (b"AC10", "AutoCAD (.dwg)"),
    (b"MapInfo", "MapInfo (.tab)"),
    (b"!table", "MapInfo (.tab)"),
    (b"GDAL", "GDAL"),
    (b"fgb", "FlatGeobuf (.fgb)"),
    (b"PAR1", "GeoParquet (.parquet)"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"PROJCS[", "ESRI Shapefile (.prj)"),
    (b"GEOGCS[", "ESRI Shapefile (.prj)"),
)
_IN_A_ZIP: Final = (
    (b"xl/", "Excel (.xlsx)"),
    (b"opendocument.spreadsheet", "OpenDocument (.ods)"),
    (b".kml", "KMZ (.kmz)"),
    (b".shp", "ESRI Shapefile (.zip)"),
    (b".dbf", "ESRI Shapefile (.zip)"),
)
_TEXTS: Final = (
    (re.compile(rb"\s*<\?xml.{0,400}?<(\w+:)?(kml|gml|FeatureCollection|gpx|osm|svg)", re.DOTALL | re.I), ""),
    (re.compile(rb"\s*<(kml|gml|gpx|osm|svg)\b", re.I), ""),
    (re.compile(rb"\s*(<!doctype html|<html)", re.I), "HTML"),
    (re.compile(rb"\s*<\?xml", re.I), "XML"),
    (re.compile(rb"\s*\[(TITLE|JUNCTIONS)\]", re.I), "EPANET (.inp)"),
    (re.compile(rb"\s*0\r?\n\s*SECTION\r?\n"), "AutoCAD (.dxf)"),
)
_DBF_VERSIONS: Final = frozenset((0x02, 0x03, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB))
HEAD: Final = 4096
_DBF_HEADER: Final = 32


def other_format(data: bytes) -> str | None:
    """The name of the format that the bytes are in, when it is one we know and do not read."""
    head = data[:HEAD]
    for beginning, name in _BEGINNINGS:
        if head.startswith(beginning):
            return name
    if head.startswith(b"PK\x03\x04"):
        # The names of a zip's files stand at its end, and the first ones at its beginning too.
        listed = head + data[-HEAD:]
        return next((name for part, name in _IN_A_ZIP if part in listed), "ZIP (.zip)")
    if _is_dbf(head):
        return "dBASE, of an ESRI Shapefile (.dbf)"
    for pattern, name in _TEXTS:
        found = pattern.match(head)
        if found:
            return name or found[found.re.groups].decode().upper()
    return None


def _is_dbf(head: bytes) -> bool:
    """A version byte, a date of year, month and day, and a header of whole 32-byte pieces and an end mark."""
    if len(head) < _DBF_HEADER or head[0] not in _DBF_VERSIONS:
        return False
    length = int.from_bytes(head[8:10], "little")
    return 1 <= head[2] <= 12 and 1 <= head[3] <= 31 and length > _DBF_HEADER and length % 32 in (0, 1, 8)
