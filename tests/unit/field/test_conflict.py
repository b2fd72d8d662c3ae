"""What becomes of reported work: every claim meets every state of the task."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest

from field.task.conflict import (
    CLAIMS,
    TABLE,
    Claim,
    ConflictState,
    Decision,
    DecisionNotPossible,
    Proposal,
    after_report,
    allowed,
    claim_of,
    decide,
    proposal,
)
from field.task.task import By, Given, TaskEvent, TaskState, move

EVERY = list(itertools.product(Claim, TaskState))


@pytest.mark.parametrize(("claim", "task"), EVERY)
def test_what_is_proposed_can_be_decided_and_then_done(claim: Claim, task: TaskState) -> None:
    proposed = proposal(claim, task)
    state = after_report(None, claim, task)
    possible = allowed(state, claim, task)
    if proposed is Proposal.NOTE:
        assert (state, possible) == (ConflictState.NOTED, ())
        return
    assert state is ConflictState.OPEN
    if task is TaskState.DECLINED:
        return  # lasts as long as one transaction; nobody sees it
    assert Decision(proposed.value) in possible
    if Decision.COUNT in possible:
        assert move(task, TaskEvent.COUNT, By.SYSTEM, Given(note="done")) is TaskState.DONE
    if Decision.GIVE_BACK in possible:
        event = TaskEvent.ASSIGN if task in (TaskState.UNPLACED, TaskState.ESCALATED) else TaskEvent.REASSIGN
        assert move(task, event, By.DISPATCHER, Given(rep_id=UUID(int=1))) is TaskState.ASSIGNED


@pytest.mark.parametrize(
    ("state", "decision", "claim", "task"), list(itertools.product(ConflictState, Decision, Claim, TaskState))
)
def test_a_decision_is_taken_once_and_only_where_it_fits(
    state: ConflictState, decision: Decision, claim: Claim, task: TaskState
) -> None:
    rule = TABLE[ConflictState.OPEN, decision]
    if state is ConflictState.OPEN and claim in rule.claims and task in rule.tasks:
        assert decide(state, decision, claim, task) is rule.to
        return
    with pytest.raises(DecisionNotPossible) as refused:
        decide(state, decision, claim, task)
    assert refused.value.params["allowed"] == [each.value for each in allowed(state, claim, task)]


@pytest.mark.parametrize(("claim", "task"), EVERY)
def test_a_further_report_opens_what_was_decided_when_somebody_has_to_look(
    claim: Claim, task: TaskState
) -> None:
    asks = proposal(claim, task) is not Proposal.NOTE
    for state in ConflictState:
        assert after_report(state, claim, task) is (ConflictState.OPEN if asks else state)


def test_the_furthest_act_is_what_is_claimed() -> None:
    assert claim_of(["acceptance", "travel"]) is Claim.UNDER_WAY
    assert claim_of(["arrival", "acceptance"]) is Claim.ON_SITE
    assert claim_of(["completion", "arrival", "escalation"]) is Claim.DONE
    assert set(CLAIMS.values()) == set(Claim)


def test_nobody_is_sent_to_a_finished_job_without_a_word() -> None:
    waiting = (TaskState.UNPLACED, TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.TRAVELLING)
    assert {proposal(Claim.DONE, task) for task in waiting} == {Proposal.COUNT}
    assert {proposal(Claim.ON_SITE, task) for task in waiting} == {Proposal.GIVE_BACK}
    assert proposal(Claim.DONE, TaskState.ON_SITE) is Proposal.KEEP, "two people are there: telephone"
    assert proposal(Claim.DONE, TaskState.DONE) is Proposal.NOTE


def test_the_diagram_is_the_table() -> None:
    lines = TABLE.mermaid().splitlines()
    assert "    open --> counted: count (done)" in lines
    assert "    [*] --> noted" in lines and "    [*] --> open" in lines
    decided = {
        state for (origin, _), rule in TABLE.items() if origin is ConflictState.OPEN for state in [rule.to]
    }
    assert decided == set(ConflictState) - {ConflictState.NOTED}
