"""Which of a phone's positions are kept, by hand-checkable walks: 0.001° north is 111 m."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from field.positions.thinning import Allowed, Fix, Judged, Known, Verdict, judge
from field.task.phone_clock import skew_of

NINE = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
NOON = NINE + timedelta(hours=3)
SHIFT = (NINE - timedelta(hours=1), NINE + timedelta(hours=8))
ALLOWED = Allowed(NOON, NINE - timedelta(hours=24), (SHIFT,))


def fix(sequence: int, after_s: float, north: float = 0.0, lon: float = 7.4, **more: float) -> Fix:
    return Fix(sequence, NINE + timedelta(seconds=after_s), lon, 43.7 + north, **more)


def verdicts(fixes: Sequence[Fix], known: Known = Known(), allowed: Allowed = ALLOWED) -> list[str]:  # noqa: B008
    return [verdict.value for _, verdict in judge(fixes, known, allowed).fixes]


def test_a_drive_is_kept_and_a_stop_is_thinned_to_one_in_five_minutes() -> None:
    drive = [fix(number, 60 * number, 0.005 * number) for number in range(1, 4)]
    stop = [fix(number, 60 * number, 0.015 + 0.0001 * (number % 2)) for number in range(4, 14)]
    assert verdicts([*drive, *stop]) == [*["kept"] * 3, *["thinned"] * 4, "kept", *["thinned"] * 4, "kept"]


def test_within_its_own_circle_a_receiver_is_still() -> None:
    assert verdicts([fix(1, 0), fix(2, 30, 0.001, accuracy_m=200.0)]) == ["kept", "thinned"]
    assert verdicts([fix(1, 0), fix(2, 30, 0.001, accuracy_m=10.0)]) == ["kept", "kept"]


def test_a_receiver_that_does_not_know_says_nowhere() -> None:
    nowhere = dataclasses.replace(fix(1, 0), lon=0.0, lat=0.0)
    assert verdicts([nowhere, fix(2, 10)]) == ["position_nowhere", "kept"]


def test_900_kilometres_an_hour_are_refused_and_the_road_goes_on() -> None:
    # 250 m/s: in a minute 15 km, 0.135°
    assert verdicts([fix(1, 0), fix(2, 60, 0.135), fix(3, 120, 0.005)]) == [
        "kept",
        "position_implausible",
        "kept",
    ]


def test_who_really_is_elsewhere_is_believed_in_time() -> None:
    there = [fix(number, 60 * number, 0.135) for number in range(1, 8)]
    # 15 km at 55 m/s: after 273 s, which the fifth minute is past.
    assert verdicts([fix(0, 0), *there], Known(answered=-1))[1:6] == [*["position_implausible"] * 4, "kept"]


def test_outside_the_shift_nothing_is_kept() -> None:
    early, late = fix(1, -3601), fix(2, 8 * 3600)
    allowed = dataclasses.replace(ALLOWED, now=NINE + timedelta(hours=9))
    assert verdicts([early, late], allowed=allowed) == ["off_shift_position"] * 2
    assert verdicts([fix(1, -3600), fix(2, 8 * 3600 - 1)], allowed=allowed) == ["kept"] * 2


def test_too_old_in_the_future_and_out_of_order() -> None:
    assert verdicts([fix(1, -25 * 3600), fix(2, 3 * 3600 + 61), fix(3, 600), fix(4, 599)]) == [
        "position_too_old",
        "position_in_future",
        "kept",
        "position_out_of_order",
    ]


def test_numbers_that_were_answered_are_repeated_and_nothing_else() -> None:
    assert verdicts([fix(3, 180, 0.01), fix(4, 240, 0.02)], Known(answered=3)) == ["repeated", "kept"]


def test_a_clock_that_is_wrong_is_set_right() -> None:
    assert skew_of(NOON - timedelta(seconds=29), NOON) == timedelta(0), "the network takes its time too"
    assert skew_of(None, NOON) == timedelta(0)
    wrong = timedelta(hours=2)
    skew = skew_of(NOON + wrong, NOON)
    (kept,) = judge(
        [dataclasses.replace(fix(1, 60), at=fix(1, 60).at + wrong)], Known(), ALLOWED, skew
    ).those(Verdict.KEPT)
    assert kept.at == NINE + timedelta(seconds=60)


WALKS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.floats(-4000, 15_000),
        st.floats(-0.2, 0.2),
        st.none() | st.floats(0, 5000),
    ),
    max_size=30,
)


@given(WALKS, st.integers(0, 29))
def test_in_two_parts_or_twice_it_comes_to_the_same(
    walk: list[tuple[int, float, float, float | None]], cut: int
) -> None:
    """Whatever is sent again is repeated, and what is kept is in the order of time."""
    by_number = {number: fix(number + 1, *rest[:2]) for number, *rest in walk}  # type: ignore[arg-type]
    fixes = [by_number[number] for number in sorted(by_number)]
    whole = judge(fixes, Known(), ALLOWED)
    kept = whole.those(Verdict.KEPT)
    assert [each.at for each in kept] == sorted(each.at for each in kept)
    assert all(SHIFT[0] <= each.at < SHIFT[1] for each in kept)
    again = judge(fixes, _after(whole), ALLOWED)
    assert {verdict for _, verdict in again.fixes} <= {Verdict.REPEATED}
    first = judge([each for each in fixes if each.sequence <= cut], Known(), ALLOWED)
    rest = judge(fixes, _after(first), ALLOWED)
    assert sum(verdict is not Verdict.REPEATED for _, verdict in rest.fixes) + len(first.fixes) == len(fixes)


def _after(judged: Judged) -> Known:
    kept = judged.those(Verdict.KEPT)
    return Known(
        max((each.sequence for each, _ in judged.fixes), default=0), judged.newest, kept[-1] if kept else None
    )
