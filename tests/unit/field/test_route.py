"""A day's times, worked out by hand on the drawn town (`town.py`)."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from field.dispatch.engine.route import Route, in_order, insert, rest, schedule, stock_left, without
from field.task.task import TaskState
from tests.unit.field.oracle import random_case
from tests.unit.field.town import MINUTE, POINT, clock, day, number, streets, visit


def test_a_day_is_driven_leg_by_leg_and_ends_at_home() -> None:
    times = schedule(day(visit("A"), visit("C"), visit("E")), streets(), now=clock(7))
    a, c, e = times.stops
    assert (a.arrive_at, a.start_at, a.finish_at) == (clock(8, 1), clock(8, 1), clock(8, 31))
    assert (c.travel_s, c.arrive_at, c.finish_at) == (3 * 60, clock(8, 34), clock(9, 4))
    assert (e.arrive_at, e.finish_at) == (clock(9, 6), clock(9, 36))
    assert (times.ends_at, times.travel_s, times.overtime_s) == (clock(9, 40), 10 * 60, 0)


def test_a_day_without_visits_is_spent_at_home() -> None:
    times = schedule(day(), streets(), now=clock(9))
    assert (times.stops, times.frozen, times.travel_s, times.overtime_s) == ((), 0, 0, 0)


def test_whoever_comes_early_waits_and_sets_off_later() -> None:
    (a,) = schedule(day(visit("A", window=(clock(10), clock(12)))), streets(), now=clock(8)).stops
    assert (a.leave_at, a.arrive_at, a.start_at) == (clock(9, 59), clock(10), clock(10))
    assert a.wait_s == 119 * 60


def test_whoever_is_on_the_way_already_waits_at_the_door() -> None:
    way = visit("A", window=(clock(10), clock(12)), state=TaskState.TRAVELLING, departed_at=clock(9))
    (a,) = schedule(day(way), streets(), now=clock(9)).stops
    assert (a.leave_at, a.arrive_at, a.start_at, a.wait_s) == (clock(9), clock(9, 1), clock(10), 59 * 60)


@given(st.integers(0, 2**63))
@settings(max_examples=300, deadline=None)
def test_nobody_is_expected_before_they_can_have_driven_there_nor_sets_off_in_the_past(seed: int) -> None:
    case = random_case(seed)
    for route in case.routes:
        for stop in schedule(route, case.travel, case.now).stops:
            if stop.visit.state in (TaskState.ASSIGNED, TaskState.ACCEPTED) and not stop.visit.is_rest:
                assert stop.leave_at >= case.now
                assert stop.arrive_at == stop.leave_at + stop.travel_s
                assert stop.arrive_at >= stop.visit.earliest, "the door opens with the window"
            assert stop.arrive_at <= stop.start_at


def test_slack_is_how_much_later_a_visit_can_begin_before_something_comes_late() -> None:
    route = day(visit("A"), visit("C", window=(clock(8), clock(9))), visit("E"))
    a, c, e = schedule(route, streets(), now=clock(8)).stops
    assert (c.latest_start, c.slack_s) == (clock(9), 26 * 60)
    assert a.slack_s == 26 * 60
    # After C only the shift's end presses: home at 17:00, four minutes from E, half an hour's work there.
    assert e.latest_start == clock(16, 26)


def test_waiting_before_a_window_is_slack_for_what_comes_before() -> None:
    route = day(visit("A"), visit("C", window=(clock(10), clock(10))))
    a, c = schedule(route, streets(), now=clock(8)).stops
    assert (c.slack_s, a.latest_start) == (0, clock(9, 27))


def test_a_visit_that_is_late_already_may_not_get_later_but_still_has_a_time() -> None:
    route = day(visit("A"), visit("C", window=(clock(7), clock(8))), visit("E"))
    a, c, e = schedule(route, streets(), now=clock(8)).stops
    assert (c.start_at, c.late_s, c.slack_s) == (clock(8, 34), 34 * 60, 0)
    assert a.slack_s == 0
    assert e.late_s == 0


def test_overtime_is_counted_and_becomes_the_days_end() -> None:
    times = schedule(day(visit("A", minutes=120), shift=(clock(8), clock(9))), streets(), now=clock(8))
    assert (times.ends_at, times.overtime_s, times.end_limit) == (clock(10, 2), 62 * 60, clock(10, 2))


def test_what_has_happened_is_taken_as_it_was_and_work_under_way_ends_no_earlier_than_now() -> None:
    route = day(
        visit("A", state=TaskState.DONE, started_at=clock(8, 10), finished_at=clock(8, 20)),
        visit("B", state=TaskState.ON_SITE, started_at=clock(8, 40), minutes=30),
        visit("C"),
    )
    a, b, c = schedule(route, streets(), now=clock(9, 45)).stops
    assert (a.start_at, a.finish_at) == (clock(8, 10), clock(8, 20))
    assert (b.start_at, b.finish_at) == (clock(8, 40), clock(9, 45))
    assert c.arrive_at == clock(9, 48)


def test_somebody_on_the_way_arrives_when_they_set_off_plus_the_way_but_not_in_the_past() -> None:
    route = day(visit("D", state=TaskState.TRAVELLING, departed_at=clock(9)))
    assert schedule(route, streets(), now=clock(9, 2)).stops[0].arrive_at == clock(9, 7)
    assert schedule(route, streets(), now=clock(9, 30)).stops[0].arrive_at == clock(9, 30)


def test_the_frozen_prefix_is_what_has_begun_and_what_is_about_to() -> None:
    begun = visit("A", state=TaskState.ON_SITE, started_at=clock(8, 30), minutes=30)
    coming = visit("C", state=TaskState.ACCEPTED)
    asked = visit("C", state=TaskState.ASSIGNED)
    route = day(begun, coming, visit("E", state=TaskState.ACCEPTED))
    assert schedule(route, streets(), now=clock(8, 54)).frozen == 1
    assert schedule(route, streets(), now=clock(8, 55)).frozen == 2
    # Nobody has said yes to it: it is not about to start.
    assert schedule(day(begun, asked), streets(), now=clock(8, 55)).frozen == 1
    assert schedule(day(coming), streets(), now=clock(7)).frozen == 0


def test_a_later_visit_done_first_moves_to_the_front_and_the_rest_keeps_its_order() -> None:
    a, b, c = visit("A"), visit("B"), visit("C")
    travelling = visit("D", state=TaskState.TRAVELLING, departed_at=clock(9))
    early = visit("E", state=TaskState.DONE, started_at=clock(8), finished_at=clock(8, 10))
    later = visit("H", state=TaskState.DONE, started_at=clock(8, 20), finished_at=clock(8, 30))
    assert in_order((a, later, b, travelling, early, c)) == (early, later, travelling, a, b, c)


def test_a_day_that_does_not_end_at_home_ends_at_its_last_visit() -> None:
    times = schedule(day(visit("D"), ends_home=False), streets(), now=clock(8))
    assert (times.travel_s, times.ends_at) == (7 * 60, clock(8, 37))


def test_putting_in_and_taking_out() -> None:
    route = insert(day(visit("A"), visit("C")), visit("B"), 1)
    assert [each.point for each in route.visits] == [POINT["A"], POINT["B"], POINT["C"]]
    assert without(route, number("task B")) == day(visit("A"), visit("C"))
    assert without(route, number("nothing")) == route


def test_every_visit_draws_on_the_vans_stock() -> None:
    route = day(
        visit("A", parts={"gasket": 2}), visit("B", parts={"gasket": 2, "pump": 1}), parts={"gasket": 3}
    )
    assert stock_left(route) == {"gasket": -1, "pump": -1}


def test_times_are_whole_python_numbers() -> None:
    times = schedule(day(visit("A")), streets(), now=clock(8))
    stop = times.stops[0]
    for number_ in (stop.start_at, stop.travel_s, stop.latest_start, times.ends_at, times.travel_s):
        assert type(number_) is int


def test_a_break_is_taken_on_the_spot_and_the_way_goes_on_from_there() -> None:
    pause = rest(number("rest"), clock(11, 30), clock(13), 30 * MINUTE)
    route = day(visit("A", minutes=240), pause, visit("C"))
    a, taken, c = schedule(route, streets(), now=clock(8)).stops
    assert (a.finish_at, taken.start_at, taken.finish_at) == (clock(12, 1), clock(12, 1), clock(12, 31))
    assert (taken.travel_s, c.travel_s, c.start_at) == (0, 3 * MINUTE, clock(12, 34))
    assert taken.slack_s == 59 * MINUTE, "it may begin until 13:00"


def test_a_break_whose_moment_has_come_is_taken_and_nothing_goes_before_it() -> None:
    pause = rest(number("rest"), clock(11, 30), clock(13), 30 * MINUTE)
    route = day(pause, visit("C"))
    assert schedule(route, streets(), now=clock(11, 29)).frozen == 0
    times = schedule(route, streets(), now=clock(11, 40))
    assert (times.frozen, times.stops[0].finish_at) == (1, clock(12))
    assert times.stops[1].leave_at == clock(12)
    assert schedule(route, streets(), now=clock(14)).stops[1].leave_at == clock(14)


def test_whoever_went_on_without_a_break_has_it_still_before_them() -> None:
    pause = rest(number("rest"), clock(11, 30), clock(13), 30 * MINUTE)
    done = visit("A", state=TaskState.DONE, started_at=clock(10), finished_at=clock(11, 40))
    hurried = visit("B", state=TaskState.TRAVELLING, departed_at=clock(11, 45))
    later = visit("B", state=TaskState.TRAVELLING, departed_at=clock(12, 15))
    assert in_order((done, pause, hurried)) == (done, hurried, pause)
    assert in_order((done, pause, later)) == (done, pause, later)
    assert in_order((pause, done, later)) == (done, pause, later)


def test_who_has_nothing_but_a_break_does_not_set_out() -> None:
    pause = rest(number("rest"), clock(11, 30), clock(13), 30 * MINUTE)
    away = dataclasses.replace(day().rep, end_point=POINT["D"])
    assert schedule(Route(away, (pause,)), streets(), now=clock(8)).travel_s == 0
