"""What is known of a place holds for a while, can be disputed, and is found again by its address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.sites.door import AT_THE_DOOR, MOST_WRONG, DoorAnswer, judge
from field.sites.note import (
    LASTS,
    TABLE,
    NoteEvent,
    NoteKind,
    NoteMoveRefused,
    NoteState,
    is_shown,
    metres,
    move,
    same_place,
    shows_code,
)
from field.task.task import TaskState
from kernel.sql.addresses import place_key

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("和平路 12 号", "和平路１２号"),
        ("12, River Road", "12 river  road"),
        ("Rue de l'Église 3", "RUE DE L’ÉGLISE 3"),
        ("Rue de l'Église 3", "rue de l eglise 3"),
        ("臺灣路 3 號 2 樓", "台湾路3号2楼"),
    ],
)
def test_an_address_is_the_same_however_it_is_typed(one: str, other: str) -> None:
    assert place_key(one) == place_key(other) != ""


def test_other_doors_are_other_places() -> None:
    assert place_key("和平路 12 号") != place_key("和平路 112 号")
    assert place_key(" -, ") == ""
    here, there = (7.405, 43.705), (7.405, 43.707)
    assert 222 < metres(here, there) < 223 and not same_place(here, there), "another street of that name"
    assert same_place(here, (7.4051, 43.7051)) and same_place(here, None)


@given(st.text(max_size=400))
def test_the_key_of_any_text_can_be_kept_and_is_its_own_key(text: str) -> None:
    key = place_key(text)
    assert len(key) <= 200 and place_key(key) == key


def test_every_kind_has_its_time_and_a_danger_stays_shown_while_disputed() -> None:
    assert set(LASTS) == set(NoteKind)
    assert is_shown(NoteState.DISPUTED, SOON, NOW) and not shows_code(NoteState.DISPUTED)
    assert not is_shown(NoteState.ENDED, SOON, NOW) and not is_shown(NoteState.STANDING, NOW, NOW)


def test_what_is_disputed_is_not_renewed_and_what_ended_stays_ended() -> None:
    with pytest.raises(NoteMoveRefused):
        move(NoteState.DISPUTED, NoteEvent.RENEW)
    assert TABLE.ends == {NoteState.ENDED}


def tried(typed: str | None, wrong: int = 0, state: TaskState = TaskState.ON_SITE) -> tuple[DoorAnswer, int]:
    return judge("012345", typed, wrong=wrong, state=state, ends_at=SOON, now=NOW)


def test_a_code_counts_wrong_tries_and_takes_no_more_after_the_last() -> None:
    assert tried("012345", MOST_WRONG - 1) == (DoorAnswer.RIGHT, 0)
    assert tried("12345") == (DoorAnswer.WRONG, 1)
    assert tried("999999", MOST_WRONG - 1) == (DoorAnswer.LOCKED, MOST_WRONG)
    assert tried("012345", MOST_WRONG) == (DoorAnswer.LOCKED, MOST_WRONG), "the right one comes too late"
    assert tried(None) == (DoorAnswer.LOCKED, MOST_WRONG)


@pytest.mark.parametrize("state", [state for state in TaskState if state not in AT_THE_DOOR])
def test_a_code_ends_with_its_visit(state: TaskState) -> None:
    assert tried("012345", state=state) == (DoorAnswer.NOBODY, 0)
    late = judge("012345", "012345", wrong=0, state=TaskState.ON_SITE, ends_at=NOW, now=NOW)
    assert late == (DoorAnswer.NOBODY, 0)
