"""What a representative does with a task on the route; another's task does not exist for him."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.chains.reading import require_ready_to_begin
from field.dispatch.companion import finish_with, require_lead
from field.dispatch.placement import place, refresh, take_out, tell_unplaced
from field.dispatch.together.placing import replace_companion
from field.escalation.commands import open_escalation
from field.escalation.ladder import EscalationKind
from field.forms import filling
from field.forms.filling import Filled
from field.grid.tables import Rep
from field.safety.commands import end_with_task
from field.services import FieldServices
from field.task.answering import answerable_staff, keeper_of
from field.task.escalation import escalation_target
from field.task.tables import Proof, Task
from field.task.task import By, Given, TaskEvent
from field.task.timeline import departed, step
from kernel.actors import Actor
from kernel.contracts import TaskAccepted, TaskArrived, TaskDone, TaskEscalated, TaskTravelling
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound

NOT_HOME = "not_home"


class NotARep(NotFound):
    """This account is not that of a representative at work."""

    code = "not_a_rep"


class ProofUnknown(Invalid):
    """One of the photos has not arrived; send it again."""

    code = "proof_unknown"


@dataclasses.dataclass(frozen=True)
class Doing:
    """One action of one representative on one task. ``at`` is when the phone says that it happened."""

    uow: UnitOfWork
    services: FieldServices
    actor: Actor
    rep: Rep
    task: Task
    at: datetime | None

    def step(self, event: TaskEvent, given: Given | None = None, **detail: object) -> datetime:
        """Take the step as the representative; when it happened."""
        happened = self.happened_at()
        step(self.uow, self.task, event, By.REP, self.actor, given, happened_at=happened, **detail)
        return happened

    async def leave(self) -> None:
        """The representative is done there, and says so: nobody need ask whether they are well."""
        await end_with_task(self.uow, self.rep, self.task.id, self.happened_at())

    def happened_at(self) -> datetime:
        """The phone's word on when, but not before what is known to have come first, nor in the future."""
        task, now = self.task, self.uow.now
        known = (task.created_at, task.accepted_at, task.departed_at, task.arrived_at)
        earliest = max(moment for moment in known if moment is not None)
        return now if self.at is None else min(max(self.at, earliest), now)

    def word(self) -> dict[str, object]:
        """What every event about this task and its representative says."""
        return {
            "task_id": self.task.id,
            "request_id": self.task.request_id,
            "step": self.task.steps,
            "rep_id": self.rep.id,
            "rep_staff_id": self.rep.staff_id,
            "rep_name": self.rep.name,
        }


async def rep_of(session: AsyncSession, actor: Actor) -> Rep:
    """The representative behind a staff account.

    Raises:
        NotARep: none, or no longer at work.
    """
    rep = (await session.scalars(select(Rep).where(Rep.staff_id == actor.id, Rep.active))).first()
    if rep is None:
        raise NotARep()
    return rep


async def begin(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task_id: UUID,
    version: int | None,
    at: datetime | None,
) -> Doing:
    """Find the task among the actor's own.

    Raises:
        NotFound: no such task, or somebody else's.
        StaleVersion: the caller saw an older one.
    """
    rep = await rep_of(uow.session, actor)
    # Locked where the database can: the second of two waits for the first, then sees what it did.
    task = await uow.session.get(Task, task_id, with_for_update=True)
    if task is None or task.rep_id != rep.id:
        raise NotFound()
    check_version(task, version)
    return Doing(uow, services, actor, rep, task, at)


async def accept_task(do: Doing) -> None:
    """The representative answers for the task from now on; who comes along says that they will."""
    do.task.accepted_at = do.step(TaskEvent.ACCEPT)
    do.task.response_due_at = None
    if not do.task.companion:
        do.task.answerable_id = do.rep.staff_id
    visit = await refresh(do.uow, do.services, do.task)
    do.uow.emit(TaskAccepted(**do.word(), eta=visit.eta if visit else None))  # type: ignore[arg-type]


async def decline_task(do: Doing, reason: str) -> None:
    """No, with a reason: the next best representative gets it, else the dispatcher's inbox."""
    do.step(TaskEvent.DECLINE, Given(reason=reason), reason=reason)
    await do.leave()
    await hand_on(do.uow, do.services, do.task, do.rep, do.actor, "declined")


async def hand_on(
    uow: UnitOfWork, services: FieldServices, task: Task, rep: Rep, actor: Actor, why: str
) -> None:
    """Take a task from ``rep``, who declined it or did not answer, and find somebody else."""
    if task.companion:
        await replace_companion(uow, services, task, why, refused=rep.id)
        return
    task.refused_by = [*task.refused_by, str(rep.id)]
    if task.answerable_id == rep.staff_id:
        # Who gave an accepted task back no longer answers for it; until the next accepts, a dispatcher does.
        task.answerable_id = escalation_target(await answerable_staff(uow.session), rep.station)
    await take_out(uow, services, task)
    departed(uow, task, rep.id, why)
    task.rep_id = None
    await place(uow, services, task, actor)


