"""Every gap judged, against the long way round and against the search for the best one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from field.dispatch.engine.fits import about_the_person, gap_fits
from field.dispatch.engine.gaps import Ways, ask_for
from field.dispatch.engine.proposals import pack
from field.dispatch.engine.route import insert, schedule
from field.dispatch.engine.search import Rule, search_plain
from tests.unit.field.oracle import at_a_pace, broken_rules, random_case

CASES = 3000


def test_a_gap_fits_exactly_where_nothing_breaks() -> None:
    """Each gap of each day in 3,000 days of every shape, by building the route and living it."""
    tried = {True: 0, False: 0}
    for seed in range(CASES):
        case = at_a_pace(random_case(seed), seed) if seed % 2 else random_case(seed)
        fleet = pack(case.routes, case.travel, case.now)
        ask = ask_for(fleet, case.new, case.owner, case.declined, case.weights)
        ways = Ways.of(case.travel, case.new.point)
        found, fits = search_plain(fleet.gaps, ask, ways), gap_fits(fleet.gaps, ask, ways)
        for row, route in enumerate(case.routes):
            if about_the_person(int(found.rule[row])):
                continue
            for gap in range(len(route.visits) + 1):
                after = insert(route, case.new, gap)
                fine = broken_rules(route, after, case.new, case.travel, case.now) == []
                judged = bool(fits.open[row, gap]) and fits.rule[row, gap] == Rule.OK.number
                assert judged == fine, (seed, row, gap)
                tried[fine] += 1
                if fine:
                    stop = schedule(after, case.travel, case.now).stops[gap]
                    assert fits.start[row, gap] == stop.start_at, (seed, row, gap)
    assert min(tried.values()) > 500, tried


@given(st.integers(0, 2**63))
@settings(max_examples=200, deadline=None)
def test_the_best_gap_is_one_that_fits_and_a_refusal_leaves_none(seed: int) -> None:
    case = random_case(seed, most_reps=6, most_visits=8)
    fleet = pack(case.routes, case.travel, case.now)
    ask = ask_for(fleet, case.new, case.owner, case.declined, case.weights)
    ways = Ways.of(case.travel, case.new.point)
    found, fits = search_plain(fleet.gaps, ask, ways), gap_fits(fleet.gaps, ask, ways)
    possible = fits.open & (fits.rule == Rule.OK.number)
    for row in range(len(case.routes)):
        if found.rule[row] == Rule.OK.number:
            best = found.position[row]
            assert possible[row, best]
            assert (fits.extra[row, best], fits.start[row, best]) == (found.extra[row], found.start[row])
        elif not about_the_person(int(found.rule[row])):
            assert not possible[row].any()
