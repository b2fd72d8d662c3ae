"""What needs a decision now, the most pressing first, each with the decision that is proposed.

- *conflict*: somebody reported work on a task that was no longer theirs; proposed is what the table of
  conflicts says (:mod:`field.task.conflict`).
- *escalated*, and nobody has said "I take it" yet (:mod:`field.escalation`): proposed is to take it. Where
  there is danger, before everything else.
- *unplaced*, *escalated* and taken: nobody has it; proposed is the cheapest place that the rules allow, else
  the one that breaks a rule of the day the least, never one against a person's skills or a refusal.
- *unanswered*: the clock of an answer is about to run out; proposed is the next best representative.
- *late*: the promise is at risk; proposed is the cheapest way to keep it, else to be there earliest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.queries import undecided, visit_times
from field.dispatch.engine.proposals import Rule
from field.dispatch.tables import VisitRow
from field.escalation.ladder import EscalationKind
from field.escalation.queries import standing_escalations
from field.escalation.views import EscalationView
from field.moves.fits import Fit, Place, fits_of
from field.services import FieldServices
from field.task.conflict import ConflictState, proposal
from field.task.tables import Conflict, Task
from field.task.task import TaskState

SOON: Final = timedelta(minutes=3)
"""So long before the clock of an answer runs out it is looked at."""
AHEAD: Final = timedelta(hours=2)
"""What has its promise within so long may have become late by nobody's having set off."""
MOST: Final = 12
"""So many are told of, with what is proposed; more than that nobody decides at once."""
OF_THE_DAY: Final = frozenset({Rule.WINDOW_MISSED.value, Rule.SHIFT_ENDS.value, Rule.NO_ROOM.value})
"""Rules that a dispatcher may have reasons to overrule."""
NOBODYS: Final = (TaskState.UNPLACED, TaskState.ESCALATED)
COMING: Final = (TaskState.ASSIGNED, TaskState.ACCEPTED)


@dataclasses.dataclass(frozen=True)
class WayOut:
    """To whom a task would be given, and where. ``rule``: the one that is overruled, or none."""

    rep_id: UUID
    day: date
    place: Place
    before: UUID | None


@dataclasses.dataclass(frozen=True)
class Exceptional:
    """A task that needs a decision. ``late_s``: past its window, as things stand; ``escalation``: with whom
    it is, and until when.
    """

    task: Task
    kind: str
    late_s: int
    way_out: WayOut | None
    conflict: Conflict | None
    escalation: EscalationView | None = None


def way_out(
    fits: Iterable[Fit], day: date, besides: UUID | None = None, by: int | None = None
) -> WayOut | None:
    """The best that can be done: the cheapest place by the rules, else the least against a rule of the day.

    ``besides``: not this representative. ``by``: only what begins before that, Unix seconds.
    """
    others = [fit for fit in fits if fit.rep_id != besides]
    able = [
        (fit.cost_s or 0, fit.places[fit.best].start, fit, fit.best) for fit in others if fit.best is not None
    ]
    in_time = [each for each in able if by is None or each[1] < by]
    if in_time:
        _, _, fit, best = min(in_time, key=lambda each: each[:2])
        return WayOut(fit.rep_id, day, fit.places[best], _behind(fit, best))
    against = [
        (place.late_s + place.pushes_s, place.start, fit, at)
        for fit in others
        for at, place in enumerate(fit.places)
        if place.rule in OF_THE_DAY and (by is None or place.start < by)
    ]
    if not against:
        return None
    _, _, fit, at = min(against, key=lambda each: each[:2])
    return WayOut(fit.rep_id, day, fit.places[at], _behind(fit, at))


def _behind(fit: Fit, at: int) -> UUID | None:
    return fit.places[at + 1].after if at + 1 < len(fit.places) else None


async def exceptions_of(session: AsyncSession, services: FieldServices, now: datetime) -> list[Exceptional]:
    """What needs a decision now."""
    found = await session.execute(
        select(Task, VisitRow)
        .outerjoin(VisitRow, VisitRow.task_id == Task.id)
        .where(
            Task.companion.is_(False),
            or_(
                Task.state.in_(NOBODYS),
                (Task.state == TaskState.ASSIGNED) & (Task.response_due_at <= now + SOON),
                Task.state.in_(COMING) & (VisitRow.eta > Task.window_end),
                Task.state.in_(COMING) & (Task.window_end < now + AHEAD),
                Task.id.in_(undecided()),
            ),
        )
        .order_by(Task.priority.desc(), Task.id)
        .limit(200)
    )
    open_ones = await session.scalars(
        select(Conflict).where(Conflict.state == ConflictState.OPEN).order_by(Conflict.id)
    )
    conflicts: dict[UUID, Conflict] = {}
    for each in open_ones:
        conflicts.setdefault(each.task_id, each)
    climbing = {each.task_id: each for each in await standing_escalations(session)}
    judged = [_kind(task, visit, conflicts.get(task.id), now) for task, visit in found]
    told = [
        dataclasses.replace(each, escalation=climbing.get(each.task.id))
        for each in judged
        if each is not None
    ]
    told.sort(key=_pressing)
    return [await _with_way_out(session, services, each, now) for each in told[:MOST]]


def _kind(task: Task, visit: VisitRow | None, conflict: Conflict | None, now: datetime) -> Exceptional | None:
    eta = visit_times(task.state, visit, now)[0] if visit is not None else now
    late = max(0, int((eta - task.window_end).total_seconds()))
    due = task.response_due_at if task.state is TaskState.ASSIGNED else None
    if conflict is not None:
        kind = "conflict"
    elif task.state in NOBODYS:
        kind = task.state.value
    elif late:
        kind = "late"
    elif due is not None and due <= now + SOON:
        kind = "unanswered"
    else:
        return None
    return Exceptional(task, kind, late, None, conflict)


_ORDER: Final = {"urgent": 0, "major": 1, "minor": 2}
_KINDS: Final = ("conflict", "escalated", "unplaced", "late", "unanswered")


def _pressing(each: Exceptional) -> tuple[bool, int, int, int]:
    danger = each.escalation is not None and each.escalation.kind == EscalationKind.DANGER.value
    return not danger, _ORDER.get(each.task.severity, 3), _KINDS.index(each.kind), -each.late_s


async def _with_way_out(
    session: AsyncSession, services: FieldServices, each: Exceptional, now: datetime
) -> Exceptional:
    task = each.task
    if each.conflict is not None or task.lon is None:
        return each
    fits = await fits_of(session, services, task, now)
    if fits.day is None or fits.blocked:
        return each
    besides = task.rep_id if each.kind == "unanswered" else None
    by = None
    if each.kind == "late":
        visit = await session.get_one(VisitRow, task.id)
        by = int(visit_times(task.state, visit, now)[0].timestamp())
    return dataclasses.replace(each, way_out=way_out(fits.reps, fits.day, besides, by))


def decision_on(each: Exceptional) -> str | None:
    """What is proposed for reported work."""
    return proposal(each.conflict.claim, each.task.state).value if each.conflict else None
