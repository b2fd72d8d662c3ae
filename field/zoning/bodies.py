"""What the API of territories takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from field.bodies import Body, Code, Skill, Version

Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Language = Annotated[str, Field(pattern=r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})?)?$", max_length=16)]


class AskBody(Body):
    """`station`: its zones alone; left out, all of them."""

    station: Code | None = None


class NudgeBody(Body):
    """`rep_id` null: the zones have nobody."""

    zones: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    rep_id: UUID | None
    version: Version


class VersionQuery(Body):
    version: Version


class PublicationBody(Body):
    """`version`: the alternative's. `confirmed`: territories that break a rule are meant."""

    alternative_id: UUID
    begins_on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
    version: Version
    confirmed: bool = False


class WeightsBody(Body):
    """What each share of the work weighs beside the others; 0 leaves it out. `most_zones`: of one
    representative.
    """

    connections: Weight
    main_length_m: Weight
    task_minutes: Weight
    key_accounts: Weight
    min_night_flow: Weight
    area: Weight
    most_zones: Annotated[int, Field(ge=1, le=100_000)]
    version: Version


class ZoneTermsBody(Body):
    """`skills`: least levels that its representative must have; `language` is a BCP 47 tag, or empty."""

    locked: bool = False
    deputy_id: UUID | None = None
    skills: Annotated[dict[Skill, Annotated[int, Field(ge=1, le=3)]], Field(default_factory=dict)]
    language: Language = ""


class RepTermsBody(Body):
    """`capacity`: hundredths of a full one's work; 0 answers for no zones."""

    capacity: Annotated[int, Field(ge=0, le=200)]
    languages: Annotated[
        list[Annotated[Language, Field(min_length=2)]], Field(max_length=10, default_factory=list)
    ]
