"""What was done on site, as evidence of the request that it was done for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.task.tables import Proof, Task, TaskEntry
from kernel.evidence.item import Item


async def on_site(session: AsyncSession, request_id: UUID) -> list[Item]:
    """The timeline of the request's task with the words of who worked on it, and the photos of the work."""
    steps = select(TaskEntry).join(Task, Task.id == TaskEntry.task_id).where(Task.request_id == request_id)
    photos = select(Proof).join(Task, Task.id == Proof.task_id).where(Task.request_id == request_id)
    return [
        *(_step(entry) for entry in await session.scalars(steps.order_by(TaskEntry.number))),
        *(_proof(proof) for proof in await session.scalars(photos.order_by(Proof.id))),
    ]


def _step(entry: TaskEntry) -> Item:
    said = {
        "number": entry.number,
        "kind": entry.kind,
        "from": entry.from_state,
        "to": entry.to_state,
        "at": _moment(entry.at),
        "happened_at": _moment(entry.happened_at),
        "by": entry.actor_kind,
        "by_id": str(entry.actor_id),
        "name": entry.actor_name,
        "detail": entry.detail,
    }
    return Item("site", f"site:{entry.id}", said)


def _proof(proof: Proof) -> Item:
    said = {
        "at": _moment(proof.at),
        "rep_id": str(proof.rep_id),
        "media_type": proof.media_type,
        "width": proof.width,
        "height": proof.height,
    }
    return Item("proof", f"proof:{proof.id}", said, file=proof.blob_id)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
