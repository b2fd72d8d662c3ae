"""Who is proposed, in which order and with which reasons, on the drawn town (`town.py`)."""

from __future__ import annotations

import dataclasses

import pytest

from field.dispatch.engine.proposals import (
    WEIGHTS,
    PassedOver,
    Proposal,
    Weights,
    pack,
    place_against_rules,
    proposal_for,
    propose,
)
from field.dispatch.engine.route import Route, Visit
from field.dispatch.engine.search import Rule
from field.grid.reasons import Reason
from field.task.task import TaskState
from tests.unit.field.town import clock, day, number, streets, visit

NOW = clock(8)
NO_PREFERENCE = Weights(owner_s=0)


def rules(routes: list[Route], new: Visit, now: int = NOW) -> list[Reason]:
    """Why nobody of these can take it."""
    found = propose(pack(routes, streets(), now), new, streets())
    assert found.best == ()
    return [passed.rule for passed in found.passed_over]


def reasons(proposal: Proposal) -> dict[str, dict[str, int | str]]:
    return {reason.code: dict(reason.params) for reason in proposal.reasons}


def test_a_visit_goes_where_the_detour_is_shortest() -> None:
    # B lies on no way; between A and C it costs four blocks instead of three, before A six minutes.
    route = day(visit("A"), visit("C"))
    (best,) = propose(pack([route], streets(), NOW), visit("B"), streets()).best
    assert (best.position, best.extra_travel_s) == (1, 2 * 60)
    assert (best.arrives_at, best.starts_at, best.finishes_at) == (clock(8, 33), clock(8, 33), clock(9, 3))
    assert reasons(best) == {
        "extra_travel_s": {"extra_travel_s": 120},
        "arrives_at": {"at": clock(8, 33)},
        "fits_between": {"after": str(number("task A")), "before": str(number("task C"))},
    }


def test_at_one_door_who_came_first_is_served_first() -> None:
    first = visit("A")
    second = dataclasses.replace(first, task_id=number("second"), latest=first.latest + 60)
    pressing = dataclasses.replace(first, task_id=number("pressing"), latest=clock(9))

    def position(new: Visit, *there: Visit) -> int:
        weights = WEIGHTS["major"]
        return propose(pack([day(*there)], streets(), NOW), new, streets(), weights=weights).best[0].position

    assert position(second, first) == 1
    assert position(second, first, visit("C")) == 1, "behind it, and before the next door"
    assert position(pressing, first) == 0, "unless it cannot wait as long"


def test_against_the_rules_what_presses_comes_next_when_it_can_come_nowhere_in_time() -> None:
    begun = visit("A", state=TaskState.ON_SITE, started_at=clock(8), minutes=60)
    tight = visit("C", window=(clock(9), clock(9, 5)), minutes=120)
    route = day(begun, tight, visit("E"), visit("D", held=True), skills={})
    leak = visit("B", window=(clock(8), clock(9, 30)), skill="leak_repair", minutes=60)

    def position(pressing: bool) -> int:
        return place_against_rules(route, leak, streets(), NOW, WEIGHTS["urgent"], pressing).position

    assert (position(True), position(False)) == (1, 4)


def test_the_reasons_name_the_place_in_the_route() -> None:
    def place(route: Route, new: Visit) -> dict[str, dict[str, int | str]]:
        return reasons(propose(pack([route], streets(), NOW), new, streets()).best[0])

    assert "only_stop" in place(day(), visit("A"))
    assert place(day(visit("D", window=(clock(12), clock(13)))), visit("A", window=(clock(8), clock(9))))[
        "first_stop"
    ] == {"before": str(number("task D"))}
    assert place(day(visit("A")), visit("D", window=(clock(12), clock(13))))["last_stop"] == {
        "after": str(number("task A"))
    }
    assert place(day(), visit("A", window=(clock(9), clock(10))))["waits_s"] == {"wait_s": 59 * 60}


