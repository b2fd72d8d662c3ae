"""What a verdict must contain, and what may follow from it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from assist.request.kinds import Category, Outcome, Priority, Skill
from assist.verdict.faults import CATALOGUE
from assist.verdict.verdict import (
    NoStillReason,
    OutcomeNotAllowed,
    Ownership,
    Severity,
    Verdict,
    VerdictIncomplete,
    VerdictMissing,
    WindowImpossible,
    WordMissing,
    allowed_outcomes,
    require_complete,
    require_outcome,
    require_window,
    require_word,
    verdict_faults,
    visit_for,
)
from kernel.i18n import LANGUAGES, catalogue

STILL, OTHER = UUID(int=1), UUID(int=2)
NUT = Verdict(Ownership.BEFORE_METER, "coupling_nut_loose", Severity.MAJOR, (STILL,))
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def wrong(**changes: object) -> list[tuple[str, str]]:
    verdict = dataclasses.replace(NUT, **changes)  # type: ignore[arg-type]
    return [(fault.code, fault.where) for fault in verdict_faults(verdict, {STILL})]


def test_a_whole_verdict_passes() -> None:
    assert wrong() == []
    require_complete(NUT, {STILL})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"fault": "gremlins"}, ("fault_unknown", "body.fault")),
        ({"still_ids": ()}, ("still_missing", "body.still_ids")),
        ({"still_ids": (STILL, OTHER)}, ("still_unknown", "body.still_ids.1")),
        ({"no_still_reason": NoStillReason.NO_CAMERA}, ("still_and_reason", "body.no_still_reason")),
        ({"ownership": Ownership.NO_FAULT}, ("fault_contradicts_ownership", "body.ownership")),
        ({"fault": "none"}, ("fault_contradicts_ownership", "body.ownership")),
        (
            {"still_ids": (), "no_still_reason": NoStillReason.NOT_NEEDED},
            ("still_needed", "body.no_still_reason"),
        ),
    ],
)
def test_each_thing_that_is_missing_is_named(changes: dict[str, object], fault: tuple[str, str]) -> None:
    assert wrong(**changes) == [fault]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(VerdictIncomplete) as refused:
        require_complete(dataclasses.replace(NUT, fault="gremlins", still_ids=(OTHER,)), {STILL})
    assert [fault.code for fault in refused.value.faults] == ["fault_unknown", "still_unknown"]


def test_a_reason_stands_in_for_a_still() -> None:
    assert wrong(still_ids=(), no_still_reason=NoStillReason.CAMERA_REFUSED) == []


def test_no_fault_needs_no_still() -> None:
    nothing = Verdict(Ownership.NO_FAULT, "none", Severity.MINOR, (), NoStillReason.NOT_NEEDED)
    assert verdict_faults(nothing, set()) == []


def test_a_visit_without_a_verdict_is_refused_with_the_reason() -> None:
    with pytest.raises(VerdictMissing) as refused:
        require_outcome(None, Outcome.NEEDS_VISIT)
    assert refused.value.code == "verdict_missing" and refused.value.status == 409
    for outcome in (Outcome.FIXED, Outcome.ADVICE):
        require_outcome(None, outcome)


@pytest.mark.parametrize(("ownership", "severity"), list(product(Ownership, Severity)))
def test_outcomes_follow_from_ownership_and_severity(ownership: Ownership, severity: Severity) -> None:
    allowed = allowed_outcomes(dataclasses.replace(NUT, ownership=ownership, severity=severity))
    nobody_drives = ownership in (Ownership.NO_FAULT, Ownership.APPLIANCE)
    ours = ownership in (Ownership.BEFORE_METER, Ownership.SHARED_PIPE)
    assert (Outcome.NEEDS_VISIT in allowed) is not nobody_drives
    assert (Outcome.ADVICE in allowed) is not (ours and severity is Severity.URGENT)
    assert Outcome.FIXED in allowed


def test_an_outcome_that_does_not_follow_names_those_that_do() -> None:
    with pytest.raises(OutcomeNotAllowed) as refused:
        require_outcome(dataclasses.replace(NUT, severity=Severity.URGENT), Outcome.ADVICE)
    assert refused.value.params["allowed"] == ["fixed", "needs_visit"]


def test_the_visit_takes_what_the_fault_takes() -> None:
    visit = visit_for(NUT, Priority.ROUTINE)
    assert (visit.skill, visit.level, visit.duration_s) == (Skill.LEAK_REPAIR, 1, 1200)
    assert visit.parts == (("washer_set", 1),)
    assert visit.priority is Priority.SOON, "a major fault"


def test_triage_can_make_a_visit_more_urgent_and_the_technician_chooses_the_parts() -> None:
    visit = visit_for(NUT, Priority.DANGER, [("pipe_20", 2)])
    assert visit.priority is Priority.DANGER
    assert visit.parts == (("pipe_20", 2),)
    assert visit_for(NUT, Priority.ROUTINE, []).parts == ()


def test_the_catalogue_covers_every_category_and_has_its_words_in_every_language() -> None:
    assert {kind.category for kind in CATALOGUE.values()} == set(Category)
    assert all(1 <= kind.level <= 3 and kind.minutes > 0 for kind in CATALOGUE.values())
    for language in LANGUAGES:
        named = catalogue(language, "faults")
        assert set(CATALOGUE) <= set(named)
        assert {f"category.{category.value}" for category in Category} <= set(named)


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (NOW, None, "one_end"),
        (None, NOW, "one_end"),
        (NOW + timedelta(hours=2), NOW + timedelta(hours=2), "empty"),
        (NOW - timedelta(hours=2), NOW, "past"),
    ],
)
def test_a_window_that_cannot_be_is_refused(
    start: datetime | None, end: datetime | None, reason: str
) -> None:
    with pytest.raises(WindowImpossible) as refused:
        require_window(start, end, NOW)
    assert refused.value.params == {"reason": reason}


def test_no_window_and_a_running_window_are_fine() -> None:
    require_window(None, None, NOW)
    require_window(NOW - timedelta(hours=1), NOW + timedelta(hours=1), NOW)


def test_danger_is_not_ended_by_advice_without_a_word() -> None:
    for verdict, outcome in ((None, Outcome.ADVICE), (NUT, Outcome.ADVICE), (None, Outcome.FIXED)):
        with pytest.raises(WordMissing) as refused:
            require_word(verdict, outcome, Priority.DANGER, "  ")
        assert [fault.where for fault in refused.value.faults] == ["body.note"]
        require_word(verdict, outcome, Priority.DANGER, "The tap was closed; the floor is dry.")
        require_word(verdict, outcome, Priority.URGENT, "")
    require_word(NUT, Outcome.FIXED, Priority.DANGER, "")
    require_word(NUT, Outcome.NEEDS_VISIT, Priority.DANGER, "")
