"""What supervisors do with types of tasks: begin one, change it, write its next form, publish that."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from field.forms.closing import TYPE_CODE
from field.forms.engine.conditions import Document
from field.forms.engine.definition import faults_of
from field.forms.tables import FormVersion, TaskType
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound, Refused

EMPTY: dict[str, Any] = {"sections": []}


class FormNotSound(Invalid):
    """The form cannot be filled in like this; nothing was published."""

    code = "form_not_sound"


class TypeExists(Refused):
    """There is a task type of that code already."""

    code = "task_type_exists"


class NoDraft(Refused):
    """There is nothing new to publish."""

    code = "no_draft"


async def type_to_change(uow: UnitOfWork, code: str, version: int) -> TaskType:
    """The type, in the version that the caller saw."""
    known = TYPE_CODE.fullmatch(code)
    kind = await uow.session.get(TaskType, code, with_for_update=True) if known else None
    if kind is None:
        raise NotFound()
    check_version(kind, version)
    kind.changed_at = uow.now
    return kind


async def add_type(uow: UnitOfWork, actor: Actor, code: str, settings: dict[str, Any]) -> str:
    """Begin a type of task; without a form until one is published.

    Raises:
        TypeExists: somebody has.
    """
    if await uow.session.get(TaskType, code) is not None:
        raise TypeExists(code=code)
    last = await uow.session.scalar(select(func.max(TaskType.position)))
    kind = TaskType(code=code, position=(last or 0) + 1, form=0, changed_at=uow.now, **settings)
    uow.session.add(kind)
    await uow.audit(actor, "add_task_type", f"task_type:{code}")
    return code


async def change_type(
    uow: UnitOfWork, actor: Actor, code: str, version: int, settings: dict[str, Any]
) -> None:
    """Change what tasks of a type begin with from now on."""
    kind = await type_to_change(uow, code, version)
    for name, value in settings.items():
        setattr(kind, name, value)
    await uow.audit(actor, "change_task_type", f"task_type:{code}", what=", ".join(sorted(settings)))


async def write_draft(uow: UnitOfWork, code: str, version: int, definition: dict[str, Any]) -> None:
    """Keep the next form as it is being written; what is not sound yet is only told."""
    kind = await type_to_change(uow, code, version)
    kind.draft, kind.has_draft = definition, True


async def drop_draft(uow: UnitOfWork, code: str, version: int) -> None:
    """Go back to the published form."""
    kind = await type_to_change(uow, code, version)
    kind.draft, kind.has_draft = None, False


async def publish(uow: UnitOfWork, actor: Actor, code: str, version: int, note: str) -> int:
    """Publish the draft as the next version; its number. Who is filling in an older one goes on with that.

    Raises:
        NoDraft: there is none, or it is the published form.
        FormNotSound: with every fault.
    """
    kind = await type_to_change(uow, code, version)
    draft: Document | None = await uow.session.scalar(select(TaskType.draft).where(TaskType.code == code))
    if draft is None or not kind.has_draft:
        raise NoDraft()
    if faults := faults_of(draft):
        raise FormNotSound(faults=[Fault(each.code, each.where, params=each.params) for each in faults])
    before = await uow.session.get(FormVersion, (code, kind.form))
    if before is not None and before.definition == draft:
        raise NoDraft()
    kind.form += 1
    uow.session.add(
        FormVersion(
            type=code,
            number=kind.form,
            definition=dict(draft),
            note=note,
            published_at=uow.now,
            published_by=actor.id,
        )
    )
    kind.draft, kind.has_draft = None, False
    await uow.audit(actor, "publish_form", f"task_type:{code}", number=kind.form)
    return kind.form
