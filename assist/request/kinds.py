"""What a request is about, who asks, what it takes, and how it can end: words that this wing shares."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Category(StrEnum):
    """What is wrong, in the customer's two taps."""

    LEAK = "leak"
    NO_WATER = "no_water"
    LOW_PRESSURE = "low_pressure"
    DIRTY_WATER = "dirty_water"
    METER = "meter"
    OTHER = "other"


class Asker(StrEnum):
    """Who asks."""

    RESIDENT = "resident"
    MANAGER = "manager"


class Skill(StrEnum):
    """What a technician or a rep is trained in."""

    LEAK_REPAIR = "leak_repair"
    METER_WORK = "meter_work"
    PRESSURE = "pressure"
    WATER_QUALITY = "water_quality"
    VALVE = "valve"
    CONSULTING = "consulting"


class Priority(IntEnum):
    """How soon a person is needed; higher is sooner."""

    ROUTINE = 0
    SOON = 1
    URGENT = 2
    DANGER = 3


class Outcome(StrEnum):
    """How a technician ends a request."""

    FIXED = "fixed"
    ADVICE = "advice"
    NEEDS_VISIT = "needs_visit"
