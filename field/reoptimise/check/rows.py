"""What the checker is told: representatives and stops, as their rows say."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from field.chains.reading import Awaited
from field.dispatch.engine.route import Stop
from field.dispatch.planning import Day
from field.grid.tables import Rep
from field.reoptimise.check.roads import EMPTY, Roads
from field.reoptimise.check.rules import Follow, Line, Person, Place, Plan, Violation, violations
from field.reoptimise.reading import Asked, wish_of
from field.road.pace import STEP_S, Pace
from field.services import FieldServices
from field.task.window import window_of


@dataclasses.dataclass(frozen=True)
class Seen:
    """A day as the checker is told of it: values, so that what is written afterwards does not change them."""

    people: Mapping[UUID, Person]
    lines: Plan
    roads: Roads = EMPTY

    @classmethod
    def of(
        cls,
        day: Day,
        asked: Asked,
        stations: Mapping[UUID, str],
        awaited: Mapping[UUID, Sequence[Awaited]] = MappingProxyType({}),
    ) -> Seen:
        """``stations``: of each zone; ``awaited``: what tasks of the day wait for."""
        return cls(
            {rep_id: _person(day, rep, asked) for rep_id, rep in day.reps.items()},
            {
                rep_id: [
                    _line(day, stop, asked, stations, awaited.get(stop.visit.task_id, ()))
                    for stop in day.schedule(rep_id).stops
                ]
                for rep_id in day.routes
            },
            next((_roads_of(route.rep.pace) for route in day.routes.values()), EMPTY),
        )


def wrong_with(
    before: Seen, stored: Seen, services: FieldServices, now: int, new: frozenset[UUID]
) -> list[Violation]:
    """What the checker says of the rows ``stored``, which were ``before``."""

    def leg(a: Place, b: Place) -> int:
        return int(services.travel.legs([a], [b])[0])

    return violations(stored.people, before.lines, stored.lines, leg, now, new, stored.roads)


def _roads_of(pace: Pace) -> Roads:
    """The hours of a pace, one by one."""
    speeds = [(after - before) // STEP_S for before, after in itertools.pairwise(pace.ridden)]
    begins = [pace.origin + hour * STEP_S for hour in range(len(speeds))]
    return Roads([(at, at + STEP_S, speed) for at, speed in zip(begins, speeds, strict=True)], pace.still_s)


def _person(day: Day, rep: Rep, asked: Asked) -> Person:
    hours = day.routes[rep.id].rep
    places = {point: place for place, point in day.points.items()}
    return Person(
        id=rep.id,
        begins=places[hours.start_point],
        ends=None if hours.end_point is None else places[hours.end_point],
        shift_start=hours.shift_start,
        shift_end=hours.shift_end,
        skills=rep.skills,
        parts=rep.parts,
        locked=hours.locked,
        gone=rep.id in asked.gone,
        contract=rep.contract or None,
    )


def _line(
    day: Day, stop: Stop, asked: Asked, stations: Mapping[UUID, str], awaited: Sequence[Awaited]
) -> Line:
    """A stop as its rows say. Of what has not begun the times are those that were written."""
    if stop.visit.is_rest:
        return _rest(stop)
    task, row = day.tasks[stop.visit.task_id], day.visits.get(stop.visit.task_id)
    wish = wish_of(task, None, asked, day.now, row.lock if row is not None else None)
    opens, closes = window_of(task)
    written = row is not None and stop.visit.departed_at is None and stop.visit.started_at is None
    return Line(
        task_id=task.id,
        place=(task.lon or 0.0, task.lat or 0.0),
        service_s=task.duration_s,
        window_start=int(opens.timestamp()),
        window_end=int(closes.timestamp()),
        over_by=int(task.not_after.timestamp()) if task.not_after is not None else None,
        skill=task.skill,
        level=task.level,
        parts=task.parts,
        declined_by=frozenset(UUID(rep_id) for rep_id in task.refused_by),
        refused=frozenset(UUID(rep_id) for rep_id in task.wishes.get("refuse", {})),
        kind=task.type,
        zone=str(task.zone_id or ""),
        station=stations.get(task.zone_id, "") if task.zone_id else "",
        # What a chain has moved lies in none of them.
        windows=tuple((start, end) for start, end in task.windows)
        if task.not_before is None and task.not_after is None
        else (),
        state=stop.visit.state.value,
        held=stop.visit.held,
        free_at=stop.finish_at,
        travel_s=row.travel_s if written and row else stop.travel_s,
        starts_at=int(row.starts_at.timestamp()) if written and row else stop.start_at,
        ends_at=int(row.ends_at.timestamp()) if written and row else stop.finish_at,
        keeps_rep=wish.keeps_rep,
        keeps_place=wish.keeps_place,
        follows=tuple(
            Follow(each.task_id, each.lag_s, int(each.ends_at.timestamp()) if each.ends_at else None)
            for each in awaited
        ),
    )


def _rest(stop: Stop) -> Line:
    """The break: of no task, and nowhere."""
    pause = stop.visit
    return Line(
        task_id=pause.task_id,
        place=(0.0, 0.0),
        service_s=pause.service_s,
        window_start=pause.earliest,
        window_end=pause.latest,
        skill="",
        level=0,
        parts={},
        declined_by=frozenset(),
        state=pause.state.value,
        held=False,
        free_at=stop.finish_at,
        travel_s=0,
        starts_at=stop.start_at,
        ends_at=stop.finish_at,
        is_rest=True,
    )
