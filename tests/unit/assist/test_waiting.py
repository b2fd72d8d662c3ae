"""The queue: its order, whom it offers to whom, whose place is kept, and how honest the wait is."""

from __future__ import annotations

import heapq
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.queue.waiting import (
    AWAY_AFTER,
    HEAD_START,
    PLACE_KEPT,
    RELAX_AFTER,
    USUAL_SERVICE_S,
    Technician,
    Wait,
    Waiting,
    area_of,
    in_order,
    is_away,
    is_behind,
    is_claim,
    is_lost,
    match,
    order_at,
    place_of,
    wait_range,
)
from assist.request.kinds import Priority, Skill

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CHEN = Technician(UUID(int=900))


def waits(
    number: int,
    minutes_ago: float,
    *,
    priority: Priority = Priority.ROUTINE,
    skill: Skill = Skill.LEAK_REPAIR,
    language: str = "zh-Hans",
    silent_s: float = 0,
    wanted: UUID | None = None,
    invited_ago: float | None = None,
) -> Waiting:
    entered = NOON - timedelta(minutes=minutes_ago)
    heard = NOON - timedelta(seconds=silent_s)
    invited = None if invited_ago is None else NOON - timedelta(minutes=invited_ago)
    return Waiting(UUID(int=number), entered, heard, priority, skill, language, wanted, invited_at=invited)


def numbers(queue: list[Waiting]) -> list[int]:
    return [entry.request_id.int for entry in queue]


# order ----------------------------------------------------------------------------------------------


def test_first_come_first_served_among_equals() -> None:
    assert numbers(in_order([waits(1, 1), waits(2, 9), waits(3, 4)])) == [2, 3, 1]


def test_an_urgent_customer_passes_those_of_the_last_forty_minutes_and_no_others() -> None:
    queue = [waits(1, 45), waits(2, 39), waits(3, 0, priority=Priority.URGENT)]
    assert numbers(in_order(queue)) == [1, 3, 2]


def test_danger_comes_first() -> None:
    queue = [waits(1, 300), waits(2, 200, priority=Priority.URGENT), waits(3, 0, priority=Priority.DANGER)]
    assert numbers(in_order(queue)) == [3, 1, 2]


def test_places_count_from_one_and_strangers_have_none() -> None:
    queue = [waits(1, 1), waits(2, 9)]
    assert (place_of(queue, UUID(int=2)), place_of(queue, UUID(int=1))) == (1, 2)
    assert place_of(queue, UUID(int=3)) is None


entries = st.builds(
    waits,
    st.integers(1, 10_000),
    st.floats(0, 600, allow_nan=False),
    priority=st.sampled_from(Priority),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(entries, max_size=30, unique_by=lambda entry: entry.request_id))
def test_nobody_is_passed_by_someone_who_came_later_than_the_head_start(queue: list[Waiting]) -> None:
    order = in_order(queue)
    for behind, entry in enumerate(order):
        for ahead in order[:behind]:
            assert ahead.entered_at <= entry.entered_at + HEAD_START[ahead.priority]


@given(st.lists(entries, max_size=20, unique_by=lambda entry: entry.request_id), st.randoms())
def test_the_order_does_not_depend_on_how_the_queue_is_read(
    queue: list[Waiting], dice: random.Random
) -> None:
    shuffled = list(queue)
    dice.shuffle(shuffled)
    assert in_order(shuffled) == in_order(queue)


# match ----------------------------------------------------------------------------------------------


def test_a_technician_is_offered_the_first_who_suits_in_skill_and_language() -> None:
    lin = Technician(UUID(int=901), frozenset({Skill.METER_WORK}), frozenset({"en"}))
    queue = [
        waits(1, 4),
        waits(2, 3, skill=Skill.METER_WORK),
        waits(3, 2, skill=Skill.METER_WORK, language="en"),
    ]
    found = match(queue, lin, NOON)
    assert found is not None and found.request_id.int == 3
    first = match(queue, CHEN, NOON)
    assert first is not None and first.request_id.int == 1, "nothing on file means everything"


