"""The world in tenths of a degree: which country, and whether a town is near.

`atlas.npz` is made from the time zone boundaries (© OpenStreetMap contributors, ODbL) and from GeoNames
(CC BY 4.0) ; how, tells docs/adr/. A cell on a border is the smaller country's, so that Monaco is on the map.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from field.grid.whereabouts import Place

FILE = Path(__file__).with_name("atlas.npz")
CELLS_PER_DEGREE = 10


@dataclasses.dataclass(frozen=True)
class _World:
    """Rows from the south pole up, columns from 180° west on; `settled` has eight cells in a byte."""

    country: NDArray[np.uint8]
    settled: NDArray[np.uint8]
    codes: tuple[str, ...]
    names: dict[str, str]


@cache
def _world() -> _World:
    with np.load(FILE, allow_pickle=False) as file:
        codes = tuple(map(str, file["codes"]))
        names = dict(zip(codes, map(str, file["names"]), strict=True))
        return _World(file["country"], file["settled"], codes, names)


def place_at(lon: float, lat: float) -> Place:
    """The country of a point in WGS-84 degrees, to a tenth of a degree, and whether a town is near."""
    world = _world()
    rows, columns = world.country.shape
    row = min(max(int((lat + 90) * CELLS_PER_DEGREE), 0), rows - 1)
    column = int((lon + 180) * CELLS_PER_DEGREE) % columns
    near = bool(world.settled[row, column // 8] >> (7 - column % 8) & 1)
    code = world.codes[world.country[row, column]]
    return Place(code, world.names[code] or "the open sea", near)
