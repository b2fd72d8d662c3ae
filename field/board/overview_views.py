"""The console's board as columns: one list for each property, all of one length.

Thousands of rows say each name once, and what is alike stands side by side, which is what gzip shrinks best.
Times are whole seconds since 1970 in UTC; zones and representatives are named by their codes.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from field.board.views import ReasonView, View


class TaskColumns(View):
    """Tasks as lists and the map show them. ``undecided``: reported work waits for a decision.

    ``note``: its beginning; ``starts_at`` and ``ends_at``: the visit as planned, of finished work as it was;
    ``lock``: of the stop, ``rep`` or ``place``; ``travel_s``: of the way to it.
    """

    id: list[UUID]
    version: list[int]
    state: list[str]
    category: list[str]
    fault: list[str]
    severity: list[str]
    priority: list[int]
    note: list[str]
    customer: list[str]
    address: list[str]
    lon: list[float | None]
    lat: list[float | None]
    zone: list[str | None]
    rep: list[str | None]
    window_start: list[int]
    window_end: list[int]
    starts_at: list[int | None]
    ends_at: list[int | None]
    finished_at: list[int | None]
    late_s: list[int]
    unplaced_reason: list[str | None]
    escalation_reason: list[str]
    undecided: list[bool]
    type: list[str]
    lock: list[str | None]
    travel_s: list[int | None]
    windows: list[int] = Field(description="How many windows there are, of which one will do.")
    companion: list[bool] = Field(description="Whether it is only the stop of whoever comes along.")
    partner: list[UUID | None] = Field(description="The task to which they come along, or their stop.")
    alone: list[bool] = Field(description="Whether it needs two and stands with one.")


class MovedColumns(View):
    """Tasks of which only the times have changed, because somebody else's on the same route did."""

    id: list[UUID]
    starts_at: list[int | None]
    ends_at: list[int | None]
    late_s: list[int]
    travel_s: list[int | None]


class RepColumns(View):
    """Representatives today. Those who have left are here while a task names them (``active``)."""

    id: list[UUID]
    code: list[str]
    name: list[str]
    name_en: list[str]
    phone: list[str]
    station: list[str]
    skills: list[dict[str, int]]
    parts: list[dict[str, int]]
    active: list[bool]
    home_lon: list[float]
    home_lat: list[float]
    shift_start: list[int]
    shift_end: list[int]
    on_shift: list[bool]
    seen_lon: list[float | None]
    seen_lat: list[float | None]
    seen_at: list[int | None]
    open_tasks: list[int]
    done_today: list[int]
    next_at: list[int | None]
    rest_starts_at: list[int | None]
    rest_ends_at: list[int | None]


class ZoneColumns(View):
    """Zones and how they are looked after, without their outlines."""

    code: list[str]
    name: list[str]
    name_zh_hant: list[str]
    name_en: list[str]
    office: list[str]
    station: list[str]
    sub_area: list[str]
    owner: list[str | None]
    coverage: list[str]
    reasons: list[list[ReasonView]]
    open_tasks: list[int]
    carers: list[int]
    able: list[int]


class OverviewView(View):
    """Everything that a dispatcher looks over. ``version``: of the outlines, see ``/api/zones/outlines``."""

    version: UUID | None
    tasks: TaskColumns
    reps: RepColumns
    zones: ZoneColumns


class ChangesView(OverviewView):
    """What became of some tasks and representatives: themselves, the routes and the zones they touch."""

    moved: MovedColumns


def columns(names: type[View], rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Rows, whose values stand in the order of ``names``'s fields, as columns."""
    turned = zip(*rows, strict=True) if rows else ((),) * len(names.model_fields)
    return {name: list(values) for name, values in zip(names.model_fields, turned, strict=True)}
