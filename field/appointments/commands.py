"""A window is held while somebody decides, taken as a promise, or given back.

Two who want the last place of a window meet in the route that would take it: whoever comes second waits for
the first, searches again, and is told that it was just taken. A hold makes a new version of the route though
nothing in it moves, so that whoever searched before it does not put a visit where it stands.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from field.appointments.search import VisitWaits, free_windows, offered_windows
from field.appointments.tables import Appointment
from field.appointments.windows import LEAD_S, MARGIN_S, Offer, Window
from field.dispatch.placement import put_found, search_and_hold, take_out, whereabouts
from field.dispatch.planning import days_of, load_day
from field.dispatch.tables import WindowHold
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.answering import keeper_of
from field.task.tables import Task
from field.task.task import TaskEvent, TaskState
from field.task.timeline import departed, remember
from kernel.actors import Actor
from kernel.contracts import RouteEased, VisitPromised
from kernel.database import Database, Hold, UnitOfWork
from kernel.errors import Refused

HELD_FOR = timedelta(minutes=10)
BOOKABLE = (TaskState.UNPLACED, TaskState.ASSIGNED, TaskState.ACCEPTED)


class WindowTaken(Refused):
    """This time was just taken; please choose another."""

    code = "window_taken"


class WindowNotOffered(Refused):
    """This time is not offered, or not any more; please choose another."""

    code = "window_not_offered"


class NoVisit(Refused):
    """There is no visit to arrange."""

    code = "no_visit"


class TooLateToChange(Refused):
    """Somebody is on the way or there already; please call us."""

    code = "too_late_to_change"


async def task_of_request(uow: UnitOfWork, request_id: UUID) -> Task:
    """The task of a customer's request, locked. Raises NoVisit where none is needed, or none yet."""
    task = (
        await uow.session.scalars(select(Task).where(Task.request_id == request_id).with_for_update())
    ).first()
    if task is None:
        raise NoVisit()
    return task


def require_bookable(task: Task) -> None:
    """Raises TooLateToChange once somebody has set off, and when it is over or with a dispatcher; for the
    stop of whoever comes along always.
    """
    if task.state not in BOOKABLE or task.companion:
        raise TooLateToChange(state=task.state.value)


def window_at(services: FieldServices, start: datetime, end: datetime, now: datetime) -> Window:
    """The window that begins and ends then.

    Raises:
        WindowNotOffered: it is none of the utility's, is over, or lies too far ahead.
    """
    wanted = (int(start.timestamp()), int(end.timestamp()))
    for window in offered_windows(services, now):
        if (window.start, window.end) == wanted and window.end - MARGIN_S > int(now.timestamp()) + LEAD_S:
            return window
    raise WindowNotOffered()


async def hold_window(
    uow: UnitOfWork, services: FieldServices, task: Task, start: datetime, end: datetime
) -> WindowHold:
    """Keep a window for ten minutes; an earlier hold of the same task is given back with it.

    Raises:
        WindowTaken: no route takes it any more.
        WindowNotOffered, TooLateToChange, PlaceUnknown, VisitWaits.
    """
    require_bookable(task)
    window = window_at(services, start, end, uow.now)
    offer = await _searched_alone(uow, services, task, window)
    rep = await uow.session.get_one(Rep, offer.rep_id)
    day = await load_day(uow.session, services, uow.now, window.day, [rep])
    await day.store(uow, rep.id, day.routes[rep.id])
    row = await uow.session.get(WindowHold, task.id)
    if row is None:
        row = WindowHold(task_id=task.id)
        uow.session.add(row)
    row.rep_id, row.day = rep.id, window.day
    row.window_start, row.window_end = _moment(window.start), _moment(window.end)
    row.held_at, row.expires_at = uow.now, uow.now + HELD_FOR
    await uow.session.flush()
    return row


async def _searched_alone(uow: UnitOfWork, services: FieldServices, task: Task, window: Window) -> Offer:
    """The window's cheapest place, found while nobody else changes that route."""
    held: Hold | None = None
    while True:
        offers = await free_windows(uow.session, services, task, [window], uow.now)
        offer = offers[0] if offers else None
        if held is not None and (offer is None or held.name != days_of(offer.rep_id)):
            await held.give_back()
            held = None
        if offer is None:
            raise WindowTaken()
        if held is None:
            held = await uow.hold_for_now(days_of(offer.rep_id))
            if not held.all_along:
                continue
        return offer


