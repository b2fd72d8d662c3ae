"""Small import files: a block of four square zones that can be drawn, and three representatives.

43.74  +-------+-------+
       |  Z3   |  Z4   |      Z1, Z2: station S1; Z3, Z4: station S2
43.73  +-------+-------+
       |  Z1   |  Z2   |
43.72  +-------+-------+
     7.40    7.41    7.42
"""

from __future__ import annotations

import copy
import json
from typing import Any

Feature = dict[str, Any]


def square(west: float, south: float, size: float = 0.01) -> list[list[float]]:
    east, north = round(west + size, 6), round(south + size, 6)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def zone(code: str, west: float, south: float, station: str = "S1", **properties: Any) -> Feature:
    return {
        "type": "Feature",
        "properties": {
            "code": code,
            "name": f"{code}分区",
            "name_en": f"Zone {code}",
            "company": "C1",
            "office": "O1",
            "station": station,
            "sub_area": f"{station}-A",
            **properties,
        },
        "geometry": {"type": "Polygon", "coordinates": [square(west, south)]},
    }


def block() -> list[Feature]:
    return [
        zone("Z1", 7.40, 43.72, rep="R1"),
        zone("Z2", 7.41, 43.72),
        zone("Z3", 7.40, 43.73, "S2"),
        zone("Z4", 7.41, 43.73, "S2", name_zh_hant="四號分區"),
    ]


def units() -> list[dict[str, Any]]:
    def unit(level: str, code: str, parent: str | None = None) -> dict[str, Any]:
        named = {"level": level, "code": code, "name": f"{code}单位", "name_en": f"Unit {code}"}
        return named if parent is None else {**named, "parent": parent}

    return [
        unit("company", "C1"),
        unit("office", "O1", "C1"),
        unit("station", "S1", "O1"),
        unit("station", "S2", "O1"),
        unit("sub_area", "S1-A", "S1"),
        unit("sub_area", "S2-A", "S2"),
    ]


def zone_file(features: list[Any] | None = None, **members: Any) -> bytes:
    collection = {
        "type": "FeatureCollection",
        **members,
        "features": block() if features is None else features,
    }
    return json.dumps(collection, ensure_ascii=False).encode()


def changed(feature: Feature, **properties: Any) -> Feature:
    """A copy with some properties changed; None removes one."""
    other = copy.deepcopy(feature)
    other["properties"].update(properties)
    other["properties"] = {key: value for key, value in other["properties"].items() if value is not None}
    return other


def shaped(feature: Feature, *rings: list[list[float]], kind: str = "Polygon") -> Feature:
    """A copy with another outline."""
    other = copy.deepcopy(feature)
    other["geometry"] = {"type": kind, "coordinates": list(rings)}
    return other


COLUMNS = (
    "code,name,name_en,phone,username,station,skills,level,parts,"
    "shift_start,shift_end,home_lon,home_lat,zones"
).split(",")

PEOPLE = [
    "R1,林志强,Lin Zhiqiang,+86 138 0013 8000,lin,S1,leak_repair:3;valve,2,gasket:10;coupling_dn15:4,"
    "08:00,17:00,7.405,43.725,Z1;Z2",
    "R2,吴敏,Wu Min,13900139000,wu.min,S1,meter_work,1,,8:00,17:30,7.415,43.725,",
    "R3,陈伟,,+852 2345 6789,chen_w,S2,water_quality;consulting:3,1,,13:00,24:00,7.405,43.735,Z3;Z4",
]


def rep_file(*lines: str, columns: list[str] = COLUMNS) -> bytes:
    return "\n".join([",".join(columns), *(lines or PEOPLE)]).encode()


def person(**cells: str) -> str:
    """The first representative's line with some cells changed."""
    row = dict(zip(COLUMNS, PEOPLE[0].split(","), strict=True))
    return ",".join((row | cells).values())
