"""Reading `zones.geojson`; the format is described in `field.grid.files.importer`."""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any, Final, NoReturn

from field.grid.files.axes import Axes, axes_of, flipped, order_of
from field.grid.files.borders.mends import Mends, mended, offer
from field.grid.files.borders.mosaic import check_mosaic
from field.grid.files.codes import code_of, fault_of_name, tidy
from field.grid.files.formats import other_format
from field.grid.files.records import (
    AMOUNTS,
    DEFAULT_LIMITS,
    LEVELS,
    Feature,
    Limits,
    UnitRow,
    ZoneFile,
    ZoneRow,
)
from field.grid.files.rings import read_geometry, vertices_of
from field.grid.files.sizes import fits_json
from field.grid.files.units import check_units, derive_units, read_units
from field.grid.files.zone_record import read_record
from kernel.files.encodings import read_text
from kernel.files.findings import Findings, shown

SAMPLES: Final = 3
MOST: Final = 1_000_000_000
"""No zone has so many connections, nor so many metres of main."""
SHAPEFILE: Final = "ZIP (.shp + .shx + .dbf + .prj)"


def read_zones(
    data: bytes,
    *,
    reps: Collection[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
    crs: str | None = None,
    mends: Sequence[str] = (),
) -> ZoneFile:
    """Read and check a whole zone file. Never raises for what is in `data`.

    `reps`: codes of the representatives there are; a zone naming another gets a warning. None: not checked.
    `encoding`, `crs`: what the file is in, where the caller says so; they go before what the file says.
    `mends`: what is to be mended.
    """
    findings = Findings(limits.faults)
    read = read_collection(data, encoding, limits, findings)
    if read is None:
        return ZoneFile((), (), findings.faults, findings.warnings)
    collection, was_in = read
    member = {"properties": {"name": crs}} if crs is not None else collection.get("crs")
    axes = axes_of(member, findings)
    features = collection["features"]
    # An URN of the EPSG says latitude first, and most programs that write it put longitude first.
    first, told = order_of(features, axes, strict=crs is not None)
    if told:
        findings.warning("latitude_first", "file, crs")
    if first:
        features = [flipped(feature) for feature in features]
    return zones_of(
        features,
        collection.get("units"),
        findings,
        limits,
        reps=reps,
        encoding=was_in,
        known_crs=axes is not Axes.UNKNOWN,
        # Where both orders would be places on earth, an URN says nothing by which to know which is meant.
        axes_named=axes is Axes.LON_LAT or first,
        mends=mends,
    )


def read_collection(
    data: bytes, encoding: str | None, limits: Limits, findings: Findings
) -> tuple[dict[str, Any], str] | None:
    """A GeoJSON FeatureCollection and the encoding it was in; None with the fault noted."""
    text, was_in = _text(data, encoding, limits, findings)
    collection = _collection(text, limits, findings) if text is not None else None
    return (collection, was_in) if collection is not None else None


def zones_of(
    features: list[Any],
    units: Any,
    findings: Findings,
    limits: Limits,
    *,
    reps: Collection[str] | None = None,
    encoding: str = "utf-8",
    known_crs: bool = True,
    axes_named: bool = False,
    mends: Sequence[str] = (),
) -> ZoneFile:
    """Check features whose properties have the names of fields, whatever file they came from.

    `units`: the collection's member of that name, None where there is none; `mends`: what is to be mended, by
    its name (:mod:`field.grid.files.borders.mends`).
    """
    declared = read_units(units, findings)
    if sum(vertices_of(_geometry(feature)) for feature in features) > limits.vertices:
        findings.fault("too_many_vertices", "file", most=limits.vertices)
        return ZoneFile((), (), findings.faults, findings.warnings, encoding)
    chosen = Mends(mends, findings)
    first_at: dict[str, int] = {}
    read = [
        _read_feature(feature, number, first_at, known_crs, limits, findings, chosen)
        for number, feature in enumerate(features, 1)
    ]
    read = mended(read, chosen, findings)
    if declared is not None:
        check_units(read, declared, findings)
        used = declared
    else:
        used = derive_units(read, findings)
    check_mosaic(read, limits, findings)
    chosen.tell_unused()
    rows = tuple(feature.row for feature in read if feature.row is not None)
    for row in rows:
        for field, person in (("rep", row.rep), ("deputy", row.record.get("deputy"))):
            if reps is not None and person is not None and person not in reps:
                findings.warning("unknown_rep", f"feature {row.feature}, {field}", code=row.code, rep=person)
    sample = dict.fromkeys(row.name for row in rows if not row.name.isascii())
    return ZoneFile(
        rows,
        _top_down(used.values()),
        findings.faults,
        findings.warnings,
        encoding,
        tuple(sample)[:SAMPLES],
        axes_named=axes_named,
    )


def _top_down(units: Collection[UnitRow]) -> tuple[UnitRow, ...]:
    return tuple(sorted(units, key=lambda unit: (LEVELS.index(unit.level), unit.code)))


def _text(data: bytes, encoding: str | None, limits: Limits, findings: Findings) -> tuple[str | None, str]:
    if len(data) > limits.file_bytes:
        findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
        return None, "utf-8"
    other = other_format(data)
    if other is not None:
        wanted = SHAPEFILE if "Shapefile" in other else "GeoJSON"
        findings.fault("other_format", "file", found=other, wanted=wanted)
        return None, "utf-8"
    return read_text(data, encoding, "not_utf8", findings)


def _collection(text: str, limits: Limits, findings: Findings) -> dict[str, Any] | None:
    if not fits_json(text, limits, findings):
        return None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        findings.fault("invalid_json", f"line {error.lineno}", line=error.lineno, column=error.colno)
        return None
    except (ValueError, RecursionError):
        # NaN and Infinity, numbers of thousands of digits, thousands of brackets.
        at = odd.start() if (odd := _NO_JSON.search(text)) else 0
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        findings.fault("invalid_json", f"line {line}", line=line, column=column)
        return None
    if not isinstance(value, dict) or value.get("type") != "FeatureCollection":
        kind = value.get("type") if isinstance(value, dict) else type(value).__name__
        findings.fault("not_feature_collection", "file", found=shown(kind))
        return None
    features = value.get("features")
    if not isinstance(features, list):
        findings.fault("not_feature_collection", "file, features", found=shown(type(features).__name__))
        return None
    if not features:
        findings.fault("no_features", "file, features")
        return None
    if len(features) > limits.features:
        findings.fault("too_many_features", "file, features", features=len(features), most=limits.features)
        return None
    return value


_NO_JSON: Final = re.compile(r"\bNaN\b|\bInfinity\b|\d{4000}|[\[{]{900}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _geometry(feature: Any) -> Any:
    return feature.get("geometry") if isinstance(feature, dict) else None


def _read_feature(
    feature: Any,
    number: int,
    first_at: dict[str, int],
    known_crs: bool,
    limits: Limits,
    findings: Findings,
    chosen: Mends,
) -> Feature:
    where = f"feature {number}"
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or feature.get("type") != "Feature" or not isinstance(properties, dict):
        findings.fault("not_feature", where)
        return Feature(number, None, (), None, None)
    codes = {field: _code(properties, field, where, findings) for field in ("code", *LEVELS)}
    names = {field: _name(properties, field, where, findings) for field in ("name", "name_en")}
    hant = (
        _name(properties, "name_zh_hant", where, findings)
        if _given(properties, "name_zh_hant")
        else names["name"]
    )
    rep = _code(properties, "rep", where, findings) if _given(properties, "rep") else ""
    amounts = {field: _amount(properties, field, where, findings) for field in AMOUNTS}
    amounts_sound = all(amounts[field] is not None for field in AMOUNTS if _given(properties, field))
    code = codes["code"]
    repeated = code is not None and code.casefold() in first_at
    joins = first_at[code.casefold()] if code is not None and repeated else None
    if joins is not None and not chosen.wants("merge", number):
        offers = [offer("merge", number)]
        findings.fault("duplicate_code", f"{where}, code", code=code, first=joins, mends=offers)
    elif code is not None and not repeated:
        first_at[code.casefold()] = number
    geometry = None
    if vertices_of(feature.get("geometry")) > limits.vertices_per_zone:
        findings.fault("too_many_vertices", f"{where}, geometry", most=limits.vertices_per_zone)
    else:
        geometry = read_geometry(feature.get("geometry"), number, findings, chosen, ranged=known_crs)
    units = tuple(unit for level in LEVELS if (unit := codes[level]) is not None)
    sound = {field: value for field, value in (codes | names).items() if value is not None}
    record = read_record(properties, where, findings)
    row = None
    if (
        len(sound) == len(codes) + len(names)
        and not repeated
        and None not in (hant, rep)
        and geometry is not None
        and amounts_sound
    ):
        values: dict[str, Any] = {**sound, **amounts}
        row = ZoneRow(
            **values,
            name_zh_hant=hant or "",
            rep=rep or None,
            geometry=geometry,
            feature=number,
            record=record,
        )
    return Feature(number, code, units if len(units) == len(LEVELS) else (), geometry, row, joins)


def _given(properties: dict[str, Any], field: str) -> bool:
    value = properties.get(field)
    return value is not None and value != ""


def _code(properties: dict[str, Any], field: str, where: str, findings: Findings) -> str | None:
    if not _given(properties, field):
        findings.fault("missing_field", f"{where}, {field}", field=field)
        return None
    text = code_of(properties[field])
    if text is None:
        findings.fault("bad_code", f"{where}, {field}", value=shown(properties[field]))
    return text


def _amount(properties: dict[str, Any], field: str, where: str, findings: Findings) -> Any:
    """A number from 0 up, also where a cell has it as text, whole where things are counted; None where it is
    left out."""
    if not _given(properties, field):
        return None
    value = properties[field]
    whole = field in ("connections", "key_accounts")
    try:
        number = (
            float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
        )
    except (ValueError, OverflowError):
        number = -1.0
    if not 0 <= number <= MOST or (whole and number != int(number)):
        findings.fault("bad_amount", f"{where}, {field}", value=shown(value), field=field)
        return None
    return int(number) if whole else number


def _name(properties: dict[str, Any], field: str, where: str, findings: Findings) -> str | None:
    if not _given(properties, field):
        findings.fault("missing_field", f"{where}, {field}", field=field)
        return None
    value = properties[field]
    text = tidy(value) if isinstance(value, str) else ""
    wrong = fault_of_name(text)
    if wrong is not None:
        findings.fault(wrong[0], f"{where}, {field}", value=shown(value), **wrong[1])
        return None
    return text
