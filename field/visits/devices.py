"""Actions from phones that are not always connected: each has its effect once, in the order it was taken.

A phone numbers its actions 1, 2, 3 … and gives each a UUIDv7. The last number whose answer is stored is
kept per phone, and changes in the same transaction as the effect, so that neither can be without the other:

- an action that was answered before gets the stored answer again, whatever the task looks like now;
- the next number is carried out. What cannot be done because the task has gone to somebody else meanwhile, or
  stands elsewhere, did happen at a door: it is kept with its note and photos as a conflict that a dispatcher
  decides (:mod:`field.task.conflict`), and the answer names it;
- refused by another rule, it is answered with the refusal's code, which is stored as well: it is answered for
  good, and the numbers after it go on. One that depended on it is refused by the task's own state machine;
- a number that was answered for another action is refused, and changes nothing; so is an action that was
  answered under another number, though its new number then counts as answered;
- a number beyond the next one is a gap: nothing from there on is touched, and the answer says which number
  is expected. The phone sends from there.

What is not the action's own fault (a race lost again and again, a part that is away, a photo that a server
restored from a backup has lost) is not an answer: the call stops there with what was done so far, and the
phone sends the rest again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, select

from field.network.commands import note_valve
from field.network.tables import ValveState
from field.services import FieldServices
from field.task.tables import Conflict, Task
from field.visits.commands import (
    Doing,
    ProofUnknown,
    accept_task,
    arrive_at_task,
    begin,
    complete_task,
    decline_task,
    escalate_task,
    rep_of,
    travel_to_task,
)
from field.visits.conflicts import Act, report
from field.visits.proofs import had_task, once_own_task
from field.visits.tables import Device, DeviceAction
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import Crowded, CurbstopError, Invalid, Refused

KEPT = 1_000
"""Answers kept per phone; a phone asks again for those of its last few unanswered calls only."""

Kind = Literal["acceptance", "declination", "travel", "arrival", "completion", "escalation", "valve_finding"]
"""What a phone can do, by the names that the API's addresses use."""


class SequenceReused(Invalid):
    """This number was already answered for another action."""

    code = "sequence_reused"


class ActionRepeated(Invalid):
    """This action was already answered under another number."""

    code = "action_repeated"


class SequenceGap(Refused):
    """Earlier actions of this phone are missing; send from the expected one on."""

    code = "sequence_gap"


@dataclasses.dataclass(frozen=True)
class DeviceStep:
    """One action as the phone took it. ``proofs`` are the phone's ids of photos sent before."""

    id: UUID
    sequence: int
    kind: Kind
    task_id: UUID
    at: datetime | None = None
    version: int | None = None
    reason: str = ""
    note: str = ""
    proofs: tuple[UUID, ...] = ()
    valve: str = ""
    valve_state: ValveState | None = None


@dataclasses.dataclass(frozen=True)
class StepResult:
    """The answer to one action. ``status`` as HTTP would have it; ``replayed``: given before.

    ``conflict``: it was kept instead of carried out; its id and state.
    """

    id: UUID
    sequence: int
    status: int
    code: str | None = None
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    task: dict[str, Any] | None = None
    conflict: dict[str, Any] | None = None
    replayed: bool = False


@dataclasses.dataclass(frozen=True)
class BatchResult:
    """Answers in order. ``expected``: the next number to send; ``stopped``: why not all were answered."""

    results: tuple[StepResult, ...]
    expected: int
    stopped: str | None = None


EFFECTS: dict[str, Callable[[Doing, DeviceStep], Awaitable[None]]] = {
    "acceptance": lambda do, step: accept_task(do),
    "declination": lambda do, step: decline_task(do, step.reason),
    "travel": lambda do, step: travel_to_task(do),
    "arrival": lambda do, step: arrive_at_task(do),
    "completion": lambda do, step: complete_task(do, step.note, step.proofs),
    "escalation": lambda do, step: escalate_task(do, step.reason),
}


async def apply_actions(
    database: Database, services: FieldServices, actor: Actor, device_id: UUID, steps: Sequence[DeviceStep]
) -> BatchResult:
    """Carry out a phone's actions in order, one transaction each."""
    results: list[StepResult] = []
    stopped: str | None = None
    for step in sorted(steps, key=lambda step: step.sequence):
        try:
            results.append(await _answer(database, services, actor, device_id, step))
        except (SequenceGap, ProofUnknown, Crowded) as stop:
            stopped = stop.code
            break
    expected = await database.run(_expected, actor, device_id)
    return BatchResult(tuple(results), expected, stopped)


async def _answer(
    database: Database, services: FieldServices, actor: Actor, device_id: UUID, step: DeviceStep
) -> StepResult:
    try:
        return await database.run(_carry_out, services, actor, device_id, step)
    except (SequenceGap, ProofUnknown):
        raise
    except SequenceReused as clash:
        # Not stored: the number's own answer stays what it is.
        return StepResult(step.id, step.sequence, clash.status, clash.code, dict(clash.params))
    except CurbstopError as refusal:
        if refusal.status >= 500 or refusal.status in (401, 429):
            raise
        return await database.run(_refuse, actor, device_id, step, refusal)


