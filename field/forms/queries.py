"""Reading task types, their forms, and vans."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.forms.closing import MOST_VERSIONS, TYPE_CODE, may_close
from field.forms.commands import EMPTY
from field.forms.engine.conditions import fields_of
from field.forms.engine.definition import faults_of
from field.forms.engine.difference import difference
from field.forms.filling import answers_of
from field.forms.stock import Level, restock
from field.forms.tables import FormVersion, TaskAnswers, TaskType, VanLevel
from field.forms.views import (
    AnswersView,
    DraftView,
    FormChangeView,
    FormFaultView,
    FormVersionView,
    FormView,
    RestockLineView,
    TaskTypeView,
    TypeOfTaskView,
)
from field.grid.tables import Rep, Zone
from field.task.tables import Task
from kernel.errors import Fault, Invalid, NotFound
from kernel.evidence.item import Item
from kernel.identity.staff import Staff


async def list_types(session: AsyncSession) -> list[TaskTypeView]:
    """Every type, in the order in which they are offered."""
    kinds = await session.scalars(select(TaskType).order_by(TaskType.position))
    return [type_view(kind) for kind in kinds]


async def type_by_code(session: AsyncSession, code: str) -> TaskType:
    """One type.

    Raises:
        NotFound: there is none.
    """
    kind = await session.get(TaskType, code) if TYPE_CODE.fullmatch(code) else None
    if kind is None:
        raise NotFound()
    return kind


class TypeUnknown(Invalid):
    """There is no such type of task, or nothing new is made of it any more."""

    code = "task_type_unknown"


async def usual_for(session: AsyncSession, code: str) -> dict[str, Any]:
    """What a new task of a type begins with.

    Raises:
        TypeUnknown: nothing does.
    """
    kind = await session.get(TaskType, code) if TYPE_CODE.fullmatch(code) else None
    if kind is None or not kind.active:
        raise TypeUnknown(faults=[Fault("task_type_unknown", "body.type")])
    names = ("category", "severity", "skill", "level", "duration_s", "clock_s")
    return {"type": code, **{name: getattr(kind, name) for name in names}}


def type_view(kind: TaskType) -> TaskTypeView:
    return TaskTypeView.model_validate(kind, from_attributes=True)


def type_of_task(kind: TaskType, skills: Mapping[str, int] | None) -> TypeOfTaskView:
    """The type in a few words. ``skills``: of the representative who has the task; None: nobody has."""
    return TypeOfTaskView(
        code=kind.code,
        name=kind.name,
        name_zh_hant=kind.name_zh_hant,
        name_en=kind.name_en,
        form=kind.form,
        proof=kind.proof,
        may_close=skills is None or may_close(kind.close_level, kind.skill, skills),
    )


async def draft_of(session: AsyncSession, code: str) -> DraftView:
    """The form that is being written; where none is, the published one to begin from."""
    kind = await type_by_code(session, code)
    published = await session.get(FormVersion, (code, kind.form))
    before = published.definition if published else EMPTY
    draft = await session.scalar(select(TaskType.draft).where(TaskType.code == code))
    definition = draft if kind.has_draft and draft is not None else before
    faults = faults_of(definition)
    return DraftView(
        type=code,
        version=kind.version,
        has_draft=kind.has_draft,
        form=kind.form,
        definition=definition,
        faults=[FormFaultView.model_validate(dataclasses.asdict(fault)) for fault in faults],
        changes=[] if faults else changes_between(before, definition),
    )


def changes_between(before: Mapping[str, object], after: Mapping[str, object]) -> list[FormChangeView]:
    return [FormChangeView.model_validate(dataclasses.asdict(each)) for each in difference(before, after)]


async def versions_of(session: AsyncSession, code: str) -> list[FormVersionView]:
    """Every published version, the newest first, each with what was new in it."""
    await type_by_code(session, code)
    query = (
        select(FormVersion, Staff.name, Staff.name_en)
        .outerjoin(Staff, Staff.id == FormVersion.published_by)
        .where(FormVersion.type == code)
        .order_by(FormVersion.number)
    )
    found: list[FormVersionView] = []
    before: Mapping[str, object] = EMPTY
    for version, name, name_en in await session.execute(query):
        found.append(
            FormVersionView(
                number=version.number,
                note=version.note,
                published_at=version.published_at,
                published_by=name,
                published_by_en=name_en,
                fields=sum(1 for _ in fields_of(version.definition)),
                changes=changes_between(before, version.definition) if found else [],
            )
        )
        before = version.definition
    return found[::-1]


async def form_by_number(session: AsyncSession, code: str, number: int) -> FormView:
    """One published form.

    Raises:
        NotFound: there is none.
    """
    await type_by_code(session, code)
    version = await session.get(FormVersion, (code, number)) if 1 <= number <= MOST_VERSIONS else None
    if version is None:
        raise NotFound()
    return FormView(type=code, number=number, definition=version.definition)


async def answers_shown(session: AsyncSession, task: Task) -> list[AnswersView]:
    """What was filled in for a task, oldest first."""
    return [
        AnswersView(
            type=row.type,
            number=row.number,
            rep_name=rep.name,
            rep_name_en=rep.name_en,
            filled_at=row.filled_at,
            answers=row.answers,
        )
        for row, rep in await answers_of(session, task.id)
    ]


@dataclasses.dataclass(frozen=True)
class FilledTask:
    """A line of the file of a type's answers."""

    task: Task
    answers: TaskAnswers
    rep: Rep
    zone: Zone | None


