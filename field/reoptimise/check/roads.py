"""How long a way takes at its hour, worked out by whoever did not make the plan, hour by hour.

It shares nothing with `field.road.pace`: no sums, no search, only the hours one after the other.
"""

import dataclasses
from collections.abc import Sequence
from typing import Final


@dataclasses.dataclass(frozen=True)
class Roads:
    """`hours`: from when to when (seconds of Unix time, ascending), and at how many thousandths of the empty
    road's speed; outside of them the roads are empty. `still_s`: of each way, what is not ridden.
    """

    hours: Sequence[tuple[int, int, int]] = ()
    still_s: int = 0

    def arrival(self, leave: int, way: int) -> int:
        """When one arrives who leaves then, so many seconds away on empty roads."""
        still = min(way, self.still_s)
        moment, left = leave, (way - still) * 1000
        for begins, ends, speed in ((leave, leave, 1000), *self.hours):
            free = max(0, begins - moment)
            if left <= free * 1000:
                break
            moment, left = moment + free, left - free * 1000
            room = max(0, ends - moment)
            if left <= room * speed:
                return moment - (-left // speed) + still
            moment, left = moment + room, left - room * speed
        return moment - (-left // 1000) + still

    def departure(self, arrive: int, way: int) -> int:
        """When one leaves at the latest so as to be there by then: found by trying."""
        low, high = arrive - 10 * way - 1, arrive
        while high - low > 1:
            middle = (low + high) // 2
            if self.arrival(middle, way) <= arrive:
                low = middle
            else:
                high = middle
        return high if self.arrival(high, way) <= arrive else low


EMPTY: Final = Roads()
