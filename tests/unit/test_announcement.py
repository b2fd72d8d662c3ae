"""What is announced: what is refused, what words come of it, and which ground it covers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from field.announcements.announcement import (
    LIVE,
    TABLE,
    AnnouncementEvent,
    AnnouncementKind,
    AnnouncementMoveRefused,
    AnnouncementState,
    Cause,
    Content,
    faults_of_telling,
    faults_of_updating,
    faults_of_writing,
    move,
    overlaps,
    phase,
)
from field.announcements.area import BESIDE_PIPE_M, area_of, beside, drawn, holds, meet
from field.announcements.words import texts_of
from field.grid.zones import METRES_PER_DEGREE

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
HERE = ZoneInfo("Asia/Shanghai")
SQUARE = ((7.40, 43.70), (7.41, 43.70), (7.41, 43.71), (7.40, 43.71))


def planned(**changed: object) -> Content:
    begun = NOW + timedelta(days=2)
    plain = Content(AnnouncementKind.PLANNED_SHUT_OFF, Cause.VALVE_WORK, begun, begun + timedelta(hours=4))
    return replace(plain, **changed)  # type: ignore[arg-type]


def codes(faults: object) -> list[str]:
    return [fault.code for fault in faults]  # type: ignore[attr-defined]


def test_a_planned_shut_off_needs_notice_or_a_reason() -> None:
    soon = NOW + timedelta(hours=3)
    short = planned(starts_at=soon, ends_at=soon + timedelta(hours=1))
    assert codes(faults_of_telling(short, 24, NOW)) == ["notice_short"]
    assert faults_of_telling(short, 24, NOW)[0].params == {"hours": 24}
    assert faults_of_telling(replace(short, exempt="The valve leaks"), 24, NOW) == []
    assert faults_of_telling(short, 3, NOW) == []


def test_what_is_planned_is_not_in_the_past_not_even_with_a_reason() -> None:
    past = planned(starts_at=NOW - timedelta(hours=1), exempt="late", ends_at=NOW + timedelta(hours=1))
    assert codes(faults_of_telling(past, 24, NOW)) == ["start_past"]
    assert faults_of_telling(replace(past, kind=AnnouncementKind.BURST, exempt=""), 0, NOW) == []


def test_all_faults_come_at_once() -> None:
    wrong = planned(starts_at=NOW - timedelta(days=1), ends_at=None)
    assert codes(faults_of_telling(wrong, 24, NOW)) == ["end_needed", "start_past"]
    assert codes(faults_of_telling(planned(ends_at=NOW - timedelta(days=3)), 72, NOW)) == [
        "end_past",
        "notice_short",
    ]
    assert codes(faults_of_writing(planned(ends_at=NOW))) == ["end_before_start"]
    assert codes(faults_of_writing(planned(ends_at=NOW + timedelta(days=200)))) == ["announcement_too_long"]


def test_an_update_may_move_the_end_of_what_has_begun_but_not_begin_sooner() -> None:
    running = planned(starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    assert faults_of_updating(running, replace(running, ends_at=NOW + timedelta(hours=5)), 24, NOW) == []
    told = planned()
    sooner = replace(told, starts_at=NOW + timedelta(hours=2))
    assert codes(faults_of_updating(told, sooner, 24, NOW)) == ["notice_short"]
    other = replace(told, kind=AnnouncementKind.ROAD_WORKS)
    assert codes(faults_of_updating(told, other, 24, NOW)) == ["kind_changed"]


def test_what_is_over_stays_over() -> None:
    for state in AnnouncementState:
        for event in AnnouncementEvent:
            if (state, event) in TABLE:
                assert state in (AnnouncementState.DRAFT, *LIVE)
            else:
                with pytest.raises(AnnouncementMoveRefused):
                    move(state, event)


def test_its_phase_is_told_by_the_clock() -> None:
    at, end = NOW, NOW + timedelta(hours=2)
    told = [phase(at, end, NOW + timedelta(hours=hours)) for hours in (-1, 0, 1, 2, 3)]
    assert told == ["coming", "now", "now", "overdue", "overdue"]
    assert phase(at, None, NOW + timedelta(days=9)) == "now"


moments = st.integers(0, 100).map(lambda hours: NOW + timedelta(hours=hours))


@given(moments, st.one_of(st.none(), moments), moments, st.one_of(st.none(), moments))
def test_two_overlap_where_some_moment_is_in_both(
    a: datetime, a_end: datetime | None, b: datetime, b_end: datetime | None
) -> None:
    first, second = planned(starts_at=a, ends_at=a_end), planned(starts_at=b, ends_at=b_end)
    if (a_end and a_end <= a) or (b_end and b_end <= b):
        return
    half_hours = [NOW + timedelta(minutes=30 + 60 * n) for n in range(101)]
    both = any(
        a <= at and (a_end is None or at < a_end) and b <= at and (b_end is None or at < b_end)
        for at in half_hours
    )
    assert overlaps(first, second) == overlaps(second, first) == both


def test_a_drawn_area_is_refused_with_why() -> None:
    assert codes(drawn(SQUARE[:2])[1]) == ["area_too_few_corners"]
    assert codes(drawn((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))[1]) == ["area_crosses_itself"]
    tiny = tuple((7.4 + lon * 1e-6, 43.7 + lat * 1e-6) for lon, lat in ((0, 0), (1, 0), (1, 1)))
    assert codes(drawn(tiny)[1]) == ["area_size"]
    polygon, faults = drawn((*SQUARE, SQUARE[0]))
    assert polygon is not None and faults == []


def test_a_border_is_inside_and_neighbours_do_not_overlap() -> None:
    polygon, _ = drawn(SQUARE)
    beside_it, _ = drawn(tuple((lon + 0.01, lat) for lon, lat in SQUARE))
    assert polygon and beside_it
    a, b = area_of("drawn", polygon, []), area_of("drawn", beside_it, [])
    assert holds(a.geometry, 7.41, 43.705) and holds(b.geometry, 7.41, 43.705)
    assert not holds(a.geometry, 7.411, 43.705)
    assert meet(a.geometry, a.geometry) and not meet(a.geometry, b.geometry)
    assert json.loads(json.dumps(a.geometry))["type"] == "MultiPolygon"


@given(st.floats(-60, 60), st.floats(0, 359))
def test_the_ground_beside_a_pipe_reaches_as_far_as_is_said(lat: float, angle: float) -> None:
    at = shapely.Point(10.0, lat)
    ground = shape(area_of("trace", beside([[(10.0, lat), (10.0001, lat)]]), []).geometry)
    wide = float(shapely.area(ground)) * METRES_PER_DEGREE**2 * float(shapely.from_wkt("POINT(0 0)").x + 1)
    assert ground.contains(at) and wide > 0
    for metres, inside in ((BESIDE_PIPE_M - 5, True), (BESIDE_PIPE_M + 5, False)):
        north = shapely.Point(10.0, lat + metres / METRES_PER_DEGREE)
        assert ground.contains(north) is inside


ZONE = {"zh-Hans": "港湾", "zh-Hant": "港灣", "en": "Harbour"}


def test_the_words_say_it_in_three_languages_by_the_utilitys_clock() -> None:
    texts = texts_of(planned(where="<b>1</b>"), [ZONE], HERE)
    assert texts["en"]["when"] == "2 December, 09:00 to 13:00"
    assert texts["zh-Hans"]["when"] == "12月2日 09:00 至 13:00"
    assert texts["en"]["known"] == (
        "We know there is no water here; it should be back about 13:00 on 2 December."
    )
    assert texts["zh-Hant"]["where"] == "<b>1</b>（港灣）", "hostile text is text: pages write it as such"
    long = texts_of(planned(ends_at=NOW + timedelta(days=4)), [ZONE] * 9, HERE)
    assert long["en"]["when"] == "2 December, 09:00 to 4 December, 09:00"
    assert long["en"]["where"].endswith("Harbour and 3 more zones")


@pytest.mark.parametrize("kind", AnnouncementKind)
@pytest.mark.parametrize("ends", [True, False])
def test_every_kind_has_its_words(kind: AnnouncementKind, ends: bool) -> None:
    content = planned(kind=kind) if ends else planned(kind=kind, ends_at=None)
    for cause in Cause:
        for each in texts_of(replace(content, cause=cause), [ZONE], HERE).values():
            for key, words in each.items():
                assert "{" not in words and "." not in words.split(" ")[0][:-1], (key, words)
                assert words or key == "extra"


def test_a_sentence_in_one_language_is_read_in_all() -> None:
    texts = texts_of(planned(extra={"zh-Hans": "请绕行", "en": ""}), [], HERE)
    assert {each["extra"] for each in texts.values()} == {"请绕行"}
