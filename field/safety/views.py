"""What this capability answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class TimerView(View):
    """The caller's timer. `ends_at`: until when a word is expected."""

    id: UUID
    task_id: UUID
    state: str
    minutes: int
    started_at: datetime
    said_at: datetime
    ends_at: datetime


class SafetyPolicyView(View):
    """How check-ins go at a station, seconds and minutes; `version` null: nothing is written down yet."""

    station: str
    types: list[str]
    minutes: int
    before_s: int
    climb_s: int
    climb_on_s: int
    version: int | None


class OwnSafetyView(View):
    """`now`: what the house's clock shows; by it a phone sets its own right. `choices`: minutes offered."""

    now: datetime
    timer: TimerView | None
    policy: SafetyPolicyView
    choices: list[int]


class AlertRepView(View):
    id: UUID
    code: str
    name: str
    name_en: str
    phone: str


class AlertTaskView(View):
    """Where the person was to be. WGS-84 degrees; null where nobody knows."""

    id: UUID
    address: str
    lon: float | None
    lat: float | None


class LastPlaceView(View):
    """Where the phone was last, within `accuracy_m` metres, and how many seconds ago that was."""

    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime
    age_s: int


class LoneStepView(View):
    kind: str
    at: datetime
    happened_at: datetime


class LoneAlertView(View):
    """Somebody who was to say that they are well, and did not."""

    id: UUID
    version: int
    state: str
    rep: AlertRepView
    task: AlertTaskView
    place: LastPlaceView | None
    said_at: datetime
    ends_at: datetime
    answered_by: str | None
    steps: list[LoneStepView]
