"""What rounds show of themselves as JSON."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from field.board.views import View


class RoundView(View):
    """A round. `places`: how many it visits; `planned`: stops that have a day and no task yet; `next_due`:
    null while it is paused.
    """

    id: UUID
    version: int
    name: str
    kind: str
    zones: list[str]
    places: int
    every_days: int
    window_days: int
    minutes: int
    skill: str
    level: int
    starts_on: date
    paused: bool
    planned: int
    open_tasks: int = Field(description="Tasks it has made that are not over.")
    next_due: date | None
