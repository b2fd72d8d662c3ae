"""What is shown of task types and forms as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """Any answer."""

    model_config = ConfigDict(frozen=True)


class TaskTypeView(View):
    """A type of task, and what a new one begins with. `form`: the number of its newest form, 0 for none."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    category: str
    severity: str
    skill: str
    level: int
    duration_s: int
    clock_s: int | None
    proof: str
    close_level: int
    settled_by: str
    active: bool
    form: int
    has_draft: bool
    version: int


class FormFaultView(View):
    """One thing wrong with a form. `where`: `sections.0.fields.2.label`, numbers from 0."""

    code: str
    where: str
    params: dict[str, Any]


class FormChangeView(View):
    """What differs from the version before. `kind`: added, removed, changed, moved; `names`: what of it."""

    kind: str
    what: str
    id: str
    label: dict[str, str]
    names: list[str]


class DraftView(View):
    """The next form, being written; `changes` against the published one. `form`: that one's number."""

    type: str
    version: int
    has_draft: bool
    form: int
    definition: dict[str, Any]
    faults: list[FormFaultView]
    changes: list[FormChangeView]


class FormVersionView(View):
    """A published version, and what was new in it."""

    number: int
    note: str
    published_at: datetime
    published_by: str | None
    published_by_en: str | None
    fields: int
    changes: list[FormChangeView]


class FormView(View):
    """A published form; never changes."""

    type: str
    number: int
    definition: dict[str, Any]


class AnswersView(View):
    """What a representative filled in. `photos` in it are ids of the task's proofs."""

    type: str
    number: int
    rep_name: str
    rep_name_en: str
    filled_at: datetime
    answers: dict[str, Any]


class TypeOfTaskView(View):
    """The type of a task in a few words, and the form to fill in for it now. `may_close`: the caller may."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    form: int
    proof: str
    may_close: bool


class RestockLineView(View):
    """A part that a van has too little of. `wanted`: how many fill it up."""

    rep_id: UUID
    rep_code: str
    rep_name: str
    rep_name_en: str
    station: str
    part: str
    on_hand: int
    low: int
    wanted: int


class VanLevelView(View):
    """Below `low` a van is filled up to `full`."""

    part: str
    low: int
    full: int
    version: int


class VanView(View):
    """What is in a van."""

    rep_id: UUID
    parts: dict[str, int]
    lines: list[RestockLineView] = Field(default_factory=list)
