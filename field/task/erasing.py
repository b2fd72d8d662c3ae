"""Forgetting what a task tells of a customer.

What stays is what the work was: fault, skill, times, who did it, and the zone. The place becomes the zone's:
a point inside it that says nothing more, the same for every house in it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from geoalchemy2.shape import to_shape
from sqlalchemy import delete, select

from field.grid.store import point_of
from field.grid.tables import Zone
from field.task.tables import Conflict, Proof, Task, TaskEntry
from kernel.database import UnitOfWork
from kernel.erasing import Eraser
from kernel.sql.columns import BlobId

KEPT_OF_STEPS = frozenset({"rep", "rep_name", "to", "what"})
"""What is kept of a timeline's lines: who, but no words. A reason that the house itself gave is a code."""


async def forget_task(uow: UnitOfWork, task_id: UUID) -> set[BlobId]:
    """Empty the task, its timeline and what was reported of it; the files of its photos."""
    task = await uow.session.get_one(Task, task_id)
    await _coarsen(uow, task)
    task.address = task.note = task.escalation_reason = ""
    task.customer = {"name": "", "phone": "", "language": task.customer.get("language", "")}
    task.evidence, task.placement = [], {}
    task.windows, task.wishes = [], {}
    for entry in await uow.session.scalars(select(TaskEntry).where(TaskEntry.task_id == task.id)):
        entry.detail = _without_words(entry)
    for conflict in await uow.session.scalars(select(Conflict).where(Conflict.task_id == task.id)):
        empty: dict[str, Any] = {"note": "", "reason": "", "proofs": [], "form": None}
        conflict.acts = [act | empty for act in conflict.acts]
    files = set(await uow.session.scalars(select(Proof.blob_id).where(Proof.task_id == task.id)))
    await uow.session.execute(delete(Proof).where(Proof.task_id == task.id))
    return files


async def _coarsen(uow: UnitOfWork, task: Task) -> None:
    """Nothing finer than the zone."""
    area = await uow.session.scalar(select(Zone.area).where(Zone.id == task.zone_id))
    if area is None:
        task.lon = task.lat = task.point = None
        return
    inside = to_shape(area).representative_point()
    task.lon, task.lat = inside.x, inside.y
    task.point = point_of(inside.x, inside.y)


def _without_words(entry: TaskEntry) -> dict[str, Any]:
    kept = KEPT_OF_STEPS | ({"reason"} if entry.actor_kind == "system" else set())
    return {name: value for name, value in entry.detail.items() if name in kept}


eraser = Eraser(
    "task",
    (
        *(Task.address, Task.point, Task.lon, Task.lat, Task.note, Task.customer, Task.evidence),
        *(
            Task.windows,
            Task.wishes,
            Task.placement,
            Task.escalation_reason,
            TaskEntry.detail,
            Conflict.acts,
            Proof.blob_id,
        ),
    ),
    forget_task,
)