async def release(uow: UnitOfWork, task_id: UUID) -> bool:
    """Give back what was held for a task; False where nothing was."""
    row = await uow.session.get(WindowHold, task_id)
    if row is None:
        return False
    await uow.session.delete(row)
    uow.emit(RouteEased(rep_id=row.rep_id))
    return True


async def make_appointment(
    uow: UnitOfWork, services: FieldServices, actor: Actor, task: Task, start: datetime, end: datetime
) -> Appointment:
    """Place the task into that window, and promise it. Promising the same again changes nothing.

    Raises:
        WindowTaken: no route takes it; what stood before stands.
        WindowNotOffered, TooLateToChange, PlaceUnknown, VisitWaits.
    """
    known = await uow.session.get(Appointment, task.id)
    if known is not None and (known.window_start, known.window_end) == (start, end):
        return known
    require_bookable(task)
    window = window_at(services, start, end, uow.now)
    before, was_in_route = task.rep_id, task.state is not TaskState.UNPLACED
    task.window_start, task.window_end = _moment(window.start), _moment(window.end)
    task.windows = []  # what is promised is one window
    task.late_since = None
    task.zone_id, reason = await whereabouts(uow.session, services, task)
    if reason is not None and reason == task.waits_for:
        raise VisitWaits(reason=reason)
    if reason is not None or (task.not_before is not None and task.not_before > task.window_end):
        raise WindowTaken()
    if was_in_route:
        await take_out(uow, services, task)
        task.answerable_id = await keeper_of(uow.session, task)
    searched, day = await search_and_hold(uow, services, task, task.zone_id)
    if day is None:
        raise WindowTaken()
    event = TaskEvent.REASSIGN if was_in_route else TaskEvent.PLACE
    await put_found(uow, services, task, searched, day, actor, event=event)
    if before is not None and before != task.rep_id:
        departed(uow, task, before, "rebooked")
    if known is None:
        known = Appointment(task_id=task.id, changes=0)
        uow.session.add(known)
    else:
        known.changes += 1
    known.window_start, known.window_end, known.made_at = task.window_start, task.window_end, uow.now
    known.made_by = "customer" if actor.kind == "customer" else "dispatcher"
    if (held := await uow.session.get(WindowHold, task.id)) is not None:
        await uow.session.delete(held)
    remember(
        uow,
        task,
        "promise",
        actor,
        task.state,
        what=known.made_by,
        window_start=known.window_start.isoformat(),
        window_end=known.window_end.isoformat(),
    )
    tell_promise(uow, services, task, known.made_by)
    return known


async def drop_promise(uow: UnitOfWork, task: Task) -> bool:
    """Nothing is promised any more; False where nothing was."""
    row = await uow.session.get(Appointment, task.id)
    if row is not None:
        await uow.session.delete(row)
    return row is not None


def tell_promise(
    uow: UnitOfWork, services: FieldServices, task: Task, why: str, *, promised: bool = True
) -> None:
    """The request hears what is promised, or that nothing is any more, and why."""
    start, end = (task.window_start, task.window_end) if promised else (None, None)
    local = [moment.astimezone(services.timezone) if moment else None for moment in (start, end)]
    uow.emit(
        VisitPromised(
            task_id=task.id,
            request_id=task.request_id,
            step=task.steps,
            window_start=start,
            window_end=end,
            why=why,
            day=local[0].date().isoformat() if local[0] else "",
            start_clock=f"{local[0]:%H:%M}" if local[0] else "",
            end_clock=f"{local[1]:%H:%M}" if local[1] else "",
        )
    )


async def lapsed_holds(database: Database) -> list[UUID]:
    """Tasks whose hold has run out."""
    async with database.reading() as session:
        found = select(WindowHold.task_id).where(WindowHold.expires_at <= database.clock.now())
        return list(await session.scalars(found))


async def let_lapse(uow: UnitOfWork, task_id: UUID) -> bool:
    """Sweep a hold whose ten minutes are over; False where it was renewed meanwhile."""
    row = await uow.session.get(WindowHold, task_id, with_for_update=True)
    if row is None or row.expires_at > uow.now:
        return False
    return await release(uow, task_id)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
