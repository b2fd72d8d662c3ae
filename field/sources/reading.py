"""Pages of another server, read by GDAL in a process that may end badly (:mod:`field.grid.formats.apart`)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from field.grid.files.records import DEFAULT_LIMITS, Limits
from field.grid.formats.gis_file import COLUMNS, quiet, value_of
from field.grid.formats.wkb import geometry_of_wkb
from field.sources.source import Brought, SourceFault, brought

DRIVERS: Final = {"ESRIJSON": ".json", "GeoJSON": ".geojson", "GML": ".gml"}
DEGREES: Final = ("4326", "4490", "CRS84", "WGS 84", "WGS_1984")
_OWN: Final = ("gml_id", "id", "OBJECTID", "objectid", "FID", "fid", "SHAPE__Area", "SHAPE__Length")
"""What a server counts by, which says nothing of a zone and may change by itself."""


def read_pages(
    pages: Sequence[bytes], *, folder: Path, limits: Limits = DEFAULT_LIMITS
) -> Brought | SourceFault:
    """All features of all pages as one GeoJSON file; what is wrong with them, as a value."""
    try:
        features = [feature for at, page in enumerate(pages) for feature in _features(page, folder / str(at))]
    except SourceFault as fault:
        return fault
    if len(features) > limits.features:
        return SourceFault("too_many_features", features=len(features), most=limits.features)
    if not features:
        return SourceFault("no_features")
    if not any(feature["geometry"] for feature in features):
        return SourceFault("source_no_areas", layer="–")
    return brought(features)


def driver_of(page: bytes) -> str:
    """By what it is."""
    head = page[:4000].lstrip()
    if head.startswith(b"<"):
        return "GML"
    return "GeoJSON" if b'"FeatureCollection"' in head else "ESRIJSON"


def _features(page: bytes, folder: Path) -> list[dict[str, Any]]:
    driver = driver_of(page)
    quiet(driver)
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    folder.mkdir()
    path = folder / f"page{DRIVERS[driver]}"
    path.write_bytes(page)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = pyogrio.read_info(path)
            if found["driver"] != driver:
                raise SourceFault("source_answer", reason=str(found["driver"])[:40])
            if len(found["fields"]) > COLUMNS:
                raise SourceFault("too_many_columns", columns=len(found["fields"]), most=COLUMNS)
            meta, _, shapes, values = pyogrio.raw.read(path, force_2d=True, datetime_as_string=True)
        except (
            DataSourceError,
            DataLayerError,
            FieldError,
            GeometryError,
            UnicodeDecodeError,
            ValueError,
        ) as fault:
            reason = str(fault).replace(str(folder), "")[:120]
            raise SourceFault("source_answer", reason=reason) from None
    crs = str(meta["crs"] or "")
    if crs and not any(each in crs for each in DEGREES):
        raise SourceFault("source_other_crs", crs=crs[:40])
    names = [str(name) for name in meta["fields"]]
    return [
        {
            "type": "Feature",
            "properties": {
                name: value_of(column[at])
                for name, column in zip(names, values, strict=True)
                if name not in _OWN
            },
            "geometry": geometry_of_wkb(bytes(shape)) if shape is not None else None,
        }
        for at, shape in enumerate(shapes)
    ]
