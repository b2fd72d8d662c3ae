"""Days are looked back at: begun, kept, and asked for again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.planning import moment
from field.grid.tables import Rep
from field.hindsight.decision import TELLING, DecisionKind, Line, Place, decision_of
from field.hindsight.reading import Driven
from field.hindsight.regret import Hindsight, Regret
from field.hindsight.tables import ASKED, HindsightDay, HindsightDecision
from field.reoptimise.commands import StationUnknown
from field.road.straight import apart
from field.services import FieldServices
from field.task.tables import TaskEntry
from kernel.database import UnitOfWork
from kernel.errors import Invalid

TRIES: Final = 3
"""How often a day is begun that does not come to an end."""
LOST: Final = "search_lost"
HINDSIGHT: Final = "hindsight"
"""What whoever writes a day holds."""
NEAR_M: Final = 50
"""How near somebody came is told to so many metres."""
SECONDS: Final = ("", "_travel", "_late", "_over")


class DayNotOver(Invalid):
    """This day is not over yet; only a day that is over can be looked back at."""

    code = "day_not_over"


async def ask_again(uow: UnitOfWork, services: FieldServices, day: date, station: str) -> None:
    """Have a day counted, again or at last.

    Raises:
        DayNotOver, StationUnknown.
    """
    if day >= services.day_of(uow.now):
        raise DayNotOver()
    row = await _row(uow, day, station)
    if row is None:
        known = select(Rep.id).where(Rep.station == station).limit(1)
        if await uow.session.scalar(known) is None:
            raise StationUnknown()
        row = _fresh(uow, day, station)
    row.told, row.tries = ASKED, 0
    _changed(uow, station)


async def begin(uow: UnitOfWork, day: date, station: str, told: int) -> bool:
    """Whether the day is to be counted: not one that has failed often enough, which is kept as such."""
    row = await _row(uow, day, station) or _fresh(uow, day, station)
    row.tries += 1
    if row.tries <= TRIES:
        return True
    await _store(uow, row, told, refused=LOST)
    return False


async def refuse(uow: UnitOfWork, day: date, station: str, told: int, code: str) -> None:
    """The day cannot be counted, and why."""
    await _store(uow, await _row(uow, day, station) or _fresh(uow, day, station), told, refused=code)


async def keep(
    uow: UnitOfWork,
    day: date,
    station: str,
    told: int,
    people: int,
    found: Hindsight,
    decisions: Sequence[Mapping[str, Any]],
) -> None:
    """Keep what was found, in place of what was there."""
    row = await _row(uow, day, station) or _fresh(uow, day, station)
    await _store(uow, row, told)
    row.people, row.stops = people, found.stops
    for plan, cost in (("driven", found.driven), ("known", found.known)):
        for part, seconds in zip(SECONDS, (cost.total, cost.travel, cost.late, cost.over), strict=True):
            setattr(row, f"{plan}{part}_s", seconds)
    if decisions:
        here = {"day": day, "station": station}
        rows = [{**here, "rank": rank, **each} for rank, each in enumerate(decisions, 1)]
        await uow.session.execute(insert(HindsightDecision), rows)


async def _row(uow: UnitOfWork, day: date, station: str) -> HindsightDay | None:
    await uow.hold(HINDSIGHT)
    return await uow.session.get(HindsightDay, (day, station), with_for_update=True)


def _fresh(uow: UnitOfWork, day: date, station: str) -> HindsightDay:
    row = HindsightDay(day=day, station=station, told=ASKED, tries=0, people=0, stops=0)
    for plan in ("driven", "known"):
        for part in SECONDS:
            setattr(row, f"{plan}{part}_s", 0)
    uow.session.add(row)
    return row


async def _store(uow: UnitOfWork, row: HindsightDay, told: int, refused: str | None = None) -> None:
    row.told, row.tries, row.refused, row.counted_at = told, 0, refused, uow.now
    gone = delete(HindsightDecision).where(
        HindsightDecision.day == row.day, HindsightDecision.station == row.station
    )
    await uow.session.execute(gone)
    _changed(uow, row.station)


def _changed(uow: UnitOfWork, station: str) -> None:
    uow.changed("hindsight", station, "hindsight")


# what is told of a regret ---------------------------------------------------------------------------


async def decisions_of(session: AsyncSession, driven: Driven, found: Hindsight) -> list[dict[str, Any]]:
    """The rows of a day's decisions, the costliest first."""
    lines = await lines_of(session, [each.task_id for each in found.regrets])
    return [_decision(driven, each, lines[each.task_id]) for each in found.regrets]


async def lines_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    """By task the lines that tell of decisions, in order."""
    lines: dict[UUID, list[Line]] = {task_id: [] for task_id in ids}
    said = (
        select(TaskEntry)
        .where(TaskEntry.task_id.in_(ids), TaskEntry.kind.in_(TELLING))
        .order_by(TaskEntry.task_id, TaskEntry.number)
    )
    for entry in await session.scalars(said):
        rep = entry.detail.get("rep")
        lines[entry.task_id].append(
            Line(
                kind=entry.kind,
                at=int(entry.happened_at.timestamp()),
                by_staff=entry.actor_kind == "staff",
                rep=UUID(rep) if rep else None,
                reason=str(entry.detail.get("reason", "")),
            )
        )
    return lines


def _decision(driven: Driven, regret: Regret, lines: Sequence[Line]) -> dict[str, Any]:
    beside = [task_id for task_id in (regret.before, regret.after) if task_id is not None]
    place = Place(
        rep_id=regret.rep_id,
        better_id=regret.better_id,
        made=[driven.made[task_id] for task_id in (*beside, *_next_to(driven, regret.task_id))],
        overruled=regret.task_id in driven.overruled,
    )
    decided = decision_of(lines, place, driven.absent)
    made = moment(decided.at or driven.made[regret.task_id])
    here = driven.places[regret.task_id]
    near = min(beside, key=lambda task_id: _metres(here, driven.places[task_id]), default=None)
    near_place = driven.homes[regret.better_id] if near is None else driven.places[near]
    told = regret.task_id not in driven.erased
    return {
        "task_id": regret.task_id,
        "kind": decided.kind,
        # An order nobody wrote down was decided at the door.
        "decided_at": driven.arrived[regret.task_id] if decided.kind is DecisionKind.ORDER else made,
        "rep_id": regret.rep_id,
        "better_id": regret.better_id,
        "better_at": moment(regret.starts_at),
        "near_m": NEAR_M * round(_metres(here, near_place) / NEAR_M) if told else None,
        "near_at": driven.arrived[near] if told and near is not None else None,
        "cost_s": regret.cost.total,
        "travel_s": regret.cost.travel,
        "late_s": regret.cost.late,
        "over_s": regret.cost.over,
    }


def _next_to(driven: Driven, task_id: UUID) -> list[UUID]:
    """The tasks before and after this one, as they were driven."""
    for route in driven.rest.routes:
        stood = [visit.task_id for visit in route.visits if not visit.is_rest]
        if task_id in stood:
            at = stood.index(task_id)
            return [*stood[max(0, at - 1) : at], *stood[at + 1 : at + 2]]
    return []


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(apart(np.array(a), np.array(b)))
