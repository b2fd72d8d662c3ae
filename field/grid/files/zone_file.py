"""Reading `zones.geojson`; the format is described in `field.grid.files.importer`."""

import json
import re
from collections.abc import Collection
from typing import Any, Final, NoReturn

from field.grid.files.findings import CODE, NAME_LENGTH, Findings, printable, shown
from field.grid.files.mosaic import check_mosaic
from field.grid.files.records import DEFAULT_LIMITS, LEVELS, Feature, Limits, UnitRow, ZoneFile, ZoneRow
from field.grid.files.rings import read_geometry, vertices_of
from field.grid.files.units import check_units, derive_units, read_units

_WGS84: Final = re.compile(
    r"(urn:ogc:def:crs:)?(OGC:(1\.3)?:?CRS84|EPSG:[0-9.]*:?4326|WGS ?84)", re.IGNORECASE
)


def read_zones(
    data: bytes,
    *,
    reps: Collection[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ZoneFile:
    """Read and check a whole zone file. Never raises for what is in `data`.

    `reps`: codes of the representatives there are; a zone naming another gets a warning. None: not checked.
    """
    findings = Findings(limits.faults)
    collection = _collection(data, limits, findings)
    if collection is None:
        return ZoneFile((), (), findings.faults, findings.warnings)
    known_crs = _check_crs(collection.get("crs"), findings)
    declared = read_units(collection.get("units"), findings)
    features = collection["features"]
    if sum(vertices_of(_geometry(feature)) for feature in features) > limits.vertices:
        findings.fault("too_many_vertices", "file", most=limits.vertices)
        return ZoneFile((), (), findings.faults, findings.warnings)
    first_at: dict[str, int] = {}
    read = [
        _read_feature(feature, number, first_at, known_crs, limits, findings)
        for number, feature in enumerate(features, 1)
    ]
    if declared is not None:
        check_units(read, declared, findings)
        units = declared
    else:
        units = derive_units(read, findings)
    check_mosaic(read, limits, findings)
    rows = tuple(feature.row for feature in read if feature.row is not None)
    for row in rows:
        if reps is not None and row.rep is not None and row.rep not in reps:
            findings.warning("unknown_rep", f"feature {row.feature}, rep", code=row.code, rep=row.rep)
    return ZoneFile(rows, _top_down(units.values()), findings.faults, findings.warnings)


def _top_down(units: Collection[UnitRow]) -> tuple[UnitRow, ...]:
    return tuple(sorted(units, key=lambda unit: (LEVELS.index(unit.level), unit.code)))


def _collection(data: bytes, limits: Limits, findings: Findings) -> dict[str, Any] | None:
    if len(data) > limits.file_bytes:
        findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
        return None
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        findings.fault("not_utf8", "file", byte=error.start)
        return None
    except json.JSONDecodeError as error:
        findings.fault("invalid_json", f"line {error.lineno}", line=error.lineno, column=error.colno)
        return None
    except (ValueError, RecursionError):
        # NaN and Infinity, numbers of thousands of digits, thousands of brackets.
        findings.fault("invalid_json", "file", line=0, column=0)
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


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_crs(member: Any, findings: Findings) -> bool:
    """Whether coordinates can be taken for longitude and latitude. The `crs` member is GeoJSON 2008's
    (§ 3).
    """
    if member is None:
        return True
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and _WGS84.fullmatch(name.strip()):
        return True
    findings.fault("wrong_crs", "file, crs", crs=shown(name if name is not None else member))
    return False


def _geometry(feature: Any) -> Any:
    return feature.get("geometry") if isinstance(feature, dict) else None


def _read_feature(
    feature: Any,
    number: int,
    first_at: dict[str, int],
    known_crs: bool,
    limits: Limits,
    findings: Findings,
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
    code = codes["code"]
    repeated = code is not None and code.casefold() in first_at
    if code is not None and repeated:
        findings.fault("duplicate_code", f"{where}, code", code=code, first=first_at[code.casefold()])
    elif code is not None:
        first_at[code.casefold()] = number
    geometry = None
    if vertices_of(feature.get("geometry")) > limits.vertices_per_zone:
        findings.fault("too_many_vertices", f"{where}, geometry", most=limits.vertices_per_zone)
    else:
        geometry = read_geometry(feature.get("geometry"), f"{where}, geometry", findings, ranged=known_crs)
    units = tuple(unit for level in LEVELS if (unit := codes[level]) is not None)
    sound = {field: value for field, value in (codes | names).items() if value is not None}
    row = None
    if (
        len(sound) == len(codes) + len(names)
        and not repeated
        and None not in (hant, rep)
        and geometry is not None
    ):
        row = ZoneRow(**sound, name_zh_hant=hant or "", rep=rep or None, geometry=geometry, feature=number)
    return Feature(number, code, units if len(units) == len(LEVELS) else (), geometry, row)


def _given(properties: dict[str, Any], field: str) -> bool:
    value = properties.get(field)
    return value is not None and value != ""


def _code(properties: dict[str, Any], field: str, where: str, findings: Findings) -> str | None:
    if not _given(properties, field):
        findings.fault("missing_field", f"{where}, {field}", field=field)
        return None
    value = properties[field]
    # Map programs save codes that look like numbers as numbers.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not CODE.fullmatch(text):
        findings.fault("bad_code", f"{where}, {field}", value=shown(value))
        return None
    return text


def _name(properties: dict[str, Any], field: str, where: str, findings: Findings) -> str | None:
    if not _given(properties, field):
        findings.fault("missing_field", f"{where}, {field}", field=field)
        return None
    value = properties[field]
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > NAME_LENGTH or not printable(text):
        findings.fault("bad_name", f"{where}, {field}", field=field, value=shown(value), most=NAME_LENGTH)
        return None
    return text
