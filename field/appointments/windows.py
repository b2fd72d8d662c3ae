"""Appointments: which windows of the coming days are really free, and which of them are offered.

A window ("Tuesday, 10 to 12") binds when somebody is at the door. The utility sets the windows of a day by
the clock on its wall; on a day when clocks change, 10 o'clock stays 10 o'clock. A window is free where the
visit can be inserted into an able representative's route as it is, with nobody promised earlier coming late
(`field.dispatch.engine`): what is offered is a place in a route, not a number of people.

What is kept back: a window that has begun, or begins sooner than `LEAD_S`, is offered only as far as somebody
can still be sent; and the insertion has to reach the door `MARGIN_S` before the window closes, so that a
promise does not begin its life on its last minute.

Of the free ones those are offered that cost the least, spread over the days: the cheapest of each day, then
the second of each, until there are enough. Nobody can come on one day only because it suits our route best.
Where windows of a day cost about the same, the time of day is taken that has been offered least so far: who
works in the mornings finds an afternoon.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from field.dispatch.engine.gaps import NO_TERMS, Fleet, Ints, Terms, Ways, Weights
from field.dispatch.engine.proposals import propose
from field.dispatch.engine.route import Visit

DAYS_OFFERED: Final = 7
"""Days on which windows are offered, today the first: as many as the house keeps days at hand for."""
MOST_OFFERED: Final = 8
AS_GOOD_S: Final = 300
"""Costs that differ by less are about the same."""
LEAD_S: Final = 1800
MARGIN_S: Final = 600

Bounds = tuple[int | None, int | None]
"""Seconds of Unix time between which a visit has to begin; None: whenever."""

Span = tuple[int, int]
"""Minutes of the day by the wall clock: from, until."""


@dataclasses.dataclass(frozen=True, order=True)
class Window:
    """When somebody is to be at the door: Unix seconds, the working day, and which of its windows it is."""

    start: int
    end: int
    day: date
    number: int = 0


@dataclasses.dataclass(frozen=True)
class Offer:
    """A window that is free, whose route would take it, and at what cost in seconds."""

    window: Window
    rep_id: UUID
    position: int
    starts_at: int
    extra_travel_s: int
    cost_s: int


def windows_of(day: date, spans: Sequence[Span], moment: Callable[[date, int], datetime]) -> list[Window]:
    """The windows of a day in order. `moment`: minutes after local midnight as a moment."""
    return [
        Window(int(moment(day, start).timestamp()), int(moment(day, end).timestamp()), day, number)
        for number, (start, end) in enumerate(sorted(spans))
    ]


def days_ahead(first: date, days: int = DAYS_OFFERED) -> list[date]:
    """The days from `first` on."""
    return [first + timedelta(days=ahead) for ahead in range(days)]


def still_open(windows: Sequence[Window], now: int) -> list[Window]:
    """Those in which somebody sent now can still arrive."""
    return [window for window in windows if window.end - MARGIN_S > now + LEAD_S]


def visit_in(visit: Visit, window: Window, now: int, bounds: Bounds = (None, None)) -> Visit:
    """The visit as it is searched for in that window. `bounds`: no sooner, no later than these, if any."""
    earliest, latest = max(window.start, now + LEAD_S), window.end - MARGIN_S
    opens, closes = bounds
    earliest = earliest if opens is None else max(earliest, opens)
    latest = latest if closes is None else min(latest, closes)
    return dataclasses.replace(visit, earliest=earliest, latest=latest, windows=())


def free_on(
    fleet: Fleet,
    visit: Visit,
    ways: Ways,
    windows: Sequence[Window],
    now: int,
    *,
    owner: UUID | None = None,
    declined_by: Collection[UUID] = (),
    terms: Terms = NO_TERMS,
    weights: Weights,
    order: Ints | None = None,
    bounds: Bounds = (None, None),
) -> Iterator[Offer]:
    """The windows of one day that a route takes, each with its cheapest place. `fleet`: that day's routes."""
    for window in still_open(windows, now):
        asked = visit_in(visit, window, now, bounds)
        if asked.earliest > asked.latest:
            continue
        found = propose(
            fleet,
            asked,
            ways,
            owner=owner,
            declined_by=declined_by,
            terms=terms,
            weights=weights,
            limit=1,
            order=order,
            named=0,
        )
        for best in found.best:
            yield Offer(
                window=window,
                rep_id=best.rep_id,
                position=best.position,
                starts_at=best.starts_at,
                extra_travel_s=best.extra_travel_s,
                cost_s=best.cost_s,
            )


def spread(offers: Collection[Offer], most: int = MOST_OFFERED) -> list[Offer]:
    """At most `most` of the offers: each day's cheapest before any day's second, and of what costs about the
    same the time of day that was chosen least. Within a round the days come in order.
    """
    left: dict[date, list[Offer]] = defaultdict(list)
    for offer in sorted(offers, key=lambda offer: (offer.window.day, offer.cost_s, offer.window)):
        left[offer.window.day].append(offer)
    chosen: list[Offer] = []
    times: Counter[int] = Counter()
    while left and len(chosen) < most:
        for day in list(left):
            least = left[day][0].cost_s
            as_good = [offer for offer in left[day] if offer.cost_s <= least + AS_GOOD_S]
            best = min(as_good, key=lambda offer: (times[offer.window.number], offer.cost_s, offer.window))
            chosen.append(best)
            times[best.window.number] += 1
            left[day].remove(best)
            if not left[day]:
                del left[day]
    return chosen[:most]
