"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from assist.request.views import View


class StillView(View):
    """A picture that belongs to a request; sizes in pixels."""

    id: UUID
    request_id: UUID
    client_id: UUID
    freeze_id: UUID | None
    source: str
    taken_by: str
    width: int
    height: int
    size: int
    media_type: str
    taken_at: datetime
    url: str


class FreezeView(View):
    """A still that a technician has asked the phone for."""

    freeze_id: UUID
    asked_at: datetime


class MarkView(View):
    """A drawing on a still, in 0–1 coordinates of that still."""

    id: UUID
    client_id: UUID
    still_id: UUID
    author: str = Field(description="customer or staff")
    author_id: UUID
    tool: str
    points: list[tuple[float, float]]
    text: str | None
    made_at: datetime
