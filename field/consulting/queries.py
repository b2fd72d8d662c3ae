"""Reading what a place has seen before: earlier visits, its meter, what is promised there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.appointments.tables import Appointment
from field.consulting.views import (
    EarlierPhotoView,
    EarlierVisitView,
    MeterView,
    OwedVisitView,
    PlaceHistoryView,
    ReadingView,
    ZoneFactsView,
)
from field.forms.engine.conditions import fields_of
from field.forms.tables import FormVersion, TaskAnswers, TaskType
from field.grid.tables import Rep, Zone
from field.services import FieldServices
from field.sites.note import SAME_PLACE_M, same_place
from field.sites.queries import day_stops
from field.task.tables import Proof, Task, TaskEntry
from field.task.task import FINAL, TaskEvent
from kernel.sql.addresses import place_key

MOST_STOPS = 40
"""A phone keeps no more than one long day."""
MOST_VISITS = 8
MOST_PHOTOS = 4
MOST_READINGS = 6
MOST_AROUND = 2_000
METER_NUMBER = "meter_number"
"""The field of the usual forms in which a meter's number is written."""
_DEGREE_M = 111_195.0


async def histories(
    session: AsyncSession, services: FieldServices, rep: Rep, now: datetime
) -> list[PlaceHistoryView]:
    """What is known of the places of the caller's working day: of open stops alone."""
    day, stops = await day_stops(session, services, rep, now)
    today = services.day_of(now)
    of_the_day = [task for task, on in stops if on in (day, today) and task.state not in FINAL]
    return [await history(session, task) for task in of_the_day[:MOST_STOPS]]


async def history(session: AsyncSession, task: Task) -> PlaceHistoryView:
    """What the house knows of a task's place."""
    here = await at_the_place(session, task)
    before = [each for each in here if each.id != task.id and each.state in FINAL]
    open_ones = [each for each in here if each.id == task.id or each.state not in FINAL]
    listed = before[:MOST_VISITS]
    return PlaceHistoryView(
        task_id=task.id,
        visits=await _visits(session, listed),
        more=len(before) > len(listed),
        meter=await _meter(session, before),
        promises=await _promises(session, open_ones, task.id),
        zone=await _zone(session, task.zone_id),
    )


async def at_the_place(session: AsyncSession, task: Task) -> list[Task]:
    """The tasks of the same door, the newest first; a place without a point has only itself."""
    key = place_key(task.address)
    if not key or task.lon is None or task.lat is None:
        return [task]
    north = SAME_PLACE_M / _DEGREE_M
    east = north / max(0.01, math.cos(math.radians(task.lat)))
    around = (
        select(Task)
        .where(Task.lon.between(task.lon - east, task.lon + east))
        .where(Task.lat.between(task.lat - north, task.lat + north))
        .where(Task.erased_at.is_(None), Task.companion.is_(False))
        .order_by(Task.created_at.desc())
        .limit(MOST_AROUND)
    )
    point = (task.lon, task.lat)
    return [
        each
        for each in await session.scalars(around)
        if each.lon is not None
        and each.lat is not None
        and place_key(each.address) == key
        and same_place(point, (each.lon, each.lat))
    ]


