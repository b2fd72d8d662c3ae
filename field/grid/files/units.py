"""The units above the zones: as the file's `units` member names them, or as the zones' own properties
imply them.
"""

from collections.abc import Iterable
from typing import Any

from field.grid.files.codes import code_of, fault_of_name, tidy
from field.grid.files.records import LEVELS, Feature, UnitRow
from kernel.files.findings import Findings, shown

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
    code, parent = code_of(item.get("code")), item.get("parent")
    if code is None:
        findings.fault("bad_code", f"{where}, code", value=shown(item.get("code")))
        sound = False
    names = {}
    for field in ("name", "name_en", "name_zh_hant"):
        text = item.get(field)
        if text is None and field == "name_zh_hant":
            text = item.get("name")
        names[field] = tidy(text) if isinstance(text, str) else ""
        wrong = fault_of_name(names[field])
        if wrong is not None:
            findings.fault(wrong[0], f"{where}, {field}", value=shown(text), **wrong[1])
            sound = False
    # A company has nothing above it, and least of all a number.
    top = level == LEVELS[0] and not isinstance(parent, str)
    if parent is not None and (code_of(parent) is None or top):
        findings.fault("wrong_type", f"{where}, parent", expected="text")
        sound = False
    if not sound or code is None:
        return None
    above = code_of(parent)
    return UnitRow(str(level), code, above, names["name"], names["name_zh_hant"], names["name_en"])


def _check_parent(item: Any, where: str, units: Units, findings: Findings) -> None:
    if not isinstance(item, dict) or item.get("level") not in LEVELS:
        return
    depth, parent = LEVELS.index(item["level"]), item.get("parent")
    if depth == 0:
        if parent is not None:
            findings.fault("parent_not_allowed", where, level=item["level"])
    elif parent is None:
        findings.fault("missing_field", where, field="parent")
    elif (above := code_of(parent)) is not None and (LEVELS[depth - 1], above) not in units:
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
