"""What a file of zones is, before anybody says what its columns mean."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Layer:
    """`kind`: the geometry's type as the file says it; empty where it says none."""

    name: str
    kind: str

    @property
    def has_areas(self) -> bool:
        """Whether polygons can be in it."""
        return any(word in self.kind for word in ("Polygon", "Surface", "Unknown", "Collection"))


@dataclasses.dataclass(frozen=True)
class Source:
    """`features` are GeoJSON's; `said`: how the file names its coordinate system (WKT, an EPSG code), empty
    where it does not; `units`: GeoJSON's own member of that name."""

    format: str
    layers: tuple[Layer, ...] = ()
    layer: str | None = None
    columns: tuple[str, ...] = ()
    features: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    said: str = ""
    encoding: str = "utf-8"
    units: Any = None
    crs: Any = None
