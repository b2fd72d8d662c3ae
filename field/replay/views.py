"""What this capability's HTTP API answers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from field.board.views import View


class ReplayTaskColumns(View):
    """The tasks of a day. Windows in Unix seconds."""

    id: list[UUID]
    category: list[str]
    fault: list[str]
    severity: list[str]
    address: list[str]
    zone: list[str | None]
    window_start: list[int]
    window_end: list[int]


class ReplayStepColumns(View):
    """From `at` (Unix seconds) on the task with the number `task` is in `state`, and with `rep`, if any."""

    task: list[int]
    at: list[int]
    state: list[str]
    rep: list[UUID | None]


class ReplayView(View):
    """A working day as it happened. `begins`, `ends`: Unix seconds; `ends` of today: now."""

    day: date
    begins: int
    ends: int
    tasks: ReplayTaskColumns
    steps: ReplayStepColumns
