"""The cheapest two for a visit that needs two: a gap of who leads, a gap of who comes along, one start.

In a gap a visit may begin from the moment one can be there to the last that leaves what is behind it in time.
Both begin at one moment, so that a pair of gaps is feasible when these spans meet, and no cost falls with a
later start: the earliest moment of both is the best, and there is nothing else to choose. Every pair of
gaps of two people is looked at that could still be the cheapest of its lead. Those who come along stand in
the order of what they cost at least: a lead is done at the first from which on no sum is less than the best.

The one who leads is judged as `field.dispatch.engine.search` judges; of who comes along only the way and the
waiting count, and what is agreed about the person. Which of two visits at the same door comes first is left
to the cost.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from field.dispatch.engine.gaps import Ask, Found, Gaps, Ints, Ways
from field.dispatch.engine.pairs_compiled import compile_pairs
from field.dispatch.engine.route import UNREACHABLE
from field.dispatch.engine.search import Rule, better, search

NOBODY: Final = -1


@dataclasses.dataclass(frozen=True)
class FoundPairs(Found):
    """What was found for each who could lead, (R,). `partner`: the row of who comes along, −1 where nobody
    does; the gap, the extra travel and the earliest arrival there. `cost` is of both.
    """

    partner: Ints
    partner_position: Ints
    partner_extra: Ints
    partner_arrive: Ints


@dataclasses.dataclass(frozen=True)
class Offers:
    """N gaps that take a visit, by row and gap: (N,) each. It begins from `low` to `high`; `flat`: what it
    costs whenever it begins, `least`: when it begins at `low`; `rest_from`, `rest_s`: of a break behind it;
    the rest as in `Gaps`.
    """

    row: Ints
    gap: Ints
    low: Ints
    high: Ints
    flat: Ints
    extra: Ints
    arrive: Ints
    onward: Ints
    rest_from: Ints
    rest_s: Ints
    next_start: Ints
    least: Ints

    def at(self, chosen: Ints | slice, start: Ints | int, ask: Ask, now: int) -> Ints:
        """What some of them cost when the visit begins at `start`."""
        free = np.maximum(start + ask.service, self.rest_from[chosen]) + self.rest_s[chosen]
        later = np.maximum(0, free + self.onward[chosen] - self.next_start[chosen])
        idle = np.minimum(start - self.arrive[chosen], later)
        delay = (start - max(ask.earliest, now)) * ask.delay_permille // 1000
        return np.asarray(self.flat[chosen] + delay + idle * ask.idle_permille // 1000, np.int64)

    def taken(self, chosen: Ints) -> "Offers":
        """Some of them, in this order."""
        return Offers(*(getattr(self, column.name)[chosen] for column in dataclasses.fields(self)))


def offers(gaps: Gaps, ask: Ask, ways: Ways, able: Ints) -> Offers:
    """The gaps of those who are `able`, (R,) flags, that would take the visit at some moment."""
    wide = gaps.open.shape[1]
    number = np.arange(wide)
    there = ways.to[gaps.before].astype(np.int64)
    onward = np.where(gaps.after >= 0, ways.on[np.maximum(gaps.after, 0)], 0).astype(np.int64)
    arrive = gaps.pace.arrivals(gaps.leave, there)
    low = np.maximum(arrive, ask.earliest)
    pausing = number == gaps.rest_gap[:, None]
    rest_from = np.where(pausing, gaps.rest_from[:, None], 0)
    rest_s = np.where(pausing, gaps.rest_s[:, None], 0)
    behind = gaps.pace.departures(gaps.limit, onward) - rest_s
    high = np.minimum(behind - ask.service, ask.latest)
    high = np.where(pausing, np.minimum(high, gaps.rest_by[:, None] - ask.service), high)
    fits = gaps.open & (number < gaps.count[:, None]) & (able != 0)[:, None]
    fits &= (there < UNREACHABLE) & (onward < UNREACHABLE)
    fits &= (low <= high) & ~(pausing & (gaps.rest_from[:, None] > behind))
    row, gap = np.nonzero(fits)
    extra = (there + onward - gaps.base)[row, gap]
    found = Offers(
        row=row.astype(np.int64),
        gap=gap.astype(np.int64),
        low=low[row, gap],
        high=high[row, gap],
        flat=extra + ask.penalty[row],
        extra=extra,
        arrive=arrive[row, gap],
        onward=onward[row, gap],
        rest_from=rest_from[row, gap],
        rest_s=rest_s[row, gap],
        next_start=gaps.next_start[row, gap],
        least=np.zeros(len(row), np.int64),
    )
    return dataclasses.replace(found, least=found.at(slice(None), found.low, ask, gaps.now))


Best = tuple[Ints, Ints, Ints, Ints]
"""By lead's row, (R,): the two offers (−1: none), the start and the cost of both."""
Pairing = Callable[[Offers, Offers, Ask, Ask, int, int], Best]


