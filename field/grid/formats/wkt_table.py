"""A table with a column of well-known text: what a spreadsheet or a database can keep of zones.

The separator is a comma, a semicolon or a tab, whichever the header has most of. The column is called
``wkt``, ``geometry``, ``geom`` or ``the_geom``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from field.grid.files.codes import tidy
from field.grid.files.records import Limits
from field.grid.formats.wkb import geometry_of_wkt
from kernel.files.findings import Findings, shown

SHAPE_COLUMNS: Final = ("wkt", "geometry", "geom", "the_geom", "shape", "空间范围")
COLUMNS: Final = 200
CELL: Final = 4 << 20
"""Characters of one cell: a border of a hundred thousand points."""


def shape_column(header: str) -> tuple[str, str] | None:
    """The separator and the name of the column of shapes; None where the line is no such header."""
    separator = max(",;\t", key=header.count)
    for name in next(csv.reader([header], delimiter=separator), []):
        if tidy(name).strip("\ufeff").casefold() in SHAPE_COLUMNS:
            return separator, name
    return None


def first_line(text: str) -> str:
    """The header, however the lines end."""
    return text.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")[:10_000]


def features_of_table(
    text: str, limits: Limits, findings: Findings
) -> tuple[list[str], list[dict[str, Any]], str]:
    """Columns, GeoJSON features, and the system that the shapes name themselves (``SRID=…``)."""
    found = shape_column(first_line(text))
    if found is None or "\x00" in text:
        findings.fault("not_csv", "line 1")
        return [], [], ""
    separator, _ = found
    rows = _rows(text.lstrip("\ufeff"), separator, findings)
    header = [tidy(cell) for cell in next(rows, (1, []))[1]]
    doubled = next((name for name in header if header.count(name) > 1), None)
    if doubled is not None:
        findings.fault("doubled_column", "line 1", column=shown(doubled))
        return [], [], ""
    at = next(index for index, name in enumerate(header) if name.casefold() in SHAPE_COLUMNS)
    columns = [name for index, name in enumerate(header) if index != at and name]
    features: list[dict[str, Any]] = []
    systems: dict[str, None] = {}
    for line, cells in rows:
        if len(features) == limits.features:
            findings.fault(
                "too_many_features", "file, features", features=limits.features + 1, most=limits.features
            )
            break
        if len(cells) != len(header):
            findings.fault("wrong_cells", f"line {line}", cells=len(cells), columns=len(header))
            continue
        geometry, said = geometry_of_wkt(cells[at])
        if geometry is None:
            findings.fault("bad_wkt", f"line {line}, geometry", value=shown(cells[at]))
        systems.setdefault(said)
        values = {
            name: cell.strip() for name, cell in zip(header, cells, strict=True) if name and cell.strip()
        }
        values.pop(header[at], None)
        features.append({"type": "Feature", "properties": values, "geometry": geometry or {"type": "WKT"}})
    if len(systems) > 1:
        findings.fault("mixed_crs", "file, crs", found=", ".join(each or "–" for each in systems))
    return columns, features, next(iter(systems), "")


def _rows(text: str, separator: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    usual = csv.field_size_limit()
    if len(text) > usual:  # only where the process is our own: the limit is everybody's
        csv.field_size_limit(CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            if len(cells) > COLUMNS:
                findings.fault("too_many_columns", f"line {start}", columns=len(cells), most=COLUMNS)
                return
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        findings.fault("not_csv", f"line {start}")
    finally:
        csv.field_size_limit(usual)