def test_after_five_minutes_anyone_may_take_a_customer() -> None:
    lin = Technician(UUID(int=901), frozenset({Skill.METER_WORK}), frozenset({"en"}))
    minutes = RELAX_AFTER.total_seconds() / 60
    assert match([waits(1, minutes - 0.1)], lin, NOON) is None
    assert match([waits(1, minutes)], lin, NOON) is not None


def test_the_place_of_the_invited_is_the_one_at_the_desk_that_knows_them() -> None:
    others = [waits(number, 30 - number) for number in range(1, 6)]
    invited = waits(6, 1, wanted=CHEN.id)
    danger = waits(7, 0, priority=Priority.DANGER)
    queue = [*others, invited]
    assert place_of(queue, invited.request_id, [CHEN.id]) == 1
    assert place_of([*queue, danger], invited.request_id, [CHEN.id]) == 2
    assert place_of(queue, invited.request_id) == 6, "their technician's desk is closed"
    assert place_of(queue, others[0].request_id, [CHEN.id]) == 2, "nobody is told less than is ahead"
    assert numbers(order_at(queue, [CHEN.id]))[0] == 6, "the list is in the order in which it is taken"
    assert numbers(order_at(queue, [UUID(int=901)]))[-1] == 6
    later = waits(8, 0, wanted=UUID(int=901))
    assert place_of([*queue, later], invited.request_id, [CHEN.id, UUID(int=901)]) == 1
    assert place_of([*queue, later], later.request_id, [CHEN.id, UUID(int=901)]) == 1, "at Lin's"


def test_who_was_invited_has_waited_since_then_but_by_ten_minutes_at_most() -> None:
    lin = Technician(UUID(int=901))
    queue = [waits(1, 5), waits(2, 2, wanted=CHEN.id, invited_ago=6), waits(3, 13)]
    assert numbers(in_order(queue)) == [3, 2, 1]
    found = match(queue, lin, NOON)
    assert found is not None and found.request_id.int == 3
    yesterday = waits(4, 0, wanted=CHEN.id, invited_ago=24 * 60)
    assert numbers(in_order([waits(1, 9), waits(2, 11), yesterday])) == [2, 4, 1]


def test_a_customer_one_has_invited_comes_before_the_queue_but_not_before_danger() -> None:
    queue = [waits(1, 20), waits(2, 1, wanted=CHEN.id)]
    found = match(queue, CHEN, NOON)
    assert found is not None and found.request_id.int == 2
    found = match([*queue, waits(3, 0, priority=Priority.DANGER)], CHEN, NOON)
    assert found is not None and found.request_id.int == 3


def test_what_is_only_claimed_and_not_believed_stands_behind_all_others() -> None:
    """Whether it fell silent or was one too many: nobody is told that it is ahead of them."""
    claims = [replace(waits(n, 60, priority=Priority.DANGER), behind=True) for n in range(1, 301)]
    honest = waits(500, 1)
    assert place_of([*claims, honest], honest.request_id) == 1
    assert match([*claims, honest], CHEN, NOON) == honest
    assert match(claims, CHEN, NOON) is not None, "when nobody else waits it is looked at"


def test_a_claim_is_believed_while_somebody_is_there_and_they_are_not_too_many() -> None:
    silent = NOON - AWAY_AFTER - timedelta(seconds=1)
    assert not is_behind(Priority.DANGER, False, NOON, NOON)
    assert is_behind(Priority.DANGER, False, silent, NOON)
    assert is_behind(Priority.DANGER, True, NOON, NOON) and is_behind(Priority.URGENT, True, NOON, NOON)
    assert not is_behind(Priority.URGENT, False, silent, NOON), "a silent phone is only not called up"
    assert is_claim(Priority.DANGER, invited=False) and not is_claim(Priority.DANGER, invited=True)
    assert not is_claim(Priority.SOON, invited=False)


def test_an_area_is_some_two_kilometres() -> None:
    assert area_of(7.421, 43.731) == area_of(7.439, 43.739) != area_of(7.441, 43.739)
    assert area_of(None, None) == "nowhere"


def test_a_silent_phone_is_not_called_up_but_danger_is() -> None:
    silent = AWAY_AFTER.total_seconds() + 1
    assert match([waits(1, 9, silent_s=silent)], CHEN, NOON) is None
    found = match([waits(1, 9, silent_s=silent, priority=Priority.DANGER)], CHEN, NOON)
    assert found is not None


