"""What this capability's HTTP API takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from field.bodies import Body, Code, Lat, Line, Lon, Skill, Version

Kind = Literal["meter_reading", "valve_exercise", "inspection", "sampling"]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
Key = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00:]+$")]


class RoundPointBody(Body):
    """Somewhere to go; `key` is its own within the round."""

    key: Key
    label: Line = ""
    lon: Lon
    lat: Lat


class RoundBody(Body):
    """Work that comes again: at points, or once in each of some zones."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    kind: Kind
    zones: tuple[Code, ...] = Field((), max_length=500)
    points: tuple[RoundPointBody, ...] = Field((), max_length=2000)
    every_days: int = Field(ge=1, le=730)
    window_days: int = Field(1, ge=1, le=60)
    minutes: int = Field(ge=5, le=480)
    skill: Skill
    level: int = Field(1, ge=1, le=3)
    starts_on: Day


class PauseBody(Body):
    """Stop a round, or take it up again."""

    version: Version
    paused: bool
