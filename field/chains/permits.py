"""Permits are written down as they are asked for, granted and refused; the chain's steps follow."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from field.chains.chain import PermitKind, PermitState
from field.chains.commands import begin_alone
from field.chains.tables import Permit
from field.dispatch.commands import task_to_change
from field.task.tables import Task
from field.task.task import FINAL, TaskFinished
from field.task.timeline import remember
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound

MOST_PERMITS: Final = 20
LONGEST: Final = timedelta(days=366)


class PermitInvalid(Invalid):
    """Something about this permit cannot be."""

    code = "permit_invalid"


@dataclasses.dataclass(frozen=True)
class PermitGiven:
    """What is known of a permit."""

    kind: PermitKind
    state: PermitState
    authority: str = ""
    number: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def permit_faults(given: PermitGiven) -> list[tuple[str, str]]:
    """All that cannot be: which field, and a code."""
    faults: list[tuple[str, str]] = []
    if not given.authority:
        faults.append(("authority", "permit_authority_missing"))
    if given.state is PermitState.EXPIRED:
        faults.append(("state", "permit_state_by_time"))
    if given.state is PermitState.GRANTED:
        if not given.number:
            faults.append(("number", "permit_number_missing"))
        if given.valid_from is None:
            faults.append(("valid_from", "permit_dates_missing"))
        if given.valid_until is None:
            faults.append(("valid_until", "permit_dates_missing"))
    if given.valid_from is not None and given.valid_until is not None:
        if given.valid_until <= given.valid_from:
            faults.append(("valid_until", "permit_ends_first"))
        elif given.valid_until - given.valid_from > LONGEST:
            faults.append(("valid_until", "permit_too_long"))
    return faults


async def add_permit(
    uow: UnitOfWork, actor: Actor, task_id: UUID, given: PermitGiven, *, whole_chain: bool
) -> UUID:
    """Write a permit down, for a task or for all steps of its chain that need its kind; its id.

    Raises:
        PermitInvalid: with every fault.
        TaskFinished, NotFound.
    """
    task = await task_to_change(uow, task_id, None)
    if task.state in FINAL:
        raise TaskFinished(event="permit", state=task.state.value)
    faults = [Fault(code, f"body.{name}") for name, code in permit_faults(given)]
    count = select(func.count()).select_from(Permit).where(Permit.chain_id == task.chain_id)
    if task.chain_id is not None and (await uow.session.scalar(count) or 0) >= MOST_PERMITS:
        faults.append(Fault("too_many_permits", "body.kind", params={"most": MOST_PERMITS}))
    if faults:
        raise PermitInvalid(faults=faults)
    chain = await begin_alone(uow, actor, task)
    permit = Permit(id=uow.new_id(), chain_id=chain.id, task_id=None if whole_chain else task.id)
    _write(uow, actor, permit, given)
    uow.session.add(permit)
    await _told(uow, actor, task, permit, "add_permit")
    return permit.id


async def change_permit(
    uow: UnitOfWork, actor: Actor, permit_id: UUID, version: int, given: PermitGiven
) -> UUID:
    """Write down what has become of a permit; its chain's id.

    Raises:
        PermitInvalid, NotFound, StaleVersion.
    """
    permit = await _permit(uow, permit_id, version)
    if faults := permit_faults(given):
        raise PermitInvalid(faults=[Fault(code, f"body.{name}") for name, code in faults])
    _write(uow, actor, permit, given)
    await _told(uow, actor, await _told_to(uow, permit), permit, "change_permit")
    return permit.chain_id


async def drop_permit(uow: UnitOfWork, actor: Actor, permit_id: UUID, version: int) -> None:
    """It was written down by mistake. Raises NotFound, StaleVersion."""
    permit = await _permit(uow, permit_id, version)
    task = await _told_to(uow, permit)
    await uow.session.delete(permit)
    await _told(uow, actor, task, permit, "drop_permit")


async def _permit(uow: UnitOfWork, permit_id: UUID, version: int) -> Permit:
    permit = await uow.session.get(Permit, permit_id, with_for_update=True)
    if permit is None:
        raise NotFound()
    check_version(permit, version)
    return permit


async def _told_to(uow: UnitOfWork, permit: Permit) -> Task:
    return await uow.session.get_one(Task, permit.task_id or permit.chain_id, with_for_update=True)


def _write(uow: UnitOfWork, actor: Actor, permit: Permit, given: PermitGiven) -> None:
    permit.kind, permit.state = given.kind, given.state
    permit.authority, permit.number = given.authority, given.number
    permit.valid_from, permit.valid_until = given.valid_from, given.valid_until
    permit.changed_at, permit.changed_by_id = uow.now, actor.id


async def _told(uow: UnitOfWork, actor: Actor, task: Task, permit: Permit, what: str) -> None:
    await uow.session.flush()
    remember(uow, task, "permit", actor, task.state, what=permit.state.value)
    await uow.audit(actor, what, f"task:{task.id}", permit=str(permit.id), state=permit.state.value)
