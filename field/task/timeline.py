"""One step of a task: the table decides, the row follows, the timeline remembers, open pages are told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from field.task.tables import Departure, Task, TaskEntry
from field.task.task import By, Given, TaskEvent, TaskState, move
from kernel.actors import Actor
from kernel.contracts import ChainMoved
from kernel.database import UnitOfWork

CHAINS_TOLD = "chains_told"
INBOX = (TaskState.UNPLACED, TaskState.ESCALATED)
"""The states in which a task waits for a dispatcher."""


def step(
    uow: UnitOfWork,
    task: Task,
    event: TaskEvent,
    by: By,
    actor: Actor,
    given: Given | None = None,
    *,
    happened_at: datetime | None = None,
    **detail: object,
) -> None:
    """Move ``task`` by ``event``, or raise what :func:`field.task.task.move` raises and change nothing."""
    before = task.state
    task.state = move(before, event, by, given or Given())
    task.changed_at = uow.now
    remember(uow, task, event.value, actor, before, happened_at=happened_at, **detail)


def remember(
    uow: UnitOfWork,
    task: Task,
    kind: str,
    actor: Actor,
    before: TaskState | None = None,
    *,
    happened_at: datetime | None = None,
    **detail: object,
) -> None:
    """Add a line to the timeline and hint to everyone who may be looking."""
    task.steps += 1
    uow.session.add(
        TaskEntry(
            id=uow.new_id(),
            task_id=task.id,
            number=task.steps,
            kind=kind,
            from_state=before.value if before else None,
            to_state=task.state.value,
            at=uow.now,
            happened_at=happened_at or uow.now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            detail=detail,
        )
    )
    hint(uow, task, inbox=task.state in INBOX or before in INBOX)
    tell_chain(uow, task)


def tell_chain(uow: UnitOfWork, task: Task) -> None:
    """Have the other steps of the task's chain looked at, once this is stored; once a transaction."""
    told: set[UUID] = uow.session.info.setdefault(CHAINS_TOLD, set())
    if task.chain_id is not None and task.chain_id not in told:
        told.add(task.chain_id)
        uow.emit(ChainMoved(chain_id=task.chain_id))


def departed(uow: UnitOfWork, task: Task, rep_id: UUID, why: str) -> None:
    """The task leaves a representative's phone: remember why, and have the phone look."""
    uow.session.add(Departure(id=uow.new_id(), task_id=task.id, rep_id=rep_id, at=uow.now, why=why))
    uow.changed("task", task.id, f"rep:{rep_id}")


def hint(uow: UnitOfWork, task: Task, *, inbox: bool = False) -> None:
    """Tell open pages that ``task`` is worth another look."""
    topics = ["tasks", "zones"]
    if task.rep_id is not None:
        topics.append(f"rep:{task.rep_id}")
    if inbox:
        topics.append("inbox")
    uow.changed("task", task.id, *topics)