# places ---------------------------------------------------------------------------------------------


def test_a_dead_phone_keeps_its_place_for_fifteen_minutes() -> None:
    kept = PLACE_KEPT.total_seconds()
    assert kept == 15 * 60
    just, gone, long_ago = (NOON - timedelta(seconds=silent) for silent in (kept, kept + 1, kept * 10))
    assert not is_lost(Priority.URGENT, False, just, NOON)
    assert is_lost(Priority.URGENT, False, gone, NOON)
    assert not is_lost(Priority.DANGER, False, long_ago, NOON)
    assert is_lost(Priority.DANGER, True, gone, NOON), "one claim too many is like any other"


def test_an_away_customer_moves_up_like_everyone() -> None:
    silent = waits(1, 30, silent_s=600)
    assert is_away(silent, NOON)
    assert place_of([silent, waits(2, 20)], silent.request_id) == 1


# the wait -------------------------------------------------------------------------------------------


def test_nobody_at_a_desk_is_said_and_not_guessed() -> None:
    assert wait_range(3, [], 0, [300.0] * 50, [10.0] * 50, seed=1) is None


def test_the_range_grows_with_the_queue_and_shrinks_with_technicians() -> None:
    def middle(ahead: int, busy: int) -> float:
        wait = wait_range(ahead, [100.0] * busy, 0, USUAL_SERVICE_S * 5, [20.0] * 40, seed=7)
        assert wait is not None and 0 <= wait.low_s < wait.high_s
        return (wait.low_s + wait.high_s) / 2

    assert middle(0, 2) < middle(3, 2) < middle(10, 2)
    assert middle(10, 8) < middle(10, 2)


def test_a_free_technician_means_a_short_wait_and_the_same_seed_the_same_answer() -> None:
    wait = wait_range(0, [], 1, [], [], seed=5)
    assert wait is not None and wait.high_s <= 180
    assert wait == wait_range(0, [], 1, [], [], seed=5)


def test_a_call_that_outlasts_all_others_is_expected_to_last_still() -> None:
    wait = wait_range(0, [4000.0], 0, [300.0] * 50, [10.0] * 50, seed=3)
    assert wait is not None and wait.low_s >= 600


def test_ends_are_rounded_outwards_to_half_minutes() -> None:
    assert wait_range(2, [], 1, [100.0] * 50, [0.0] * 50, seed=1) == Wait(180, 210)


@pytest.mark.parametrize(("technicians", "load"), [(1, 0.8), (3, 0.9), (8, 0.95), (3, 1.2)])
def test_the_range_is_right_eight_times_in_ten(technicians: int, load: float) -> None:
    """A simulated desk: random arrivals, log-normal calls, each customer told a range on entering.

    The simulation knows nothing of the estimator; the estimator sees only what the product would store.
    """
    dice = random.Random(technicians * 100 + int(load * 10))
    mean_service = 480.0
    free_at = [0.0] * technicians
    heapq.heapify(free_at)
    calls: list[tuple[float, float, float, float]] = []  # accepted, finished, service, pickup
    starts: list[float] = []
    now, right, told, width = 0.0, 0, 0, 0.0
    for customer in range(500):
        now += dice.expovariate(load * technicians / mean_service)
        ahead = sum(start > now for start in starts)
        busy = [now - accepted for accepted, finished, _, _ in calls if accepted <= now < finished]
        done = [call for call in calls if call[1] <= now][-200:]
        wait = wait_range(
            ahead,
            busy,
            technicians - len(busy),
            [call[2] for call in done],
            [call[3] for call in done],
            seed=customer,
        )
        free = heapq.heappop(free_at)
        pickup, service = dice.expovariate(1 / 20), dice.lognormvariate(6.0, 0.6)
        accepted = max(now, free) + pickup
        heapq.heappush(free_at, accepted + service)
        calls.append((accepted, accepted + service, service, pickup))
        starts.append(accepted)
        if customer >= 60 and wait is not None:
            told += 1
            right += wait.low_s <= accepted - now <= wait.high_s
            width += wait.high_s - wait.low_s
    assert 0.75 <= right / told <= 0.97, f"right {right / told:.2f} of {told}, {width / told:.0f} s wide"
