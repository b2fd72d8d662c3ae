"""How fast one gets on at which hour: ways of so many seconds on empty roads, ridden by the clock.

The travel matrix says how long a way takes on empty roads (*base seconds*). A *pace* is a speed for each
hour, in permille of the empty road's: 500 where the same way takes twice as long. A way is ridden through the
hours that it lies in, at the speed of each: speeds have steps, travel times have none, and who leaves later
never arrives earlier (Ichoua, Gendreau & Potvin 2003, DOI 10.1016/S0377-2217(02)00147-9).

With one pace for everybody that is but another clock. Let Φ(t) be what has been ridden by the second t since
some moment, in thousandths of base seconds: whole numbers, growing with every second. A way of w base seconds
that begins at t ends at the first second T with Φ(T) ≥ Φ(t) + 1000 w; to be there by T one leaves at the last
second t for which that holds. Both are exact, and each is the other's inverse:

    arrival(t, w) ≤ T   ⟺   t ≤ departure(T, w)

so that forward slack stays what it is on a clock without hours.

What no hour changes is not ridden: of each way the first `still_s` seconds, in which one parks and walks
to the door. A way that is no longer is a walk.

The scalar functions look at numbers in a row and nothing else, so that numba compiles them as they stand; the
row is [origin, still_s, Φ at each hour from the origin on]. An empty row is the pace of empty roads, which
costs one comparison. Outside of the hours of a row one gets on as on empty roads.
"""

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Row = Any
"""A row of whole numbers: a tuple, or what is compiled, an array."""

STEP_S: Final = 3600
"""One speed lasts an hour."""
UNIT: Final = 1000
"""Thousandths of a base second ridden in a second on empty roads."""
HEAD: Final = 2
"""Numbers before the first Φ in a row."""


def arrival(row: Row, leave: int, way: int) -> Any:
    """When one arrives who leaves then, `way` base seconds away."""
    if len(row) == 0 or way <= row[1]:
        return leave + way
    ridden = (int(way) - row[1]) * UNIT
    return first_second(row, ridden_by(row, leave) + ridden) + row[1]


def departure(row: Row, arrive: int, way: int) -> Any:
    """When one leaves at the latest so as to be there by then."""
    if len(row) == 0 or way <= row[1]:
        return arrive - way
    ridden = (int(way) - row[1]) * UNIT
    return last_second(row, ridden_by(row, arrive - row[1]) - ridden)


