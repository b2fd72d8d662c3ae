"""What this capability's HTTP API takes."""

from __future__ import annotations

from uuid import UUID

from assist.bodies import Body, Code, Language
from assist.guide.guide import Answer


class GuideAnswerBody(Body):
    """An answer to a step of a guide. `client_id` makes sending it twice the same as once."""

    client_id: UUID | None = None
    guide: Code
    step: Code
    answer: Answer


class GuidesQuery(Body):
    """In which language."""

    language: Language | None = None
