"""Actions from phones that are not always connected: each has its effect once, in the order it was taken.

A phone numbers its actions 1, 2, 3 … and gives each a UUIDv7. The last number whose answer is stored is
kept per phone, and changes in the same transaction as the effect, so that neither can be without the other:

- an action that was answered before gets the stored answer again, whatever the task looks like now;
- the next number is carried out. What cannot be done because the task has gone to somebody else meanwhile, or
  stands elsewhere, did happen at a door: it is kept with its note and photos as a conflict that a dispatcher
  decides (:mod:`field.task.conflict`), and the answer names it;
- a form that is not in order goes back to the phone, whose owner mends it and sends it again;
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
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import delete, select

from field.escalation.ladder import EscalationKind
from field.forms.closing import FormFaulty, FormMissing, FormPhotoMissing, FormUnknown
from field.forms.filling import Filled
from field.network.commands import note_valve
from field.network.tables import ValveState
from field.safety.commands import WORDS, Word, WordKind, end_with_task, heed
from field.services import FieldServices
from field.sites.commands import Said, dispute_note, read_dangers, renew_note, write_note
from field.sites.note import NoteDoubt
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
    report_not_home,
    travel_to_task,
)
from field.visits.conflicts import Act, report
from field.visits.proofs import had_task, once_own_task, proof_sent_before
from field.visits.tables import Device, DeviceAction
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import Crowded, CurbstopError, Invalid, Refused

KEPT = 1_000
"""Answers kept per phone; a phone asks again for those of its last few unanswered calls only."""

Kind = Literal[
    "acceptance",
    "declination",
    "travel",
    "arrival",
    "completion",
    "escalation",
    "not_home",
    "valve_finding",
    "timer_start",
    "timer_extend",
    "timer_well",
    "timer_end",
    "site_note",
    "site_renewal",
    "site_dispute",
    "danger_read",
]
"""What a phone can do, by the names that the API's addresses use."""


OnThePhone = FormFaulty | FormMissing | FormPhotoMissing | FormUnknown
"""A form that is not in order goes back to the phone with all that was typed: its owner mends it and sends it
again."""


class SequenceReused(Invalid):
    """This number was already answered for another action."""

    code = "sequence_reused"


class ActionRepeated(Invalid):
    """This action was already answered under another number."""

    code = "action_repeated"


class SequenceGap(Refused):
    """Earlier actions of this phone are missing; send from the expected one on."""

    code = "sequence_gap"


OF_THE_PLACE = frozenset({"site_note", "site_renewal", "site_dispute", "danger_read"})
"""What is said of the place, not of the task."""


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
    form: Filled | None = None
    valve: str = ""
    valve_state: ValveState | None = None
    minutes: int | None = None
    site: Said | None = None
    notes: tuple[UUID, ...] = ()
    doubt: NoteDoubt | None = None
    escalation: EscalationKind = EscalationKind.OTHER

    @property
    def moves_no_task(self) -> bool:
        """It says something else: it is as true when the task has gone to somebody else."""
        return self.valve_state is not None or self.kind in WORDS or self.kind in OF_THE_PLACE


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
    "completion": lambda do, step: complete_task(do, step.note, step.proofs, step.form),
    "escalation": lambda do, step: escalate_task(do, step.reason, step.escalation),
    "not_home": lambda do, step: report_not_home(do),
}


ENDING = frozenset({"completion", "declination", "escalation", "not_home"})
"""After these nobody is at work there any more, also where the task had gone to somebody else."""


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
    elif step.kind in WORDS:
        found = await _heed(uow, actor, step)
    elif step.kind in OF_THE_PLACE:
        found = await _say_of_place(uow, actor, step)
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


async def _heed(uow: UnitOfWork, actor: Actor, step: DeviceStep) -> Task:
    """A word of the check-in timer is about the person, wherever the task is by now."""
    rep, task = await once_own_task(uow.session, actor, step.task_id)
    await heed(uow, actor, rep, task, Word(cast(WordKind, step.kind), step.at, step.minutes))
    return task


async def _say_of_place(uow: UnitOfWork, actor: Actor, step: DeviceStep) -> Task:
    """What is known of a place is as true when the task has gone to somebody else."""
    rep, task = await once_own_task(uow.session, actor, step.task_id)
    if step.site is not None:
        photo = step.site.photo
        if photo and await proof_sent_before(uow.session, task.id, photo) is None:
            raise ProofUnknown()
        await write_note(uow, actor, task, step.site)
    elif step.doubt is not None:
        await dispute_note(uow, actor, task, step.notes[0], step.doubt)
    elif step.kind == "site_renewal":
        await renew_note(uow, actor, task, step.notes[0])
    else:
        await read_dangers(uow, rep, task, step.notes)
    return task


async def _refuse(
    uow: UnitOfWork, actor: Actor, device_id: UUID, step: DeviceStep, refusal: CurbstopError
) -> StepResult:
    device, stored = await _turn(uow, actor, device_id, step)
    if stored is not None:
        return stored
    if not isinstance(refusal, ActionRepeated | OnThePhone) and not step.moves_no_task:
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
    act = Act(step.id, step.kind, step.at, step.note, step.reason, step.proofs, step.form)
    if task.rep_id == rep.id and not act.says_something:
        return None
    await uow.session.refresh(task, with_for_update=True)
    if step.kind in ENDING:
        await end_with_task(uow, rep, task.id, step.at or uow.now)
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
