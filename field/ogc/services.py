"""What a worker keeps of the maps that it gives out, each for one version of the grid."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from field.grid.coverage import ZoneCoverage
from field.grid.store import Grid
from field.ogc.territories import territories
from kernel.files.apart import work_aside

COVERAGE_KEPT: Final = timedelta(seconds=10)
"""A program that reads page by page is told of one moment, and each page says which."""


@dataclasses.dataclass(frozen=True)
class CoverageThen:
    """How the zones of a grid were looked after at a moment, by code."""

    grid: Grid
    at: datetime
    zones: dict[str, ZoneCoverage]

    def holds(self, grid: Grid, now: datetime) -> bool:
        """Whether it can still be told."""
        return self.grid.version == grid.version and timedelta() <= now - self.at < COVERAGE_KEPT


@dataclasses.dataclass
class OgcServices:
    """`shapes`: the geometries of a collection by feature, as shapes; made when first asked for."""

    version: UUID | None = None
    shapes: dict[str, dict[str, BaseGeometry]] = dataclasses.field(default_factory=dict)
    tiles: dict[Any, bytes] = dataclasses.field(default_factory=dict)
    coverage: CoverageThen | None = None

    async def territories(self, grid: Grid) -> dict[str, BaseGeometry]:
        """Of this grid."""
        self.turn_to(grid.version)
        if "territories" not in self.shapes:
            made = await work_aside(territories, grid.index.zones)
            if self.version == grid.version:
                self.shapes["territories"] = made
            return made
        return self.shapes["territories"]

    def turn_to(self, version: UUID | None) -> None:
        """Forget what was made of another grid."""
        if self.version != version:
            self.version, self.shapes, self.tiles = version, {}, {}