def test_the_zones_owner_comes_first_unless_the_detour_is_too_long() -> None:
    near, far = day(visit("E"), rep="Wu"), day(visit("B"), rep="Lin")
    fleet = pack([near, far], streets(), NOW)

    def first(owner_s: int) -> Proposal:
        weights = Weights(owner_s=owner_s)
        return propose(fleet, visit("C"), streets(), owner=number("Lin"), weights=weights).best[0]

    chosen = first(owner_s=600)
    assert chosen.rep_id == number("Lin") and "zone_owner" in reasons(chosen)
    assert chosen.cost_s == chosen.extra_travel_s
    other = first(owner_s=30)
    assert other.rep_id == number("Wu")
    assert reasons(other)["instead_of_owner"] == {"rule": "costlier"}
    assert other.cost_s == other.extra_travel_s + 30


def test_it_is_said_why_the_owner_does_not_come() -> None:
    routes = [day(rep="Lin"), day(rep="Wu", skills={"valve": 2})]
    fleet = pack(routes, streets(), NOW)
    (best,) = propose(fleet, visit("C", skill="valve"), streets(), owner=number("Lin")).best
    assert best.rep_id == number("Wu")
    assert reasons(best)["instead_of_owner"] == {"rule": "no_skill"}
    assert reasons(best)["skill_fits"] == {"skill": "valve", "level": 2}


def test_an_owner_who_is_not_here_costs_nobody_anything() -> None:
    (best,) = propose(pack([day()], streets(), NOW), visit("A"), streets(), owner=number("Gone")).best
    assert best.cost_s == best.extra_travel_s == 2 * 60
    assert "instead_of_owner" not in reasons(best)


def test_the_more_urgent_the_more_an_early_arrival_counts() -> None:
    # Lin is nearer but busy until noon; Wu is free and further away.
    busy = day(visit("E", minutes=240, state=TaskState.ON_SITE, started_at=clock(8)), rep="Lin")
    free = day(rep="Wu")
    fleet = pack([busy, free], streets(), clock(8, 10))

    def who(severity: str) -> object:
        return propose(fleet, visit("C"), streets(), weights=WEIGHTS[severity]).best[0].rep_id

    assert who("minor") == number("Lin")
    assert who("urgent") == number("Wu")


def test_at_most_three_are_proposed_and_the_others_are_costlier() -> None:
    routes = [day(rep=f"rep {n}") for n in range(5)]
    found = propose(pack(routes, streets(), NOW), visit("A"), streets())
    assert [each.rep_id for each in found.best] == [number(f"rep {n}") for n in range(3)]
    assert [each.rule for each in found.passed_over] == [Reason("costlier", {"extra_travel_s": 120})] * 2


