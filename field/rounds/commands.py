"""Rounds are set up, paused and taken up again; each occurrence is dealt out once, each point a task once.

An occurrence is dealt out some days before it is due, all its points together and each on its own row:
whoever comes to it again finds the rows. A task is made when its day is near enough for the days that are
kept, in a transaction of its own, in which its row remembers it: nobody makes it twice.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.appointments.room.capacity_reading import read_capacity
from field.dispatch.commands import NewTask, create_task
from field.grid.tables import Zone
from field.rounds.spreading import Point, due_on, spread
from field.rounds.tables import Round, RoundStop
from field.services import FieldServices
from kernel.actors import SYSTEM, Actor
from kernel.database import Database, UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound

DEALT_AHEAD: Final = 14
"""Days before it is due that an occurrence is dealt out."""
MADE_AHEAD: Final = 6
"""Days before its own that a stop becomes a task."""
OPENS, CLOSES = 8 * 60, 18 * 60
"""The window of a stop's task on its day, in minutes by the wall clock: nobody waits for it at home."""
SHARE: Final = 0.5
"""How much of a day's free minutes rounds may take: the rest is for what comes in."""
AT_ONCE: Final = 200
CATEGORY: Final = {
    "meter_reading": "meter",
    "valve_exercise": "other",
    "inspection": "other",
    "sampling": "dirty_water",
}


class RoundInvalid(Invalid):
    """Some of the round is not right."""

    code = "round_invalid"


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewRound:
    """A round as somebody sets it up."""

    name: str
    kind: str
    zones: Sequence[str]
    points: Sequence[dict[str, Any]]
    every_days: int
    window_days: int
    minutes: int
    skill: str
    level: int
    starts_on: date


async def add_round(uow: UnitOfWork, services: FieldServices, actor: Actor, new: NewRound) -> Round:
    """Set a round up.

    Raises:
        RoundInvalid: with every fault: zones that are not known, points outside every zone, keys that come
            twice, nothing to visit, a window longer than the time between two occurrences.
    """
    faults = await _faults(uow.session, services, new)
    if faults:
        raise RoundInvalid(faults=faults)
    row = Round(
        id=uow.new_id(),
        name=new.name,
        kind=new.kind,
        zones=list(new.zones),
        points=list(new.points),
        every_days=new.every_days,
        window_days=new.window_days,
        minutes=new.minutes,
        skill=new.skill,
        level=new.level,
        starts_on=new.starts_on,
        paused=False,
        answerable_id=actor.id,
        created_at=uow.now,
        changed_at=uow.now,
    )
    uow.session.add(row)
    uow.changed("round", row.id, "tasks")
    await uow.audit(actor, "add_round", f"round:{row.id}", kind=row.kind)
    return row


async def _faults(session: AsyncSession, services: FieldServices, new: NewRound) -> list[Fault]:
    grid = await services.grid.current(session)
    known = set(await session.scalars(select(Zone.code).where(Zone.active)))
    faults = [
        Fault("zone_unknown", f"body.zones.{at}", params={"code": code})
        for at, code in enumerate(new.zones)
        if code not in known
    ]
    twice = {key for key, count in Counter(point["key"] for point in new.points).items() if count > 1}
    for at, point in enumerate(new.points):
        if point["key"] in twice:
            faults.append(Fault("point_twice", f"body.points.{at}.key", params={"point": point["key"]}))
        if grid.zone_id_of(point["lon"], point["lat"]) is None:
            faults.append(Fault("point_outside", f"body.points.{at}", params={"point": point["key"]}))
    if not new.zones and not new.points:
        faults.append(Fault("nothing_to_visit", "body.zones"))
    if new.window_days > new.every_days:
        faults.append(Fault("window_too_long", "body.window_days"))
    return faults