def ridden_by(row: Row, moment: int) -> Any:
    """Φ of a moment."""
    hours = len(row) - HEAD - 1
    since = moment - row[0]
    hour = since // STEP_S
    if hour < 0:
        return since * UNIT
    if hour >= hours:
        return row[HEAD + hours] + (since - hours * STEP_S) * UNIT
    before = row[HEAD + hour]
    return before + (since - hour * STEP_S) * ((row[HEAD + hour + 1] - before) // STEP_S)


def first_second(row: Row, ridden: int) -> Any:
    """The first second by which so much has been ridden."""
    hours = len(row) - HEAD - 1
    low, high = -1, hours  # the last hour that begins with less
    while low < high:
        middle = (low + high + 1) // 2
        if row[HEAD + middle] < ridden:
            low = middle
        else:
            high = middle - 1
    if low < 0:
        return row[0] - (-ridden // UNIT)
    speed = UNIT if low == hours else (row[HEAD + low + 1] - row[HEAD + low]) // STEP_S
    return row[0] + low * STEP_S - ((row[HEAD + low] - ridden) // speed)


def last_second(row: Row, ridden: int) -> Any:
    """The last second by which no more has been ridden."""
    hours = len(row) - HEAD - 1
    low, high = -1, hours  # the last hour that begins with no more
    while low < high:
        middle = (low + high + 1) // 2
        if row[HEAD + middle] <= ridden:
            low = middle
        else:
            high = middle - 1
    if low < 0:
        return row[0] + ridden // UNIT
    speed = UNIT if low == hours else (row[HEAD + low + 1] - row[HEAD + low]) // STEP_S
    return row[0] + low * STEP_S + (ridden - row[HEAD + low]) // speed


CALLEES_FIRST: Final = (ridden_by, first_second, last_second, arrival, departure)
"""For whoever compiles them."""


@dataclasses.dataclass(frozen=True)
class Pace:
    """A pace for the hours from `origin` on, in seconds of the caller's clock. `ridden`: Φ at the beginning
    of each hour and the end of the last; empty: the pace of empty roads.
    """

    origin: int = 0
    still_s: int = 0
    ridden: tuple[int, ...] = ()

    @classmethod
    def of(cls, origin: int, speeds: Sequence[int], still_s: int = 0) -> "Pace":
        """Speeds by the hour from `origin` on, each at least 1 permille."""
        if all(speed == UNIT for speed in speeds):
            return EVEN
        if min(speeds) < 1:
            raise ValueError("nobody stands still for an hour")
        ridden = [0]
        for speed in speeds:
            ridden.append(ridden[-1] + speed * STEP_S)
        return cls(origin, still_s, tuple(ridden))

    @cached_property
    def plain(self) -> tuple[int, ...]:
        """The row for functions that run as they are written."""
        return (self.origin, self.still_s, *self.ridden) if self.ridden else ()

    @cached_property
    def row(self) -> Ints:
        """The row for what is compiled."""
        return np.array(self.plain, np.int64)

    @cached_property
    def compiled(self) -> Ints | None:
        """The row for what is compiled twice; None on empty roads."""
        return self.row if self.ridden else None

    def arrival(self, leave: int, way: int) -> int:
        """When one arrives who leaves then, `way` base seconds away."""
        return int(arrival(self.plain, leave, way))

    def departure(self, arrive: int, way: int) -> int:
        """When one leaves at the latest so as to be there by then."""
        return int(departure(self.plain, arrive, way))

    def arrivals(self, leave: Ints, way: Ints) -> Ints:
        """`arrival`, column by column."""
        if not self.ridden:
            return np.asarray(leave + way)
        still = np.minimum(way, self.still_s)
        ridden, speeds = self._columns
        wanted = self._ridden_by(leave) + (way - still) * UNIT
        hour = np.searchsorted(ridden, wanted, side="left") - 1
        begun = np.where(hour < 0, 0, ridden[np.maximum(hour, 0)])
        at = np.maximum(hour, 0) * STEP_S - (begun - wanted) // speeds[hour]
        return np.where(way <= self.still_s, leave + way, self.origin + at + still)

    def departures(self, arrive: Ints, way: Ints) -> Ints:
        """`departure`, column by column."""
        if not self.ridden:
            return np.asarray(arrive - way)
        still = np.minimum(way, self.still_s)
        ridden, speeds = self._columns
        wanted = self._ridden_by(arrive - still) - (way - still) * UNIT
        hour = np.searchsorted(ridden, wanted, side="right") - 1
        begun = np.where(hour < 0, 0, ridden[np.maximum(hour, 0)])
        at = np.maximum(hour, 0) * STEP_S + (wanted - begun) // speeds[hour]
        return np.where(way <= self.still_s, arrive - way, self.origin + at)

    @cached_property
    def _columns(self) -> tuple[Ints, Ints]:
        """Φ, and the speed of each hour and of the time behind the last: what stands at −1 is that before
        the first as well.
        """
        ridden = np.array(self.ridden, np.int64)
        return ridden, np.append(np.diff(ridden) // STEP_S, UNIT)

    def _ridden_by(self, moment: Ints) -> Ints:
        ridden, speeds = self._columns
        since = moment - self.origin
        hour = np.minimum(since // STEP_S, len(speeds) - 1)
        inside = np.maximum(hour, 0)
        known = ridden[inside] + (since - inside * STEP_S) * speeds[inside]
        return np.where(hour < 0, since * UNIT, known)


EVEN: Final = Pace()
"""The same at every hour: empty roads."""
