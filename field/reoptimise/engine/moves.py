"""One step of slack-induction by string removal: neighbouring strings of stops are taken out of some
routes, and put back one by one where they are cheapest (Christiaens & Vanden Berghe 2020, DOI
10.1287/trsc.2019.0914); the outcome is kept if it is better, or by chance if it is not much worse.

A string is a run of stops of one route. The routes whose strings go are those of the stops nearest to a
stop drawn by lot, so that what is freed lies together and can be exchanged. Putting back, a route is now and
then passed over although it is the cheapest (a *blink*), so that the same hole is not always filled by the
same stop.

What is written here is plain Python over arrays and is what it says; `field.reoptimise.engine.compiled` has
numba compile the same functions. They call each other and the arithmetic of the hours
(`field.road.pace`). A function
first takes the arrays that it needs out of the tuples it is given: what is compiled counts who refers to an
array at each look into a tuple.

A break is a stop without a place (its point is −1): it moves within its route, and never to another.

Whether a stop fits follows `field.dispatch.engine.route.schedule`: latest starts by forward slack, O(1) a
place. The cheapest place of a stop in a route is remembered until the route changes: most routes do not, and
most questions are asked again.
"""

import math
from typing import Any, Final

from field.dispatch.engine.route import UNREACHABLE
from field.reoptimise.engine.draft import (
    ABSENCE,
    ABSENT,
    AFTER,
    BEFORE,
    BEGIN,
    BY,
    CLOSED,
    COST,
    DELAY,
    DUE,
    EARLIEST,
    END,
    IDLE,
    LATEST,
    LEAVE,
    LIMIT,
    NOWHERE,
    PLACE,
    POINT,
    READY,
    SERVICE,
    SHIFT_END,
    STAMP,
    START,
    STOP,
    WAY,
    WISH,
    Draft,
    Ints,
    Scratch,
    Terms,
    Travel,
)
from field.road.pace import arrival, departure

CURRENT: Final = 0
BEST: Final = 1
STAMPS: Final = 2
TOUCHED: Final = 3
OUT: Final = 4
BETTER: Final = 5
"""Places in `Scratch.tally`: cost of the draft and of the best one, stamps given, routes touched, stops out
in this step, and how often a better best was found."""

BROKEN: Final = 1_000_000_000_000
"""What a route costs that cannot be kept: where a way is longer than the one by a third door, taking a stop
out can make the next one late. No such outcome is ever kept.
"""
MEAN_OUT: Final = 10
LONGEST: Final = 10
SPLIT: Final = 0.5
LONGER_GAP: Final = 0.5
BLINK: Final = 0.01
"""Stops taken out on average, the longest string, how often a string leaves a gap of stops standing, how
often that gap is one longer, and how often a route is passed over."""


def draw(dice: Ints) -> float:
    """A number between 0 and 1, both excluded (L'Ecuyer 1988, DOI 10.1145/62959.62969)."""
    dice[0] = dice[0] * 40_014 % 2_147_483_563
    dice[1] = dice[1] * 40_692 % 2_147_483_399
    z = (dice[0] - dice[1]) % 2_147_483_562
    return float(z + 0.5) / 2_147_483_562.0


def moment_price(stops: Ints, late: int, stop: int, begin: int) -> Any:
    """Seconds (an integer) that it costs to start this stop at that moment."""
    price = (begin - stops[stop, WISH]) * stops[stop, DELAY] // 1000
    if begin > stops[stop, DUE]:
        price += (begin - stops[stop, DUE]) * late // 1000
    return price


