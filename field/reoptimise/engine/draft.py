"""What a search over whole days looks at and changes, as tables of numbers.

`Terms` do not change during a search: travel, stops, representatives, and what each would cost with each. A
`Draft` is one arrangement of the stops with its times. Units are those of `field.dispatch.engine.route`:
whole seconds, points as rows of a travel matrix.

What is asked of one stop, or of one gap between two stops, stands in one row of eight numbers: a search asks
nothing else all day, and a row is what a processor reads at once.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Travel = NDArray[np.int32]

NOWHERE: Final = 1 << 60
"""The cost of a place that there is not."""
ABSENT: Final = -1

# Columns of `Terms.stops`.
POINT: Final = 0
SERVICE: Final = 1
EARLIEST: Final = 2
LATEST: Final = 3
DUE: Final = 4
WISH: Final = 5
DELAY: Final = 6
ABSENCE: Final = 7
# Columns of `Terms.people`.
START: Final = 0
END: Final = 1
READY: Final = 2
LIMIT: Final = 3
SHIFT_END: Final = 4
IDLE: Final = 5
# Columns of `Draft.gaps`.
STOP: Final = 0
BEFORE: Final = 1
LEAVE: Final = 2
AFTER: Final = 3
BY: Final = 4
WAY: Final = 5
BEGIN: Final = 6
CLOSED: Final = 7
# Columns of a memory.
STAMP: Final = 0
COST: Final = 1
PLACE: Final = 2


class Terms(NamedTuple):
    """N stops that may be arranged, R representatives who may be given them, P parts.

    `travel`: (M, M), and `reach`, the same with the way there as the row. `stops`: (N, 8) point, −1 of a
    break; service; earliest and latest start; the moment from which on it is late; the first moment at which
    anybody could start; permille of a second that each second of waiting since then costs; what it costs to
    leave it out.
    `pinned`: (N,) never taken out of its place; `held`: (N,) nothing goes directly before it; `remote`: (N,)
    travel from the nearest start; `near`: (N, N) the stops by nearness to each, itself first; `demand`: (N,
    P).

    `people`: (R, 6) the point where they become free; where the day ends, −1 at the last stop; when they are
    free; by when the day must have ended; from when on it is overtime; the way home when no stop is added
    (whoever has nothing at all does not set out). `stock`: (R, P) parts for the stops
    arranged here. `price`: (N, R) seconds that this person costs for this stop beside the travel, `NOWHERE`
    for one who cannot. `late`: permille of a second for each second of lateness and overtime.
    `pace`: the row of `field.road.pace`, empty where the hours are all the same.
    """

    travel: Travel
    reach: Travel
    stops: Ints
    pinned: Flags
    held: Flags
    remote: Ints
    near: Travel
    demand: Ints
    people: Ints
    stock: Ints
    price: Ints
    late: int
    pace: Ints


class Draft(NamedTuple):
    """Who does what, in which order, and when.

    `gaps`: (R, W + 1, 8), W the most stops that a route can hold; a gap for each stop and one behind the
    last: the stop behind it, −1 where there is none; the point before it, and when one leaves there; the
    point behind it (−1: none), and by when one has to be there; the travel between them; when the stop
    starts; whether nothing may be put in. `size`: (R,) stops; `left`: (R, P) parts; `cost`: (R,) seconds;
    `stamp`: (R,) a number that no other content of this route has; `rep`: (N,) who has the stop, or `ABSENT`.
    """

    gaps: Ints
    size: Ints
    left: Ints
    cost: Ints
    stamp: Ints
    rep: Ints


class Scratch(NamedTuple):
    """What a step writes down for itself. `memo`: (N, R, 3) the cost and the place of the cheapest place of
    each stop in each route, as of its content with that stamp; `out`: (N,) stops without a place; `key`: (N,)
    by which they are ordered; `touched`: (R,) routes that differ from the draft before; `is_touched`: (R,);
    `dice`: (2,) the state of the generator; `tally`: see the names in `field.reoptimise.engine.moves`.
    """

    memo: Ints
    out: Ints
    key: NDArray[np.float64]
    touched: Ints
    is_touched: Flags
    dice: Ints
    tally: Ints


def blank(terms: Terms, widest: int) -> Draft:
    """A draft in which nobody has anything. `widest`: the most stops of one route."""
    people = len(terms.people)
    return Draft(
        gaps=np.zeros((people, widest + 1, 8), np.int64),
        size=np.zeros(people, np.int64),
        left=terms.stock.copy(),
        cost=np.zeros(people, np.int64),
        stamp=np.zeros(people, np.int64),
        rep=np.full(len(terms.stops), ABSENT, np.int64),
    )


def unwritten(terms: Terms, seed: int) -> Scratch:
    """Nothing remembered, and dice that fall the same way for the same `seed`."""
    stops, people = terms.price.shape
    return Scratch(
        memo=np.zeros((stops, people, 3), np.int64),
        out=np.zeros(stops, np.int64),
        key=np.zeros(stops, np.float64),
        touched=np.zeros(people, np.int64),
        is_touched=np.zeros(people, np.bool_),
        dice=np.array([seed % 2_147_483_562 + 1, (seed * 31 + 7) % 2_147_483_398 + 1], np.int64),
        tally=np.zeros(6, np.int64),
    )
