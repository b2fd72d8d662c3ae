"""The task's states, walked from the table."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest

from field.task.task import (
    FINAL,
    IN_ROUTE,
    TABLE,
    By,
    Given,
    Need,
    NoteMissing,
    PlaceMissing,
    ProofMissing,
    ReasonMissing,
    RepMissing,
    TaskEvent,
    TaskFinished,
    TaskMoveRefused,
    TaskNotYours,
    TaskState,
    allowed,
    move,
)
from kernel.errors import Refused

EVERYTHING = Given(reason="valve jammed", note="done", proofs=1, rep_id=UUID(int=1), lon=7.42, lat=43.73)


@pytest.mark.parametrize(("state", "event", "by"), list(itertools.product(TaskState, TaskEvent, By)))
def test_every_move_is_in_the_table_or_refused_with_the_reason(
    state: TaskState, event: TaskEvent, by: By
) -> None:
    rule = TABLE.get((state, event))
    if rule is not None and by in rule.by:
        assert move(state, event, by, EVERYTHING) is rule.to
        assert event in allowed(state, by)
        return
    assert event not in allowed(state, by)
    with pytest.raises(Refused) as refused:
        move(state, event, by, EVERYTHING)
    if state in FINAL and rule is None:
        assert type(refused.value) is TaskFinished
    elif rule is None:
        assert type(refused.value) is TaskMoveRefused
        assert refused.value.params["allowed"] == sorted(allowed(state, by))
    else:
        assert type(refused.value) is TaskNotYours
        assert refused.value.status == 403
    assert refused.value.params["state"] == state.value


@pytest.mark.parametrize("event", TaskEvent)
def test_an_event_without_what_it_needs_is_refused(event: TaskEvent) -> None:
    state = min(TABLE.sources(event))
    rule = TABLE[state, event]
    by = min(rule.by)
    missing = {
        Need.REP: RepMissing,
        Need.PLACE: PlaceMissing,
        Need.REASON: ReasonMissing,
        Need.NOTE: NoteMissing,
        Need.PROOF: ProofMissing,
    }
    if not rule.needs:
        assert move(state, event, by) is rule.to
        return
    (need,) = rule.needs
    with pytest.raises(missing[need]):
        move(state, event, by, Given(reason=" \n", note="　", lon=7.4))


def test_work_is_proved_by_a_note_or_a_photo() -> None:
    for proof in (Given(note="new gasket"), Given(proofs=1)):
        assert move(TaskState.ON_SITE, TaskEvent.COMPLETE, By.REP, proof) is TaskState.DONE


def test_every_state_can_be_reached_and_every_open_one_can_be_left() -> None:
    reached = {TaskState.UNPLACED}
    while True:
        more = {rule.to for (source, _), rule in TABLE.items() if source in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(TaskState)
    for state in TaskState:
        ways = [event for by in (By.REP, By.DISPATCHER) for event in allowed(state, by)]
        assert bool(ways) == (state not in FINAL)
    assert [allowed(state, By.SYSTEM) for state in (TaskState.DONE, TaskState.CANCELLED)] == [
        (),
        (TaskEvent.REOPEN,),
    ]
    assert not IN_ROUTE & FINAL


def test_only_the_person_who_has_a_task_works_it() -> None:
    work = {TaskEvent.ACCEPT, TaskEvent.DECLINE, TaskEvent.TRAVEL, TaskEvent.ARRIVE, TaskEvent.COMPLETE}
    work |= {TaskEvent.ESCALATE}
    for event in work:
        assert {frozenset(rule.by) for (_, what), rule in TABLE.items() if what is event} == {
            frozenset({By.REP})
        }


def test_from_the_doorstep_on_nobody_else_gets_it_unless_it_is_escalated() -> None:
    assert TaskState.ON_SITE not in TABLE.sources(TaskEvent.REASSIGN)
    assert TaskState.ON_SITE in TABLE.sources(TaskEvent.ESCALATE)
    assert set(allowed(TaskState.ESCALATED, By.DISPATCHER)) == {
        TaskEvent.ASSIGN,
        TaskEvent.SETTLE,
        TaskEvent.CANCEL,
    }


def test_the_diagram_is_the_table() -> None:
    arrows = [line.strip() for line in TABLE.mermaid().splitlines() if "-->" in line]
    between = {(rule.to, source) for (source, _), rule in TABLE.items()}
    assert len(arrows) == len(between) + 1 + len(FINAL)
    assert sum(arrow.count("(") for arrow in arrows) == len(TABLE)
    assert "on_site --> done: complete (rep), count (system), follow (system)" in arrows
    assert "done --> [*]" in arrows and "cancelled --> [*]" in arrows
    assert TABLE.mermaid().startswith("stateDiagram-v2\n    [*] --> unplaced\n")
