"""GeoPackage and Shapefile, by GDAL: within :mod:`field.grid.formats.apart` and nowhere else.

Only the layer that was chosen is read, as many features as a file may have, and of each its values and the
bytes of its shape; what is wrong with a shape is found by whoever checks it.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from field.grid.files.records import Limits
from field.grid.formats.source import Layer, Source
from field.grid.formats.wkb import geometry_of_wkb
from kernel.files.findings import Findings, shown

DRIVERS: Final = {".gpkg": "GPKG", ".shp": "ESRI Shapefile"}
COLUMNS: Final = 200
TEXT_BYTES: Final = 64 << 20

OTHERS: Final = (
    "MEM PCIDSK PDS4 VICAR PDF MBTiles EEDA OGCAPI GDALG MapInfo_File LVBAG S57 DGN OGR_VRT CSV GML "
    "GPX LIBKML KML GeoJSON GeoJSONSeq ESRIJSON TopoJSON OGR_GMT SQLite WAsP OpenFileGDB DXF "
    "FlatGeobuf GeoRSS VFK PGDUMP OSM GPSBabel OGR_PDS WFS OAPIF EDIGEO Idrisi ODS XLSX "
    "Elasticsearch Carto AmigoCloud SXF Selafin JML PLSCENES CSW VDV MVT NGW MapML GTFS PMTiles "
    "JSONFG MiraMonVector ADBC AVCBin AVCE00 AIVector HTTP "
).split()
"""What else the library could read, and shall not: what it does not know it cannot be led to."""

_QUIET: Final = {
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "CPL_DEBUG": "OFF",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "SHAPE_RESTORE_SHX": "NO",
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": "64",
    "GDAL_HTTP_TIMEOUT": "1",
}
_CPG: Final = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "950": "big5", "65001": "utf-8"}


def quiet(*needed: str) -> None:
    """Before the library is loaded: of all drivers only ours, and those that are `needed`."""
    skipped = [name.replace("MapInfo_File", "MapInfo File") for name in OTHERS if name not in needed]
    os.environ.update(_QUIET | {"GDAL_SKIP": ",".join(skipped)})


def read_gis(
    path: Path, layer: str | None, encoding: str | None, limits: Limits, findings: Findings
) -> Source | None:
    """The layer's features with GeoJSON geometries; None with the fault noted.

    `layer` None: the only one with areas; where there are several, a fault that names them, with the source's
    layers and no features. `encoding`: of a Shapefile's texts, where its ``.cpg`` says none or a wrong one.
    """
    quiet()
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    driver = DRIVERS[path.suffix]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layers = _layers(pyogrio, path)
            chosen = _chosen(layers, layer, findings)
            if chosen is None:
                return Source(driver, layers=layers)
            was_in = _encoding_of(path, encoding)
            info = pyogrio.read_info(path, layer=chosen, encoding=_for_gdal(was_in), force_feature_count=True)
            if info["driver"] != driver:
                findings.fault("other_format", "file", found=info["driver"], wanted=driver)
                return None
            if not _fits(info, limits, findings):
                return None
            meta, _, shapes, values = pyogrio.raw.read(
                path, layer=chosen, encoding=_for_gdal(was_in), force_2d=True, datetime_as_string=True
            )
        except (
            DataSourceError,
            DataLayerError,
            FieldError,
            GeometryError,
            UnicodeDecodeError,
            ValueError,
        ) as error:
            findings.fault("file_broken", "file", format=driver, reason=shown(_plain(str(error), path)))
            return None
    columns = [str(name) for name in meta["fields"]]
    features = [
        {
            "type": "Feature",
            "properties": {name: value_of(column[at]) for name, column in zip(columns, values, strict=True)},
            "geometry": geometry_of_wkb(bytes(shape)) if shape is not None else None,
        }
        for at, shape in enumerate(shapes)
    ]
    return Source(driver, layers, chosen, tuple(columns), features, str(meta["crs"] or ""), was_in or "utf-8")


def _layers(pyogrio: Any, path: Path) -> tuple[Layer, ...]:
    return tuple(Layer(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(path)[:100])


def _chosen(layers: tuple[Layer, ...], wanted: str | None, findings: Findings) -> str | None:
    names = [layer.name for layer in layers]
    if wanted is not None and wanted in names:
        return wanted
    listed = ", ".join(shown(name) for name in names[:12]) or "–"
    if wanted is not None:
        findings.fault("no_such_layer", "file", layer=shown(wanted), layers=listed)
        return None
    drawn = [layer.name for layer in layers if layer.has_areas]
    if len(drawn) == 1:
        return drawn[0]
    findings.fault("which_layer" if drawn else "no_layer", "file", layers=listed)
    return None


def _fits(info: dict[str, Any], limits: Limits, findings: Findings) -> bool:
    count, columns = int(info["features"]), len(info["fields"])
    if not count:
        findings.fault("no_features", "file, features")
    elif count < 0 or count > limits.features:
        findings.fault("too_many_features", "file, features", features=count, most=limits.features)
    elif columns > COLUMNS:
        findings.fault("too_many_columns", "line 1", columns=columns, most=COLUMNS)
    else:
        return True
    return False


def _encoding_of(path: Path, named: str | None) -> str | None:
    """What a Shapefile's texts are in: as told, or as its ``.cpg`` says; None for other files, and where
    nothing says it."""
    if path.suffix != ".shp":
        return None
    if named is not None:
        return named
    page = path.with_suffix(".cpg")
    if not page.exists():
        return None
    said = page.read_bytes()[:40].decode("ascii", "replace").strip().casefold()
    found = re.sub(r"^(cp|windows-|ansi )", "", said)
    return _CPG.get(found, _CPG.get(said, said if re.fullmatch(r"[a-z0-9_\-]+", said) else None))


def _for_gdal(encoding: str | None) -> str | None:
    """GDAL knows 936 and its like by other names than the IANA."""
    return {"gb18030": "CP936"}.get(encoding or "", encoding)


def value_of(value: Any) -> Any:
    """numpy's numbers as Python's; what is not a number, not there."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and plain != plain else plain


def _plain(text: str, path: Path) -> str:
    """GDAL's word without the names of our folders."""
    return text.replace(str(path.parent), "").replace(str(path), path.name)


def written(path: Path, driver: str, columns: dict[str, list[Any]], shapes: list[BaseGeometry]) -> None:
    """Zones in a file of that kind, WGS-84. A column with a text in it is one of texts; one of numbers only
    is one of numbers, and what is not known is empty there."""
    quiet()
    import pyogrio

    options = {"encoding": "UTF-8"} if driver == "ESRI Shapefile" else {}
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [_column(values) for values in columns.values()],
        list(columns),
        driver=driver,
        layer="zones",
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
        **options,
    )


def _column(values: list[Any]) -> Any:
    if any(isinstance(value, str) for value in values) or all(value is None for value in values):
        return np.array([None if value is None else str(value) for value in values], dtype=object)
    return np.array([float("nan") if value is None else float(value) for value in values])