async def filled_tasks(
    session: AsyncSession, code: str, since: datetime | None, until: datetime | None, limit: int
) -> tuple[list[FilledTask], Sequence[FormVersion]]:
    """What was filled in for a type from then until then, oldest first, and the forms to read it with."""
    query = (
        select(Task, TaskAnswers, Rep, Zone)
        .join(TaskAnswers, TaskAnswers.task_id == Task.id)
        .join(Rep, Rep.id == TaskAnswers.rep_id)
        .outerjoin(Zone, Zone.id == Task.zone_id)
        .where(TaskAnswers.type == code)
        .order_by(TaskAnswers.filled_at, TaskAnswers.id)
        .limit(limit)
    )
    if since is not None:
        query = query.where(TaskAnswers.filled_at >= since)
    if until is not None:
        query = query.where(TaskAnswers.filled_at < until)
    rows = [FilledTask(*row) for row in (await session.execute(query)).all()]
    forms = select(FormVersion).where(FormVersion.type == code).order_by(FormVersion.number.desc())
    return rows, (await session.scalars(forms)).all()


async def restock_lines(session: AsyncSession, rep: Rep | None = None) -> list[RestockLineView]:
    """What is to be put into vans, by representative and part; into one representative's."""
    levels = [Level(row.part, row.low, row.full) for row in await session.scalars(select(VanLevel))]
    query = select(Rep).where(Rep.active).order_by(Rep.station, Rep.code)
    reps = [rep] if rep is not None else list(await session.scalars(query))
    return [
        RestockLineView(
            rep_id=each.id,
            rep_code=each.code,
            rep_name=each.name,
            rep_name_en=each.name_en,
            station=each.station,
            part=line.part,
            on_hand=line.on_hand,
            low=line.low,
            wanted=line.wanted,
        )
        for each in reps
        for line in restock(each.parts, levels)
    ]


async def filled_in(session: AsyncSession, request_id: UUID) -> list[Item]:
    """Each form that was filled in for a request's task, with its version, as evidence."""
    query = (
        select(TaskAnswers)
        .join(Task, Task.id == TaskAnswers.task_id)
        .where(Task.request_id == request_id)
        .order_by(TaskAnswers.id)
    )
    return [
        Item(
            "form",
            f"form:{row.id}",
            {
                "type": row.type,
                "number": row.number,
                "rep_id": str(row.rep_id),
                "filled_at": row.filled_at.isoformat(timespec="microseconds"),
                "answers": row.answers,
            },
        )
        for row in await session.scalars(query)
    ]