async def _visits(session: AsyncSession, tasks: Sequence[Task]) -> list[EarlierVisitView]:
    ids = [task.id for task in tasks]
    kinds = {kind.code: kind for kind in await session.scalars(select(TaskType))}
    rep_ids = {task.rep_id for task in tasks if task.rep_id is not None}
    people = {rep.id: rep for rep in await session.scalars(select(Rep).where(Rep.id.in_(rep_ids)))}
    written = await session.scalars(
        select(TaskEntry)
        .where(TaskEntry.task_id.in_(ids), TaskEntry.kind.in_((TaskEvent.COMPLETE, TaskEvent.SETTLE)))
        .order_by(TaskEntry.number)
    )
    notes = {entry.task_id: str(entry.detail.get("note", "")) for entry in written}
    photos: dict[UUID, list[Proof]] = {}
    for proof in await session.scalars(select(Proof).where(Proof.task_id.in_(ids)).order_by(Proof.id)):
        photos.setdefault(proof.task_id, []).append(proof)
    shown = []
    for task in tasks:
        kind, rep = kinds.get(task.type), people.get(task.rep_id) if task.rep_id else None
        shown.append(
            EarlierVisitView(
                task_id=task.id,
                at=task.finished_at or task.changed_at,
                state=task.state.value,
                category=task.category,
                fault=task.fault,
                ownership=task.ownership,
                type_name=kind.name if kind else "",
                type_name_zh_hant=kind.name_zh_hant if kind else "",
                type_name_en=kind.name_en if kind else "",
                technician=str(task.verdict.get("technician_name") or ""),
                technician_en=str(task.verdict.get("technician_name_en") or ""),
                rep=rep.name if rep else "",
                rep_en=rep.name_en if rep else "",
                note=notes.get(task.id, ""),
                photos=[
                    EarlierPhotoView(
                        url=f"/api/proofs/{proof.id}/image", width=proof.width, height=proof.height
                    )
                    for proof in photos.get(task.id, [])[:MOST_PHOTOS]
                ],
                stills=[f"/api/stills/{still}/image" for still in task.evidence[:MOST_PHOTOS]],
            )
        )
    return shown


async def _meter(session: AsyncSession, tasks: Iterable[Task]) -> MeterView | None:
    """What was read at the place, from the forms that were filled in there."""
    query = (
        select(TaskAnswers, FormVersion.definition)
        .join(
            FormVersion, (FormVersion.type == TaskAnswers.type) & (FormVersion.number == TaskAnswers.number)
        )
        .where(TaskAnswers.task_id.in_([task.id for task in tasks]))
        .order_by(TaskAnswers.filled_at.desc())
    )
    number, readings = "", list[ReadingView]()
    for row, definition in await session.execute(query):
        number = number or str(row.answers.get(METER_NUMBER) or "")
        readings += [each for each in map(_reading(row), fields_of(definition)) if each is not None]
    if not number and not readings:
        return None
    return MeterView(number=number, readings=readings[:MOST_READINGS])


def _reading(row: TaskAnswers) -> Any:
    def read(field: dict[str, Any]) -> ReadingView | None:
        value = row.answers.get(field["id"]) if field["type"] == "reading" else None
        if isinstance(value, dict):
            value = value.get("value")
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return ReadingView(
            at=row.filled_at, label=field["label"], value=float(value), unit=str(field.get("unit") or "")
        )

    return read


async def _promises(session: AsyncSession, tasks: Sequence[Task], own: UUID) -> list[OwedVisitView]:
    """Every open visit at the place, and the caller's own where a window was promised for it."""
    made = await session.scalars(
        select(Appointment).where(Appointment.task_id.in_([task.id for task in tasks]))
    )
    windows = {row.task_id: row for row in made}
    return [
        OwedVisitView(
            task_id=task.id,
            state=task.state.value,
            category=task.category,
            made_at=window.made_at if window else task.created_at,
            window_start=window.window_start if window else None,
            window_end=window.window_end if window else None,
            made_by=window.made_by if window else "",
        )
        for task in tasks
        if (window := windows.get(task.id)) is not None or task.id != own
    ]


async def _zone(session: AsyncSession, zone_id: UUID | None) -> ZoneFactsView | None:
    zone = await session.get(Zone, zone_id) if zone_id else None
    if zone is None:
        return None
    record = zone.record or {}
    target = record.get("leakage_target_percent")
    return ZoneFactsView(
        code=zone.code,
        name=zone.name,
        name_zh_hant=zone.name_zh_hant,
        name_en=zone.name_en,
        status=str(record.get("status") or ""),
        critical_point=str(record.get("critical_point") or ""),
        night_flow=zone.min_night_flow,
        target_percent=float(target) if isinstance(target, int | float) else None,
    )
