"""Any file of zones: what it is, what it holds, and its zones once somebody has said how it is to be read.

Called in a process of its own (:mod:`field.grid.formats.apart`) for all that is not light. The formats::

    GeoJSON        as :mod:`field.grid.files.importer` describes it
    GeoPackage     .gpkg; one layer, named where it has several
    Shapefile      .shp, .shx, .dbf and what there is of .prj and .cpg, in one .zip
    KML            .kml
    CSV            with a column ``wkt`` or ``geometry`` of well-known text

One of them may be packed in a .zip. Which column is what is told by a mapping
(:mod:`field.grid.formats.columns`); the datum of all but GeoJSON has to be named.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from field.grid.files.axes import Axes, axes_of
from field.grid.files.records import DEFAULT_LIMITS, Limits, ZoneFile
from field.grid.files.zone_file import read_collection, read_zones, zones_of
from field.grid.formats.columns import as_called, missing, properties_of, samples_of
from field.grid.formats.datum import EPSG, is_datum
from field.grid.formats.kml_file import features_of_kml, looks_like_kml
from field.grid.formats.packed import looks_packed, unpack
from field.grid.formats.source import Layer, Source
from field.grid.formats.systems import converted
from field.grid.formats.wkt_table import features_of_table, first_line, shape_column
from kernel.errors import Fault
from kernel.files.encodings import read_text
from kernel.files.findings import Findings, shown

SQLITE = b"SQLite format 3\x00"


@dataclasses.dataclass(frozen=True)
class ReadAs:
    """How a person says that a file is to be read. None: not said.

    `crs`: wgs84, cgcs2000, gcj02, bd09 or an EPSG code; `columns`: by field, a column or a value; `mends`:
    names of what is to be mended.
    """

    encoding: str | None = None
    crs: str | None = None
    layer: str | None = None
    columns: Mapping[str, Mapping[str, str]] | None = None
    mends: tuple[str, ...] = ()

    def is_plain(self, data: bytes) -> bool:
        """Whether it is GeoJSON, read as its own reader reads it."""
        told = self.layer is not None or self.columns is not None or _converts(self.crs)
        other = looks_packed(data) or data.startswith(SQLITE) or looks_like_kml(data) or _is_table(data)
        return not told and not other


@dataclasses.dataclass(frozen=True)
class Inspection:
    """What can be said of a file before its columns are known. `said`: its coordinate system as the file
    names it, an EPSG code or empty; `title`: that in words."""

    format: str
    layers: tuple[Layer, ...]
    layer: str | None
    columns: tuple[str, ...]
    samples: Mapping[str, Sequence[str]]
    features: int
    said: str
    title: str
    encoding: str
    faults: tuple[Fault, ...]


NO_FOLDER: Final = Path("/nonexistent")
"""For files that are read from memory."""
LIGHT: Final = 64 * 1024
"""Bytes that are read in less time than a process takes to start."""


def is_light(data: bytes, crs: str | None = None) -> bool:
    """Whether a file is small, and read by our own readers alone: no library has to be kept at a distance."""
    heavy = looks_packed(data) or data.startswith(SQLITE) or (_converts(crs) and EPSG.fullmatch(crs or ""))
    return len(data) <= LIGHT and not heavy


def _is_table(data: bytes) -> bool:
    head = data[:10_000]
    for encoding in (
        ("utf-16", "utf-8-sig") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    ):
        line = first_line(head.decode(encoding, "replace"))
        if not line.lstrip().startswith(("{", "[", "<")) and shape_column(line) is not None:
            return True
    return False


def inspect(data: bytes, *, folder: Path, read_as: ReadAs, limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """Look at a file without checking its zones."""
    findings = Findings(limits.faults)
    source = _source(data, folder, read_as, limits, findings) or Source("")
    said, title = _said(source)
    return Inspection(
        source.format,
        source.layers,
        source.layer,
        source.columns,
        samples_of((feature["properties"] for feature in source.features[:200]), source.columns),
        len(source.features),
        said,
        title,
        source.encoding,
        findings.faults,
    )


def read_zone_file(
    data: bytes,
    *,
    folder: Path,
    read_as: ReadAs,
    reps: Collection[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ZoneFile:
    """Read and check a whole file of zones, of whatever format. Never raises for what is in `data`."""
    if read_as.is_plain(data):
        return read_zones(
            data, reps=reps, limits=limits, encoding=read_as.encoding, crs=read_as.crs, mends=read_as.mends
        )
    findings = Findings(limits.faults)
    source = _source(data, folder, read_as, limits, findings)
    nothing = ZoneFile((), (), (), ())
    if source is None or findings.faults:
        return dataclasses.replace(nothing, faults=findings.faults)
    mapping = read_as.columns if read_as.columns is not None else as_called(source.columns)
    for field in missing(source.columns, mapping):
        findings.fault("unmapped", "file", field=field)
    crs = read_as.crs or ("wgs84" if source.format == "GeoJSON" and source.crs is None else None)
    if crs is None:
        said, title = _said(source)
        findings.fault("datum_unasked", "file, crs", found=said or "–", title=title or "–")
    if findings.faults or crs is None or not _convert(source.features, crs, findings):
        return dataclasses.replace(nothing, faults=findings.faults, encoding=source.encoding)
    for feature in source.features:
        feature["properties"] = properties_of(feature["properties"], mapping)
    return zones_of(
        source.features,
        source.units,
        findings,
        limits,
        reps=reps,
        encoding=source.encoding,
        axes_named=True,
        mends=read_as.mends,
    )


def _converts(crs: str | None) -> bool:
    """Whether a system is named that GeoJSON's own reader does not know."""
    if crs is None:
        return False
    known = axes_of({"properties": {"name": crs}}, Findings(0)) is not Axes.UNKNOWN
    return not known and is_datum(crs)


