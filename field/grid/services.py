"""What the grid's use cases are bound to."""

from __future__ import annotations

import dataclasses

from field.grid.store import GridCache


@dataclasses.dataclass(frozen=True)
class GridServices:
    """``cache``: this process' copy of the zones, built anew after each import."""

    cache: GridCache = dataclasses.field(default_factory=GridCache)
