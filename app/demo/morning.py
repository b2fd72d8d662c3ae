"""The demo's morning as it went, up to now: the day's work, done by the ordinary commands at its own times.

Tasks arrive, representatives accept them, drive, arrive and finish when their routes say so, each step in a
transaction whose clock shows the moment it belongs to. Nothing here writes rows; whatever the commands refuse
does not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from assist.intake.commands import (
    Details,
    NewRequest,
    Place,
    change_details,
    customer_actor,
    open_request,
    withdraw,
)
from assist.invitation.commands import invite, redeem_invitation
from assist.queue.commands import enter_queue
from assist.request.kinds import Asker, Category
from assist.request.moving import duty_supervisor
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from demo.city import City, MorningRequest, MorningTask
from field.dispatch.commands import NewTask, cancel_task, create_task
from field.dispatch.tables import VisitRow
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import FINAL, TaskState
from field.visits.commands import accept_task, arrive_at_task, begin, complete_task, travel_to_task
from field.visits.proofs import report_position
from kernel.actors import SYSTEM, Actor, Role
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.errors import CurbstopError
from kernel.identity.staff import Staff, actor_of

OVER = "当天未处理，已结案。 Closed at the end of the day."
DONE_NOTE = "已处理，复查正常。 Done and checked."
ANSWERS_AFTER = timedelta(minutes=2)
WAITING_SINCE = timedelta(seconds=80)
"""How long ago the last customer in the queue came; the others came as long before one another."""


class Morning:
    """Plays the morning into a database whose clock it winds."""

    def __init__(
        self, database: Database, clock: ManualClock, field: FieldServices, assist: AssistServices
    ) -> None:
        self._database = database
        self._clock = clock
        self._field = field
        self._assist = assist
        self._reps: dict[UUID, Actor] = {}

    async def play(
        self,
        city: City,
        until: datetime,
        arrived: int = 0,
        note: Callable[[int], None] = lambda arrived: None,
    ) -> int:
        """Everything up to ``until``, from the task after the first ``arrived`` on; the number then arrived.

        ``note`` is told of each as it has been taken.
        """
        await self._know_reps()
        due = [task for task in city.tasks if task.arrives_at <= until]
        for number, task in enumerate(due[arrived:], arrived + 1):
            await self._work_until(task.arrives_at)
            self._clock.set(task.arrives_at)
            await self._database.run(take_task, self._field, task)
            note(number)
        await self._work_until(until)
        self._clock.set(until)
        return max(arrived, len(due))

    async def end_day(self, requests: Iterable[UUID]) -> None:
        """Close what an earlier day has left: the demo's own open tasks, and those who were asking then."""
        await self._database.run(end_tasks, self._field)
        for request_id in requests:
            with suppress(CurbstopError):  # over already, or in somebody's hands
                await self._database.run(end_request, request_id)

    async def _know_reps(self) -> None:
        async with self._database.reading() as session:
            query = select(Rep, Staff).join(Staff, Staff.id == Rep.staff_id).where(Rep.active)
            self._reps = {rep.id: actor_of(staff) for rep, staff in (await session.execute(query)).all()}

    async def _work_until(self, until: datetime) -> None:
        """Let the representatives do, one step after the other, what falls before ``until``."""
        refused: set[tuple[UUID, TaskState]] = set()
        while (step := await self._next_step(refused)) is not None and step[0] <= until:
            at, rep_id, task_id, state = step
            self._clock.set(max(at, self._clock.now()))
            try:
                await self._database.run(self._do, rep_id, task_id, state)
            except CurbstopError:
                refused.add((task_id, state))

    async def _next_step(
        self, refused: set[tuple[UUID, TaskState]]
    ) -> tuple[datetime, UUID, UUID, TaskState] | None:
        """The earliest thing that any representative would do next."""
        states = (TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.TRAVELLING, TaskState.ON_SITE)
        async with self._database.reading() as session:
            query = (
                select(Task, VisitRow)
                .join(VisitRow, VisitRow.task_id == Task.id)
                .where(Task.state.in_(states), Task.request_id.is_(None))
                .order_by(VisitRow.route_id, VisitRow.position)
            )
            rows = (await session.execute(query)).all()
        steps: list[tuple[datetime, UUID, UUID, TaskState]] = []
        busy: set[UUID] = set()
        for task, visit in rows:
            if task.rep_id is None or (task.id, task.state) in refused:
                continue
            if task.state is TaskState.ASSIGNED:
                steps.append((task.changed_at + ANSWERS_AFTER, task.rep_id, task.id, task.state))
            elif task.rep_id not in busy:
                busy.add(task.rep_id)  # the first of the route; the ones behind it wait their turn
                steps.append((_due(task, visit), task.rep_id, task.id, task.state))
        return min(steps, default=None, key=lambda step: (step[0], str(step[2])))

    async def _do(self, uow: UnitOfWork, rep_id: UUID, task_id: UUID, state: TaskState) -> None:
        actor = self._reps[rep_id]
        doing = await begin(uow, self._field, actor, task_id, None, None)
        if state is TaskState.ASSIGNED:
            await accept_task(doing)
        elif state is TaskState.ACCEPTED:
            await travel_to_task(doing)
        elif state is TaskState.TRAVELLING:
            await arrive_at_task(doing)
            await self._seen_at(uow, actor, doing.task)
        else:
            await complete_task(doing, DONE_NOTE, [])

    async def _seen_at(self, uow: UnitOfWork, actor: Actor, task: Task) -> None:
        if task.lon is not None and task.lat is not None:
            await report_position(uow, self._field, actor, task.lon, task.lat, 15.0, None)

    async def ask(self, city: City, now: datetime, note: Callable[[UUID], None], asked: int = 0) -> None:
        """The customers who are asking now, after the first ``asked``; ``note`` is told of each request.

        The queue's last one came a minute or two ago, and none has waited much more than ten.
        """
        technician = await self._technician(city)
        for number, draft in enumerate(city.requests[asked:], asked):
            self._clock.set(now - WAITING_SINCE * (len(city.requests) - number))
            note(await self._database.run(take_request, self._assist, technician, draft))
        self._clock.set(now)

    async def _technician(self, city: City) -> Actor:
        """Who invites: the first technician of the city's staff."""
        first = next(person.username for person in city.staff if Role.TECHNICIAN in person.roles)
        async with self._database.reading() as session:
            return actor_of((await session.scalars(select(Staff).where(Staff.username == first))).one())


