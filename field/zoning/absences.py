"""Somebody is ill this morning: the day's zones and tasks go to neighbours, and come back tomorrow.

First it is looked at: who would answer for which zone, and where each task could go. Then it is done: the day
becomes a day off, the zones are covered, and each task takes the road of the dispatch room, one in a
transaction of its own, so that one that cannot be moved holds up no other and each is moved once. A task that
fits nowhere goes to the inbox with the reason. What was not moved when a worker died, a job moves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.rep_queries import hours_on
from field.dispatch.commands import assign_task, take_back
from field.dispatch.hours import note_changed
from field.dispatch.placement import NOBODY_ABLE, Searched, search
from field.dispatch.tables import RouteRow, Shift, VisitRow
from field.dispatch.terms import window_for
from field.dispatch.together.placing import replace_companion
from field.grid.tables import Rep, Zone
from field.grid.territory.basis import basis_of, is_able, problem_of
from field.grid.territory.engine.alternatives import spread_over
from field.grid.territory.engine.neighbours import Ground, ground_of
from field.grid.territory.engine.problem import NOBODY
from field.grid.territory.tables import Absence, ZoneCover
from field.grid.zones import METRES_PER_DEGREE
from field.services import FieldServices
from field.shifts.roster.settling import settle
from field.task.tables import Task
from field.task.task import By, TaskState
from field.zoning.reading import Field, read_field
from kernel.actors import Actor
from kernel.contracts import RepLost
from kernel.database import Database, UnitOfWork
from kernel.errors import NotFound, Refused
from kernel.files.apart import work_aside
from kernel.identity.staff import Staff, actor_of
from kernel.jobs import one_by_one

MOVABLE: Final = (TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.TRAVELLING)
"""From the doorbell on a task is with whoever stands there."""
ABSENT: Final = "absent"


class AlreadyAbsent(Refused):
    """This representative is absent today already."""

    code = "already_absent"


@dataclasses.dataclass(frozen=True)
class ZoneWould:
    """Who would answer for a zone; None where nobody next to it is there."""

    zone_id: UUID
    code: str
    rep_id: UUID | None


@dataclasses.dataclass(frozen=True)
class TaskWould:
    """Where a task could go as the others' days are now: to whom and when, or the inbox."""

    task: Task
    rep_id: UUID | None
    rep_name: str
    starts_at: int | None
    in_window: bool


@dataclasses.dataclass(frozen=True)
class Preview:
    """What an absence today would mean."""

    rep: Rep
    day: date
    zones: tuple[ZoneWould, ...]
    tasks: tuple[TaskWould, ...]


async def preview(session: AsyncSession, services: FieldServices, rep_id: UUID, now: datetime) -> Preview:
    """Look at what would become of the zones and of today's tasks; nothing is changed."""
    rep = await session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    today = services.day_of(now)
    zones = await _spread(session, services, rep, now, today)
    covered = {zone.zone_id: zone.rep_id for zone in zones}
    tasks = []
    for task in await _todays_tasks(session, rep.id, today):
        # Tasks are looked at one by one, as if the others stayed: what is done later is searched anew.
        owner = covered.get(task.zone_id) if task.zone_id else None
        tasks.append(_would(task, await _search_without(session, services, task, rep.id, owner, now)))
    return Preview(rep, today, tuple(zones), tuple(tasks))


def _would(task: Task, searched: Searched | None) -> TaskWould:
    if searched is None or not searched.found.best:
        return TaskWould(task, None, "", None, False)
    best = searched.found.best[0]
    in_window = best.starts_at <= window_for(task, best.starts_at)[1]
    return TaskWould(task, best.rep_id, searched.name_of(best.rep_id), best.starts_at, in_window)


async def _search_without(
    session: AsyncSession,
    services: FieldServices,
    task: Task,
    absent: UUID,
    owner: UUID | None,
    now: datetime,
) -> Searched | None:
    if task.lon is None or task.lat is None:
        return None
    return await search(session, services, task, task.zone_id, now, limit=1, besides=(absent,), owner=owner)


async def _todays_tasks(session: AsyncSession, rep_id: UUID, today: date) -> Sequence[Task]:
    """Those that can still be moved, in the order of the route."""
    return (
        await session.scalars(
            select(Task)
            .join(VisitRow, VisitRow.task_id == Task.id)
            .join(RouteRow, RouteRow.id == VisitRow.route_id)
            .where(RouteRow.rep_id == rep_id, RouteRow.day == today, Task.state.in_(MOVABLE))
            .order_by(VisitRow.position)
        )
    ).all()