def pair_plain(leads: Offers, seconds: Offers, ask: Ask, second: Ask, now: int, rows: int) -> Best:
    """The reference: each gap of a lead against all who come along at once, the cheapest first."""
    one, other = np.full(rows, -1, np.int64), np.full(rows, -1, np.int64)
    when, cost = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for at, row in enumerate(leads.row.tolist()):
        most = len(seconds.row)
        if one[row] >= 0:
            most = int(np.searchsorted(seconds.least, cost[row] - leads.least[at]))
        start = np.maximum(seconds.low[:most], leads.low[at])
        meets = start <= np.minimum(seconds.high[:most], leads.high[at])
        could = np.flatnonzero(meets & (seconds.row[:most] != row))
        if not len(could):
            continue
        lead = np.full(len(could), at)
        sums = leads.at(lead, start[could], ask, now) + seconds.at(could, start[could], second, now)
        best = int(np.argmin(sums))
        if one[row] < 0 or sums[best] < cost[row]:
            one[row], other[row] = at, could[best]
            when[row], cost[row] = start[could[best]], sums[best]
    return one, other, when, cost


_ready: list[Pairing] = []


def pair_up(gaps: Gaps, ask: Ask, second: Ask, ways: Ways, *, find: Pairing | None = None) -> FoundPairs:
    """For each representative the cheapest pair that they lead, or the first rule that failed; `no_second`
    where they could, and nobody can come along.

    `ask`: of who leads; `second`: of who comes along, with the same window and length.
    """
    rows = len(gaps.count)
    alone = search(gaps, ask, ways)
    able = (alone.rule == Rule.OK.number).astype(np.int64)
    helping = (search(gaps, second, ways).rule == Rule.OK.number).astype(np.int64)
    leads, others = offers(gaps, ask, ways, able), offers(gaps, second, ways, helping)
    others = others.taken(np.argsort(others.least, kind="stable"))
    find = find or (_ready[-1] if _ready else pair_plain)
    one, other, when, cost = find(leads, others, ask, second, gaps.now, rows)
    paired = one >= 0

    def of(values: Ints, chosen: Ints, otherwise: Ints | int) -> Ints:
        """A column of the offers, by the lead's row."""
        found = values[np.maximum(chosen, 0)] if len(values) else np.zeros(rows, np.int64)
        return np.where(paired, found, otherwise)

    return FoundPairs(
        rule=np.where((able != 0) & ~paired, Rule.NO_SECOND.number, alone.rule),
        position=of(leads.gap, one, NOBODY),
        cost=np.where(paired, cost, 0),
        extra=of(leads.extra, one, 0),
        arrive=of(leads.arrive, one, 0),
        start=np.where(paired, when, alone.start),
        partner=of(others.row, other, NOBODY),
        partner_position=of(others.gap, other, NOBODY),
        partner_extra=of(others.extra, other, 0),
        partner_arrive=of(others.arrive, other, 0),
    )


def pair_up_each(gaps: Gaps, asks: Sequence[Ask], seconds: Sequence[Ask], ways: Ways) -> FoundPairs:
    """The best of several windows; see `field.dispatch.engine.search.search_each`."""
    best = pair_up(gaps, asks[0], seconds[0], ways)
    for ask, second in zip(asks[1:], seconds[1:], strict=True):
        best = better(best, pair_up(gaps, ask, second, ways))
    return best


def warm_up() -> str:
    """Make the compiled pairing ready; as `field.dispatch.engine.search.warm_up`."""
    if not _ready:
        try:
            compiled = compile_pairs()
        except ImportError:
            return "python"

        def pair_compiled(leads: Offers, seconds: Offers, ask: Ask, second: Ask, now: int, rows: int) -> Best:
            found = compiled(
                [getattr(leads, name) for name in COLUMNS],
                [getattr(seconds, name) for name in COLUMNS],
                (ask.service, max(ask.earliest, now)),
                (ask.delay_permille, ask.idle_permille),
                (second.delay_permille, second.idle_permille),
                rows,
            )
            return found[0], found[1], found[2], found[3]

        _ready.append(pair_compiled)
    return "numba"


COLUMNS: Final = (
    *("row", "low", "high", "flat", "least", "arrive", "onward"),
    *("rest_from", "rest_s", "next_start"),
)
"""What of the offers the compiled pairing reads, in this order."""
