"""What a representative filled in: held against its form, kept with the task, its parts out of the van."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.forms.closing import (
    FormFaulty,
    FormUnknown,
    MayNotClose,
    Settler,
    may_close,
    require_proof,
)
from field.forms.engine.answers import check, parts_in, photos_in, with_photos
from field.forms.stock import taken
from field.forms.tables import FormVersion, PartMovement, TaskAnswers, TaskType
from field.grid.tables import Rep
from field.task.tables import Task
from kernel.actors import Actor, Role
from kernel.database import UnitOfWork
from kernel.errors import Fault


@dataclasses.dataclass(frozen=True)
class Filled:
    """A form as a phone sends it: of which type, from which version, and what was filled in."""

    type: str
    number: int
    answers: Mapping[str, Any]

    def told(self) -> dict[str, Any]:
        return {"type": self.type, "number": self.number, "answers": dict(self.answers)}


@dataclasses.dataclass(frozen=True)
class Held:
    """A form that is in order. ``parts``: those that were used; None where it does not ask for them."""

    filled: Filled
    definition: Mapping[str, Any]
    answers: dict[str, Any]
    photos: tuple[UUID, ...]
    parts: dict[str, int] | None


async def hold(session: AsyncSession, task: Task, rep: Rep, filled: Filled | None) -> Held | None:
    """Hold what was filled in against the version that it was filled from, however old that is.

    Raises:
        MayNotClose: closing this type needs a higher level.
        FormMissing, FormUnknown.
        FormFaulty: with every answer that is missing or wrong.
    """
    kind = await session.get(TaskType, task.type)
    if kind is not None and not may_close(kind.close_level, kind.skill, rep.skills):
        raise MayNotClose(skill=kind.skill, level=kind.close_level)
    held = None if filled is None else await _held(session, filled)
    return held


async def _held(session: AsyncSession, filled: Filled) -> Held:
    version = await session.get(FormVersion, (filled.type, filled.number))
    if version is None:
        raise FormUnknown()
    checked = check(version.definition, filled.answers)
    if checked.faults:
        faults = [Fault(each.code, f"form.{each.field}", params=each.params) for each in checked.faults]
        raise FormFaulty(faults=faults, count=len(faults))
    photos = tuple(UUID(id) for id in photos_in(version.definition, checked.kept))
    parts = parts_in(version.definition, checked.kept)
    return Held(filled, version.definition, checked.kept, photos, parts)


async def require(session: AsyncSession, task: Task, held: Held | None, photos: int) -> None:
    """Raises FormMissing, FormPhotoMissing: what the task's type demands beside the form's own rules."""
    kind = await session.get(TaskType, task.type)
    if kind is not None:
        require_proof(kind.proof, filled=held is not None, photos=photos)


def keep(
    uow: UnitOfWork, task: Task, rep: Rep, held: Held, stored: Mapping[UUID, UUID], at: datetime
) -> None:
    """Write down what was filled in. ``stored``: our ids of the photos by the phone's."""
    uow.session.add(
        TaskAnswers(
            id=uow.new_id(),
            task_id=task.id,
            type=held.filled.type,
            number=held.filled.number,
            rep_id=rep.id,
            filled_at=at,
            received_at=uow.now,
            answers=with_photos(held.definition, held.answers, stored),
        )
    )


async def use_parts(uow: UnitOfWork, actor: Actor, task: Task, rep: Rep, held: Held | None) -> None:
    """Take the used parts out of the van: those of the form, else those that the task was planned with."""
    used = dict(task.parts) if held is None or held.parts is None else held.parts
    if not used:
        return
    van = await uow.session.get_one(Rep, rep.id, with_for_update=True)
    van.parts = taken(van.parts, used)
    for part, count in sorted(used.items()):
        uow.session.add(
            PartMovement(
                id=uow.new_id(),
                rep_id=van.id,
                part=part,
                count=-count,
                left=van.parts.get(part, 0),
                task_id=task.id,
                actor_id=actor.id,
                at=uow.now,
            )
        )


async def evidence(session: AsyncSession, filled: Filled, stored: Mapping[UUID, UUID]) -> dict[str, Any]:
    """What was filled in on a task that had gone to somebody else, as it came: a person reads it."""
    version = await session.get(FormVersion, (filled.type, filled.number))
    if version is None:
        return filled.told()
    return {**filled.told(), "answers": with_photos(version.definition, filled.answers, stored)}


async def count_evidence(
    uow: UnitOfWork, actor: Actor, task: Task, rep: Rep, form: Mapping[str, Any] | None, at: datetime
) -> None:
    """A dispatcher has decided that reported work counts: its form is the task's, and its parts are used."""
    held = None
    key = (form["type"], form["number"]) if form else ("", 0)
    version = await uow.session.get(FormVersion, key)
    if form is not None and version is not None:
        kept = check(version.definition, form["answers"]).kept
        filled = Filled(form["type"], form["number"], form["answers"])
        held = Held(filled, version.definition, kept, (), parts_in(version.definition, kept))
        own = {UUID(id): UUID(id) for id in photos_in(version.definition, kept)}
        keep(uow, task, rep, held, own, at)
    await use_parts(uow, actor, task, rep, held)


async def require_settler(session: AsyncSession, task: Task, actor: Actor) -> None:
    """Raises MayNotClose: an escalated task of this type is settled by a supervisor."""
    kind = await session.get(TaskType, task.type)
    if kind is not None and not may_settle(kind, actor):
        raise MayNotClose(skill=kind.skill, level=kind.close_level)


def may_settle(kind: TaskType, actor: Actor) -> bool:
    """Whether somebody in the office may finish a task of this type without a further visit."""
    return kind.settled_by != Settler.SUPERVISOR or actor.has(Role.SUPERVISOR, Role.ADMIN)


async def answers_of(session: AsyncSession, task_id: UUID) -> list[tuple[TaskAnswers, Rep]]:
    """What was filled in for a task, oldest first, with who did."""
    query = (
        select(TaskAnswers, Rep)
        .join(Rep, Rep.id == TaskAnswers.rep_id)
        .where(TaskAnswers.task_id == task_id)
        .order_by(TaskAnswers.id)
    )
    return [(answers, rep) for answers, rep in await session.execute(query)]
