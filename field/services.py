"""What the field wing is bound to; made once by ``app.build``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from field.grid.store import GridCache
from field.road.profile import Paces
from field.road.travel import Travel
from kernel.erasing import Erasers
from kernel.pictures.blobs import Blobs

Point = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class FieldServices:
    """``travel``: times between places; ``timezone``: of the working day; ``blobs``: keeps photos.

    ``erasers``: every capability's, for what a task tells of a customer.
    ``windows``: those that appointments are offered in, as minutes of the day by the wall clock.
    """

    travel: Travel
    blobs: Blobs
    timezone: ZoneInfo
    erasers: Erasers
    grid: GridCache = dataclasses.field(default_factory=GridCache)
    link_lifetime: timedelta = timedelta(hours=12)
    windows: tuple[tuple[int, int], ...] = ((480, 600), (600, 720), (780, 900), (900, 1020))
    rosters: dict[date, Any] = dataclasses.field(default_factory=dict)
    """What this worker keeps of each working day, for those who place tasks."""
    retried: dict[UUID, datetime] = dataclasses.field(default_factory=dict)
    """When this worker last tried to place a task of the inbox (see :mod:`field.dispatch.retries`)."""

    followed: dict[str, UUID] = dataclasses.field(default_factory=dict)
    """The version of the grid that this worker has last had open tasks follow (see
    :mod:`field.map.following`)."""

    @cached_property
    def path(self) -> Callable[[Point, Point], list[Point]]:
        """The line to draw between two places; a day's legs are drawn again and again, and kept."""
        return lru_cache(maxsize=4096)(self.travel.path)

    @cached_property
    def paces(self) -> Paces:
        """How fast one gets on on which day, as this worker keeps it."""
        return Paces(self.timezone)

    def day_of(self, moment: datetime) -> date:
        """The working day in which ``moment`` lies."""
        return moment.astimezone(self.timezone).date()

    def moment(self, day: date, minutes: int) -> datetime:
        """``minutes`` after local midnight of ``day``; 1440 is the next midnight. In UTC."""
        midnight = datetime.combine(day, time(), self.timezone)
        # Wall-clock arithmetic: on a day with a clock change 08:00 stays 08:00.
        return (midnight + timedelta(minutes=minutes)).astimezone(UTC)
