"""How a rep gets about: average speeds by road class, and what each trip costs besides riding.

Speeds are door-to-door averages in a dense hill town by day, well under the limits: our own estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
