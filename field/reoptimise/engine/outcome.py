"""What a better plan is shown as: before and after, and whom it touches."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from field.dispatch.engine.route import Route, Schedule, Travel, schedule
from field.reoptimise.engine.replan import HERE, Replanned, Rest
from field.task.task import TaskState

NOTICED_S = 60
"""Seconds by which a start has to change to be told of."""


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a plan of the rest of a day comes to, in seconds: travel, ways home included; starts after their
    window, summed; work after the shifts' ends; and how many stops nobody has.
    """

    travel_s: int
    late_s: int
    overtime_s: int
    unserved: int


@dataclasses.dataclass(frozen=True)
class Change:
    """A stop that changes hands or is visited at another time; seconds of Unix time, None where nobody had
    it.
    """

    task_id: UUID
    before_rep: UUID | None
    before_start: int | None
    rep_id: UUID
    starts_at: int


@dataclasses.dataclass(frozen=True)
class Outcome:
    """`moved` change hands, `retimed` only their time; `left`: nobody can take them; `plan`: representative →
    tasks in order, of each route that changes.
    """

    before: Figures
    after: Figures
    moved: tuple[Change, ...]
    retimed: tuple[Change, ...]
    left: tuple[UUID, ...]
    plan: Mapping[UUID, tuple[UUID, ...]]
    stops: int


def outcome_of(rest: Rest, done: Replanned) -> Outcome:
    """Everything that is told of a plan."""
    changed = {route.rep.rep_id: route for route in done.routes}
    taken_over = {task_id for task_id, (was, _) in done.moved.items() if was in rest.gone}
    was = {route.rep.rep_id: route for route in rest.routes}
    for rep_id in {rep_id for rep_id, _ in done.moved.values() if rep_id is not None} - changed.keys():
        kept = tuple(visit for visit in was[rep_id].visits if visit.task_id not in taken_over)
        changed[rep_id] = dataclasses.replace(was[rep_id], visits=kept)
    now = was | changed
    before, after = _starts(was.values(), rest), _starts(now.values(), rest)
    moved, retimed = [], []
    for task_id, (rep_id, start) in after.items():
        had, then = before.get(task_id, (None, None))
        change = Change(task_id, had, then, rep_id, start)
        if had != rep_id:
            moved.append(change)
        elif then is not None and rep_id in changed and abs(start - then) >= NOTICED_S:
            retimed.append(change)
    waiting = len(rest.loose)
    placed = sum(had is None for had, _ in done.moved.values())
    return Outcome(
        before=_figures(was.values(), rest, waiting),
        after=_figures(now.values(), rest, waiting - placed),
        moved=tuple(moved),
        retimed=tuple(retimed),
        left=done.left,
        plan={rep_id: tuple(v.task_id for v in route.visits) for rep_id, route in changed.items()},
        stops=len(before) + waiting,
    )


def stored(outcome: Outcome, done: Replanned) -> dict[str, Any]:
    """The outcome as JSON, without the plan."""
    return {
        "before": dataclasses.asdict(outcome.before),
        "after": dataclasses.asdict(outcome.after),
        "moved": [_change(change) for change in outcome.moved],
        "retimed": [_change(change) for change in outcome.retimed],
        "left": [str(task_id) for task_id in outcome.left],
        "stops": outcome.stops,
        "gain_s": done.gain_s,
        "steps": done.steps,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "task_id": str(change.task_id),
        "before_rep": str(change.before_rep) if change.before_rep else None,
        "before_start": change.before_start,
        "rep_id": str(change.rep_id),
        "starts_at": change.starts_at,
    }


def _unserved(route: Route, rest: Rest) -> int:
    if route.rep.rep_id not in rest.gone:
        return 0
    return sum(visit.state not in HERE for visit in route.visits if not visit.is_rest)


def _figures(routes: Iterable[Route], rest: Rest, unserved: int) -> Figures:
    travel = late = overtime = 0
    for route in routes:
        unserved += _unserved(route, rest)
        times = _lived(route, rest.travel, rest.now, route.rep.rep_id in rest.gone)
        travel, overtime = travel + times.travel_s, overtime + times.overtime_s
        late += sum(
            stop.late_s
            for stop in times.stops
            if stop.visit.state is not TaskState.DONE and not stop.visit.is_rest
        )
    return Figures(travel, late, overtime, unserved)


def _lived(route: Route, travel: Travel, now: int, gone: bool) -> Schedule:
    """The day with its times; of whoever is gone, only what they had begun."""
    if gone:
        begun = tuple(visit for visit in route.visits if visit.state in HERE)
        route = dataclasses.replace(route, visits=begun)
    return schedule(route, travel, now)


def _starts(routes: Iterable[Route], rest: Rest) -> dict[UUID, tuple[UUID, int]]:
    """Task → (who has it, when it starts)."""
    return {
        stop.visit.task_id: (route.rep.rep_id, stop.start_at)
        for route in routes
        for stop in schedule(route, rest.travel, rest.now).stops
        if not stop.visit.is_rest
    }
