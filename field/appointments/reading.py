"""Reading a task's appointment: what is promised, held and expected."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.appointments.commands import BOOKABLE
from field.appointments.search import free_windows, offered_windows
from field.appointments.tables import Appointment
from field.appointments.views import AppointmentView, HoldView, WindowsView, WindowView
from field.appointments.watch.outlook import SEEN_FOR_S, Outlook, outlooks
from field.appointments.windows import spread
from field.chains.queries import steps_before
from field.dispatch.engine.route import UNREACHABLE
from field.dispatch.planning import Day, load_day, moment
from field.dispatch.rosters.reading import at_hand
from field.dispatch.tables import RepPosition, RouteRow, VisitRow, WindowHold
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import IN_ROUTE, TaskState
from kernel.errors import NotFound

NOTHING = AppointmentView(
    task_id=None,
    state="none",
    window_start=None,
    window_end=None,
    held=None,
    eta=None,
    stops_away=None,
    severity="",
    may=[],
)


async def customers_task(session: AsyncSession, request_id: UUID) -> Task | None:
    """The visit of a request, if there is one."""
    return (await session.scalars(select(Task).where(Task.request_id == request_id))).first()


async def windows_for(
    session: AsyncSession, services: FieldServices, task: Task, now: datetime, most: int | None
) -> WindowsView:
    """What is free for the task: all, or ``most`` of them spread over the days.

    Raises:
        PlaceUnknown, VisitWaits: as :func:`field.appointments.search.free_windows`.
    """
    found = await free_windows(session, services, task, offered_windows(services, now), now)
    least: dict[date, int] = {}
    for offer in found:
        least[offer.window.day] = min(offer.cost_s, least.get(offer.window.day, offer.cost_s))
    cheapest = {offer.window for offer in found if offer.cost_s == least[offer.window.day]}
    shown = found if most is None else spread(found, most)
    return WindowsView(
        task_id=task.id,
        windows=[
            WindowView(
                start=moment(window.start),
                end=moment(window.end),
                day=window.day,
                cheapest=window in cheapest,
            )
            for window in sorted(offer.window for offer in shown)
        ],
        held=hold_view(await session.get(WindowHold, task.id), now),
    )


def hold_view(row: WindowHold | None, now: datetime) -> HoldView | None:
    """What is held, as long as it is."""
    if row is None or row.expires_at <= now:
        return None
    return HoldView(start=row.window_start, end=row.window_end, expires_at=row.expires_at)


async def appointment_of(
    session: AsyncSession, services: FieldServices, task: Task | None, now: datetime
) -> AppointmentView:
    """How a visit stands for its customer."""
    if task is None:
        return NOTHING
    promised = await session.get(Appointment, task.id)
    outlook, today = await outlook_of(session, services, task, now)
    before = await steps_before(session, task, now)
    # Between a change and its being followed, nobody is told of a visit before what has to be over first.
    ends = [step.ends_at for step in before if step.ends_at is not None]
    return AppointmentView(
        task_id=task.id,
        state=task.state.value,
        window_start=promised.window_start if promised else None,
        window_end=promised.window_end if promised else None,
        held=hold_view(await session.get(WindowHold, task.id), now),
        eta=max([moment(outlook.expected), *ends]) if outlook else None,
        stops_away=outlook.ahead if outlook and today else None,
        severity=task.severity,
        may=said_now(task, promised, outlook, today),
        before=before,
    )


def said_now(task: Task, promised: Appointment | None, outlook: Outlook | None, today: bool) -> list[str]:
    """What the customer can say about the visit as it stands."""
    may = []
    if task.state in BOOKABLE:
        may.append("choose")
    if task.state in BOOKABLE and (today or task.state is TaskState.UNPLACED):
        may.append("not_today")
    if promised is not None and outlook is not None and today and task.state in BOOKABLE:
        may.append("late")
    if task.severity != "urgent" and task.state in (*BOOKABLE, TaskState.TRAVELLING):
        may.append("worse")
    return may


async def outlook_of(
    session: AsyncSession, services: FieldServices, task: Task, now: datetime
) -> tuple[Outlook | None, bool]:
    """When somebody will be at the task's door, and whether that is today; None where nobody is to come, or
    is there.
    """
    if task.state not in IN_ROUTE or task.rep_id is None:
        return None, False
    found = await session.execute(
        select(RouteRow.day)
        .join(VisitRow, VisitRow.route_id == RouteRow.id)
        .where(VisitRow.task_id == task.id)
    )
    day = found.scalar_one_or_none()
    if day is None:
        return None, False
    rep = await session.get_one(Rep, task.rep_id)
    loaded = await load_day(session, services, now, day, [rep])
    today = day == services.day_of(now)
    still = await still_to_go(session, services, loaded, rep.id, now) if today else None
    _times, stops = outlooks(loaded.routes[rep.id], loaded.travel, loaded.seconds, still)
    return stops.get(task.id), today


async def still_to_go(
    session: AsyncSession, services: FieldServices, day: Day, rep_id: UUID, now: datetime
) -> int | None:
    """Seconds that are left of the way to the stop under way; None where no position tells better than the
    time at which they set off.
    """
    to = next((v for v in day.routes[rep_id].visits if v.state is TaskState.TRAVELLING), None)
    seen = await session.get(RepPosition, rep_id) if to is not None else None
    if to is None or seen is None or (now - seen.at).total_seconds() > SEEN_FOR_S:
        return None
    task = day.tasks[to.task_id]
    if task.lon is None or task.lat is None:
        return None
    here, there = (seen.lon, seen.lat), (task.lon, task.lat)
    await at_hand(session, services.travel, [here, there])
    [way] = services.travel.legs([here], [there])
    return way if way < UNREACHABLE else None


async def task_by(session: AsyncSession, task_id: UUID) -> Task:
    """The task. Raises NotFound."""
    task = await session.get(Task, task_id)
    if task is None:
        raise NotFound()
    return task
