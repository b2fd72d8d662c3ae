"""What OpenStreetMap's tags say about who may use a way, in which direction, how fast.

After the OSM wiki: "Key:access" (the narrower key wins, a list is open where one of its values is),
"Key:oneway", "Key:maxspeed", "Key:duration", "Tag:route=ferry". Values that open a way to people in
particular jobs (forestry, agricultural, emergency, military, bus …) do not open it to us; neither does a
value nobody has described. Conditions (`…:conditional`), turn restrictions and barriers on nodes are not
read.
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
FERRY: Final = "ferry"

MODES: Final = {"motorcycle": 1, "motorcar": 2}
"""Bits of a street's `closed`."""
EVERYBODY: Final = sum(MODES.values())
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


def is_way(tags: Tags) -> bool:
    """Whether somebody of ours may use it, riding or on foot."""
    if tags.get("area") == "yes":
        return False
    if tags.get("highway") in WALKABLE:
        return True
    if tags.get("highway") not in DRIVABLE and tags.get("route") != FERRY:
        return False
    # Its direction changes by the hour, and nothing says when.
    return closed(tags) != EVERYBODY and _one_way(tags) != "reversible"


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
    if tags.get("highway") in WALKABLE:
        return 0
    usual = "no" if "highway" not in tags else "yes"  # a ferry takes vehicles where it says so
    found = 0
    for mode, bit in MODES.items():
        value = next(
            (tags[key] for key in (mode, "motor_vehicle", "vehicle", "access") if tags.get(key)), usual
        )
        if OPEN.isdisjoint(each.strip() for each in value.lower().split(";")):
            found |= bit
    return found


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


def _one_way(tags: Tags) -> str:
    for key in ("oneway:motor_vehicle", "oneway:vehicle", "oneway"):
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
