"""A day planned again keeps every rule, in the eyes of a checker that knows nothing of how it was planned."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from field.dispatch.engine.route import schedule
from field.reoptimise.engine.compiled import quick_moves
from field.reoptimise.engine.replan import Prices, Replanned, Rest, replan
from field.task.task import TaskState
from tests.unit.field.reoptimise.days import after_steps, asked_of_the_checker, ids, plane_day, random_rest


def replanned(rest: Rest, steps: int = 400, seed: int = 1) -> Replanned:
    return replan(rest, after_steps(steps), quick_moves(), seed=seed)


def test_days_of_every_shape_keep_every_rule() -> None:
    seen: Counter[str] = Counter()
    for seed in range(600):
        rest = random_rest(seed, 6, 8, hours=seed % 2 == 1)
        done = replanned(rest, 300)
        assert asked_of_the_checker(rest, done) == [], seed
        before, after = ids(rest.routes), ids(rest.routes) | ids(done.routes)
        for route in rest.routes:
            rep_id = route.rep.rep_id
            frozen = schedule(route, rest.travel, rest.now).frozen
            if rep_id not in rest.gone:
                assert after[rep_id][:frozen] == before[rep_id][:frozen], "what is frozen stays"
            if route.rep.locked:
                assert after[rep_id] == before[rep_id]
            for task_id in before[rep_id]:
                wish = rest.wish(task_id)
                if (wish.keeps_rep or wish.keeps_place) and rep_id not in rest.gone:
                    assert task_id in after[rep_id], "locked to its representative"
        seen["moved"] += len(done.moved)
        seen["changed"] += len(done.routes)
        seen["handed over"] += sum(was in rest.gone for was, _ in done.moved.values())
        seen["placed"] += sum(was is None for was, _ in done.moved.values())
        seen["left"] += len(done.left)
    assert min(seen.values()) > 20, seen


def test_no_stop_is_left_out_for_what_gets_better_elsewhere() -> None:
    """A day with ways that are none: whoever mends those gains more than leaving out a stop costs."""
    rest = random_rest(1_000_693, 6, 8)
    done = replanned(rest, 300, seed=1_000_693)
    assert done.routes and done.left == ()
    assert asked_of_the_checker(rest, done) == []


def test_a_change_that_does_not_pay_is_not_made() -> None:
    rest = random_rest(11, 6, 8)
    rest = dataclasses.replace(rest, loose=(), gone=frozenset(), prices=Prices(pays_s=1))
    done = replanned(rest)
    assert done.routes and done.gain_s > 0
    dear = dataclasses.replace(rest, prices=Prices(pays_s=done.gain_s + 1))
    assert replanned(dear).routes == ()


def test_a_plan_is_never_worse_than_the_one_before() -> None:
    for seed in range(40):
        assert replanned(random_rest(seed, 5, 7), 60).gain_s >= 0


@pytest.mark.parametrize("state", [TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.TRAVELLING])
def test_what_somebody_who_is_gone_had_not_begun_goes_to_others(state: TaskState) -> None:
    rest = plane_day(5, 3, 9)
    placed = replanned(rest, 2000)
    routes = {route.rep.rep_id: route for route in (*rest.routes, *placed.routes)}
    lost = next(route for route in routes.values() if len(route.visits) > 1)
    first, *others = lost.visits
    first = dataclasses.replace(first, state=state, departed_at=rest.now if state == "travelling" else None)
    routes[lost.rep.rep_id] = dataclasses.replace(lost, visits=(first, *others))
    day = dataclasses.replace(
        rest, routes=tuple(routes.values()), loose=(), gone=frozenset({lost.rep.rep_id})
    )
    done = replanned(day, 1000)
    handed = {task_id for task_id, (was, _) in done.moved.items() if was == lost.rep.rep_id}
    assert handed == {visit.task_id for visit in lost.visits} and done.left == ()
    assert asked_of_the_checker(day, done) == []


def test_the_same_seed_gives_the_same_plan() -> None:
    rest = random_rest(7, 6, 8)
    assert replanned(rest, seed=5) == replanned(rest, seed=5)
