"""The room's tables, walked: presence, freeze, ladder; and the buckets that keep a client's pace."""

from __future__ import annotations

import itertools
from typing import get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.queue.waiting import PLACE_KEPT
from assist.webrtc import protocol as said
from assist.webrtc.rates import FRAMES_BURST, Rates
from assist.webrtc.room.machine import freeze, presence
from assist.webrtc.room.machine.frames import Level, PhoneState
from assist.webrtc.room.machine.freeze import FINAL, Freezer, Stage
from assist.webrtc.room.machine.ladder import DOWN_S, RUNGS, UP_S, Ladder, level_of
from assist.webrtc.room.machine.presence import GRACE_S, Participant, Presence
from tests.unit.webrtc.world import CUSTOMER


def test_every_presence_can_be_reached_and_left() -> None:
    reached, edge = {Presence.GONE}, {Presence.GONE}
    while edge:
        edge = {row.to for (origin, _), row in presence.TRANSITIONS.items() if origin in edge} - reached
        reached |= edge
    assert reached == set(Presence)
    assert {origin for origin, _ in presence.TRANSITIONS} == set(Presence)


@pytest.mark.parametrize("start", Presence)
@pytest.mark.parametrize("what", get_args(presence.Happening))
def test_presence_follows_its_table_and_nothing_else(start: Presence, what: presence.Happening) -> None:
    person = Participant("p", CUSTOMER, start, since=1.0)
    row = presence.TRANSITIONS.get((start, what))
    expected = row.to if row else start
    assert person.happen(what, 2.0) is (expected is not start)
    assert person.presence is expected
    assert person.since == (2.0 if expected is not start else 1.0)


def test_only_joining_gives_a_seat_and_only_leaving_or_time_takes_it() -> None:
    seated = {Presence.HERE, Presence.AWAY}
    for (origin, what), row in presence.TRANSITIONS.items():
        if origin not in seated and row.to in seated:
            assert what == "join"
        if origin in seated and row.to not in seated:
            assert what in ("leave", "grace_over")


def test_every_freeze_ends() -> None:
    for stage in Stage:
        onward = {row.to for (origin, _), row in freeze.TRANSITIONS.items() if origin is stage}
        if stage not in FINAL:
            assert stage in freeze.LIMIT_S, "a stage that lasts needs a limit"
            assert Stage.FAILED in onward
    # Nothing leads back from an end but the still itself.
    back = {(o, w) for o, w in freeze.TRANSITIONS if o in FINAL}
    assert back == {(Stage.FAILED, "still_ready")}


@pytest.mark.parametrize(("stage", "what"), list(itertools.product(Stage, get_args(freeze.Happening))))
def test_a_freeze_follows_its_table_and_nothing_else(stage: Stage, what: freeze.Happening) -> None:
    wish = freeze.Freeze("phone", "desk", stage, since=1.0)
    expected = freeze.TRANSITIONS.get((stage, what))
    assert wish.happen(what, 5.0) is (expected is not None)
    assert wish.stage is (expected.to if expected else stage)


def test_finished_freezes_are_remembered_but_not_without_end() -> None:
    freezer, ids = Freezer(), [uuid4() for _ in range(freeze.REMEMBERED + 10)]
    for freeze_id in ids:
        freezer.begin("phone", "desk", 0.0)
        assert freezer.written(freeze_id, 0.0)
        assert freezer.current is not None
        freezer.current.happen("time_up", 1.0)
        freezer.settle(0)
    assert freezer.find(ids[0]) is None
    assert freezer.find(ids[-1]) is not None


# the ladder -----------------------------------------------------------------------------------------


def rung(ladder: Ladder) -> str:
    return ladder.rung


def run(ladder: Ladder, level: Level, seconds: float, start: float, every: float = 2.0) -> float:
    now = start
    while now < start + seconds:
        now += every
        ladder.measure(now, level)
    return now


