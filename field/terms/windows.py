"""The windows of a task that is there already are changed."""

from __future__ import annotations

from collections.abc import Sequence

from field.appointments.tables import Appointment
from field.dispatch.companion import require_lead
from field.dispatch.placement import place, refresh, take_out
from field.dispatch.tables import VisitRow
from field.dispatch.terms import set_windows, settle, spans_of
from field.services import FieldServices
from field.task.answering import keeper_of
from field.task.spans import Window, require_windows
from field.task.tables import Task
from field.task.task import By, Given, TaskEvent, TaskState, allowed
from field.task.timeline import departed, remember, step
from kernel.actors import SYSTEM, Actor
from kernel.database import UnitOfWork
from kernel.errors import Refused

WINDOWS_CHANGED = "windows_changed"


class WindowPromised(Refused):
    """A window was promised to the customer; change the appointment instead."""

    code = "window_promised"


class TooLateForTerms(Refused):
    """Somebody is on the way or there already, or the task is over: this cannot be changed any more."""

    code = "too_late_for_terms"


async def change_windows(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, windows: Sequence[Window]
) -> None:
    """Let the task be done in these windows. Where it stands in none of them, it is placed anew.

    Raises:
        WindowsInvalid: with everything that is wrong.
        WindowPromised, TooLateForTerms.
    """
    require_open(task)
    if await uow.session.get(Appointment, task.id) is not None:
        raise WindowPromised()
    set_windows(task, require_windows(windows, uow.now))
    task.late_since = None
    remember(uow, task, WINDOWS_CHANGED, actor, task.state, reason=WINDOWS_CHANGED)
    await uow.audit(actor, "set_windows", f"task:{task.id}", windows=len(windows))
    if not await _stays(uow, services, task):
        await place_anew(uow, services, actor, task, WINDOWS_CHANGED)


def require_open(task: Task) -> None:
    """Raises TooLateForTerms once somebody has set off, and after the end; NotTheLead beside it."""
    require_lead(task)
    if task.state is TaskState.UNPLACED or TaskEvent.TAKE_BACK in allowed(task.state, By.DISPATCHER):
        return
    raise TooLateForTerms(state=task.state.value)


async def _stays(uow: UnitOfWork, services: FieldServices, task: Task) -> bool:
    """Whether the stop can stay where it is, in one of the windows as they are now."""
    visit = await uow.session.get(VisitRow, task.id)
    if visit is None:
        return False
    start = int(visit.starts_at.timestamp())
    if not any(opens <= start <= closes for opens, closes in spans_of(task)):
        return False
    settle(task, start)
    await uow.session.flush()
    await refresh(uow, services, task)
    return visit.starts_at <= task.window_end


async def place_anew(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, why: str) -> None:
    """Take the task from whoever has it, and find it a place as if it were new."""
    before = task.rep_id
    if task.state is not TaskState.UNPLACED:
        step(uow, task, TaskEvent.TAKE_BACK, By.SYSTEM, actor, Given(reason=why), reason=why)
        await take_out(uow, services, task)
    if before is not None:
        departed(uow, task, before, "reassigned")
    task.rep_id = task.response_due_at = task.accepted_at = None
    task.answerable_id = await keeper_of(uow.session, task)
    await place(uow, services, task, SYSTEM)
