"""What chains show of themselves. Times are UTC, minutes and seconds whole."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class StepTypeView(View):
    """A task type in a few words."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str


class StepRepView(View):
    """Who has a step."""

    id: UUID
    code: str
    name: str
    name_en: str
    phone: str


class PredecessorView(View):
    """What a step waits for."""

    task_id: UUID
    lag_min: int


class PermitView(View):
    """A permit. `task_id` null: for every step of the chain that needs its kind. `state`: at this moment."""

    id: UUID
    version: int
    task_id: UUID | None
    kind: str
    authority: str
    number: str
    state: str
    valid_from: datetime | None
    valid_until: datetime | None


class ChainStepView(View):
    """A step, by its task. `starts_at`, `ends_at`: by the plan, or as it was; null while it is not planned.

    `waits_for`: why it cannot be planned; `kept_from`: why it could not be begun at this moment,
    `kept_until`: until when that is so, where it is known; `permits`: the kinds that it needs.
    """

    task_id: UUID
    type: StepTypeView
    state: str
    version: int
    rep: StepRepView | None
    starts_at: datetime | None
    ends_at: datetime | None
    not_before: datetime | None
    not_after: datetime | None
    waits_for: str | None
    kept_from: str | None
    kept_until: datetime | None
    before: list[PredecessorView]
    permits: list[str]


class ChainView(View):
    """Tasks that hang together, each behind those it waits for. `id`: the task that was asked for."""

    id: UUID
    template: str
    steps: list[ChainStepView]
    permits: list[PermitView]


class TemplateStepView(View):
    """A step of a template: a task type's code, minutes after the step before, kinds of permit."""

    type: str
    lag_min: int
    permits: list[str]


class ChainTemplateView(View):
    """What chains of one kind are made of."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    active: bool
    version: int
    steps: list[TemplateStepView]


class StepBeforeView(View):
    """What has to be over before a customer's visit begins. `ends_at`: about when it is, or was; null: nobody
    knows yet. `lag_min`: how long one waits after it.
    """

    type: StepTypeView
    done: bool
    ends_at: datetime | None
    lag_min: int = Field(0)