async def pause_round(
    uow: UnitOfWork, actor: Actor, round_id: UUID, version: int | None, paused: bool
) -> Round:
    """Stop or take up a round; what has become a task already stays one."""
    row = await uow.session.get(Round, round_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    if row.paused != paused:
        row.paused, row.changed_at = paused, uow.now
        uow.changed("round", row.id, "tasks")
        await uow.audit(actor, "pause_round" if paused else "resume_round", f"round:{row.id}")
    return row


async def rounds_at_work(database: Database) -> list[UUID]:
    """Every round that is not paused."""
    async with database.reading() as session:
        return list(await session.scalars(select(Round.id).where(Round.paused.is_(False)).order_by(Round.id)))


async def deal_out(uow: UnitOfWork, services: FieldServices, round_id: UUID) -> bool:
    """Deal a round's coming occurrences out to days; what was dealt out stays as it is."""
    row = await uow.session.get_one(Round, round_id, with_for_update=True)
    if row.paused:
        return False
    today = services.day_of(uow.now)
    earliest = today - timedelta(days=row.window_days - 1)
    coming = due_on(row.starts_on, row.every_days, earliest, today + timedelta(days=DEALT_AHEAD))
    dealt = select(RoundStop.due_on).where(RoundStop.round_id == row.id, RoundStop.due_on >= earliest)
    known = set(await uow.session.scalars(dealt.distinct()))
    fresh = [due for due in coming if due not in known]
    if not fresh:
        return False
    free = await _free(uow.session, services, uow, row)
    places = await _places(uow.session, row)
    for due in fresh:
        last = due + timedelta(days=row.window_days - 1)
        points = [Point(key, lon, lat, row.minutes, max(due, today), last) for key, _, lon, lat in places]
        days = spread(points, free)
        for key, day in days.items():
            free[day] = free.get(day, 0) - row.minutes
            uow.session.add(
                RoundStop(
                    id=uow.new_id(),
                    round_id=row.id,
                    point_key=key,
                    due_on=due,
                    planned_on=day,
                    made_task_id=None,
                )
            )
    return True


async def _free(
    session: AsyncSession, services: FieldServices, uow: UnitOfWork, row: Round
) -> dict[date, int]:
    """Minutes of each day that rounds may still take, in the stations that this round touches."""
    days, rows = await read_capacity(session, services, uow.now, "station")
    stations = set(await session.scalars(select(Zone.station).where(Zone.code.in_(row.zones)).distinct()))
    grid = await services.grid.current(session)
    for point in row.points:
        zone_id = grid.zone_id_of(point["lon"], point["lat"])
        if zone_id is not None:
            stations.add(grid.briefs[zone_id].station)
    free = dict.fromkeys(days, 0)
    for each in rows:
        if each.code in stations:
            for day, cell in zip(days, each.cells, strict=True):
                free[day] += max(0, int((cell.free - cell.asked) * SHARE))
    taken = await session.execute(
        select(RoundStop.planned_on, Round.minutes)
        .join(Round, Round.id == RoundStop.round_id)
        .where(RoundStop.made_task_id.is_(None), RoundStop.planned_on >= days[0])
    )
    for day, minutes in taken:
        if day in free:
            free[day] -= minutes
    return free


async def _places(session: AsyncSession, row: Round) -> list[tuple[str, str, float, float]]:
    """(key, label, lon, lat) of all there is to visit: the points, and a point inside each zone."""
    found = [(point["key"], point["label"], point["lon"], point["lat"]) for point in row.points]
    zones = await session.execute(
        select(Zone.code, Zone.area).where(Zone.code.in_(row.zones), Zone.active).order_by(Zone.code)
    )
    for code, area in zones:
        inside = to_shape(area).representative_point()
        found.append((f"zone:{code}", code, inside.x, inside.y))
    return found


async def stops_to_make(database: Database, services: FieldServices) -> list[UUID]:
    """Stops whose day is near, and that are no task yet; the nearest first."""
    last = services.day_of(database.clock.now()) + timedelta(days=MADE_AHEAD)
    async with database.reading() as session:
        found = (
            select(RoundStop.id)
            .join(Round, Round.id == RoundStop.round_id)
            .where(RoundStop.made_task_id.is_(None), RoundStop.planned_on <= last, Round.paused.is_(False))
            .order_by(RoundStop.planned_on, RoundStop.id)
            .limit(AT_ONCE)
        )
        return list(await session.scalars(found))


async def make_task(uow: UnitOfWork, services: FieldServices, stop_id: UUID) -> bool:
    """The stop becomes a task of its day, or of today when that has passed; once."""
    stop = await uow.session.get_one(RoundStop, stop_id, with_for_update=True)
    row = await uow.session.get_one(Round, stop.round_id)
    if stop.made_task_id is not None or row.paused:
        return False
    place = next((each for each in await _places(uow.session, row) if each[0] == stop.point_key), None)
    if place is None:
        await uow.session.delete(stop)  # the zone is gone since
        return True
    _key, label, lon, lat = place
    day = max(stop.planned_on, services.day_of(uow.now))
    start, end = services.moment(day, OPENS), services.moment(day, CLOSES)
    if uow.now >= end:
        day += timedelta(days=1)
        start, end = services.moment(day, OPENS), services.moment(day, CLOSES)
    task = await create_task(
        uow,
        services,
        SYSTEM,
        NewTask(
            category=CATEGORY[row.kind],
            fault=row.kind,
            severity="minor",
            skill=row.skill,
            level=row.level,
            duration_s=row.minutes * 60,
            note=row.name,
            address=label,
            lon=lon,
            lat=lat,
            window_start=start,
            window_end=end,
        ),
        answerable_id=row.answerable_id,
    )
    stop.made_task_id, stop.planned_on = task.id, day
    return True