async def _carry_out(
    uow: UnitOfWork, services: FieldServices, actor: Actor, device_id: UUID, step: DeviceStep
) -> StepResult:
    device, stored = await _turn(uow, actor, device_id, step)
    if stored is not None:
        return stored
    if await _has_been(uow, step.id):
        raise ActionRepeated()
    if step.valve_state is not None:
        found = await _find_valve(uow, actor, step, step.valve_state)
    else:
        do = await begin(uow, services, actor, step.task_id, step.version, step.at)
        await EFFECTS[step.kind](do, step)
        found = do.task
    await uow.session.flush()
    task = {"id": str(found.id), "state": found.state.value, "version": found.version}
    return _store(uow, device, step, StepResult(step.id, step.sequence, 200, task=task))


async def _find_valve(uow: UnitOfWork, actor: Actor, step: DeviceStep, state: ValveState) -> Task:
    """How a valve was found is true whoever has the task now: it is kept as long as it once was theirs."""
    _, task = await once_own_task(uow.session, actor, step.task_id)
    await note_valve(uow, actor, step.valve, state, task_id=task.id, at=step.at)
    return task


async def _refuse(
    uow: UnitOfWork, actor: Actor, device_id: UUID, step: DeviceStep, refusal: CurbstopError
) -> StepResult:
    device, stored = await _turn(uow, actor, device_id, step)
    if stored is not None:
        return stored
    if not isinstance(refusal, ActionRepeated) and step.valve_state is None:
        conflict = await _keep(uow, actor, step)
        if conflict is not None:
            kept = {"id": str(conflict.id), "state": conflict.state.value}
            return _store(uow, device, step, StepResult(step.id, step.sequence, 202, conflict=kept))
    params = {
        name: value if isinstance(value, int | str | list) else str(value)
        for name, value in refusal.params.items()
    }
    result = StepResult(step.id, step.sequence, refusal.status, refusal.code, params)
    return _store(uow, device, step, result)


async def _keep(uow: UnitOfWork, actor: Actor, step: DeviceStep) -> Conflict | None:
    """Keep what was done on a task that is no longer this representative's, or said of one that has gone on.

    None: there is nothing to keep; the task never was this representative's, or the refusal says it all.
    """
    rep = await rep_of(uow.session, actor)
    task = await uow.session.get(Task, step.task_id)
    if task is None or task.erased_at is not None or not await had_task(uow.session, rep, task):
        return None
    act = Act(step.id, step.kind, step.at, step.note, step.reason, step.proofs)
    if task.rep_id == rep.id and not act.says_something:
        return None
    await uow.session.refresh(task, with_for_update=True)
    return await report(uow, actor, rep, task, act)


async def _turn(
    uow: UnitOfWork, actor: Actor, device_id: UUID, step: DeviceStep
) -> tuple[Device, StepResult | None]:
    """The phone's row when it is this action's turn; with the stored answer when it has had it."""
    device = await _device(uow, actor, device_id)
    if step.sequence > device.last_sequence + 1:
        raise SequenceGap(expected=device.last_sequence + 1)
    if step.sequence == device.last_sequence + 1:
        return device, None
    stored = await uow.session.get(DeviceAction, (device.id, step.sequence))
    if stored is None or stored.action_id != step.id:
        raise SequenceReused(sequence=step.sequence)
    return device, _read(stored)


async def _has_been(uow: UnitOfWork, action_id: UUID) -> bool:
    seen = select(DeviceAction.action_id).where(DeviceAction.action_id == action_id).limit(1)
    return (await uow.session.scalars(seen)).first() is not None


async def _device(uow: UnitOfWork, actor: Actor, device_id: UUID) -> Device:
    rep = await rep_of(uow.session, actor)
    device = await uow.session.get(Device, device_id)
    if device is None:
        device = Device(id=device_id, rep_id=rep.id, last_sequence=0, changed_at=uow.now)
        uow.session.add(device)
        await uow.session.flush()
    # A phone may change hands; its numbers go on.
    device.rep_id = rep.id
    return device


async def _expected(uow: UnitOfWork, actor: Actor, device_id: UUID) -> int:
    device = await _device(uow, actor, device_id)
    await uow.session.execute(
        delete(DeviceAction).where(
            DeviceAction.device_id == device.id, DeviceAction.sequence <= device.last_sequence - KEPT
        )
    )
    return device.last_sequence + 1


def _store(uow: UnitOfWork, device: Device, step: DeviceStep, result: StepResult) -> StepResult:
    device.last_sequence, device.changed_at = step.sequence, uow.now
    content = {"status": result.status, "code": result.code, "params": result.params, "task": result.task}
    if result.conflict:
        content["conflict"] = result.conflict
    uow.session.add(
        DeviceAction(
            device_id=device.id, sequence=step.sequence, action_id=step.id, at=uow.now, result=content
        )
    )
    return result


def _read(stored: DeviceAction) -> StepResult:
    return StepResult(stored.action_id, stored.sequence, **stored.result, replayed=True)