@pytest.mark.parametrize(
    ("route", "new", "why"),
    [
        (day(), visit("A", skill="valve"), Reason("no_skill", {"skill": "valve"})),
        (
            day(skills={"valve": 1}),
            visit("A", skill="valve", level=3),
            Reason("level_too_low", {"skill": "valve", "level": 1, "needed": 3}),
        ),
        (day(parts={"gasket": 1}), visit("A", parts={"gasket": 2}), Reason("no_parts", {"parts": "gasket"})),
        (day(), visit("A", parts={"pump": 1, "gasket": 1}), Reason("no_parts", {"parts": "gasket, pump"})),
        (
            day(visit("B", parts={"gasket": 1}), parts={"gasket": 1}),
            visit("A", parts={"gasket": 1}),
            Reason("no_parts", {"parts": "gasket"}),
        ),
        (day(locked=True), visit("A"), Reason("route_locked")),
        (
            day(shift=(clock(13), clock(17))),
            visit("A", window=(clock(8), clock(12))),
            Reason("off_shift", {"from": clock(13), "until": clock(17)}),
        ),
        (
            day(shift=(clock(6), clock(8))),
            visit("A"),
            Reason("off_shift", {"from": clock(6), "until": clock(8)}),
        ),
        (
            day(visit("D", minutes=60, state=TaskState.ON_SITE, started_at=clock(8))),
            visit("A", window=(clock(8), clock(9))),
            Reason("window_missed", {"at": clock(9, 6)}),
        ),
        (day(), visit("A", minutes=9 * 60), Reason("shift_ends")),
        (
            day(
                visit("A", window=(clock(8), clock(8, 5)), held=True),
                visit("B", window=(clock(8), clock(8, 40))),
            ),
            visit("D", window=(clock(8), clock(8, 45))),
            Reason("no_room"),
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Reason) else None,
)
def test_the_first_rule_that_failed_is_named(route: Route, new: Visit, why: Reason) -> None:
    assert rules([route], new) == [why]


def test_where_there_is_no_road_there_is_no_visit() -> None:
    cut_off = streets()
    cut_off[:, 1] = 10_000_000
    found = propose(pack([day()], cut_off, NOW), visit("A"), cut_off)
    assert [passed.rule for passed in found.passed_over] == [Reason("unreachable")]


def test_who_declined_it_is_not_asked_again() -> None:
    fleet = pack([day(rep="Lin"), day(rep="Wu")], streets(), NOW)
    found = propose(fleet, visit("A"), streets(), declined_by=[number("Lin"), number("stranger")])
    assert [each.rep_id for each in found.best] == [number("Wu")]
    assert found.passed_over == (PassedOver(number("Lin"), Reason("declined_before")),)


def test_nothing_goes_before_what_has_begun_or_between_what_is_held_together() -> None:
    begun = visit("A", state=TaskState.TRAVELLING, departed_at=NOW)
    open_route, held_route = day(begun, visit("D")), day(begun, visit("D", held=True))
    fleet = pack([open_route], streets(), NOW)
    assert propose(fleet, visit("C"), streets()).best[0].position == 1
    fleet = pack([held_route], streets(), NOW)
    assert propose(fleet, visit("C"), streets()).best[0].position == 2


def test_a_dispatcher_can_ask_about_one_person() -> None:
    fleet = pack([day(rep="Lin"), day(rep="Wu", skills={"valve": 1})], streets(), NOW)
    chosen = proposal_for(fleet, visit("A", skill="valve"), streets(), number("Wu"))
    assert isinstance(chosen, Proposal) and chosen.position == 0
    refused = proposal_for(fleet, visit("A", skill="valve"), streets(), number("Lin"))
    assert refused == PassedOver(number("Lin"), Reason("no_skill", {"skill": "valve"}))
    with pytest.raises(KeyError):
        proposal_for(fleet, visit("A"), streets(), number("stranger"))


def test_with_nobody_there_nobody_is_proposed() -> None:
    found = propose(pack([], streets(), NOW), visit("A"), streets())
    assert (found.best, found.passed_over) == ((), ())


def test_the_rules_have_stable_numbers() -> None:
    assert [Rule.numbered(number) for number in range(len(Rule))] == list(Rule)
    assert all(Rule.numbered(rule.number) is rule for rule in Rule)


def test_nobody_stands_before_a_door_while_others_wait() -> None:
    # D at noon costs the same detour before A and after it; before it, A would wait the whole morning.
    route = day(visit("A"))
    (best,) = propose(
        pack([route], streets(), NOW), visit("D", window=(clock(12), clock(13))), streets()
    ).best
    assert best.position == 1
    indifferent = Weights(idle_permille=0)
    late = propose(
        pack([route], streets(), NOW),
        visit("D", window=(clock(12), clock(13))),
        streets(),
        weights=indifferent,
    ).best[0]
    assert late.position == 0 and late.cost_s == best.cost_s


def test_just_in_time_is_in_time() -> None:
    # One minute there, work until 16:59, one minute home.
    whole_shift = visit("A", minutes=9 * 60 - 2)
    assert propose(pack([day()], streets(), NOW), whole_shift, streets()).best[0].finishes_at == clock(16, 59)
    on_the_dot = visit("A", window=(clock(7), clock(8, 1)))
    assert propose(pack([day()], streets(), NOW), on_the_dot, streets()).best[0].starts_at == clock(8, 1)
