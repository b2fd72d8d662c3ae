"""Shifts come in through a file: all faults at once, the difference before it is taken, then all of it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.commands import ImportRefused
from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.commands import TOPIC, mark_stale
from field.shifts.files.ical_file import read_calendar
from field.shifts.files.records import Entry, ShiftFile
from field.shifts.files.shift_file import read_shift_table
from field.shifts.roster.duty import Duty
from field.shifts.roster.settling import AHEAD, settle_waiting
from field.shifts.roster.written import clock, duties_of, duty_of, written, written_duties
from field.shifts.tables import Depot, ShiftException, ShiftPattern
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import Fault, NotFound
from kernel.files.apart import read_apart

MOST_TOLD: Final = 200
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclasses.dataclass(frozen=True)
class Change:
    """What becomes of one day; `before`, `after`: as :func:`told` writes it, empty where nothing was said."""

    where: str
    code: str
    day: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True)
class ShiftReport:
    """What a file changes, or would; at most `MOST_TOLD` changes are told."""

    dry_run: bool
    patterns: int
    exceptions: int
    unchanged: int
    changes: tuple[Change, ...]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is to be written: `patterns` by representative and first day, `exceptions` by representative and
    day."""

    patterns: Mapping[tuple[UUID, date], Mapping[tuple[int, int], Duty]]
    exceptions: Mapping[tuple[UUID, date], Duty]
    report: ShiftReport


async def take_shifts(
    database: Database,
    services: FieldServices,
    actor: Actor,
    data: bytes,
    *,
    dry_run: bool,
    rep_id: UUID | None,
) -> ShiftReport:
    """Read a table or a calendar, compare it, and unless it is a dry run take it.

    Raises:
        ImportRefused: with every fault of the file.
        NotFound: the calendar is said to be of somebody who is not at work.
    """
    today = services.day_of(database.clock.now())
    async with database.reading() as session:
        file = await _read(session, services, data, today, rep_id)
        plan = await _planned(session, file, today, dry_run)
    if dry_run or not (plan.patterns or plan.exceptions):
        return plan.report
    await database.run(_take, services, actor, plan, hashlib.sha256(data).hexdigest())
    await settle_waiting(database, services)
    return plan.report


async def _read(
    session: AsyncSession, services: FieldServices, data: bytes, today: date, rep_id: UUID | None
) -> ShiftFile:
    code = ""
    if rep_id is not None:
        rep = await session.get(Rep, rep_id)
        if rep is None or not rep.active:
            raise NotFound()
        code = rep.code
    if data.lstrip(b"\xef\xbb\xbf \r\n")[:15].upper() == b"BEGIN:VCALENDAR":
        return await read_apart(read_calendar, data, today=today, timezone=str(services.timezone), rep=code)
    return await read_apart(read_shift_table, data)


async def _planned(session: AsyncSession, file: ShiftFile, today: date, dry_run: bool) -> Plan:
    codes = {entry.rep for entry in file.entries}
    people = select(Rep.code, Rep.id, Rep.station).where(Rep.active, Rep.code.in_(codes))
    known = {code: (id, station) for code, id, station in await session.execute(people)}
    placed = set(await session.scalars(select(Depot.station)))
    faults = [*file.faults, *_wrong(file.entries, known, placed, today)]
    if faults:
        raise ImportRefused(faults=faults)
    patterns: dict[tuple[UUID, date], dict[tuple[int, int], Duty]] = defaultdict(dict)
    exceptions: dict[tuple[UUID, date], Duty] = {}
    for entry in file.entries:
        id = known[entry.rep][0]
        if entry.day is not None:
            exceptions[id, entry.day] = entry.duty
        else:
            patterns[id, entry.valid_from or today][entry.week, entry.weekday] = entry.duty
    ids = {id for id, _ in known.values()}
    stored = await _stored(session, ids)
    changes, same = [], 0
    for entry in file.entries:
        id = known[entry.rep][0]
        if entry.day is not None:
            before, day = stored[1].get((id, entry.day)), entry.day.isoformat()
        else:
            first = entry.valid_from or today
            before = stored[0].get((id, first), {}).get((entry.week, entry.weekday))
            day = f"{WEEKDAYS[entry.weekday]} {entry.week + 1} {first.isoformat()}"
        if before == entry.duty:
            same += 1
        else:
            change = Change(
                entry.where, entry.rep, day, told(before) if before is not None else "", told(entry.duty)
            )
            changes.append(change)
    report = ShiftReport(dry_run, len(patterns), len(exceptions), same, tuple(changes[:MOST_TOLD]))
    changed = {key: duties for key, duties in patterns.items() if stored[0].get(key) != duties}
    differing = {key: duty for key, duty in exceptions.items() if stored[1].get(key) != duty}
    return Plan(changed, differing, report)


