"""Keeping what is reported on a task by somebody who no longer has it, and deciding what becomes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from field.dispatch.commands import assign_task
from field.dispatch.placement import take_out
from field.forms import filling
from field.forms.filling import Filled
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.conflict import ConflictState, Decision, after_report, claim_of, decide
from field.task.tables import Conflict, Task
from field.task.task import By, Given, TaskEvent
from field.task.timeline import departed, remember, step
from field.visits.commands import ProofUnknown, proofs_of
from field.visits.proofs import TaskErased
from kernel.actors import Actor
from kernel.contracts import TaskDone
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, NotFound


@dataclasses.dataclass(frozen=True)
class Act:
    """One act as the phone tells it; ``proofs`` are photos sent before, by either of their ids."""

    id: UUID
    kind: str
    at: datetime | None
    note: str = ""
    reason: str = ""
    proofs: Sequence[UUID] = ()
    form: Filled | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything was typed or photographed for it."""
        return bool(self.note.strip() or self.reason.strip() or self.proofs or self.form)


async def report(uow: UnitOfWork, actor: Actor, rep: Rep, task: Task, act: Act) -> Conflict:
    """Keep one act with the task. Reporting the same act twice is reporting it once.

    Raises:
        TaskErased: nothing may be kept with it any more.
        ProofUnknown: with each photo that is not here.
    """
    if task.erased_at is not None:
        raise TaskErased()
    known = select(Conflict).where(Conflict.task_id == task.id, Conflict.rep_id == rep.id)
    conflict = (await uow.session.scalars(known.with_for_update())).first()
    if conflict is not None and any(each["id"] == str(act.id) for each in conflict.acts):
        return conflict
    stored = await proofs_of(uow.session, task.id)
    if missing := [id for id in act.proofs if id not in stored]:
        raise ProofUnknown(faults=[Fault("proof_unknown", f"proofs.{id}") for id in missing])
    proofs = [str(stored[id]) for id in act.proofs]
    happened = uow.now if act.at is None else min(max(act.at, task.created_at), uow.now)
    told: dict[str, Any] = {
        "id": str(act.id),
        "kind": act.kind,
        "at": happened.isoformat(),
        "note": act.note,
        "reason": act.reason,
        "proofs": proofs,
    }
    if act.form is not None:
        told["form"] = await filling.evidence(uow.session, act.form, stored)
    acts = [*(conflict.acts if conflict else ()), told]
    claim = claim_of(each["kind"] for each in acts)
    state = after_report(conflict.state if conflict else None, claim, task.state)
    if conflict is None:
        conflict = Conflict(id=uow.new_id(), task_id=task.id, rep_id=rep.id, opened_at=uow.now)
        uow.session.add(conflict)
    conflict.acts, conflict.claim, conflict.state, conflict.changed_at = acts, claim, state, uow.now
    if state is ConflictState.OPEN:
        conflict.decided_at = conflict.decided_by_id = None
    detail: dict[str, object] = {"what": act.kind, "rep": str(rep.id), "rep_name": rep.name}
    words: dict[str, object] = {"note": act.note, "reason": act.reason, "proofs": proofs}
    detail |= {name: value for name, value in words.items() if value}
    remember(uow, task, "report", actor, task.state, happened_at=happened, **detail)
    await uow.session.flush()
    uow.changed("task", task.id, "inbox", f"rep:{rep.id}")
    return conflict


async def decide_conflict(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    conflict_id: UUID,
    version: int,
    decision: Decision,
) -> Task:
    """A dispatcher decides what becomes of the reported work; the task as it is afterwards.

    Raises:
        DecisionNotPossible, StaleVersion: somebody decided before, or the task has gone on.
        RepUnable, PlaceMissing: it cannot be given back.
    """
    conflict = await uow.session.get(Conflict, conflict_id, with_for_update=True)
    if conflict is None:
        raise NotFound()
    check_version(conflict, version)
    task = await uow.session.get_one(Task, conflict.task_id, with_for_update=True)
    rep = await uow.session.get_one(Rep, conflict.rep_id)
    conflict.state = decide(conflict.state, decision, conflict.claim, task.state)
    conflict.decided_at, conflict.decided_by_id, conflict.changed_at = uow.now, actor.id, uow.now
    if decision is Decision.COUNT:
        await _count(uow, services, actor, task, rep, conflict)
    else:
        if decision is Decision.GIVE_BACK:
            await assign_task(uow, services, actor, task, rep.id, overrule=True)
        remember(
            uow, task, "decide", actor, task.state, what=decision.value, rep=str(rep.id), rep_name=rep.name
        )
    uow.changed("task", task.id, "inbox", f"rep:{rep.id}")
    await uow.audit(actor, "decide_conflict", f"task:{task.id}", decision=decision.value, rep=rep.id)
    await uow.session.flush()
    return task


async def _count(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, rep: Rep, conflict: Conflict
) -> None:
    """The task is done with the reported evidence; whoever was to go need not."""
    at = {act["kind"]: datetime.fromisoformat(act["at"]) for act in conflict.acts}
    done = [act for act in conflict.acts if act["kind"] == "completion"]
    note = "\n".join(act["note"] for act in done if act["note"])
    proofs = sorted({id for act in done for id in act["proofs"]})
    given = Given(note=note, proofs=len(proofs), answers=any(act.get("form") for act in done))
    holder = task.rep_id
    detail = {"rep": str(rep.id), "rep_name": rep.name, "note": note, "proofs": proofs}
    step(uow, task, TaskEvent.COUNT, By.SYSTEM, actor, given, happened_at=at["completion"], **detail)
    await take_out(uow, services, task)
    if holder is not None and holder != rep.id:
        departed(uow, task, holder, "counted")
    form = next((act["form"] for act in reversed(done) if act.get("form")), None)
    await filling.count_evidence(uow, actor, task, rep, form, at["completion"])
    task.rep_id, task.answerable_id = rep.id, rep.staff_id
    task.accepted_at, task.departed_at = at.get("acceptance"), at.get("travel")
    task.arrived_at, task.finished_at = at.get("arrival", at["completion"]), at["completion"]
    task.response_due_at = task.unplaced_reason = task.late_since = None
    task.escalation_reason = ""
    uow.emit(
        TaskDone(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            rep_id=rep.id,
            rep_staff_id=rep.staff_id,
            rep_name=rep.name,
            note=note,
            proofs=tuple(proofs),
        )
    )