async def travel_to_task(do: Doing) -> None:
    """On the way: the task becomes part of the frozen beginning of the route."""
    do.task.departed_at = do.step(TaskEvent.TRAVEL)
    visit = await refresh(do.uow, do.services, do.task)
    do.uow.emit(TaskTravelling(**do.word(), eta=visit.eta if visit else None))  # type: ignore[arg-type]


async def arrive_at_task(do: Doing) -> None:
    """On site, where the work begins.

    Raises:
        StepNotReady: the step before it is not finished, or its permit is not valid at that moment.
    """
    await require_ready_to_begin(do.uow.session, do.task, do.happened_at())
    do.task.arrived_at = do.step(TaskEvent.ARRIVE)
    await refresh(do.uow, do.services, do.task)
    do.uow.emit(TaskArrived(**do.word()))  # type: ignore[arg-type]


async def complete_task(do: Doing, note: str, proofs: Sequence[UUID], filled: Filled | None = None) -> None:
    """Done, proven by the form of its type, by a note, by photos sent before: as the type demands.

    Raises:
        FormFaulty, FormMissing, FormPhotoMissing, FormUnknown: see :mod:`field.forms.closing`.
        MayNotClose: somebody else closes this type.
        ProofUnknown: with each photo that is not here.
    """
    require_lead(do.task)
    session = do.uow.session
    held = await filling.hold(session, do.task, do.rep, filled)
    named = (*proofs, *(held.photos if held else ()))
    stored = await proofs_of(session, do.task.id)
    missing = [id for id in named if id not in stored]
    if missing:
        raise ProofUnknown(faults=[Fault("proof_unknown", f"proofs.{id}") for id in missing])
    shown = sorted({stored[id] for id in named} or set(stored.values()), key=str)
    await filling.require(session, do.task, held, len(shown))
    given = Given(note=note, proofs=len(shown), answers=held is not None and bool(held.answers))
    do.task.finished_at = do.step(TaskEvent.COMPLETE, given, note=note, proofs=[str(id) for id in shown])
    do.task.late_since = None
    await do.leave()
    if held is not None:
        filling.keep(do.uow, do.task, do.rep, held, stored, do.task.finished_at)
    await filling.use_parts(do.uow, do.actor, do.task, do.rep, held)
    beside = await finish_with(do.uow, do.services, do.task, do.task.finished_at)
    await refresh(do.uow, do.services, do.task)
    if beside is not None:
        await _let_go(do, beside)
    do.uow.emit(TaskDone(**do.word(), note=note, proofs=tuple(map(str, shown))))  # type: ignore[arg-type]


async def _let_go(do: Doing, beside: Task) -> None:
    """Whoever came along goes on with their day, and is well."""
    if beside.rep_id is not None:
        rep = await do.uow.session.get_one(Rep, beside.rep_id)
        await end_with_task(do.uow, rep, beside.id, do.happened_at())
    await refresh(do.uow, do.services, beside)


async def report_not_home(do: Doing) -> None:
    """Nobody opened: a card is left, and the task waits until another time is chosen for it."""
    require_lead(do.task)
    do.step(TaskEvent.NOT_HOME, rep=str(do.rep.id), rep_name=do.rep.name)
    await do.leave()
    await take_out(do.uow, do.services, do.task)
    departed(do.uow, do.task, do.rep.id, NOT_HOME)
    do.task.rep_id = do.task.accepted_at = do.task.departed_at = do.task.arrived_at = None
    do.task.unplaced_reason, do.task.late_since = NOT_HOME, None
    do.task.answerable_id = await keeper_of(do.uow.session, do.task)
    tell_unplaced(do.uow, do.task, NOT_HOME)


async def proofs_of(session: AsyncSession, task_id: UUID) -> dict[UUID, UUID]:
    """The task's photos by either of their two ids: the phone's and ours."""
    rows = (await session.scalars(select(Proof).where(Proof.task_id == task_id))).all()
    return {row.client_id: row.id for row in rows} | {row.id: row.id for row in rows}


async def escalate_task(do: Doing, reason: str, kind: EscalationKind = EscalationKind.OTHER) -> None:
    """Beyond training, authority or what is at hand: somebody named answers for it at once, by the rules.

    Raises:
        NobodyToEscalateTo: as :func:`field.escalation.commands.open_escalation` says.
        NotTheLead: whoever comes along escalates nothing.
    """
    require_lead(do.task)
    target = (await open_escalation(do.uow, do.services, do.task, do.rep, kind)).holder_id
    about = {"reason": reason, "what": kind.value, "to": str(target), "rep": str(do.rep.id)}
    do.step(TaskEvent.ESCALATE, Given(reason=reason), **about)
    await do.leave()
    await take_out(do.uow, do.services, do.task)
    departed(do.uow, do.task, do.rep.id, "escalated")
    do.task.escalation_reason, do.task.answerable_id, do.task.rep_id = reason, target, None
    do.task.unplaced_reason = "escalated"
    do.uow.emit(
        TaskEscalated(
            task_id=do.task.id,
            request_id=do.task.request_id,
            step=do.task.steps,
            reason=reason,
            to_staff_id=target,
        )
    )
