"""How a rep gets about: average speeds by road class, and what each trip costs besides riding.

Speeds are door-to-door averages in a dense hill town by day, well under the limits: our own estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from field.road.tagging import DRIVABLE


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A road class without a speed is closed to it. `junction_s` per junction crossed, `stop_s` per trip.

    `mode`: what signs call it, a key of :data:`field.road.tagging.MODES`.
    """

    name: str
    kmh: Mapping[str, float]
    junction_s: float
    stop_s: float
    mode: str = "motorcycle"


SCOOTER = Vehicle(
    "scooter",
    MappingProxyType(
        {
            "trunk": 45,
            "trunk_link": 35,
            "primary": 32,
            "primary_link": 28,
            "secondary": 30,
            "secondary_link": 26,
            "tertiary": 28,
            "tertiary_link": 24,
            "unclassified": 24,
            "residential": 22,
            "living_street": 12,
            "service": 12,
            "road": 20,
        }
    ),
    junction_s=3,
    stop_s=45,
)
VAN = Vehicle(
    "van",
    MappingProxyType(
        {
            "motorway": 80,
            "motorway_link": 45,
            "trunk": 45,
            "trunk_link": 32,
            "primary": 26,
            "primary_link": 22,
            "secondary": 24,
            "secondary_link": 20,
            "tertiary": 22,
            "tertiary_link": 20,
            "unclassified": 20,
            "residential": 17,
            "living_street": 10,
            "service": 9,
            "road": 16,
        }
    ),
    junction_s=5,
    stop_s=120,
    mode="motorcar",
)

E_BIKE = Vehicle(
    "e-bike",
    MappingProxyType(
        {
            "trunk": 20,
            "trunk_link": 18,
            "primary": 19,
            "primary_link": 17,
            "secondary": 19,
            "secondary_link": 17,
            "tertiary": 18,
            "tertiary_link": 17,
            "unclassified": 17,
            "residential": 16,
            "living_street": 11,
            "service": 11,
            "road": 15,
            "cycleway": 17,
            "path": 10,
            "footway": 6,
            "pedestrian": 6,
        }
    ),
    junction_s=4,
    stop_s=40,
    mode="bicycle",
)
ON_FOOT = Vehicle(
    "on foot",
    MappingProxyType(
        {
            **dict.fromkeys((*DRIVABLE, "cycleway", "path", "footway", "pedestrian"), 4.5),
            "steps": 2.5,
        }
    ),
    junction_s=2,
    stop_s=0,
    mode="foot",
)
VEHICLES = MappingProxyType({each.name.replace(" ", "-"): each for each in (SCOOTER, VAN, E_BIKE, ON_FOOT)})
"""By the name that a setting calls them by."""
