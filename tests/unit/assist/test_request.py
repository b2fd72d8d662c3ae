"""The request's table, walked row by row, and its one owner under any sequence of events."""

from __future__ import annotations

import random
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.request.request import (
    FINAL,
    TRANSITIONS,
    Happening,
    OwnerRule,
    Party,
    Standing,
    State,
    WrongState,
    after,
    follows,
    may,
    started,
)

SUPERVISOR, TECHNICIAN, REP, DISPATCHER = (UUID(int=n) for n in range(1, 5))
STAFF = (SUPERVISOR, TECHNICIAN, REP, DISPATCHER)
PAIRS = list(product(State, Happening))


@pytest.mark.parametrize(("state", "happening"), PAIRS)
def test_every_pair_is_in_the_table_or_refused(state: State, happening: Happening) -> None:
    before = Standing(state, SUPERVISOR)
    if (state, happening) not in TRANSITIONS:
        assert not follows(state, happening)
        with pytest.raises(WrongState) as refused:
            after(before, happening, actor=TECHNICIAN, named=REP, duty=DISPATCHER)
        assert refused.value.params == {"state": state.value, "happening": happening.value}
        return
    step = TRANSITIONS[state, happening]
    owner = {
        OwnerRule.KEEP: SUPERVISOR,
        OwnerRule.ACTOR: TECHNICIAN,
        OwnerRule.NAMED: REP,
        OwnerRule.DUTY: DISPATCHER,
    }[step.owner]
    standing = after(before, happening, actor=TECHNICIAN, named=REP, duty=DISPATCHER)
    assert standing == Standing(step.to, owner)


@pytest.mark.parametrize(("state", "happening"), list(TRANSITIONS))
def test_only_the_named_parties_may_cause_a_happening(state: State, happening: Happening) -> None:
    allowed = TRANSITIONS[state, happening].by
    assert allowed, "somebody must be able to cause it"
    for party in Party:
        assert may(state, happening, frozenset({party})) is (party in allowed)
    assert not may(state, happening, frozenset())


def test_the_road_from_a_leak_to_a_rated_visit_hands_the_request_from_person_to_person() -> None:
    owners = []
    standing = started(SUPERVISOR)
    for happening, who in [
        (Happening.GUIDE_ANSWERED, {}),
        (Happening.QUEUED, {}),
        (Happening.ACCEPTED, {"actor": TECHNICIAN}),
        (Happening.CALL_ENDED, {"actor": TECHNICIAN}),
        (Happening.VERDICT_GIVEN, {"actor": TECHNICIAN}),
        (Happening.VISIT_ASKED, {"actor": TECHNICIAN}),
        (Happening.TASK_ASSIGNED, {}),
        (Happening.TASK_ACCEPTED, {"named": REP}),
        (Happening.TASK_TRAVELLING, {}),
        (Happening.TASK_ARRIVED, {}),
        (Happening.TASK_ESCALATED, {"named": DISPATCHER}),
        (Happening.TASK_DONE, {"named": REP}),
        (Happening.RATED, {}),
    ]:
        standing = after(standing, happening, **who)
        owners.append(standing.owner)
    assert standing.state is State.CLOSED
    assert owners == [SUPERVISOR] * 2 + [TECHNICIAN] * 5 + [REP] * 3 + [DISPATCHER, REP, REP]


def test_a_customer_given_back_is_answered_for_by_the_duty_supervisor() -> None:
    standing = after(Standing(State.WRAP_UP, TECHNICIAN), Happening.RETURNED, duty=SUPERVISOR)
    assert standing == Standing(State.WAITING, SUPERVISOR)


def test_news_without_a_name_leaves_the_owner_where_it_was() -> None:
    standing = after(Standing(State.VISIT, TECHNICIAN), Happening.TASK_CANCELLED, named=None)
    assert standing == Standing(State.WRAP_UP, TECHNICIAN)


def test_final_states_are_final_and_every_state_can_be_reached_and_left() -> None:
    onward: dict[State, set[State]] = {state: set() for state in State}
    for (origin, _), step in TRANSITIONS.items():
        onward[origin].add(step.to)
    assert {state for state in State if not onward[state]} == FINAL

    def reached(start: State) -> set[State]:
        seen, heap = set(), [start]
        while heap:
            state = heap.pop()
            if state not in seen:
                seen.add(state)
                heap += onward[state]
        return seen

    assert reached(State.GUIDING) == set(State)
    for state in State:
        assert reached(state) & FINAL, f"{state} never ends"


def owners_by_a_ledger(first: UUID, events: list[tuple[Happening, UUID | None]]) -> list[set[UUID]]:
    """Who holds the request after each event, kept as a set of claims: the oracle knows no "owner" value."""
    state, holding = State.GUIDING, {first}
    history = [set(holding)]
    for happening, person in events:
        step = TRANSITIONS.get((state, happening))
        if step is None:
            continue
        state = step.to
        if step.owner is not OwnerRule.KEEP and person is not None:
            holding.add(person)
            holding -= {held for held in holding if held != person}
        history.append(set(holding))
    return history


def owners_by_the_table(first: UUID, events: list[tuple[Happening, UUID | None]]) -> list[UUID]:
    standing = started(first)
    history = [standing.owner]
    for happening, person in events:
        if follows(standing.state, happening):
            standing = after(standing, happening, actor=person, named=person, duty=person)
            history.append(standing.owner)
    return history


def test_a_hundred_thousand_random_sequences_never_leave_other_than_one_owner() -> None:
    dice = random.Random(20261121)
    happenings = list(Happening)
    moved = 0
    for _ in range(100_000):
        events = [
            (dice.choice(happenings), dice.choice(STAFF) if dice.random() < 0.8 else None) for _ in range(12)
        ]
        table, ledger = owners_by_the_table(SUPERVISOR, events), owners_by_a_ledger(SUPERVISOR, events)
        assert [{owner} for owner in table] == ledger
        assert all(owner in STAFF for owner in table)
        moved += len(table) - 1
    assert moved > 100_000, "the sequences must get somewhere"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Happening), st.none() | st.sampled_from(STAFF)), max_size=60))
def test_any_sequence_has_one_owner_at_every_instant(events: list[tuple[Happening, UUID | None]]) -> None:
    assert [{owner} for owner in owners_by_the_table(SUPERVISOR, events)] == owners_by_a_ledger(
        SUPERVISOR, events
    )


def test_the_diagram_is_drawn_from_the_table() -> None:
    drawn = TRANSITIONS.mermaid()
    assert drawn.startswith("stateDiagram-v2\n    [*] --> guiding\n")
    for (origin, happening), step in TRANSITIONS.items():
        arrow = f"    {origin.value} --> {step.to.value}: "
        line = next(line for line in drawn.splitlines() if line.startswith(arrow))
        assert happening.value in line.removeprefix(arrow).replace(" (", ", ").split(", ")
    assert "    closed --> [*]" in drawn and "    withdrawn --> [*]" in drawn
