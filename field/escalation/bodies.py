"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from field.bodies import Body, Code, Version
from field.escalation.ladder import EscalationKind, Whom
from field.escalation.specialist import Order


class SeenEscalationBody(Body):
    version: Version | None = None


class SpecialistBody(Body):
    """A second task of a `type` (a task type's code), when it comes as the escalated one sees it."""

    type: Code
    order: Order
    version: Version | None = None


class RungBody(Body):
    """`minutes` until it climbs; `staff_id`: of a colleague, who alone is named."""

    whom: Whom
    minutes: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    staff_id: UUID | None = None


class EscalationRuleBody(Body):
    """The ladder for a kind, from below. Empty `station`, `category`: for all. `version`: of the rule that
    was read; left out: new."""

    kind: EscalationKind
    station: Code = ""
    category: Code = ""
    rungs: Annotated[list[RungBody], Field(max_length=50)]
    always: bool = False
    version: Version | None = None


class RuleVersionQuery(Body):
    version: Version


class AreaLeadBody(Body):
    """`staff_id` null: nobody leads it any more."""

    level: Literal["station", "sub_area"]
    code: Code
    staff_id: UUID | None = None
