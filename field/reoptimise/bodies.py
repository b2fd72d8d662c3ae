"""What this capability's HTTP API takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from field.bodies import Body, Category, Code, Moment, Severity, Skill, Version

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class ExtraBody(Body):
    """So many tasks that are supposed to come in, anywhere in a zone."""

    zone: Code
    count: int = Field(1, ge=1, le=20)
    category: Category = "leak"
    severity: Severity = "major"
    skill: Skill = "leak_repair"
    duration_s: int = Field(2700, ge=60, le=8 * 3600)


class ReoptimisationBody(Body):
    """A wish for a better plan. `gone`: representatives who do no more of what they have not begun. `locks`:
    by task, `rep`: it stays with whoever has it, or `place`: in its order as well.

    What if: `leaves`: representatives who go home at that moment; `extra`: tasks that
    come in; a plan with such can be looked at and not applied.
    """

    station: Code
    day: Day | None = None
    leaves: dict[UUID, Moment] = Field(default_factory=dict, max_length=100)
    extra: tuple[ExtraBody, ...] = Field((), max_length=10)
    gone: tuple[UUID, ...] = Field((), max_length=100)
    locks: dict[UUID, Literal["rep", "place"]] = Field(default_factory=dict, max_length=3000)
    budget_s: int = Field(5, ge=1, le=60)


class ReoptimisationQuery(Body):
    """Which to list, the newest first."""

    station: Code | None = None
    day: Day | None = None
    limit: int = Field(20, ge=1, le=100)


class PlanVersionBody(Body):
    version: Version


class PolicyBody(Body):
    """What a policy says: see `field.reoptimise.policy`. `version`: 0 of one that nobody has edited."""

    version: Version
    enabled: bool
    threshold: int = Field(ge=1, le=1440)
    by_itself: bool
    gain_s: int = Field(ge=0, le=86_400)
    budget_s: int = Field(ge=1, le=60)
