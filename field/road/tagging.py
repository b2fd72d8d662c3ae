"""What OpenStreetMap's tags say about who may use a way, in which direction, how fast.

After the OSM wiki: "Key:access" (the narrower key wins, a list is open where one of its values is),
"Key:oneway", "Key:maxspeed", "Key:duration", "Tag:route=ferry". Values that open a way to people in
particular jobs (forestry, agricultural, emergency, military, bus …) do not open it to us; neither does a
value nobody has described. Conditions (`…:conditional`) are not read. What stands at a junction, turn
restrictions and gates, is in :mod:`field.road.mapped.signs`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Tags = Mapping[str, str]

DRIVABLE: Final = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
)
WALKABLE: Final = ("pedestrian", "footway", "path", "steps")
CYCLEWAY: Final = "cycleway"
FERRY: Final = "ferry"

MODES: Final = {"motorcycle": 1, "motorcar": 2, "bicycle": 4, "foot": 8}
"""Bits of a street's `closed` and `against`, and of whom a sign at a junction tells."""
BICYCLE: Final = MODES["bicycle"]
FOOT: Final = MODES["foot"]
MOTORS: Final = MODES["motorcycle"] | MODES["motorcar"]
EVERYBODY: Final = sum(MODES.values())
WIDER: Final = {
    "motorcycle": ("motor_vehicle", "vehicle", "access"),
    "motorcar": ("motor_vehicle", "vehicle", "access"),
    "bicycle": ("vehicle", "access"),
    "foot": ("access",),
}
"""The keys that speak of a mode where its own does not, the narrowest first."""
_EVERYONE: Final = ("yes", "permissive", "designated", "official", "public", "permit", "discouraged")
_GUESTS: Final = ("destination", "delivery", "customers", "residents")
OPEN: Final = frozenset((*_EVERYONE, *_GUESTS))
"""A representative goes to a door on the way, as a customer's guest: `destination` and its like are open."""

FERRY_KMH: Final = 15.0
"""Of a ferry without a duration: what small car ferries make."""

_KMH_PER: Final = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*(km/h|kmh|kph|mph|knots)?")
_NAMED_SPEEDS: Final = {
    "walk": 7,
    "living_street": 20,
    "school": 30,
    "bicycle_road": 30,
    "urban": 50,
    "nsl_restricted": 48,
    "rural": 90,
    "nsl_single": 97,
    "nsl_dual": 113,
    "trunk": 110,
    "motorway": 130,
}
_CLOCK: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,4})(?::(\d{2}))?")
_ISO: Final = re.compile(r"p(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?")


def is_way(tags: Tags, modes: int = MOTORS) -> bool:
    """Whether it is a street open to one of `modes`, or one that people walk on (which every map shows)."""
    if tags.get("area") == "yes":
        return False
    highway = tags.get("highway")
    if highway in WALKABLE:
        return True
    if (
        highway not in DRIVABLE
        and tags.get("route") != FERRY
        and not (highway == CYCLEWAY and modes & BICYCLE)
    ):
        return False
    return closed(tags) & modes != modes


def is_water(tags: Tags) -> bool:
    """Whether it is a shore, or a river too wide to step across, in the open."""
    if tags.get("tunnel", "no") != "no" or tags.get("intermittent") == "yes":
        return False
    water = tags.get("natural") in ("coastline", "water") or tags.get("landuse") == "reservoir"
    return water or tags.get("waterway") in ("river", "canal", "riverbank", "dock")


def kind(tags: Tags) -> str:
    """The street's class: the value of `highway`, or `ferry`."""
    return tags.get("highway") or FERRY


def closed(tags: Tags) -> int:
    """To whom the way is closed, as bits of `MODES`."""
    found = 0
    for mode, bit in MODES.items():
        usual, keys = _usually(tags, mode)
        value = next((tags[key] for key in keys if tags.get(key)), usual)
        if not lets_in(value):
            found |= bit
    # A direction that changes by the hour, and nothing says when: only who walks need not care.
    return found | (EVERYBODY & ~FOOT if _one_way(tags) == "reversible" else 0)


def lets_in(value: str) -> bool:
    """Whether one of the values of an access key is open to us."""
    return not OPEN.isdisjoint(each.strip() for each in value.lower().split(";"))