def retime(terms: Terms, draft: Draft, scratch: Scratch, rep: int) -> None:
    """Work out the times, latest starts and cost of a route whose stops have changed."""
    travel, stops, people, price, held = terms.travel, terms.stops, terms.people, terms.price, terms.held
    gaps, late, pace = draft.gaps, terms.late, terms.pace
    size = draft.size[rep]
    free, here, cost, driven = people[rep, READY], people[rep, START], 0, False
    for place in range(size):
        stop = gaps[rep, place, STOP]
        there, way = stops[stop, POINT], 0
        if there >= 0:
            way = travel[here, there]
            driven = True
        else:  # a break
            there = here
        begin = max(arrival(pace, free, way), stops[stop, EARLIEST])
        gaps[rep, place, BEFORE], gaps[rep, place, LEAVE] = here, free
        gaps[rep, place, AFTER], gaps[rep, place, WAY], gaps[rep, place, BEGIN] = there, way, begin
        gaps[rep, place, CLOSED] = held[stop]
        if held[stop] and place > 0 and stops[gaps[rep, place - 1, STOP], POINT] < 0:
            gaps[rep, place - 1, CLOSED] = 1  # what is held behind a break is held behind what is before it
        cost += way + price[stop, rep] + moment_price(stops, late, stop, begin)
        if begin > stops[stop, LATEST]:
            cost += BROKEN
        free, here = begin + stops[stop, SERVICE], there
    there = people[rep, END]
    home = people[rep, IDLE]
    if driven:
        home = travel[here, there] if there >= 0 else 0
    gaps[rep, size, STOP], gaps[rep, size, BEFORE], gaps[rep, size, LEAVE] = -1, here, free
    gaps[rep, size, AFTER], gaps[rep, size, WAY], gaps[rep, size, CLOSED] = there, home, 0
    gaps[rep, size, BY] = people[rep, LIMIT]
    cost += home
    ends = arrival(pace, free, home)
    if ends > people[rep, LIMIT]:
        cost += BROKEN
    if ends > people[rep, SHIFT_END]:
        cost += (ends - max(people[rep, SHIFT_END], people[rep, READY])) * late // 1000
    for place in range(size - 1, -1, -1):
        stop = gaps[rep, place, STOP]
        in_time = departure(pace, gaps[rep, place + 1, BY], gaps[rep, place + 1, WAY]) - stops[stop, SERVICE]
        gaps[rep, place, BY] = min(stops[stop, LATEST], in_time)
    draft.cost[rep] = cost
    scratch.tally[STAMPS] += 1
    # An empty route has the same content each time.
    draft.stamp[rep] = scratch.tally[STAMPS] if size > 0 else -1 - rep


def best_place(
    travel: Travel,
    reach: Travel,
    stops: Ints,
    late: int,
    pace: Ints,
    demand: Ints,
    left: Ints,
    gaps: Ints,
    last: int,
    stop: int,
    rep: int,
) -> tuple[int, int]:
    """(cost, place) of the cheapest place for an absent stop in a route, but for the representative's own
    price; (`NOWHERE`, −1) without one. `last`: the route's number of stops.
    """
    cheapest, found = NOWHERE, -1
    for part in range(demand.shape[1]):
        if demand[stop, part] > left[rep, part] and demand[stop, part] > 0:
            return cheapest, found
    if last + 1 >= gaps.shape[1]:
        return cheapest, found
    here, service = stops[stop, POINT], stops[stop, SERVICE]
    earliest, latest = stops[stop, EARLIEST], stops[stop, LATEST]
    for place in range(last + 1):
        leave = gaps[rep, place, LEAVE]
        if leave > latest:
            break
        if here < 0:  # a break goes anywhere
            begin = max(leave, earliest)
            ends = arrival(pace, begin + service, gaps[rep, place, WAY])
            if begin <= latest and not gaps[rep, place, CLOSED] and ends <= gaps[rep, place, BY]:
                cost = moment_price(stops, late, stop, begin)
                if cost < cheapest:
                    cheapest, found = cost, place
            continue
        way = reach[here, gaps[rep, place, BEFORE]]
        arrive = arrival(pace, leave, way)
        if arrive > latest or gaps[rep, place, CLOSED]:
            continue
        begin = max(arrive, earliest)
        free, gap, behind = begin + service, place, gaps[rep, place, STOP]
        if behind >= 0 and stops[behind, POINT] < 0:  # then the break, and on to what is behind it
            if free > stops[behind, LATEST]:
                continue
            free, gap = max(free, stops[behind, EARLIEST]) + stops[behind, SERVICE], place + 1
        after = gaps[rep, gap, AFTER]
        onward = travel[here, after] if after >= 0 else 0
        if arrival(pace, free, onward) > gaps[rep, gap, BY] or max(way, onward) >= UNREACHABLE:
            continue
        cost = way + onward - gaps[rep, gap, WAY] + moment_price(stops, late, stop, begin)
        if cost < cheapest:
            cheapest, found = cost, place
    return cheapest, found


def cheapest_route(terms: Terms, draft: Draft, scratch: Scratch, stop: int, blink: float) -> tuple[int, int]:
    """(representative, place) where the stop costs least of those looked at; (`ABSENT`, −1): nowhere."""
    travel, reach, stops, demand, price = terms.travel, terms.reach, terms.stops, terms.demand, terms.price
    gaps, size, left, stamp, late = draft.gaps, draft.size, draft.left, draft.stamp, terms.late
    pace = terms.pace
    memo, dice = scratch.memo, scratch.dice
    best, who = NOWHERE, ABSENT
    for rep in range(size.shape[0]):
        if price[stop, rep] >= best:
            continue
        if memo[stop, rep, STAMP] != stamp[rep]:
            memo[stop, rep, COST], memo[stop, rep, PLACE] = best_place(
                travel, reach, stops, late, pace, demand, left, gaps, size[rep], stop, rep
            )
            memo[stop, rep, STAMP] = stamp[rep]
        cost = memo[stop, rep, COST] + price[stop, rep]
        if cost < best and (blink == 0.0 or draw(dice) >= blink):
            best, who = cost, rep
    return (who, memo[stop, who, PLACE]) if who >= 0 else (ABSENT, -1)