def _due(task: Task, visit: VisitRow) -> datetime:
    """When the route says that the next step on its first task is taken."""
    if task.state is TaskState.ACCEPTED:
        return visit.eta - timedelta(seconds=visit.travel_s)
    # Whoever is early waits at the door: nobody begins before the promised window opens.
    return visit.starts_at if task.state is TaskState.TRAVELLING else visit.ends_at


async def end_tasks(uow: UnitOfWork, services: FieldServices) -> None:
    """The demo's tasks that are still open; those that somebody's request became go on as they are."""
    left = select(Task).where(Task.state.not_in(FINAL), Task.request_id.is_(None)).with_for_update()
    for task in (await uow.session.scalars(left)).all():
        await cancel_task(uow, services, SYSTEM, task, OVER)


async def end_request(uow: UnitOfWork, request_id: UUID) -> None:
    """Somebody who was asking on an earlier day no longer is."""
    row = await uow.session.get(ServiceRequest, request_id)
    if row is not None:
        await withdraw(uow, customer_actor(row), request_id)


async def take_task(uow: UnitOfWork, services: FieldServices, draft: MorningTask) -> None:
    """One task of the morning arrives, and is placed; the same one again is no second."""
    same = select(Task.id).where(Task.created_at == draft.arrives_at, Task.address == draft.address)
    if (await uow.session.scalars(same)).first() is not None:
        return
    language = draft.language if draft.language in draft.note else "en"
    job = NewTask(
        category=draft.category,
        severity=draft.severity,
        skill=draft.skill,
        level=draft.level,
        duration_s=draft.duration_s,
        priority=draft.priority,
        parts=draft.parts,
        fault="" if draft.routine else draft.fault,
        ownership=draft.ownership,
        note=draft.note[language],
        address=draft.address,
        lon=draft.lon,
        lat=draft.lat,
        window_start=draft.window_start,
        window_end=draft.window_end,
        customer={"name": draft.customer_name, "phone": draft.customer_phone, "language": draft.language},
    )
    dispatcher = await duty_supervisor(uow.session, uow.now)
    await create_task(uow, services, SYSTEM, job, answerable_id=dispatcher)


async def take_request(
    uow: UnitOfWork, services: AssistServices, technician: Actor, draft: MorningRequest
) -> UUID:
    """One customer of the morning asks, by the public start or by a technician's invitation.

    Whoever was invited has opened the link: that is how they came to be asking, and in the messages as they
    were sent no link is left that would be too old by the time somebody tries it.
    """
    category, asker = Category(draft.category), Asker(draft.asker)
    if draft.channel == "invited":
        sent = await invite(uow, technician, services, draft.name, draft.phone, draft.language, category)
        row, _session = await redeem_invitation(uow, services, sent.token, None)
    else:
        new = NewRequest(
            category=category,
            asker=asker,
            language=draft.language,
            channel="public",
            building=draft.building,
            equipment=draft.equipment,
        )
        row = await open_request(uow, new, await duty_supervisor(uow.session, uow.now), inviter=None)
    customer = customer_actor(row)
    details = Details(
        place=Place(draft.address, draft.lon, draft.lat, "address"),
        name=draft.name,
        phone=draft.phone,
        description=draft.description,
    )
    await change_details(uow, customer, row.id, services, details, None)
    if draft.stage == "waiting":
        await enter_queue(uow, customer, row.id)
    return row.id
