"""What this capability answers. Nothing in it tells of a person outside the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class AnnouncedTextsView(View):
    """The words in one language. `known`: one sentence for whoever is about to report it."""

    title: str
    known: str
    when: str
    why: str
    where: str
    extra: str


class ToldView(View):
    """An announcement as everybody sees it. `phase`: coming, now or overdue; `moved_from`: the end that was
    told before this one; `texts`: by language; `connections`: how many are without water, None: not known."""

    id: UUID
    kind: str
    cause: str
    state: str
    phase: str
    starts_at: datetime
    ends_at: datetime | None
    moved_from: datetime | None
    advice: list[str]
    bowser: str
    contact: str
    connections: int | None
    texts: dict[str, AnnouncedTextsView]
    published_at: datetime | None
    changed_at: datetime


class CurrentAnnouncementsView(View):
    """All that is told now. `now`: by the house's clock; `timezone`: of its days."""

    now: datetime
    timezone: str
    announcements: list[ToldView]


class AnnouncementFaultView(View):
    """Why it cannot be published as it stands."""

    code: str
    where: str
    params: dict[str, Any]


class OverlapView(View):
    """Another announcement on the same ground at the same time."""

    id: UUID
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime | None


class AnnouncementStepView(View):
    """A step: who did what, and what was told from then on."""

    number: int
    kind: str
    at: datetime
    by: str | None
    told: dict[str, Any]


class AnnouncementView(ToldView):
    """An announcement at the console. `area`: GeoJSON; `classes`: connections without water by class;
    `faults`: what it cannot be published with; `overlaps`: told of, and allowed."""

    version: int
    source: str
    zones: list[str]
    area: dict[str, Any]
    classes: dict[str, int]
    where: str
    extra: dict[str, str]
    exempt: str
    task_id: UUID | None
    passed_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    faults: list[AnnouncementFaultView]
    overlaps: list[OverlapView]


class AnnouncementDetailView(AnnouncementView):
    """With every step."""

    steps: list[AnnouncementStepView]


class StopAnnouncementsView(View):
    """An announcement, and the caller's tasks that lie in its area."""

    announcement: ToldView
    task_ids: list[UUID]


class AnnouncementPolicyView(View):
    """Hours of notice that a kind needs; `version` null: nothing is written down, this is what counts."""

    kind: str
    notice_h: int
    version: int | None
