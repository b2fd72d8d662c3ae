"""The verdict: what a technician must have found before anything may follow from it.

A verdict says whose pipe it is, what is wrong, how bad it is, and shows the stills that prove it. Without a
still it gives the reason why none could be taken. The outcome then has to agree with the verdict:

* a visit needs a verdict: nobody drives on a guess (`verdict_missing`);
* nobody drives where nothing is broken, or to the customer's own appliance;
* an urgent fault of the utility's own pipe or of a shared one is not settled by words alone.

`fixed` and `advice` may be concluded without a verdict: a question that was answered has no pipe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from assist.request.kinds import Outcome, Priority, Skill
from assist.verdict.faults import CATALOGUE
from kernel.errors import Fault, Invalid, Refused


class Ownership(StrEnum):
    """Whose pipe it is."""

    BEFORE_METER = "before_meter"
    AFTER_METER = "after_meter"
    SHARED_PIPE = "shared_pipe"
    APPLIANCE = "appliance"
    NO_FAULT = "no_fault"


class Severity(StrEnum):
    """How bad it is."""

    MINOR = "minor"
    MAJOR = "major"
    URGENT = "urgent"


class NoStillReason(StrEnum):
    """Why no still proves a verdict."""

    NO_CAMERA = "no_camera"
    CAMERA_REFUSED = "camera_refused"
    CONNECTION_TOO_WEAK = "connection_too_weak"
    PLACE_NOT_VISIBLE = "place_not_visible"
    CUSTOMER_DECLINED = "customer_declined"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `fault` is a code of `assist.verdict.faults.CATALOGUE`."""

    ownership: Ownership
    fault: str
    severity: Severity
    still_ids: tuple[UUID, ...] = ()
    no_still_reason: NoStillReason | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit takes: who can do it, how soon, for how long on site (seconds), with which parts."""

    skill: Skill
    level: int
    priority: Priority
    duration_s: int
    parts: tuple[tuple[str, int], ...]


class VerdictMissing(Refused):
    """A visit needs a verdict first: whose pipe it is, what is wrong, how bad, and what proves it."""

    code: ClassVar[str] = "verdict_missing"


class OutcomeNotAllowed(Refused):
    """This outcome does not follow from the verdict."""

    code: ClassVar[str] = "outcome_not_allowed"


class VerdictIncomplete(Invalid):
    """The verdict does not say enough."""

    code: ClassVar[str] = "verdict_incomplete"


class WordMissing(Invalid):
    """Somebody met danger here: write down why it is none."""

    code: ClassVar[str] = "outcome_word_missing"


class WindowImpossible(Invalid):
    """The time asked for the visit is not possible."""

    code: ClassVar[str] = "window_impossible"


PRIORITY_OF: Mapping[Severity, Priority] = {
    Severity.MINOR: Priority.ROUTINE,
    Severity.MAJOR: Priority.SOON,
    Severity.URGENT: Priority.URGENT,
}


def verdict_faults(verdict: Verdict, stills: Collection[UUID]) -> list[Fault]:
    """Everything a verdict lacks; `stills` are the request's own."""
    faults = []
    if verdict.fault not in CATALOGUE:
        faults.append(Fault("fault_unknown", "body.fault", params={"fault": verdict.fault}))
    elif (verdict.fault == "none") != (verdict.ownership is Ownership.NO_FAULT):
        faults.append(Fault("fault_contradicts_ownership", "body.ownership"))
    for index, still in enumerate(verdict.still_ids):
        if still not in stills:
            faults.append(Fault("still_unknown", f"body.still_ids.{index}"))
    if not verdict.still_ids and verdict.no_still_reason is None:
        faults.append(Fault("still_missing", "body.still_ids"))
    if verdict.still_ids and verdict.no_still_reason is not None:
        faults.append(Fault("still_and_reason", "body.no_still_reason"))
    if verdict.no_still_reason is NoStillReason.NOT_NEEDED and verdict.ownership is not Ownership.NO_FAULT:
        faults.append(Fault("still_needed", "body.no_still_reason"))
    return faults


def require_complete(verdict: Verdict, stills: Collection[UUID]) -> None:
    """Raises `VerdictIncomplete` with all faults at once."""
    faults = verdict_faults(verdict, stills)
    if faults:
        raise VerdictIncomplete(faults=faults)


def allowed_outcomes(verdict: Verdict | None) -> frozenset[Outcome]:
    """The outcomes that follow from a verdict, or from none."""
    if verdict is None:
        return frozenset({Outcome.FIXED, Outcome.ADVICE})
    if verdict.ownership in (Ownership.NO_FAULT, Ownership.APPLIANCE):
        return frozenset({Outcome.FIXED, Outcome.ADVICE})
    ours = verdict.ownership in (Ownership.BEFORE_METER, Ownership.SHARED_PIPE)
    if ours and verdict.severity is Severity.URGENT:
        return frozenset({Outcome.FIXED, Outcome.NEEDS_VISIT})
    return frozenset(Outcome)


def require_outcome(verdict: Verdict | None, outcome: Outcome) -> None:
    """Raises `VerdictMissing`, or `OutcomeNotAllowed` with the outcomes that are."""
    if outcome in allowed_outcomes(verdict):
        return
    if verdict is None:
        raise VerdictMissing()
    raise OutcomeNotAllowed(outcome=outcome.value, allowed=sorted(allowed_outcomes(verdict)))


def require_word(verdict: Verdict | None, outcome: Outcome, priority: Priority, note: str) -> None:
    """Raises `WordMissing` when danger would be ended by advice, or unseen, and not one word why."""
    settled = outcome is Outcome.FIXED and verdict is not None
    if (
        priority is Priority.DANGER
        and outcome is not Outcome.NEEDS_VISIT
        and not settled
        and not note.strip()
    ):
        raise WordMissing(faults=[Fault("outcome_word_missing", "body.note")])


def visit_for(
    verdict: Verdict, asked_priority: Priority, parts: Sequence[tuple[str, int]] | None = None
) -> Visit:
    """What the visit takes: from the fault's entry, with the technician's own `parts` where given.

    The priority is the higher of the severity's and what triage had found.
    """
    kind = CATALOGUE[verdict.fault]
    return Visit(
        skill=kind.skill,
        level=kind.level,
        priority=max(PRIORITY_OF[verdict.severity], asked_priority),
        duration_s=kind.minutes * 60,
        parts=kind.parts if parts is None else tuple(parts),
    )


def require_window(start: datetime | None, end: datetime | None, now: datetime) -> None:
    """Raises `WindowImpossible` when the customer's window has one end only, is empty, or is over."""
    if start is None and end is None:
        return
    if start is None or end is None:
        raise WindowImpossible(reason="one_end")
    if end <= start:
        raise WindowImpossible(reason="empty")
    if end <= now:
        raise WindowImpossible(reason="past")