def touch(draft: Draft, kept: Draft, scratch: Scratch, rep: int) -> None:
    """Remember a route as it is, before its first change in this step."""
    if scratch.is_touched[rep]:
        return
    scratch.is_touched[rep] = True
    scratch.touched[scratch.tally[TOUCHED]] = rep
    scratch.tally[TOUCHED] += 1
    copy_route(draft, kept, rep)


def copy_route(source: Draft, target: Draft, rep: int) -> None:
    """Make a route of `target` what it is in `source`."""
    was, now = source.gaps, target.gaps
    size = source.size[rep]
    target.size[rep], target.cost[rep], target.stamp[rep] = size, source.cost[rep], source.stamp[rep]
    for place in range(size + 1):
        for column in range(8):
            now[rep, place, column] = was[rep, place, column]
    for part in range(source.left.shape[1]):
        target.left[rep, part] = source.left[rep, part]


def put_in(terms: Terms, draft: Draft, scratch: Scratch, stop: int, rep: int, place: int) -> None:
    """Put an absent stop into a route."""
    gaps, left, demand = draft.gaps, draft.left, terms.demand
    for at in range(draft.size[rep], place, -1):
        gaps[rep, at, STOP] = gaps[rep, at - 1, STOP]
    gaps[rep, place, STOP] = stop
    draft.size[rep] += 1
    draft.rep[stop] = rep
    for part in range(demand.shape[1]):
        left[rep, part] -= demand[stop, part]
    retime(terms, draft, scratch, rep)


def take_string(
    terms: Terms, draft: Draft, scratch: Scratch, rep: int, first: int, length: int, gap_at: int, gap: int
) -> None:
    """Take `length` stops from place `first` on, leaving `gap` of them from `gap_at` on where they are."""
    gaps, left, demand, out, count = draft.gaps, draft.left, terms.demand, scratch.out, scratch.tally
    write = first
    for place in range(first, draft.size[rep]):
        stop = gaps[rep, place, STOP]
        inside = place < first + length and not (gap_at <= place < gap_at + gap)
        if inside and not terms.pinned[stop]:
            out[count[OUT]] = stop
            count[OUT] += 1
            draft.rep[stop] = ABSENT
            for part in range(demand.shape[1]):
                left[rep, part] += demand[stop, part]
        else:
            gaps[rep, write, STOP] = stop
            write += 1
    draft.size[rep] = write
    retime(terms, draft, scratch, rep)


def ruin(terms: Terms, draft: Draft, kept: Draft, scratch: Scratch) -> None:
    """Take neighbouring strings out. Stops that were absent already are out as well."""
    dice, who, sizes, gaps, near = scratch.dice, draft.rep, draft.size, draft.gaps, terms.near
    out, count, is_touched = scratch.out, scratch.tally, scratch.is_touched
    stops = who.shape[0]
    absent, routes = 0, 0
    for stop in range(stops):
        if who[stop] == ABSENT:
            out[absent] = stop
            absent += 1
    count[OUT] = absent
    for rep in range(sizes.shape[0]):
        routes += sizes[rep] > 0
    longest = min(float(LONGEST), (stops - absent) / max(routes, 1))
    wanted = int(draw(dice) * (4.0 * MEAN_OUT / (1.0 + longest) - 1.0) + 1.0)
    seed = int(draw(dice) * stops)
    for nth in range(stops):
        if count[TOUCHED] >= wanted:
            break
        stop = near[seed, nth]
        rep = who[stop]
        if rep == ABSENT or is_touched[rep]:
            continue
        size, place = sizes[rep], 0
        while gaps[rep, place, STOP] != stop:
            place += 1
        length = min(int(draw(dice) * min(float(size), longest) + 1.0), size)
        gap = 0
        if length < size and draw(dice) < SPLIT:
            gap = 1
            while length + gap < size and draw(dice) < LONGER_GAP:
                gap += 1
        span = length + gap
        low, high = max(0, place - span + 1), min(place, size - span)
        first = low + int(draw(dice) * (high - low + 1))
        gap_at = first + int(draw(dice) * (length + 1)) if gap > 0 else 0
        touch(draft, kept, scratch, rep)
        take_string(terms, draft, scratch, rep, first, span, gap_at, gap)