def _usually(tags: Tags, mode: str) -> tuple[str, tuple[str, ...]]:
    """What holds for a mode where nothing is said, and the keys that can say it, the narrowest first."""
    keys = (mode, *WIDER[mode])
    highway = tags.get("highway")
    if highway is None:
        return ("yes" if mode == "foot" else "no"), keys  # a ferry takes vehicles where it says so
    if mode == "foot" or mode == "bicycle":
        if highway.startswith("motorway") or tags.get("motorroad") == "yes":
            return "no", (mode,)
        if mode == "bicycle" and highway in WALKABLE and highway != "path":
            return "no", (mode,)
        return "yes", keys
    return ("no", ()) if highway in WALKABLE or highway == CYCLEWAY else ("yes", keys)


def direction(tags: Tags) -> int:
    """1 along the way only, -1 against it only, 0 both."""
    one_way = _one_way(tags)
    if one_way in ("-1", "reverse"):
        return -1
    if one_way in ("yes", "true", "1"):
        return 1
    if one_way in ("no", "false", "0", "alternating"):
        return 0
    implied = tags.get("junction") in ("roundabout", "circular")
    return 1 if implied or tags.get("highway", "") in ("motorway", "motorway_link") else 0


def against(tags: Tags) -> int:
    """Who may go against the one-way direction all the same, as bits of `MODES`; 0 for a two-way street."""
    if direction(tags) == 0:
        return 0
    found = 0 if tags.get("oneway:foot") in ("yes", "1", "-1") else FOOT
    lanes = [tags.get(f"cycleway{side}", "") for side in ("", ":left", ":right", ":both")]
    ways = [tags.get(f"cycleway{side}:oneway", "") for side in (":left", ":right", ":both")]
    plain = "oneway" in tags or "oneway:vehicle" in tags or tags.get("highway", "").startswith("motorway")
    of_motors = not plain and "oneway:motor_vehicle" in tags
    if (
        tags.get("oneway:bicycle") == "no"
        or any(lane.startswith("opposite") for lane in lanes)
        or any(way in ("-1", "no") for way in ways)
        or (of_motors and "oneway:bicycle" not in tags)
    ):
        found |= BICYCLE
    return found


def _one_way(tags: Tags) -> str:
    own = ("oneway:bicycle",) if tags.get("highway") == CYCLEWAY else ()
    for key in (*own, "oneway:motor_vehicle", "oneway:vehicle", "oneway"):
        if key in tags:
            return tags[key].strip().lower()
    return ""


def limit_kmh(tags: Tags) -> int:
    """The speed limit in whole km/h, the lowest where several are said; 0 where none is, or none is known."""
    said = [tags[key] for key in ("maxspeed",) if key in tags] or [
        tags[key] for key in ("maxspeed:forward", "maxspeed:backward") if key in tags
    ]
    found = [kmh for text in said for part in re.split(r"[;|]", text.lower()) if (kmh := _kmh(part.strip()))]
    return min(found, default=0)


def _kmh(text: str) -> int:
    if number := _SPEED.fullmatch(text):
        return round(float(number[1]) * _KMH_PER[number[2] or ""])
    # `FR:urban`, `DE:zone:30`, `zone30`, `urban`
    if zone := re.fullmatch(r"(?:[a-z]{2}:)?zone:?(\d{2,3})", text):
        return int(zone[1])
    if bare := re.fullmatch(r"[a-z]{2}:(\d{2,3})", text):
        return int(bare[1])
    return _NAMED_SPEEDS.get(text.rpartition(":")[2], 0)


def ferry_seconds(tags: Tags, metres: float) -> int:
    """How long a ferry takes, and half the time between two of them to wait; 0 for what is no ferry."""
    if kind(tags) != FERRY:
        return 0
    wait = (_duration(tags.get("interval", "")) or 0) // 2
    return wait + (_duration(tags.get("duration", "")) or round(metres / (FERRY_KMH / 3.6)) or 1)


def _duration(text: str) -> int | None:
    """Seconds of `00:40`, `1:20:00`, `40` (minutes) or ISO 8601 `PT40M`; None for anything else."""
    text = text.strip().lower()
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if len(text) > 2 and (iso := _ISO.fullmatch(text)):
        days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return None