def test_a_bad_line_goes_down_step_by_step_and_a_good_one_comes_back_slowly() -> None:
    ladder = Ladder()
    now = run(ladder, "good", 10, 0)
    assert rung(ladder) == "video"
    now = run(ladder, "poor", DOWN_S + 2, now)
    assert rung(ladder) == "low_frame_rate"
    now = run(ladder, "lost", 3 * (DOWN_S + 2), now)
    assert rung(ladder) == "upload"
    now = run(ladder, "good", UP_S - 2, now)
    assert rung(ladder) == "upload"
    now = run(ladder, "good", 4, now)
    assert rung(ladder) == "stills_voice"


def test_a_trembling_line_moves_nothing() -> None:
    ladder, now = Ladder(), 0.0
    for _ in range(50):
        now = run(ladder, "poor", DOWN_S - 2, now)
        now = run(ladder, "fair", 2, now)
    assert ladder.rung == "video"


def test_silence_between_two_measurements_is_no_evidence() -> None:
    ladder = Ladder()
    ladder.measure(0, "poor")
    assert ladder.measure(1000, "poor") is None
    assert ladder.rung == "video"


def phone(camera: said.DeviceState, microphone: said.DeviceState) -> PhoneState:
    return PhoneState(camera, microphone, False, False, "absent", "none")


@pytest.mark.parametrize(
    ("camera", "microphone", "rung"),
    [
        ("on", "on", "video"),
        ("off", "absent", "video"),
        ("refused", "on", "stills_voice"),
        ("absent", "off", "stills_voice"),
        ("failed", "failed", "upload"),
        ("refused", "refused", "upload"),
    ],
)
def test_a_device_starts_where_it_can(
    camera: said.DeviceState, microphone: said.DeviceState, rung: str
) -> None:
    ladder = Ladder()
    ladder.device(phone(camera, microphone))
    assert ladder.rung == rung
    ladder.device(phone("on", "on"))
    assert ladder.rung == "video"


@given(st.lists(st.tuples(st.floats(0.1, 5), st.sampled_from(get_args(Level))), max_size=200))
def test_two_steps_of_the_ladder_are_never_close(line: list[tuple[float, Level]]) -> None:
    ladder, now, stepped_at = Ladder(), 0.0, -UP_S
    for pause, level in line:
        now += pause
        before = RUNGS.index(ladder.rung)
        reason = ladder.measure(now, level)
        after = RUNGS.index(ladder.rung)
        assert (reason is None) == (before == after)
        assert abs(after - before) <= 1
        if before != after:
            assert now - stepped_at >= (DOWN_S if after > before else UP_S) - 1e-6
            stepped_at = now


@given(st.floats(0, 1), st.floats(0, 5000), st.floats(0, 1), st.floats(0, 5000))
def test_a_worse_line_is_never_called_better(loss: float, rtt: float, loss2: float, rtt2: float) -> None:
    order = ["good", "fair", "poor", "lost"]
    if loss <= loss2 and rtt <= rtt2:
        assert order.index(level_of(loss=loss, rtt_ms=rtt)) <= order.index(level_of(loss=loss2, rtt_ms=rtt2))


# pace -----------------------------------------------------------------------------------------------


def test_a_burst_passes_and_a_flood_does_not() -> None:
    rates = Rates(0.0)
    passed = sum(rates.allows(said.Ping(), 0.0) for _ in range(500))
    assert passed == FRAMES_BURST
    passed = sum(rates.allows(said.Ping(), 1.0 + n / 1000) for n in range(1000))
    assert 55 <= passed <= 125


def test_patience_ends_with_a_client_that_floods_for_ten_seconds() -> None:
    rates = Rates(0.0)
    for tenth in range(85):
        for _ in range(40):
            rates.allows(said.Ping(), tenth / 10)
    assert not rates.exhausted()
    for tenth in range(85, 115):
        for _ in range(40):
            rates.allows(said.Ping(), tenth / 10)
    assert rates.exhausted()


def test_ink_is_thinned_without_blame() -> None:
    rates, ink = Rates(0.0), said.Pointer(still_id=uuid4(), x=0.1, y=0.1)
    passed = sum(rates.allows(ink, n / 100) for n in range(1000))
    assert 300 <= passed <= 340
    assert not rates.exhausted()
    assert rates.allows(said.Ping(), 10.0)


def test_the_grace_of_a_lost_line_is_as_long_as_a_place_in_the_queue() -> None:
    assert GRACE_S == PLACE_KEPT.total_seconds()
