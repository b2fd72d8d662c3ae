"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from field.bodies import Body, Code, Version
from field.safety.timer import LONGEST_MIN, SHORTEST_MIN

Minutes = Annotated[int, Field(ge=SHORTEST_MIN, le=LONGEST_MIN)]


class SeenBody(Body):
    version: Version | None = None


class SafetyPolicyBody(Body):
    """How check-ins go at `station`; empty: at all that have no policy of their own. `types`: codes of the
    kinds of task that ask for one. A wait of none would tell a dispatcher of each late tap."""

    station: Code = ""
    types: Annotated[list[Code], Field(max_length=100, default_factory=list)]
    minutes: Minutes = 30
    before_s: Annotated[int, Field(ge=0, le=1800)] = 300
    climb_s: Annotated[int, Field(ge=30, le=3600)] = 120
    climb_on_s: Annotated[int, Field(ge=30, le=3600)] = 300
    version: Version | None = None