def _convert(features: list[dict[str, Any]], crs: str, findings: Findings) -> bool:
    if not is_datum(crs):
        findings.fault("wrong_crs", "file, crs", crs=shown(crs))
        return False
    return converted(features, crs, findings)


def _said(source: Source) -> tuple[str, str]:
    if source.format in ("GeoJSON", "KML") and source.crs is None:
        return "EPSG:4326", "WGS 84"
    if not source.said:
        return "", ""
    from field.grid.formats.systems import name_of, title_of

    name = name_of(source.said)
    return name, title_of(name)


def _source(data: bytes, folder: Path, read_as: ReadAs, limits: Limits, findings: Findings) -> Source | None:
    if len(data) > limits.file_bytes:
        findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
        return None
    if looks_packed(data):
        found = unpack(data, folder, findings)
        if found is None:
            return None
        if found.suffix == ".shp":
            return _gis(found, read_as, limits, findings)
        data = found.read_bytes()
        if len(data) > limits.file_bytes:
            findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
            return None
    if data.startswith(SQLITE):
        path = folder / "zones.gpkg"
        path.write_bytes(data)
        return _gis(path, read_as, limits, findings)
    if looks_like_kml(data):
        return _kml(data, read_as, limits, findings)
    if _is_table(data):
        return _table(data, read_as, limits, findings)
    return _geojson(data, read_as, limits, findings)


def _gis(path: Path, read_as: ReadAs, limits: Limits, findings: Findings) -> Source | None:
    from field.grid.formats.gis_file import read_gis

    return read_gis(path, read_as.layer, read_as.encoding, limits, findings)


def _kml(data: bytes, read_as: ReadAs, limits: Limits, findings: Findings) -> Source | None:
    text, was_in = read_text(data, read_as.encoding, "not_utf8", findings)
    if text is None:
        return None
    columns, features = features_of_kml(text, limits, findings)
    return Source("KML", columns=tuple(columns), features=features, said="EPSG:4326", encoding=was_in)


def _table(data: bytes, read_as: ReadAs, limits: Limits, findings: Findings) -> Source | None:
    text, was_in = read_text(data, read_as.encoding, "unknown_encoding", findings)
    if text is None:
        return None
    columns, features, said = features_of_table(text, limits, findings)
    if not features and not findings.faults:
        findings.fault("no_features", "file, features")
    return Source("CSV", columns=tuple(columns), features=features, said=said, encoding=was_in)


def _geojson(data: bytes, read_as: ReadAs, limits: Limits, findings: Findings) -> Source | None:
    read = read_collection(data, read_as.encoding, limits, findings)
    if read is None:
        return None
    collection, was_in = read
    features = [
        each
        for each in collection["features"]
        if isinstance(each, dict) and isinstance(each.get("properties"), dict)
    ]
    for number, feature in enumerate(collection["features"], 1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            findings.fault("not_feature", f"feature {number}")
    columns = dict.fromkeys(name for each in features for name in each["properties"])
    crs = collection.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    said = str(named.get("name", "")) if isinstance(named, dict) else ""
    return Source(
        "GeoJSON",
        columns=tuple(columns),
        features=features,
        said=said,
        encoding=was_in,
        units=collection.get("units"),
        crs=crs,
    )