async def _spread(
    session: AsyncSession, services: FieldServices, rep: Rep, now: datetime, today: date
) -> list[ZoneWould]:
    owned = select(Zone.id, Zone.code).where(Zone.active, Zone.owner_id == rep.id).order_by(Zone.code)
    mine = (await session.execute(owned)).all()
    if not mine:
        return []
    grid = await services.grid.current(session)
    shapes = {zone.code: zone.geometry for zone in grid.index.zones}
    field = await read_field(session, now, shapes)
    people = (await session.execute(select(Rep.id, Rep.shift_start, Rep.shift_end).where(Rep.active))).all()
    hours = await hours_on(session, services, people, today)
    away = set(await session.scalars(select(Absence.rep_id).where(Absence.day == today)))
    present = {str(id) for id, (start, end) in hours.items() if start < end and now < end and id not in away}
    became = await work_aside(_divide, field, str(rep.id), present)
    return [ZoneWould(id, code, UUID(found) if (found := became.get(str(id))) else None) for id, code in mine]


def _divide(field: Field, absent: str, present: set[str]) -> dict[str, str]:
    """Who would answer for each of the absent one's zones, by id.

    Only what lies about those zones is looked at closely: others keep what they have in any case.
    """
    shapes = np.array(field.shapes, object)
    own = [at for at, ward in enumerate(field.wards) if ward.owner == absent]
    near = np.unique(shapely.STRtree(shapes).query(shapely.envelope(shapes[own]))[1]).tolist()
    beside = {field.wards[at].owner for at in near}
    people = [each for each in field.people if each.id in beside]
    known = [each.id for each in people]
    if absent not in known:
        return {}
    # Only neighbours come into question, with all that they have already.
    kept = [at for at, ward in enumerate(field.wards) if ward.owner in beside or at in near]
    wards = [dataclasses.replace(field.wards[at], locked=False) for at in kept]
    number = {at: place for place, at in enumerate(kept)}
    ground = _widened(
        ground_of([field.shapes[at] for at in near]),
        [number[at] for at in near],
        [field.middles[at] for at in kept],
    )
    tied, homes = [1.0] * len(ground.borders), [(0.0, 0.0)] * len(people)
    basis = basis_of(ground, wards, people, tied, homes, field.used, field.most_zones)
    # For a day a neighbour of another station is better than nobody.
    basis["able"] = [[at for at, each in enumerate(people) if is_able(each, ward)] for ward in wards]
    owner = spread_over(problem_of(basis), known.index(absent), [each in present for each in known], 1)
    return {field.wards[at].id: known[owner[number[at]]] for at in own if owner[number[at]] != NOBODY}


def _widened(ground: Ground, near: Sequence[int], middles: Sequence[tuple[float, float]]) -> Ground:
    """The ground of some zones among others, which have a place and no neighbours."""
    lon, lat = (float(np.mean(axis)) for axis in zip(*middles, strict=True))
    east = METRES_PER_DEGREE * float(np.cos(np.radians(lat)))
    places = tuple(((x - lon) * east, (y - lat) * METRES_PER_DEGREE) for x, y in middles)
    borders = tuple(
        dataclasses.replace(each, one=near[each.one], other=near[each.other]) for each in ground.borders
    )
    return Ground(borders, places, tuple(middles), tuple(1.0 for _ in middles))


@dataclasses.dataclass(frozen=True)
class Arranged:
    """Who covers which zone, as it was previewed or worked out again."""

    zones: tuple[tuple[UUID, UUID], ...]


async def arrange(database: Database, services: FieldServices, rep_id: UUID) -> Arranged:
    """Work out who covers what today; read only."""
    now = database.clock.now()
    async with database.reading() as session:
        rep = await session.get(Rep, rep_id)
        if rep is None or not rep.active:
            raise NotFound()
        zones = await _spread(session, services, rep, now, services.day_of(now))
    return Arranged(tuple((zone.zone_id, zone.rep_id) for zone in zones if zone.rep_id is not None))


