"""What the coming days can bear: minutes that are free beside what is asked, by station or zone and day.

For each representative and day: the minutes of the shift, less the service and the travel of what stands on
the route and of what is held there. A station has the sum over its people; a zone what the representative who
answers for it has, who may answer for others too: a zone's free minutes are not its own alone. Asked is what
nobody has yet, on the day its window opens, today if it has opened already.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

DAYS_SHOWN: Final = 21
"""Three weeks ahead."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """Minutes of one group on one day. `free` may be negative: the day is fuller than its shifts."""

    shift: int
    planned: int
    asked: int

    @property
    def free(self) -> int:
        return self.shift - self.planned

    @property
    def short(self) -> bool:
        """Whether more is asked than is free."""
        return self.asked > self.free


@dataclasses.dataclass(frozen=True)
class Row:
    """A station or a zone by its code, with a cell for each day."""

    code: str
    cells: tuple[Cell, ...]


def capacity(
    groups: Mapping[str, Sequence[UUID]],
    days: Sequence[date],
    shifts: Mapping[tuple[UUID, date], int],
    planned: Mapping[tuple[UUID, date], int],
    asked: Iterable[tuple[str, date, int]],
) -> list[Row]:
    """The groups in order, each with all days.

    `groups`: the people of each; `shifts`, `planned`: minutes by person and day; `asked`: group, day, minutes
    of each task that nobody has; what was to begin before the first day counts on the first.
    """
    wanted: dict[tuple[str, date], int] = defaultdict(int)
    for group, day, minutes in asked:
        wanted[group, max(day, days[0])] += minutes
    return [
        Row(
            code,
            tuple(
                Cell(
                    shift=sum(shifts.get((rep_id, day), 0) for rep_id in people),
                    planned=sum(planned.get((rep_id, day), 0) for rep_id in people),
                    asked=wanted[code, day],
                )
                for day in days
            ),
        )
        for code, people in sorted(groups.items())
    ]