def _wrong(
    entries: Sequence[Entry],
    known: Mapping[str, tuple[UUID, str]],
    placed: set[str],
    today: date,
) -> list[Fault]:
    """What only those who know people and the day can say of a file."""
    faults = []
    seen: dict[Any, str] = {}
    for entry in entries:
        person = known.get(entry.rep)
        if person is None:
            faults.append(Fault("shift_rep_unknown", entry.where, params={"value": entry.rep[:40]}))
            continue
        if "station" in (entry.duty.begins, entry.duty.ends) and person[1] not in placed:
            faults.append(Fault("station_has_no_place", entry.where))
        if entry.day is not None and entry.day < today:
            faults.append(Fault("shift_in_the_past", entry.where, params={"value": entry.day.isoformat()}))
        key = (
            (entry.rep, entry.day) if entry.day else (entry.rep, entry.valid_from, entry.week, entry.weekday)
        )
        if key in seen:
            faults.append(Fault("shift_twice", entry.where, params={"first": seen[key]}))
        seen.setdefault(key, entry.where)
    return faults[:MOST_TOLD]


async def _stored(session: AsyncSession, ids: set[UUID]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    patterns = select(ShiftPattern).where(ShiftPattern.rep_id.in_(ids))
    exceptions = select(ShiftException).where(ShiftException.rep_id.in_(ids))
    return (
        {(row.rep_id, row.valid_from): duties_of(row.duties) for row in await session.scalars(patterns)},
        {(row.rep_id, row.day): duty_of(row.duty) for row in await session.scalars(exceptions)},
    )


async def _take(uow: UnitOfWork, services: FieldServices, actor: Actor, plan: Plan, digest: str) -> None:
    """Everything of the file in one transaction; the days are worked out afterwards, one by one."""
    await uow.hold("shift-import")
    today = services.day_of(uow.now)
    for (rep_id, first), duties in plan.patterns.items():
        same = (ShiftPattern.rep_id == rep_id) & (ShiftPattern.valid_from == first)
        row = (await uow.session.scalars(select(ShiftPattern).where(same))).first()
        if row is None:
            row = ShiftPattern(id=uow.new_id(), rep_id=rep_id, valid_from=first, valid_until=None)
            uow.session.add(row)
        row.weeks = max(week for week, _ in duties) + 1
        row.duties, row.changed_at = written_duties(duties), uow.now
    by_rep: dict[UUID, list[date]] = defaultdict(list)
    for rep_id, day in plan.exceptions:
        by_rep[rep_id].append(day)
    for rep_id, days in by_rep.items():
        gone = delete(ShiftException).where(ShiftException.rep_id == rep_id, ShiftException.day.in_(days))
        await uow.session.execute(gone)
    if plan.exceptions:
        rows = [
            {
                "id": uow.new_id(),
                "rep_id": rep_id,
                "day": day,
                "duty": written(duty),
                "changed_at": uow.now,
                "version": 1,
            }
            for (rep_id, day), duty in plan.exceptions.items()
        ]
        await uow.session.execute(insert(ShiftException), rows)
    touched = {rep_id for rep_id, _ in (*plan.patterns, *plan.exceptions)}
    await uow.session.flush()
    await mark_stale(uow, sorted(touched, key=str), today + AHEAD)
    counts = {"patterns": len(plan.patterns), "exceptions": len(plan.exceptions)}
    await uow.audit(actor, "import_shifts", "shifts", digest=digest, **counts)
    uow.changed("shift", "all", TOPIC)


def told(duty: Duty) -> str:
    """A duty in figures that need no words: ``08:00–17:00``; a break in brackets, on call behind a moon."""
    spans = " ".join(f"{clock(start)}–{clock(end)}" for start, end in duty.spans) or "–"
    rest = (
        f" ({clock(duty.rest.earliest)}–{clock(duty.rest.latest)}, {duty.rest.minutes}′)" if duty.rest else ""
    )
    on_call = f" ☾ {clock(duty.on_call[0])}–{clock(duty.on_call[1])}" if duty.on_call else ""
    return spans + rest + on_call
