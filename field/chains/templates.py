"""What chains are made of: templates, written by supervisors."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.chains.chain import LONGEST_LAG_MIN, MOST_STEPS
from field.chains.tables import ChainTemplate
from field.forms.closing import TYPE_CODE
from field.forms.tables import TaskType
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid


class TemplateInvalid(Invalid):
    """Some of the template is not right."""

    code = "chain_template_invalid"


@dataclasses.dataclass(frozen=True)
class TemplateGiven:
    """A template as somebody writes it. ``steps``: ``type``, ``lag_min``, ``permits``."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    steps: Sequence[dict[str, Any]]
    active: bool = True
    version: int | None = None


def template_faults(given: TemplateGiven, types: Collection[str]) -> list[tuple[str, str]]:
    """All that is wrong: where, and a code. ``types``: codes of which tasks are made."""
    faults: list[tuple[str, str]] = []
    if TYPE_CODE.fullmatch(given.code) is None:
        faults.append(("code", "code_malformed"))
    if not given.name:
        faults.append(("name", "name_missing"))
    if len(given.steps) < 2:
        faults.append(("steps", "too_few_steps"))
    if len(given.steps) > MOST_STEPS:
        faults.append(("steps", "too_many_steps"))
    for at, step in enumerate(given.steps):
        if step["type"] not in types:
            faults.append((f"steps.{at}.type", "task_type_unknown"))
        if not 0 <= step["lag_min"] <= LONGEST_LAG_MIN:
            faults.append((f"steps.{at}.lag_min", "lag_out_of_range"))
        if at == 0 and step["lag_min"]:
            faults.append(("steps.0.lag_min", "lag_before_first"))
        if len(set(step["permits"])) < len(step["permits"]):
            faults.append((f"steps.{at}.permits", "permit_twice"))
    return faults


async def set_template(uow: UnitOfWork, actor: Actor, given: TemplateGiven) -> None:
    """Write a template, new or anew. Chains that were made of it stay as they are.

    Raises:
        TemplateInvalid: with every fault.
        StaleVersion: somebody else has written it meanwhile.
    """
    types = set(await uow.session.scalars(select(TaskType.code).where(TaskType.active)))
    if faults := template_faults(given, types):
        raise TemplateInvalid(faults=[Fault(code, f"body.{where}") for where, code in faults])
    row = await uow.session.get(ChainTemplate, given.code, with_for_update=True)
    if row is None:
        row = ChainTemplate(code=given.code)
        uow.session.add(row)
    else:
        check_version(row, given.version)
    row.name, row.name_zh_hant, row.name_en = given.name, given.name_zh_hant, given.name_en
    row.steps, row.active, row.changed_at = [dict(step) for step in given.steps], given.active, uow.now
    await uow.session.flush()
    uow.changed("chain_template", row.code, "tasks")
    await uow.audit(actor, "set_chain_template", f"chain_template:{row.code}", steps=len(row.steps))


async def list_templates(session: AsyncSession) -> Sequence[ChainTemplate]:
    """Every template, by code."""
    return (await session.scalars(select(ChainTemplate).order_by(ChainTemplate.code))).all()
