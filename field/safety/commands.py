"""What is done with check-in timers: by the person on the phone, by time, by the console."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Rep
from field.safety.policies import waits_of
from field.safety.tables import LoneStep, LoneTimer
from field.safety.timer import (
    ALERTS,
    SET_BACK,
    End,
    Plan,
    TimerEvent,
    anchored,
    begun,
    moved,
    passed,
    said,
)
from field.task.tables import Task
from kernel.actors import Actor, Role
from kernel.database import Database, UnitOfWork, check_version
from kernel.errors import NotFound
from kernel.i18n import text
from kernel.identity.staff import Staff
from kernel.jobs import one_by_one
from kernel.push.commands import send_push

WordKind = Literal["timer_start", "timer_extend", "timer_well", "timer_end"]
WORDS: frozenset[str] = frozenset(("timer_start", "timer_extend", "timer_well", "timer_end"))
"""What a phone says of a timer, by the names of its actions."""
USUAL_MIN = 30

KEPT = timedelta(days=90)
"""After an alert people ask what happened when; later it would only be a record of somebody's days."""
AT_A_TIME = 200
LASTS = timedelta(minutes=15)

CONSOLE_TOPIC = "inbox"
RESOURCE = "safety"


@dataclasses.dataclass(frozen=True)
class Word:
    """What a person says on the phone. ``at``: when, by the house's clock as far as that is known."""

    kind: WordKind
    at: datetime | None = None
    minutes: int | None = None


async def heed(uow: UnitOfWork, actor: Actor, rep: Rep, task: Task, word: Word) -> None:
    """Take a word in. One about a timer that has ended meanwhile changes nothing: it was said, and heard."""
    at = min(word.at or uow.now, uow.now)
    await uow.hold(f"lone:{rep.id}")
    timer = await _open_timer(uow.session, rep.id)
    if word.kind == "timer_start":
        if timer is not None:
            _end(uow, rep, timer, End.REPLACED, at, actor.id)
            await uow.session.flush()
        await _start(uow, actor, rep, task, at, word.minutes or USUAL_MIN)
    elif timer is not None and word.kind == "timer_end":
        _end(uow, rep, timer, End.STOPPED, at, actor.id)
    elif timer is not None:
        kind = TimerEvent.WELL if word.kind == "timer_well" else TimerEvent.EXTEND
        plan = said(_plan(timer), kind, at, await waits_of(uow.session, rep.station), uow.now)
        _take(uow, rep, timer, kind, plan, at, actor.id)


async def end_with_task(uow: UnitOfWork, rep: Rep, task_id: UUID, at: datetime) -> None:
    """The representative has done with the task, one way or the other: who says so is well."""
    timer = await _open_timer(uow.session, rep.id)
    if timer is not None and timer.task_id == task_id:
        _end(uow, rep, timer, End.FINISHED, at, rep.staff_id)


async def _open_timer(session: AsyncSession, rep_id: UUID) -> LoneTimer | None:
    query = select(LoneTimer).where(LoneTimer.rep_id == rep_id, LoneTimer.ended_at.is_(None))
    return (await session.scalars(query.with_for_update())).one_or_none()


async def _start(uow: UnitOfWork, actor: Actor, rep: Rep, task: Task, at: datetime, minutes: int) -> None:
    plan = begun(at, minutes, await waits_of(uow.session, rep.station), uow.now)
    timer = LoneTimer(
        id=uow.new_id(), rep_id=rep.id, task_id=task.id, minutes=minutes, started_at=plan.said_at, steps=0
    )
    uow.session.add(timer)
    _keep(timer, plan)
    await uow.session.flush()
    _note(uow, timer, TimerEvent.START, at, actor.id)
    _tell(uow, rep, timer, False)


def _end(uow: UnitOfWork, rep: Rep, timer: LoneTimer, why: End, at: datetime, by: UUID | None) -> None:
    timer.ended_at, timer.why = uow.now, why
    event = TimerEvent.CLOSE if why is End.CLOSED else TimerEvent.END
    _take(uow, rep, timer, event, moved(_plan(timer), event, uow.now), at, by)


def _take(
    uow: UnitOfWork,
    rep: Rep,
    timer: LoneTimer,
    event: TimerEvent,
    plan: Plan,
    at: datetime,
    by: UUID | None,
) -> None:
    """Store what came of a step, the step itself, and have open pages look."""
    stood = _alert(timer)
    _keep(timer, plan)
    _note(uow, timer, event, at, by)
    _tell(uow, rep, timer, stood)


def _keep(timer: LoneTimer, plan: Plan) -> None:
    timer.state, timer.said_at, timer.ends_at = plan.state, plan.said_at, plan.ends_at
    timer.set_at, timer.next_at = plan.set_at, plan.next_at


def _plan(timer: LoneTimer) -> Plan:
    return Plan(timer.state, timer.minutes, timer.said_at, timer.ends_at, timer.set_at, timer.next_at)


