"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from assist.bodies import Body, Code, Note, Version
from assist.request.kinds import Outcome
from assist.verdict.verdict import NoStillReason, Ownership, Severity


class VerdictBody(Body):
    """What was found, and which stills prove it, or why none could be taken."""

    ownership: Ownership
    fault: Code
    severity: Severity
    still_ids: Annotated[list[UUID], Field(default_factory=list, max_length=20)]
    no_still_reason: NoStillReason | None = None
    note: Note = ""
    version: Version | None = None


class WindowBody(Body):
    """When the customer is at home."""

    start: AwareDatetime
    end: AwareDatetime


class PartBody(Body):
    """A part and how many."""

    code: Code
    count: Annotated[int, Field(ge=1, le=99)]


class VisitBody(Body):
    """What was agreed for the visit. Without `parts` the fault's usual ones go along."""

    window: WindowBody | None = None
    parts: Annotated[list[PartBody], Field(max_length=20)] | None = None


class OutcomeBody(Body):
    """How the request ends."""

    outcome: Outcome
    note: Note = ""
    visit: VisitBody | None = None
    version: Version | None = None
