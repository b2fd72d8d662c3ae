"""What this capability answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class FoundAnswerView(View):
    """An answer that may be meant, in the asker's language. `question`: in the words of the bank."""

    id: UUID
    code: str
    subject: str
    question: str
    text: str
    guides: list[str]
    certainty: float


class AnswerSearchView(View):
    """`sure`: whether one of these is the answer: sure, perhaps, or no (then there are none). `danger`:
    what is
    dangerous in what was asked; then there are no answers either, but the safety stop."""

    sure: Literal["sure", "perhaps", "no"]
    danger: str | None
    answers: list[FoundAnswerView]


class AnswerWordingView(View):
    """In one language."""

    questions: list[str]
    text: str


class AnswerOutcomeView(View):
    """What came of it. `relapsed`: it had helped, and the request went to a person all the same."""

    offered: int = 0
    opened: int = 0
    helped: int = 0
    not_helped: int = 0
    inserted: int = 0
    relapsed: int = 0


class AnswerFaultView(View):
    """Why it cannot be published as it stands."""

    code: str
    where: str
    params: dict[str, Any]


class AnswerLineView(View):
    """An answer in the list. `questions`: the first wording by language; `offered`: whether people see it."""

    id: UUID
    code: str
    state: str
    subject: str
    questions: dict[str, str]
    offered: bool
    edited: bool
    faults: int
    changed_at: datetime
    outcome: AnswerOutcomeView


class AnswerChangeView(View):
    """A piece that is the same, added or removed."""

    kind: str
    text: str


class AnswerVersionView(View):
    """A step of it, and what was different from the one before, by field."""

    number: int
    kind: str
    at: datetime
    by: str | None
    changes: dict[str, list[AnswerChangeView]]


class AnswerView(View):
    """An answer, whole."""

    id: UUID
    code: str
    version: int
    state: str
    subject: str
    guides: list[str]
    valid_from: datetime | None
    valid_until: datetime | None
    texts: dict[str, AnswerWordingView]
    offered: bool
    edited: bool
    reviewer: str | None
    changed_at: datetime
    published_at: datetime | None
    faults: list[AnswerFaultView]
    outcome: AnswerOutcomeView
    versions: list[AnswerVersionView]


class AskedClusterView(View):
    """Questions about the same. `words`: the most usual; `others`: a few more."""

    words: str
    times: int
    others: list[str]


class AskedWeekView(View):
    """What was asked and not found in a week that begins on `monday`."""

    monday: date
    times: int
    clusters: list[AskedClusterView]