def arrange(terms: Terms, scratch: Scratch) -> None:
    """Decide in which order the stops that are out are put back."""
    dice, out, key, stops, remote = scratch.dice, scratch.out, scratch.key, terms.stops, terms.remote
    number, way = scratch.tally[OUT], draw(dice)
    for nth in range(number):
        stop = out[nth]
        if way < 0.3:
            key[nth] = draw(dice)
        elif way < 0.45:
            key[nth] = stops[stop, LATEST] - stops[stop, EARLIEST]
        elif way < 0.58:
            key[nth] = stops[stop, EARLIEST]
        elif way < 0.7:
            key[nth] = -stops[stop, LATEST]
        elif way < 0.8:
            key[nth] = draw(dice) - stops[stop, ABSENCE]
        elif way < 0.93:
            key[nth] = -remote[stop]
        else:
            key[nth] = remote[stop]
    for nth in range(1, number):
        value, stop, at = key[nth], out[nth], nth
        while at > 0 and key[at - 1] > value:
            key[at], out[at] = key[at - 1], out[at - 1]
            at -= 1
        key[at], out[at] = value, stop


def recreate(terms: Terms, draft: Draft, kept: Draft, scratch: Scratch, blink: float) -> None:
    """Put what is out back, each where it then costs least; what fits nowhere stays out."""
    for nth in range(scratch.tally[OUT]):
        stop = scratch.out[nth]
        rep, place = cheapest_route(terms, draft, scratch, stop, blink)
        if rep != ABSENT:
            touch(draft, kept, scratch, rep)
            put_in(terms, draft, scratch, stop, rep, place)


def settle(terms: Terms, draft: Draft, kept: Draft, scratch: Scratch, heat: float) -> Any:
    """Whether (true or false) the changed draft stays; otherwise it becomes again what it was."""
    count, touched, out, stops = scratch.tally, scratch.touched, scratch.out, terms.stops
    cost = count[CURRENT]
    for nth in range(count[TOUCHED]):
        rep = touched[nth]
        cost += draft.cost[rep] - kept.cost[rep]
    for nth in range(count[OUT]):
        stop = out[nth]
        if draft.rep[stop] == ABSENT:
            cost += stops[stop, ABSENCE]
        if kept.rep[stop] == ABSENT:
            cost -= stops[stop, ABSENCE]
    stays = cost < count[CURRENT] - heat * math.log(draw(scratch.dice))
    if stays:
        count[CURRENT] = cost
    for nth in range(count[TOUCHED]):
        rep = touched[nth]
        scratch.is_touched[rep] = False
        if not stays:
            copy_route(kept, draft, rep)
    for nth in range(count[OUT]):
        stop = out[nth]
        if stays:
            kept.rep[stop] = draft.rep[stop]
        else:
            draft.rep[stop] = kept.rep[stop]
    count[TOUCHED] = 0
    count[OUT] = 0
    return stays


def step(terms: Terms, draft: Draft, kept: Draft, best: Draft, scratch: Scratch, heat: float) -> None:
    """Take strings out, put them back, and keep the outcome or not. `kept.rep` is always as `draft.rep`
    was before the step; `heat`: seconds by which a worse outcome may be kept, on average.
    """
    ruin(terms, draft, kept, scratch)
    arrange(terms, scratch)
    recreate(terms, draft, kept, scratch, BLINK)
    if settle(terms, draft, kept, scratch, heat) and scratch.tally[CURRENT] < scratch.tally[BEST]:
        scratch.tally[BEST] = scratch.tally[CURRENT]
        scratch.tally[BETTER] += 1
        for rep in range(draft.size.shape[0]):
            if best.stamp[rep] != draft.stamp[rep]:
                copy_route(draft, best, rep)


def steps(
    terms: Terms,
    draft: Draft,
    kept: Draft,
    best: Draft,
    scratch: Scratch,
    hot: float,
    cold: float,
    number: int,
) -> None:
    """Many steps, the heat falling from `hot` to `cold` by the same share each time."""
    for nth in range(number):
        heat = hot * (cold / hot) ** (nth / number)
        step(terms, draft, kept, best, scratch, heat)


def fill(terms: Terms, draft: Draft, kept: Draft, scratch: Scratch) -> None:
    """Put all that is absent where it costs least, the dearest absence first; nothing is taken out."""
    out, count, stops = scratch.out, scratch.tally, terms.stops
    for stop in range(draft.rep.shape[0]):
        if draft.rep[stop] == ABSENT:
            nth = count[OUT]
            while nth > 0 and stops[out[nth - 1], ABSENCE] < stops[stop, ABSENCE]:
                out[nth] = out[nth - 1]
                nth -= 1
            out[nth] = stop
            count[OUT] += 1
    recreate(terms, draft, kept, scratch, 0.0)
    settle(terms, draft, kept, scratch, 1e18)
