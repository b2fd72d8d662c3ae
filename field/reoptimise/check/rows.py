"""What the checker is told: representatives and stops, as their rows say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from uuid import UUID

from field.dispatch.engine.route import Stop
from field.dispatch.planning import Day
from field.grid.tables import Rep
from field.reoptimise.check.rules import Line, Person, Place, Plan, Violation, violations
from field.reoptimise.reading import Asked, wish_of
from field.services import FieldServices


@dataclasses.dataclass(frozen=True)
class Seen:
    """A day as the checker is told of it: values, so that what is written afterwards does not change them."""

    people: Mapping[UUID, Person]
    lines: Plan

    @classmethod
    def of(cls, day: Day, asked: Asked) -> Seen:
        return cls(
            {rep_id: _person(day, rep, asked) for rep_id, rep in day.reps.items()},
            {
                rep_id: [_line(day, stop, asked) for stop in day.schedule(rep_id).stops]
                for rep_id in day.routes
            },
        )


def wrong_with(
    before: Seen, stored: Seen, services: FieldServices, now: int, new: frozenset[UUID]
) -> list[Violation]:
    """What the checker says of the rows ``stored``, which were ``before``."""

    def leg(a: Place, b: Place) -> int:
        return int(services.travel.legs([a], [b])[0])

    return violations(stored.people, before.lines, stored.lines, leg, now, new)


def _person(day: Day, rep: Rep, asked: Asked) -> Person:
    hours = day.routes[rep.id].rep
    return Person(
        id=rep.id,
        home=(rep.home_lon, rep.home_lat),
        shift_start=hours.shift_start,
        shift_end=hours.shift_end,
        skills=rep.skills,
        parts=rep.parts,
        locked=hours.locked,
        gone=rep.id in asked.gone,
    )


def _line(day: Day, stop: Stop, asked: Asked) -> Line:
    """A stop as its rows say. Of what has not begun the times are those that were written."""
    task, row = day.tasks[stop.visit.task_id], day.visits.get(stop.visit.task_id)
    wish = wish_of(task, None, asked, day.now)
    written = row is not None and stop.visit.departed_at is None and stop.visit.started_at is None
    return Line(
        task_id=task.id,
        place=(task.lon or 0.0, task.lat or 0.0),
        service_s=task.duration_s,
        window_start=int(task.window_start.timestamp()),
        window_end=int(task.window_end.timestamp()),
        skill=task.skill,
        level=task.level,
        parts=task.parts,
        declined_by=wish.declined,
        state=stop.visit.state.value,
        held=stop.visit.held,
        free_at=stop.finish_at,
        travel_s=row.travel_s if written and row else stop.travel_s,
        starts_at=int(row.starts_at.timestamp()) if written and row else stop.start_at,
        ends_at=int(row.ends_at.timestamp()) if written and row else stop.finish_at,
        keeps_rep=wish.keeps_rep,
        keeps_place=wish.keeps_place,
    )
