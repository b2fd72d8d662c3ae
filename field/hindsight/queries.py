"""Days looked back at, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.board.views import NamesView, PersonView
from field.grid.tables import Cell, Rep, Zone
from field.hindsight.jobs import DAYS
from field.hindsight.reading import told_of
from field.hindsight.tables import ASKED, HindsightDay, HindsightDecision
from field.hindsight.views import (
    HindsightCostView,
    HindsightDecisionView,
    HindsightStationView,
    HindsightTaskView,
    HindsightView,
    State,
)
from field.task.tables import Task

NO_COST = HindsightCostView(total_s=0, travel_s=0, late_s=0, over_s=0)


async def hindsight_of(session: AsyncSession, day: date, station: str | None, today: date) -> HindsightView:
    """A station's day, and how that day went elsewhere."""
    rows = {row.station: row for row in await session.scalars(_of_day(day))}
    told = {code: lines for (_, code), lines in (await told_of(session, day, day)).items()}
    names = await _stations(session, {*rows, *told})
    fresh = day >= today - timedelta(days=DAYS)
    states = {code: _state(rows.get(code), code in told, fresh) for code in names}
    if station is None or station not in states:
        busy = (code for code in names if states[code] != "empty")
        station = next(busy, next(iter(names), None))
    row = rows.get(station) if station is not None else None
    state = states[station] if station is not None else "empty"
    counted = row is not None and state == "counted"
    return HindsightView(
        day=day,
        last_day=today - timedelta(days=1),
        station=station,
        state=state,
        refused=row.refused if row is not None and state == "refused" else None,
        ratio=_ratio(row) if row is not None and counted else None,
        counted_at=row.counted_at if row is not None else None,
        people=row.people if row is not None and counted else 0,
        stops=row.stops if row is not None and counted else 0,
        driven=_cost(row, "driven") if row is not None and counted else NO_COST,
        known=_cost(row, "known") if row is not None and counted else NO_COST,
        decisions=await _decisions(session, day, row.station) if row is not None and counted else [],
        stations=[
            HindsightStationView(
                names=names[code],
                state=states[code],
                ratio=_ratio(rows[code]) if states[code] == "counted" else None,
            )
            for code in names
        ],
    )


def _of_day(day: date) -> Any:
    return select(HindsightDay).where(HindsightDay.day == day)


def _state(row: HindsightDay | None, worked: bool, fresh: bool) -> State:
    if row is not None and row.told != ASKED:
        if row.refused is not None:
            return "refused"
        return "counted" if row.stops else "empty"
    if row is not None:
        return "waiting"
    if not worked:
        return "empty"
    return "waiting" if fresh else "uncounted"


def _ratio(row: HindsightDay) -> float | None:
    return round(row.driven_s / row.known_s, 4) if row.known_s else None


def _cost(row: HindsightDay, plan: str) -> HindsightCostView:
    parts = {"total_s": "_s", "travel_s": "_travel_s", "late_s": "_late_s", "over_s": "_over_s"}
    return HindsightCostView(**{name: getattr(row, f"{plan}{end}") for name, end in parts.items()})


async def _stations(session: AsyncSession, known: set[str]) -> Mapping[str, NamesView]:
    """Every station with people, by code."""
    codes = set(await session.scalars(select(Rep.station).where(Rep.active).distinct())) | known
    cells = select(Cell.code, Cell.name, Cell.name_zh_hant, Cell.name_en).where(
        Cell.level == "station", Cell.code.in_(codes)
    )
    found = {code: names for code, *names in await session.execute(cells)}
    return {
        code: NamesView(code=code, name=name, name_zh_hant=hant, name_en=english)
        for code in sorted(codes)
        for name, hant, english in [found.get(code, (code, code, code))]
    }


async def _decisions(session: AsyncSession, day: date, station: str) -> list[HindsightDecisionView]:
    rows = (
        await session.execute(
            select(HindsightDecision, Task, Zone.code)
            .join(Task, Task.id == HindsightDecision.task_id)
            .outerjoin(Zone, Zone.id == Task.zone_id)
            .where(HindsightDecision.day == day, HindsightDecision.station == station)
            .order_by(HindsightDecision.rank)
        )
    ).all()
    ids = {id for row, _, _ in rows for id in (row.rep_id, row.better_id)}
    people: dict[UUID, PersonView] = {
        rep.id: PersonView(id=rep.id, name=rep.name, name_en=rep.name_en)
        for rep in await session.scalars(select(Rep).where(Rep.id.in_(ids)))
    }
    return [
        HindsightDecisionView(
            kind=row.kind,
            decided_at=row.decided_at,
            task=HindsightTaskView(
                id=task.id,
                category=task.category,
                fault=task.fault,
                severity=task.severity,
                address=task.address,
                zone=zone,
            ),
            rep=people[row.rep_id],
            better=people[row.better_id],
            better_at=row.better_at,
            near_m=row.near_m,
            near_at=row.near_at,
            cost=HindsightCostView(
                total_s=row.cost_s, travel_s=row.travel_s, late_s=row.late_s, over_s=row.over_s
            ),
        )
        for row, task, zone in rows
    ]