def _note(uow: UnitOfWork, timer: LoneTimer, event: TimerEvent, at: datetime, by: UUID | None) -> None:
    timer.steps += 1
    uow.session.add(
        LoneStep(timer_id=timer.id, number=timer.steps, kind=event, at=uow.now, happened_at=at, by_id=by)
    )


def _alert(timer: LoneTimer) -> bool:
    return timer.state in ALERTS and timer.ended_at is None


def _tell(uow: UnitOfWork, rep: Rep, timer: LoneTimer, stood: bool) -> None:
    """The phone, always; the console where an alert stands, or stood."""
    topics = (f"rep:{rep.id}", CONSOLE_TOPIC) if stood or _alert(timer) else (f"rep:{rep.id}",)
    uow.changed(RESOURCE, timer.id, *topics)


async def look_at_timers(database: Database) -> int:
    """Take for each timer whose time has come the next step; how many that were."""
    now = database.clock.now()
    async with database.reading() as session:
        query = (
            select(LoneTimer.id)
            .where(LoneTimer.ended_at.is_(None))
            .where(or_(LoneTimer.next_at <= now, LoneTimer.set_at > now + SET_BACK))
            .order_by(LoneTimer.next_at)
        )
        ids = list(await session.scalars(query))
    return await one_by_one(database, pass_time, ids)


async def pass_time(uow: UnitOfWork, timer_id: UUID) -> bool:
    """What time has brought to a timer, one step of it, with the words that go out for it."""
    timer = await uow.session.get_one(LoneTimer, timer_id, with_for_update=True)
    if timer.ended_at is not None:
        return False
    rep = await uow.session.get_one(Rep, timer.rep_id)
    plan = anchored(_plan(timer), uow.now)
    step = passed(plan, await waits_of(uow.session, rep.station), uow.now)
    if step is None:
        _keep(timer, plan)
        return False
    event, after = step
    _take(uow, rep, timer, event, after, uow.now, None)
    await _push(uow, rep, timer, event)
    return True


async def _push(uow: UnitOfWork, rep: Rep, timer: LoneTimer, event: TimerEvent) -> None:
    """Nothing on a locked screen says who or where."""

    def words(language: str) -> dict[str, str]:
        return {
            "task": str(timer.task_id),
            "severity": "minor" if event is TimerEvent.REMIND else "urgent",
            "title": text(language, "rep", f"push.safety.{event}"),
            "body": text(language, "rep", f"push.safety.{event}.body"),
        }

    for staff_id in await _told(uow.session, rep, event):
        await send_push(uow, staff_id, words, LASTS)


async def _told(session: AsyncSession, rep: Rep, event: TimerEvent) -> Sequence[UUID]:
    if event in (TimerEvent.REMIND, TimerEvent.RUN_OUT):
        return [rep.staff_id]
    role = Role.DISPATCHER if event is TimerEvent.CLIMB else Role.SUPERVISOR
    people = await session.scalars(select(Staff).where(Staff.active))
    return [person.id for person in people if role in person.roles]


async def answer_alert(uow: UnitOfWork, actor: Actor, timer_id: UUID, version: int | None) -> None:
    """Somebody at the console looks after it from now on.

    Raises:
        NotFound, StaleVersion, TimerMoveRefused: somebody was quicker, or the person has said a word.
    """
    timer, rep = await _seen(uow, timer_id, version)
    plan = moved(_plan(timer), TimerEvent.ANSWER, uow.now)
    timer.answered_by_id = actor.id
    _take(uow, rep, timer, TimerEvent.ANSWER, plan, uow.now, actor.id)
    await uow.audit(actor, "answer_lone_alert", f"rep:{rep.id}", timer=str(timer.id))


async def close_alert(uow: UnitOfWork, actor: Actor, timer_id: UUID, version: int | None) -> None:
    """The person was found to be well, or is helped. Raises as `answer_alert`."""
    timer, rep = await _seen(uow, timer_id, version)
    _end(uow, rep, timer, End.CLOSED, uow.now, actor.id)
    await uow.audit(actor, "close_lone_alert", f"rep:{rep.id}", timer=str(timer.id))


async def _seen(uow: UnitOfWork, timer_id: UUID, version: int | None) -> tuple[LoneTimer, Rep]:
    timer = await uow.session.get(LoneTimer, timer_id, with_for_update=True)
    if timer is None:
        raise NotFound()
    check_version(timer, version)
    return timer, await uow.session.get_one(Rep, timer.rep_id)


async def forget_timers(uow: UnitOfWork) -> int:
    """Let go of timers that ended long ago, some at once."""
    old = select(LoneTimer.id).where(LoneTimer.ended_at < uow.now - KEPT).limit(AT_A_TIME)
    ids: Collection[UUID] = list(await uow.session.scalars(old))
    await uow.session.execute(delete(LoneStep).where(LoneStep.timer_id.in_(ids)))
    await uow.session.execute(delete(LoneTimer).where(LoneTimer.id.in_(ids)))
    return len(ids)
