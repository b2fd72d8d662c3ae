"""Windows that are kept for somebody who is deciding, laid into the days as everybody else sees them.

A hold is no visit yet: it stands in no route. For every search but its own task's it is one. It is put where
the insertion puts a visit with that window into the representative's day as the day is now, so that it keeps
its place whatever comes and goes around it; a day that was filled against the rules drops it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.columns import PLANNED, REST, STATE, UNKNOWN, Crew, Stops
from field.dispatch.engine.gaps import Fleet, Ways, Weights, ask_for, gaps_of
from field.dispatch.engine.proposals import Proposal
from field.dispatch.engine.route import UNREACHABLE, Visit
from field.dispatch.engine.search import Rule
from field.dispatch.engine.search import search as search_gaps
from field.dispatch.rosters.reading import at_hand
from field.dispatch.rosters.roster import Planned, Roster
from field.dispatch.tables import WindowHold
from field.road.travel import Travel
from field.task.tables import Task
from kernel.sql.columns import UtcDateTime

Columns = TypeVar("Columns", Crew, Stops)


@dataclasses.dataclass(frozen=True)
class Held:
    """A live hold with what its task takes."""

    task_id: UUID
    rep_id: UUID
    day: date
    place: tuple[float, float]
    service_s: int
    earliest: int
    latest: int
    parts: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Laid:
    """A day with holds in it. ``held``: of each stop of some rows whether it is only held."""

    roster: Roster
    held: Mapping[int, tuple[bool, ...]]

    def among_stored(self, proposal: Proposal) -> Proposal:
        """The proposal with its position counted among the stops that are stored."""
        position = self._stored(proposal.rep_id, proposal.position)
        along = proposal.companion
        if along is not None:
            along = dataclasses.replace(along, position=self._stored(along.rep_id, along.position))
        return dataclasses.replace(proposal, position=position, companion=along)

    def _stored(self, rep_id: UUID, position: int) -> int:
        return position - sum(self.held.get(self.roster.rows[rep_id], ())[:position])


_LIVE = (
    select(
        *(WindowHold.task_id, WindowHold.rep_id, WindowHold.day, Task.lon, Task.lat, Task.duration_s),
        *(WindowHold.window_start, WindowHold.window_end, Task.parts),
    )
    .join(Task, Task.id == WindowHold.task_id)
    .where(
        WindowHold.expires_at > bindparam("now", type_=UtcDateTime),
        WindowHold.task_id != bindparam("besides", type_=Uuid),
        Task.lon.is_not(None),
    )
    .order_by(WindowHold.held_at, WindowHold.task_id)
)
"""Asked with every placing, and built once."""


async def holds_at(session: AsyncSession, travel: Travel, now: datetime, *, besides: UUID) -> Sequence[Held]:
    """What is held at this moment for others than ``besides``, the oldest first.

    Raises:
        NotReady: in a transaction that writes, where streets around a held place have to be searched first.
    """
    found = await session.execute(_LIVE, {"now": now, "besides": besides})
    holds = [
        Held(
            task_id=row.task_id,
            rep_id=row.rep_id,
            day=row.day,
            place=(row.lon, row.lat),
            service_s=row.duration_s,
            earliest=int(row.window_start.timestamp()),
            latest=int(row.window_end.timestamp()),
            parts=row.parts,
        )
        for row in found
    ]
    await at_hand(session, travel, [hold.place for hold in holds], around=True)
    return holds


def lay_holds(roster: Roster, holds: Sequence[Held], travel: Travel, now: datetime) -> Laid:
    """The day as it will be if everybody takes what is held for them."""
    flags: dict[int, tuple[bool, ...]] = {}
    for hold in holds:
        row = roster.rows.get(hold.rep_id)
        if row is None or hold.day != roster.day:
            continue
        plan = roster.plans[row]
        known = flags.get(row) or (False,) * len(plan.tasks)
        ways = _ways_of(roster, row, travel, hold.place)
        position = _position(roster, row, hold, ways, int(now.timestamp()))
        if position is None:
            continue
        longer = _with(roster, row, plan, hold, ways, position)
        roster = roster.renewed(roster.marks, {hold.rep_id: longer})
        flags[row] = (*known[:position], True, *known[position:])
    return Laid(roster, flags)


def _ways_of(roster: Roster, row: int, travel: Travel, place: tuple[float, float]) -> Ways:
    """Travel between the place and the points of one route alone."""
    wide = roster.stops.point.shape[1]
    own = [row, *(int(point) for point in roster.stops.point[row, : roster.stops.count[row]])]
    assert wide >= len(own) - 1
    if roster.stops.end[row] >= 0:
        own.append(int(roster.stops.end[row]))
    found = np.full((2, len(roster.places)), UNREACHABLE, np.int32)
    found[:, own] = travel.around(place, roster.places[own])
    return Ways(*found)


def _position(roster: Roster, row: int, hold: Held, ways: Ways, now: int) -> int | None:
    crew, stops = _row_of(roster.crew, row), _row_of(roster.stops, row)
    day = roster.days[row]
    fleet = Fleet(
        reps=[day],
        tasks=[roster.tasks[row]],
        gaps=gaps_of(crew, stops, now),
        skills=roster.crew.skills,
        parts=roster.crew.parts,
        rows={day.rep_id: 0},
    )
    # Whether they are able was found out when it was held.
    visit = Visit(hold.task_id, 0, hold.service_s, hold.earliest, hold.latest)
    found = search_gaps(fleet.gaps, ask_for(fleet, visit, None, (), Weights()), ways)
    return int(found.position[0]) if int(found.rule[0]) == Rule.OK.number else None


def _row_of(columns: Columns, row: int) -> Columns:
    one: dict[str, Any] = {
        name: value[row : row + 1] for name, value in vars(columns).items() if isinstance(value, np.ndarray)
    }
    return dataclasses.replace(columns, **one)


def _with(roster: Roster, row: int, plan: Planned, hold: Held, ways: Ways, position: int) -> Planned:
    points = [int(point) for point in roster.stops.point[row, : len(plan.tasks)]]
    points = [row, *points, int(roster.stops.end[row])]
    resting = [each[STATE] == REST for each in plan.numbers]
    onto = position
    while onto < len(resting) and resting[onto]:
        onto += 1  # a break is taken where one is then
    after = points[onto + 1]
    there, onward = int(ways.to[points[position]]), int(ways.on[after]) if after >= 0 else 0
    numbers = (hold.service_s, hold.earliest, hold.latest, PLANNED, UNKNOWN, UNKNOWN, UNKNOWN, False)
    breaks = onto - position
    return dataclasses.replace(
        plan,
        tasks=(*plan.tasks[:position], hold.task_id, *plan.tasks[position:]),
        places=(*plan.places[:position], *[hold.place] * (1 + breaks), *plan.places[onto:]),
        numbers=(*plan.numbers[:position], numbers, *plan.numbers[position:]),
        ways=(*plan.ways[:position], there, *[0] * breaks, onward, *plan.ways[onto + 1 :]),
        parts=(*plan.parts[:position], dict(hold.parts), *plan.parts[position:]),
    )
