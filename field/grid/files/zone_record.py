"""What a utility keeps of a DMA zone beside its border: meters, valves, connections, targets, its deputy.

A record is a plain JSON object with only what is known. Files bring it by these names; an empty cell says
nothing, so that what an earlier file brought stays::

    status                   planned, commissioning, in_service or suspended
    tier                     1, 2 or 3: the level of metering (一级 / 二级 / 三级)
    inlet_meters             codes of the meters through which water comes in, separated by ";" (sign +1)
    outlet_meters            … and through which it leaves for other zones (sign −1)
    boundary_valves          codes of the valves that are kept closed
    critical_point           the place where pressure is lowest
    households, businesses, industries, public_places
                             connections by class
    leakage_target_percent   share of the inflow that may be lost
    deputy                   code of the representative who stands in for the owner

The terms are those of the IWA's district metered areas guidance (2007).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from field.grid.files.codes import code_of, tidy
from kernel.files.findings import Findings, printable, shown

Record = dict[str, Any]

STATUSES: Final = ("planned", "commissioning", "in_service", "suspended")
CLASSES: Final = ("households", "businesses", "industries", "public_places")
LISTS: Final = ("inlet_meters", "outlet_meters", "boundary_valves")
COUNTS: Final = {"tier": (1, 3), **dict.fromkeys(CLASSES, (0, 10_000_000))}
NUMBERS: Final = {
    "leakage_target_percent": (0.0, 100.0),
}
RECORD_FIELDS: Final = (
    "status",
    "tier",
    *LISTS,
    "critical_point",
    *CLASSES,
    *NUMBERS,
    "deputy",
)
MOST_LISTED: Final = 100
TEXT_LENGTH: Final = 80

_STATUS_WORDS: Final = {
    "规划": "planned",
    "規劃": "planned",
    "建设中": "commissioning",
    "建設中": "commissioning",
    "调试": "commissioning",
    "調試": "commissioning",
    "运行": "in_service",
    "运行中": "in_service",
    "運行": "in_service",
    "運行中": "in_service",
    "在用": "in_service",
    "停用": "suspended",
    "暂停": "suspended",
    "暫停": "suspended",
}
_TIERS: Final = {"一级": 1, "二级": 2, "三级": 3, "一級": 1, "二級": 2, "三級": 3}
_BETWEEN: Final = re.compile(r"[;；,，、|]")


def read_record(properties: Mapping[str, Any], where: str, findings: Findings) -> Record:
    """What a feature says of the record; its faults are noted with the field."""
    record: Record = {}
    for field in RECORD_FIELDS:
        value = properties.get(field)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        found = _read(field, value, f"{where}, {field}", findings)
        if found is not None:
            record[field] = found
    return record


def _read(field: str, value: Any, where: str, findings: Findings) -> Any:
    if field == "status":
        word = tidy(str(value)).casefold().replace(" ", "_").replace("-", "_")
        word = _STATUS_WORDS.get(word, word)
        if word not in STATUSES:
            findings.fault("bad_choice", where, value=shown(value), choices=", ".join(STATUSES))
            return None
        return word
    if field in LISTS:
        return _codes(value, where, findings)
    if field in COUNTS:
        return _count(field, value, where, findings)
    if field in NUMBERS:
        return _number(value, *NUMBERS[field], where, findings)
    if field == "deputy":
        code = code_of(value)
        if code is None:
            findings.fault("bad_code", where, value=shown(value))
        return code
    text = tidy(str(value))
    if len(text) > TEXT_LENGTH or not printable(text):
        findings.fault("bad_name", where, value=shown(value), most=TEXT_LENGTH)
        return None
    return text


def _codes(value: Any, where: str, findings: Findings) -> list[str] | None:
    parts = value if isinstance(value, list) else _BETWEEN.split(str(value))
    codes = [code_of(part) for part in parts if not isinstance(part, str) or part.strip()]
    if len(codes) > MOST_LISTED or None in codes or len(set(codes)) < len(codes):
        findings.fault("bad_list", where, value=shown(value), most=MOST_LISTED)
        return None
    return [code for code in codes if code is not None]


def _count(field: str, value: Any, where: str, findings: Findings) -> int | None:
    low, high = COUNTS[field]
    if field == "tier" and isinstance(value, str):
        value = _TIERS.get(tidy(value), value)
    number = _number(value, low, high, where, findings)
    if number is None:
        return None
    if number != int(number):
        findings.fault("bad_number", where, value=shown(value), least=low, most=high)
        return None
    return int(number)


def _number(value: Any, low: float, high: float, where: str, findings: Findings) -> float | None:
    try:
        number = math.nan if isinstance(value, bool) else float(str(value).strip())
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        findings.fault("bad_number", where, value=shown(value), least=low, most=high)
        return None
    return number
