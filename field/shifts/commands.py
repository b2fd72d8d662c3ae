"""What dispatchers do with rosters: patterns, what a date makes different, holidays, where stations are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import Holiday
from field.grid.tables import Rep, Zone
from field.services import FieldServices
from field.shifts.roster.duty import Duty, Wrong, wrong_with
from field.shifts.roster.settling import AHEAD, settle
from field.shifts.roster.written import duties_of, duty_of, written, written_duties
from field.shifts.tables import Depot, Settled, ShiftException, ShiftPattern
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound

TOPIC = "reps"


class ShiftInvalid(Invalid):
    """Some of these working times cannot be meant; nothing was changed."""

    code = "shift_invalid"


class DayOver(Invalid):
    """That day is over; shifts are changed from today on."""

    code = "shift_day_over"


async def rep_at_work(session: AsyncSession, rep_id: UUID) -> Rep:
    """The representative. Raises NotFound for one who is no longer at work."""
    rep = await session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    return rep


def faults_in(wrong: Iterable[Wrong], where: str) -> list[Fault]:
    """What is wrong with a duty, as it is told."""
    return [Fault(each.code, f"{where}.{each.field}", params=each.params) for each in wrong]


async def _depot_known(session: AsyncSession, station: str) -> bool:
    return await session.get(Depot, station) is not None


async def set_pattern(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    rep_id: UUID,
    valid_from: date,
    valid_until: date | None,
    weeks: int,
    rows: Sequence[Mapping[str, Any]],
    version: int | None,
) -> ShiftPattern:
    """Have a representative work by this pattern; one from the same day on is replaced.

    Raises:
        ShiftInvalid: with every fault, by the place of the day in ``rows``.
        DayOver: it would end before today.
    """
    rep = await rep_at_work(uow.session, rep_id)
    if valid_until is not None and valid_until < services.day_of(uow.now):
        raise DayOver(day=valid_until)
    faults = await pattern_faults(uow.session, rep, valid_from, valid_until, weeks, rows)
    if faults:
        raise ShiftInvalid(faults=faults)
    same = select(ShiftPattern).where(ShiftPattern.rep_id == rep_id, ShiftPattern.valid_from == valid_from)
    row = (await uow.session.scalars(same.with_for_update())).first()
    if row is None:
        row = ShiftPattern(id=uow.new_id(), rep_id=rep_id, valid_from=valid_from)
        uow.session.add(row)
    else:
        check_version(row, version)
    row.valid_until, row.weeks, row.duties = valid_until, weeks, written_duties(duties_of(rows))
    row.changed_at = uow.now
    await uow.session.flush()
    await settle(uow, services, rep_id)
    await uow.audit(actor, "set_shift_pattern", f"rep:{rep_id}", valid_from=valid_from, weeks=weeks)
    return row


async def pattern_faults(
    session: AsyncSession,
    rep: Rep,
    valid_from: date,
    valid_until: date | None,
    weeks: int,
    rows: Sequence[Mapping[str, Any]],
) -> list[Fault]:
    """Everything that is wrong with a pattern."""
    placed = await _depot_known(session, rep.station)
    faults: list[Fault] = []
    if valid_until is not None and valid_until < valid_from:
        faults.append(Fault("ends_before_it_begins", "body.valid_until"))
    seen: set[tuple[int, int]] = set()
    for nth, row in enumerate(rows):
        where, key = f"body.duties.{nth}", (int(row["week"]), int(row["weekday"]))
        if key[0] >= weeks:
            faults.append(Fault("week_beyond_cycle", f"{where}.week", params={"weeks": weeks}))
        if key in seen:
            faults.append(Fault("day_twice", f"{where}.weekday"))
        seen.add(key)
        faults += faults_in(wrong_with(duty_of(row), placed), where)
    return faults


async def drop_pattern(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    rep_id: UUID,
    pattern_id: UUID,
    version: int | None,
) -> None:
    """The pattern is none any more; what else there is counts again."""
    row = await uow.session.get(ShiftPattern, pattern_id, with_for_update=True)
    if row is None or row.rep_id != rep_id:
        raise NotFound()
    check_version(row, version)
    await uow.session.delete(row)
    await uow.session.flush()
    await settle(uow, services, rep_id)
    await uow.audit(actor, "drop_shift_pattern", f"rep:{rep_id}", valid_from=row.valid_from)


async def set_exception(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    rep_id: UUID,
    day: date,
    duty: Duty,
    version: int | None,
) -> ShiftException:
    """One day is that, whatever the pattern says.

    Raises:
        DayOver, ShiftInvalid.
    """
    rep = await rep_at_work(uow.session, rep_id)
    _coming(uow, services, day)
    faults = faults_in(wrong_with(duty, await _depot_known(uow.session, rep.station)), "body.duty")
    if faults:
        raise ShiftInvalid(faults=faults)
    same = select(ShiftException).where(ShiftException.rep_id == rep_id, ShiftException.day == day)
    row = (await uow.session.scalars(same.with_for_update())).first()
    if row is None:
        row = ShiftException(id=uow.new_id(), rep_id=rep_id, day=day)
        uow.session.add(row)
    else:
        check_version(row, version)
    row.duty, row.changed_at = written(duty), uow.now
    await uow.session.flush()
    await _settle_day(uow, services, rep_id, day)
    await uow.audit(actor, "set_shift", f"rep:{rep_id}", day=day)
    return row


async def drop_exception(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    rep_id: UUID,
    exception_id: UUID,
    version: int | None,
) -> None:
    """The day is as the pattern says again."""
    row = await uow.session.get(ShiftException, exception_id, with_for_update=True)
    if row is None or row.rep_id != rep_id:
        raise NotFound()
    check_version(row, version)
    _coming(uow, services, row.day)
    await uow.session.delete(row)
    await uow.session.flush()
    await _settle_day(uow, services, rep_id, row.day)
    await uow.audit(actor, "drop_shift", f"rep:{rep_id}", day=row.day)


def _coming(uow: UnitOfWork, services: FieldServices, day: date) -> None:
    if day < services.day_of(uow.now):
        raise DayOver(day=day)


async def _settle_day(uow: UnitOfWork, services: FieldServices, rep_id: UUID, day: date) -> None:
    """Within the days that are worked out ahead; what is later is worked out when its time comes."""
    if day <= services.day_of(uow.now) + AHEAD:
        await settle(uow, services, rep_id, day, day)


async def set_holidays(
    uow: UnitOfWork, services: FieldServices, actor: Actor, named: Mapping[date, str]
) -> None:
    """These are the holidays from today on. Everybody's days are worked out again meanwhile.

    Raises:
        DayOver: one of them is over, and none that was there before.
    """
    today = services.day_of(uow.now)
    await uow.hold("holidays")
    before = {row.day: row for row in await uow.session.scalars(select(Holiday).where(Holiday.day >= today))}
    over = [day for day in named if day < today]
    if over:
        raise DayOver(day=min(over))
    for day in before.keys() - named.keys():
        await uow.session.delete(before[day])
    for day, name in named.items():
        if day in before:
            before[day].name = name
        else:
            uow.session.add(Holiday(day=day, name=name))
    await uow.session.flush()
    if before.keys() != named.keys():
        await all_stale(uow)
    await uow.audit(actor, "set_holidays", "holidays", days=len(named))
    uow.changed("holiday", "all", TOPIC)


async def all_stale(uow: UnitOfWork, station: str | None = None) -> None:
    """Everybody's days, or a station's, are to be worked out again."""
    known = select(Rep.id).where(Rep.active)
    if station is not None:
        known = known.where(Rep.station == station)
    await uow.session.execute(update(Settled).where(Settled.rep_id.in_(known)).values(stale=True))


async def mark_stale(uow: UnitOfWork, ids: Sequence[UUID], until: date) -> None:
    """These representatives' days are to be worked out again."""
    await uow.session.execute(delete(Settled).where(Settled.rep_id.in_(ids)))
    await uow.session.execute(
        insert(Settled), [{"rep_id": rep_id, "until": until, "stale": True} for rep_id in ids]
    )


async def set_depot(
    uow: UnitOfWork, services: FieldServices, actor: Actor, station: str, lon: float, lat: float
) -> None:
    """Say where a station is, for those whose day begins or ends there.

    Raises:
        NotFound: there is no such station.
    """
    known = select(Zone.id).where(Zone.active, Zone.station == station).limit(1)
    if await uow.session.scalar(known) is None:
        raise NotFound()
    row = await uow.session.get(Depot, station)
    if row is None:
        row = Depot(station=station)
        uow.session.add(row)
    row.lon, row.lat = lon, lat
    await uow.session.flush()
    await all_stale(uow, station)
    await uow.audit(actor, "set_depot", f"station:{station}")
    uow.changed("depot", station, TOPIC)
