"""One owner at every instant; offers move nothing until they are accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from assist.handover.handover import (
    ANSWER_WITHIN,
    CannotReceive,
    NoSuccessor,
    OfferEvent,
    OfferOver,
    OfferState,
    accepted_by,
    due,
    move,
    offered,
    successor,
)
from assist.request.duty import Colleague, chosen
from assist.request.request import State
from benchmarks.owners import sequence

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ANN, BOB, CYD = (UUID(int=n) for n in (1, 2, 3))


def test_a_request_has_exactly_one_owner_whatever_happens() -> None:
    lives = [sequence(seed) for seed in range(3_000)]
    assert sum(life["faults"] for life in lives) == 0
    assert all(sum(life[kind] for life in lives) > 100 for kind in ("transfers", "gone", "ended"))


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (None, "unknown"),
        (Colleague(BOB, active=False), "inactive"),
        (Colleague(BOB, on_leave=True), "on_leave"),
        (Colleague(BOB, able=False), "no_right"),
        (Colleague(ANN), "owner_already"),
    ],
)
def test_who_cannot_take_it_is_not_offered_it(who: Colleague | None, why: str) -> None:
    with pytest.raises(CannotReceive) as refused:
        offered(State.IN_CALL, ANN, who, NOW)
    assert refused.value.params == {"why": why}


def test_an_offer_lapses_is_overtaken_and_ends_once() -> None:
    offer = offered(State.WRAP_UP, ANN, Colleague(BOB), NOW)
    assert due(offer, State.WRAP_UP, ANN, NOW) is None
    assert due(offer, State.WRAP_UP, ANN, NOW + ANSWER_WITHIN) is OfferEvent.LAPSE
    assert due(offer, State.WRAP_UP, CYD, NOW) is due(offer, State.CLOSED, ANN, NOW) is OfferEvent.OVERTAKE
    assert accepted_by(offer, State.WRAP_UP, ANN, Colleague(BOB), NOW) == BOB
    with pytest.raises(OfferOver):
        accepted_by(offer, State.WRAP_UP, ANN, Colleague(BOB), NOW + timedelta(hours=1))
    with pytest.raises(CannotReceive):
        accepted_by(offer, State.WRAP_UP, ANN, Colleague(BOB, on_leave=True), NOW)
    with pytest.raises(OfferOver):
        move(OfferState.REFUSED, OfferEvent.ACCEPT)


def test_a_deputy_at_work_comes_before_duty_and_nobody_is_refused() -> None:
    duty = [Colleague(ANN), Colleague(CYD, rank=1)]
    assert successor(ANN, Colleague(BOB, rank=5), duty) == BOB
    assert successor(ANN, Colleague(BOB, on_leave=True), duty) == CYD
    with pytest.raises(NoSuccessor):
        successor(ANN, None, [Colleague(ANN)])


def test_duty_is_rank_then_presence_then_id() -> None:
    assert chosen([Colleague(BOB), Colleague(ANN)]) == ANN
    assert chosen([Colleague(BOB, present=True), Colleague(ANN)]) == BOB
    assert chosen([Colleague(BOB, present=True, rank=1), Colleague(ANN)]) == ANN
    assert chosen([Colleague(BOB, rank=1), Colleague(ANN, on_leave=True)]) == BOB
    assert chosen([Colleague(ANN, active=False)]) is None
