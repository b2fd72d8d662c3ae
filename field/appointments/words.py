"""What a customer says about the visit between the promise and the doorbell, and what follows.

- *not today*: nobody comes today. The promise is over; the visit is placed from tomorrow on, and other times
  are offered at once.
- *late*: the customer will be at home so many minutes from now. Where the day bears it the visit waits until
  then, within what was promised and with nobody else late (``moved``); else nothing changes (``no_room``),
  and a dispatcher reads it.
- *worse*: the fault has become worse. Its severity goes up a step, and with it what counts in every search.
  If somebody can be there sooner than planned, they are sent and the promise gives way (``sooner``); else the
  plan stands (``kept``). Who is on the way is on the way (``on_the_way``).

Each is kept for the dispatchers until one of them has seen it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select

from field.appointments.commands import BOOKABLE, TooLateToChange, drop_promise, release, tell_promise
from field.appointments.tables import Appointment, CustomerWord
from field.appointments.watch.outlook import later_in
from field.dispatch.placement import place, put_found, search, search_and_hold, take_out, whereabouts
from field.dispatch.planning import days_of, load_day, moment, visit_of
from field.dispatch.tables import RouteRow, VisitRow
from field.dispatch.terms import still_from
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.answering import keeper_of
from field.task.clocks import promised_window
from field.task.tables import Task
from field.task.task import By, Given, TaskEvent, TaskState
from field.task.timeline import departed, remember, step
from kernel.actors import SYSTEM, Actor
from kernel.contracts import TaskRetimed
from kernel.database import UnitOfWork
from kernel.errors import Crowded, NotFound, Refused

Kind = Literal["not_today", "late", "worse"]

WORSE = {"minor": "major", "major": "urgent"}
PRIORITY = {"major": 1, "urgent": 2}
SOONER_S = 300
"""By so much earlier somebody has to come that a plan is changed for it."""
PUT_OFF_FOR = timedelta(days=2)
MOST_WORDS = 20
NOT_TODAY = "not_today"


class TooManyWords(Refused):
    """You have told us many things about this visit already; please call us."""

    code = "too_many_words"


class NothingWorse(Refused):
    """It is treated as urgent already."""

    code = "urgent_already"


async def say(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    word_id: UUID,
    kind: Kind,
    minutes: int | None,
) -> CustomerWord:
    """Take a customer's word, once however often it is sent. ``task`` is locked.

    Raises:
        TooLateToChange, NothingWorse, TooManyWords.
    """
    known = await uow.session.get(CustomerWord, word_id)
    if known is not None:
        if known.task_id != task.id:
            raise NotFound()
        return known
    said = select(func.count()).where(CustomerWord.task_id == task.id)
    if (await uow.session.scalar(said) or 0) >= MOST_WORDS:
        raise TooManyWords()
    if kind == "not_today":
        effect = await _not_today(uow, services, actor, task)
    elif kind == "late":
        effect = await _late(uow, services, actor, task, minutes or 0)
    else:
        effect = await _worse(uow, services, actor, task)
    word = CustomerWord(
        id=word_id, task_id=task.id, kind=kind, minutes=minutes, effect=effect, at=uow.now, seen_at=None
    )
    uow.session.add(word)
    uow.changed("task", task.id, "inbox")
    return word


async def see_word(uow: UnitOfWork, actor: Actor, word_id: UUID) -> None:
    """A dispatcher has read it; the first one counts."""
    word = await uow.session.get(CustomerWord, word_id, with_for_update=True)
    if word is None:
        raise NotFound()
    if word.seen_at is None:
        word.seen_at, word.seen_by = uow.now, actor.id
        uow.changed("task", word.task_id, "inbox")


async def _not_today(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task) -> str:
    if task.state not in BOOKABLE:
        raise TooLateToChange(state=task.state.value)
    before = task.rep_id
    if task.state is not TaskState.UNPLACED:
        reason = f"customer_{NOT_TODAY}"
        step(uow, task, TaskEvent.TAKE_BACK, By.SYSTEM, actor, Given(reason=reason), reason=reason)
        await take_out(uow, services, task)
    if before is not None:
        departed(uow, task, before, NOT_TODAY)
    task.rep_id = task.response_due_at = task.accepted_at = task.late_since = None
    task.answerable_id = await keeper_of(uow.session, task)
    tomorrow = services.moment(services.day_of(uow.now) + timedelta(days=1), 0)
    if not still_from(task, tomorrow):
        task.windows = []
        task.window_start = max(task.window_start, tomorrow)
        task.window_end = max(task.window_end, task.window_start + PUT_OFF_FOR)
    await release(uow, task.id)
    await place(uow, services, task, SYSTEM)
    _remember(uow, task, actor, NOT_TODAY)
    await drop_promise(uow, task)
    tell_promise(uow, services, task, NOT_TODAY, promised=False)
    return "reoffered"


async def _late(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, minutes: int) -> str:
    promised = await uow.session.get(Appointment, task.id)
    if task.state not in BOOKABLE or promised is None:
        raise TooLateToChange(state=task.state.value)
    effect = await _wait_for(uow, services, task, uow.now + timedelta(minutes=minutes))
    _remember(uow, task, actor, "late", minutes=minutes, effect=effect)
    return effect


async def _wait_for(uow: UnitOfWork, services: FieldServices, task: Task, at: datetime) -> str:
    """Let the visit begin no earlier than that, if its route bears it."""
    stands = await uow.session.get(VisitRow, task.id)
    if stands is None or task.rep_id is None or at > task.window_end or task.partner_id is not None:
        return "no_room"  # two people are bound to their moment
    rep = await uow.session.get_one(Rep, task.rep_id)
    await uow.hold(days_of(rep.id))
    row = await uow.session.get_one(RouteRow, stands.route_id)
    day = await load_day(uow.session, services, uow.now, row.day, [rep])
    earliest = max(task.window_start, at)
    was = task.window_start, task.windows
    task.window_start, task.windows = earliest, []  # when they are there is known now
    visit = visit_of(task, day.points[task.lon, task.lat])  # type: ignore[index]
    route = later_in(day.routes[rep.id], day.travel, day.seconds, visit)
    if route is None:
        task.window_start, task.windows = was
        return "no_room"
    times = await day.store(uow, rep.id, route)
    eta = next(stop.arrive_at for stop in times.stops if stop.visit.task_id == task.id)
    remember(uow, task, "wait", SYSTEM, task.state)
    uow.emit(
        TaskRetimed(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            rep_id=rep.id,
            rep_staff_id=rep.staff_id,
            rep_name=rep.name,
            eta=moment(eta),
        )
    )
    return "moved"


async def _worse(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task) -> str:
    severity = WORSE.get(task.severity)
    if severity is None:
        raise NothingWorse()
    if task.state not in (*BOOKABLE, TaskState.TRAVELLING):
        raise TooLateToChange(state=task.state.value)
    task.severity, task.priority = severity, max(task.priority, PRIORITY[severity])
    _remember(uow, task, actor, "worse", severity=severity)
    if task.state is TaskState.TRAVELLING:
        return "on_the_way"
    before = (task.window_start, task.window_end, task.windows)
    task.windows = []
    task.window_start, until = promised_window(uow.now, severity)
    task.window_end = until
    if task.state is TaskState.UNPLACED:
        placed = await place(uow, services, task, SYSTEM)
        if not placed:
            return "kept"
    elif not await _sooner(uow, services, actor, task):
        task.window_start, task.window_end, task.windows = before
        return "kept"
    await release(uow, task.id)
    if await drop_promise(uow, task):
        tell_promise(uow, services, task, "worse", promised=False)
    return "sooner"


async def _sooner(uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task) -> bool:
    """Give the task to whoever can be there clearly earlier than planned; False where nobody can."""
    zone_id, reason = await whereabouts(uow.session, services, task)
    stands = await uow.session.get(VisitRow, task.id)
    if reason is not None or stands is None:
        return False
    found = await search(uow.session, services, task, zone_id, uow.now, limit=1)
    planned = int(stands.eta.timestamp())
    if not found.found.best or found.found.best[0].starts_at > planned - SOONER_S:
        return False
    before = task.rep_id
    await take_out(uow, services, task)
    task.answerable_id = await keeper_of(uow.session, task)
    searched, day = await search_and_hold(uow, services, task, zone_id)
    if day is None:
        raise Crowded()  # somebody took that place meanwhile; nothing is stored, and the phone says it again
    await put_found(uow, services, task, searched, day, actor, event=TaskEvent.REASSIGN)
    if before is not None and before != task.rep_id:
        departed(uow, task, before, "rebooked")
    return True


def _remember(uow: UnitOfWork, task: Task, actor: Actor, what: str, **detail: Any) -> None:
    remember(uow, task, "said", actor, task.state, what=what, **detail)
