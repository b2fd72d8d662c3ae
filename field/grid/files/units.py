"""The units above the zones: as the file's `units` member names them, or as the zones' own properties
imply them.
"""

from collections.abc import Iterable
from typing import Any

from field.grid.files.findings import CODE, NAME_LENGTH, Findings, printable, shown
from field.grid.files.records import LEVELS, Feature, UnitRow

Units = dict[tuple[str, str], UnitRow]


def read_units(value: Any, findings: Findings) -> Units | None:
    """The declared units by (level, code); None when the file declares none."""
    if value is None:
        return None
    if not isinstance(value, list):
        findings.fault("wrong_type", "units", expected="list")
        return None
    units: Units = {}
    for number, item in enumerate(value, 1):
        unit = _read_unit(item, f"unit {number}", findings)
        if unit is None:
            continue
        if (unit.level, unit.code) in units:
            findings.fault("duplicate_unit", f"unit {number}, code", level=unit.level, code=unit.code)
            continue
        units[unit.level, unit.code] = unit
    for number, item in enumerate(value, 1):
        _check_parent(item, f"unit {number}, parent", units, findings)
    return units


def _read_unit(item: Any, where: str, findings: Findings) -> UnitRow | None:
    if not isinstance(item, dict):
        findings.fault("wrong_type", where, expected="object")
        return None
    level, sound = item.get("level"), True
    if level not in LEVELS:
        findings.fault("unknown_level", f"{where}, level", level=shown(level), levels=", ".join(LEVELS))
        sound = False
    code, parent = item.get("code"), item.get("parent")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        findings.fault("bad_code", f"{where}, code", value=shown(code))
        sound = False
    names = {}
    for field in ("name", "name_en", "name_zh_hant"):
        text = item.get(field)
        if text is None and field == "name_zh_hant":
            text = item.get("name")
        if not isinstance(text, str) or not text.strip() or len(text) > NAME_LENGTH or not printable(text):
            findings.fault("bad_name", f"{where}, {field}", field=field, value=shown(text), most=NAME_LENGTH)
            sound = False
        names[field] = str(text).strip()
    if parent is not None and not isinstance(parent, str):
        findings.fault("wrong_type", f"{where}, parent", expected="text")
        sound = False
    if not sound:
        return None
    return UnitRow(str(level), str(code), parent, names["name"], names["name_zh_hant"], names["name_en"])


def _check_parent(item: Any, where: str, units: Units, findings: Findings) -> None:
    if not isinstance(item, dict) or item.get("level") not in LEVELS:
        return
    depth, parent = LEVELS.index(item["level"]), item.get("parent")
    if depth == 0:
        if parent is not None:
            findings.fault("parent_not_allowed", where, level=item["level"])
    elif parent is None:
        findings.fault("missing_field", where, field="parent")
    elif isinstance(parent, str) and (LEVELS[depth - 1], parent) not in units:
        findings.fault("unknown_parent", where, parent=shown(parent), level=LEVELS[depth - 1])


def check_units(features: Iterable[Feature], units: Units, findings: Findings) -> None:
    """Hold each zone's path against the declared units."""
    used = set()
    for feature in features:
        above: str | None = None
        for level, code in zip(LEVELS, feature.units, strict=False):
            unit = units.get((level, code))
            where = f"feature {feature.number}, {level}"
            if unit is None:
                findings.fault("unknown_unit", where, level=level, code=code)
            elif above is not None and unit.parent is not None and unit.parent != above:
                findings.fault(
                    "wrong_parent", where, level=level, code=code, parent=above, expected=unit.parent
                )
            used.add((level, code))
            above = code
    for level, code in sorted(units.keys() - used):
        findings.warning("unit_unused", "units", level=level, code=code)


def derive_units(features: Iterable[Feature], findings: Findings) -> Units:
    """The units the zones imply, named by their codes. One code under two parents is a fault."""
    units: Units = {}
    for feature in features:
        above: str | None = None
        for level, code in zip(LEVELS, feature.units, strict=False):
            known = units.setdefault((level, code), UnitRow(level, code, above, code, code, code))
            if known.parent != above:
                findings.fault(
                    "wrong_parent",
                    f"feature {feature.number}, {level}",
                    level=level,
                    code=code,
                    parent=above,
                    expected=known.parent,
                )
            above = code
    return units
