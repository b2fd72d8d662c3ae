"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from field.bodies import Body, Code, Line, Moment, Version
from field.chains.chain import LONGEST_LAG_MIN, MOST_STEPS, PermitKind

LagMin = Annotated[int, Field(ge=0, le=LONGEST_LAG_MIN, description="Minutes after the step before.")]
Kinds = Annotated[list[PermitKind], Field(max_length=4, default_factory=list)]
Name = Annotated[Line, StringConstraints(max_length=80)]


class MakeChainBody(Body):
    """`step`: which step of the template the task becomes, from 0; left out: the first of its type."""

    template: Code
    step: Annotated[int, Field(ge=0, lt=MOST_STEPS)] | None = None
    version: Version | None = None


class NewStepBody(Body):
    """A step right before or behind a task; `type`: the code of a task type."""

    side: Literal["before", "after"]
    type: Code
    lag_min: LagMin = 0
    permits: Kinds
    version: Version | None = None


class LinkBody(Body):
    """`successor` waits for `predecessor`; `version`: of the successor, as it was seen."""

    predecessor: UUID
    successor: UUID
    lag_min: LagMin = 0
    version: Version | None = None


class UnlinkQuery(Body):
    version: Version | None = None


class PermitBody(Body):
    """What is known of a permit. Of one that is granted number and both dates."""

    kind: PermitKind
    state: Literal["asked", "granted", "refused"]
    authority: Annotated[Line, StringConstraints(max_length=120)] = ""
    number: Annotated[Line, StringConstraints(max_length=60)] = ""
    valid_from: Moment | None = None
    valid_until: Moment | None = None


class NewPermitBody(PermitBody):
    """`whole_chain`: for every step of the task's chain that needs its kind; else for the task alone."""

    whole_chain: bool = False


class ChangePermitBody(PermitBody):
    version: Version


class VersionQuery(Body):
    version: Version


class TemplateStepBody(Body):
    type: Code
    lag_min: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    permits: Kinds


class ChainTemplateBody(Body):
    """What chains of one kind are made of, in order. `version`: of the one that was read; left out: new."""

    name: Name
    name_zh_hant: Name = ""
    name_en: Name = ""
    steps: Annotated[list[TemplateStepBody], Field(max_length=100)]
    active: bool = True
    version: Version | None = None