async def begin_absence(
    uow: UnitOfWork, services: FieldServices, actor: Actor, rep_id: UUID, arranged: Arranged
) -> Absence:
    """The day is a day off from now on, and the zones are covered. Tasks are moved after that, one by one.

    Raises:
        AlreadyAbsent.
    """
    await uow.hold("territory")
    today = services.day_of(uow.now)
    rep = await uow.session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    known = select(Absence.id).where(Absence.rep_id == rep_id, Absence.day == today)
    if (await uow.session.scalars(known)).first() is not None:
        raise AlreadyAbsent()
    shift = await _shift_of(uow.session, rep_id, today)
    absence = Absence(
        id=uow.new_id(),
        rep_id=rep_id,
        day=today,
        at=uow.now,
        by_id=actor.id,
        had_start=shift.start_at if shift else None,
        had_end=shift.end_at if shift else None,
    )
    uow.session.add(absence)
    if shift is None:
        shift = Shift(id=uow.new_id(), rep_id=rep_id, day=today)
        uow.session.add(shift)
    shift.start_at = shift.end_at = services.moment(today, rep.shift_start)
    shift.rest_from = shift.rest_until = shift.rest_s = shift.on_call_from = shift.on_call_until = None
    await note_changed(uow, [today])
    for zone_id, cover_id in arranged.zones:
        uow.session.add(ZoneCover(zone_id=zone_id, day=today, rep_id=cover_id, absence_id=absence.id))
    await uow.audit(actor, "note_absence", f"rep:{rep_id}", day=today, zones=len(arranged.zones))
    _changed(uow, rep_id, {cover_id for _, cover_id in arranged.zones})
    stops = len(await _todays_tasks(uow.session, rep_id, today))
    uow.emit(RepLost(rep_id=rep_id, day=today.isoformat(), stops=stops))
    return absence


async def end_absence(uow: UnitOfWork, services: FieldServices, actor: Actor, rep_id: UUID) -> None:
    """Back already today. Tasks that went to others stay with them: they may be on the way."""
    await uow.hold("territory")
    today = services.day_of(uow.now)
    known = select(Absence).where(Absence.rep_id == rep_id, Absence.day == today)
    absence = (await uow.session.scalars(known)).first()
    if absence is None:
        raise NotFound()
    mine = ZoneCover.absence_id == absence.id
    covers = set(await uow.session.scalars(select(ZoneCover.rep_id).where(mine)))
    await uow.session.execute(delete(ZoneCover).where(mine))
    await uow.session.delete(absence)
    await settle(uow, services, rep_id, today, today)
    await uow.audit(actor, "end_absence", f"rep:{rep_id}", day=today)
    _changed(uow, rep_id, covers)


def _changed(uow: UnitOfWork, rep_id: UUID, covers: set[UUID]) -> None:
    uow.changed("absence", rep_id, "zones", "reps", f"rep:{rep_id}")
    for cover_id in covers:
        uow.changed("absence", rep_id, f"rep:{cover_id}")


async def _shift_of(session: AsyncSession, rep_id: UUID, day: date) -> Shift | None:
    return (await session.scalars(select(Shift).where(Shift.rep_id == rep_id, Shift.day == day))).first()


async def move_tasks(database: Database, services: FieldServices, rep_id: UUID | None = None) -> int:
    """Move today's tasks of whoever is absent, or of one of them; how many."""
    today = services.day_of(database.clock.now())
    async with database.reading() as session:
        away = select(Absence.rep_id).where(Absence.day == today)
        absent = [rep_id] if rep_id is not None else list(await session.scalars(away))
        ids = [task.id for each in absent for task in await _todays_tasks(session, each, today)]
    return await one_by_one(database, move_task, ids, services) if ids else 0


async def left_by(session: AsyncSession, today: date) -> dict[UUID, int]:
    """Today's tasks of those absent that were not moved yet, by representative."""
    away = await session.scalars(select(Absence.rep_id).where(Absence.day == today))
    return {rep_id: len(await _todays_tasks(session, rep_id, today)) for rep_id in list(away)}


async def move_task(uow: UnitOfWork, services: FieldServices, task_id: UUID) -> bool:
    """Give a task of somebody absent to the best of the others, or put it into the inbox with the reason."""
    task = await uow.session.get(Task, task_id, with_for_update=True)
    if task is None or task.state not in MOVABLE or task.rep_id is None:
        return False
    today = services.day_of(uow.now)
    away = select(Staff).join(Absence, Absence.by_id == Staff.id)
    away = away.where(Absence.rep_id == task.rep_id, Absence.day == today)
    by = (await uow.session.scalars(away)).first()
    if by is None:
        return False
    if task.companion:
        await replace_companion(uow, services, task, "reassigned")
        return True
    actor = actor_of(by)  # whoever noted the absence answers for the tasks until the next ones accept
    searched = None
    if task.lon is not None and task.lat is not None:
        searched = await search(
            uow.session, services, task, task.zone_id, uow.now, limit=1, besides=(task.rep_id,)
        )
    if searched is not None and searched.found.best:
        # Where somebody was quicker this is refused, and the next turn searches again.
        await assign_task(uow, services, actor, task, searched.found.best[0].rep_id)
        # Nobody chose this place but the search: a plan for the whole day may choose another.
        task.placement = task.placement | {"by": By.SYSTEM.value}
        return True
    if task.state is TaskState.TRAVELLING:
        return False  # a dispatcher decides: the table lets nobody take it back
    await take_back(uow, services, actor, task, ABSENT, unplaced=NOBODY_ABLE)
    if searched is not None:
        task.placement = searched.told()
    return True
