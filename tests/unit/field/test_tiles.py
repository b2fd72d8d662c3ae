"""Vector tiles, read again by GDAL, which knows nothing of how they were written."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely

from field.ogc.tiles.cutting import CELL, area_in, points_in
from field.ogc.tiles.encoding import encoded
from field.ogc.tiles.tile import EXTENT, Tile

WORLD = 20_037_508.342789244
"""Metres from the middle of EPSG:3857 to its edge."""


def decoded(folder: Path, tile: Tile, data: bytes, layer: str) -> tuple[list[Any], dict[str, list[Any]]]:
    """Shapes in EPSG:3857, and the values by name, as GDAL's own reader of tiles sees them."""
    path = folder / str(tile.z) / str(tile.x) / f"{tile.y}.mvt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _, shapes, values = pyogrio.raw.read(str(path), layer=layer)
    named = {str(name): list(column) for name, column in zip(meta["fields"], values, strict=True)}
    return [shapely.from_wkb(shape) for shape in shapes], named


def mercator(tile: Tile, shape: Any) -> Any:
    """Places of a tile as metres of EPSG:3857."""
    side = 2 * WORLD / (1 << tile.z)
    west, north = -WORLD + tile.x * side, WORLD - tile.y * side
    return shapely.transform(shape, lambda at: at / EXTENT * [side, -side] + [west, north])


def test_a_tile_of_the_world_is_where_it_is() -> None:
    assert Tile(0, 0, 0).places(shapely.get_coordinates(shapely.Point(0, 0))).tolist() == [[2048, 2048]]
    west, south, east, north = Tile(1, 1, 0).box
    assert west == pytest.approx(-2.8, abs=0.1) and east == 180 and south < 0 < 85 < north


@pytest.mark.parametrize("z", [8, 14, 18])
def test_areas_come_out_as_they_went_in(tmp_path: Path, z: int) -> None:
    lon, lat = 7.4201, 43.7301
    side = 360 / (1 << z)
    ring = [(lon + side * x, lat + side * y) for x, y in ((0, 0), (0.4, 0), (0.4, 0.3), (0, 0.3))]
    hole = [(lon + side * x, lat + side * y) for x, y in ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.2))]
    shape = shapely.MultiPolygon([shapely.Polygon(ring, [hole])])
    x = int((lon + 180) / 360 * (1 << z))
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * (1 << z))
    tile = Tile(z, x, y)
    drawn = area_in(tile, shape)
    assert drawn is not None and drawn.is_valid
    named: dict[str, Any] = {"code": "分区一", "zones": -3, "share": 0.25, "late": True, "nothing": None}
    shapes, values = decoded(tmp_path, tile, encoded("zones", [(drawn, named)]), "zones")
    # That reader cuts at the very edge; ours goes beyond it.
    expected = mercator(tile, shapely.intersection(drawn, shapely.box(0, 0, EXTENT, EXTENT)))
    assert shapes[0].symmetric_difference(expected).area < 1e-6 * expected.area
    assert len(shapely.get_rings(shapely.get_parts(drawn))) == 2
    assert {key: value[0] for key, value in values.items() if key != "mvt_id"} == {
        "code": "分区一",
        "zones": -3,
        "share": 0.25,
        "late": True,
    }


def test_what_lies_across_the_edge_is_cut_there() -> None:
    tile = Tile(10, 533, 373)
    west, south, east, north = tile.box
    wide = shapely.MultiPolygon([shapely.box(west - 1, (south + north) / 2, east + 1, north + 1)])
    drawn = area_in(tile, wide)
    assert drawn is not None and drawn.is_valid
    assert drawn.bounds == pytest.approx((-64, -64, EXTENT + 64, EXTENT / 2), abs=3)
    # A comb whose back lies outside falls into its teeth.
    teeth = [
        shapely.box(west + (at + 0.2) * 0.05, south, west + (at + 0.6) * 0.05, north + 1) for at in range(6)
    ]
    comb = shapely.union_all([*teeth, shapely.box(west, north + 0.5, west + 0.3, north + 1)])
    cut = area_in(tile, comb)
    assert cut is not None and cut.is_valid and len(cut.geoms) == 6


def test_a_speck_is_not_drawn_and_a_bowtie_after_rounding_is_mended() -> None:
    assert area_in(Tile(3, 4, 2), shapely.box(7.42, 43.73, 7.421, 43.731)) is None
    spiky = shapely.Point(7.42, 43.73).buffer(0.004, quad_segs=64)
    drawn = area_in(Tile(9, 266, 186), spiky)
    assert drawn is not None and drawn.is_valid and shapely.get_num_coordinates(drawn) < 40


def test_outer_rings_turn_as_the_specification_says() -> None:
    drawn = area_in(Tile(10, 533, 373), shapely.box(7.5, 43.6, 7.6, 43.65))
    assert drawn is not None
    for polygon in drawn.geoms:
        x, y = shapely.get_coordinates(polygon.exterior).T
        assert (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() > 0


def test_points_that_lie_together_are_one_with_their_number(tmp_path: Path) -> None:
    tile = Tile(12, 2132, 1492)
    west, south, east, north = tile.box
    middle = (west + (east - west) * 0.51, south + (north - south) * 0.51)
    near = (east - west) / EXTENT * CELL / 100
    points = [
        middle,
        (middle[0] + near, middle[1] + near),
        (west + (east - west) / 5, south + (north - south) / 5),
    ]
    told: list[dict[str, Any]] = [{"id": str(at), "late": at == 1} for at in range(3)]
    drawn = points_in(tile, points, told)
    shapes, values = decoded(tmp_path, tile, encoded("tasks", drawn), "tasks")
    assert sorted(values["count"]) == [1, 2] or sum(values["count"]) == 3
    by_count = dict(zip(values["count"], zip(values["id"], values["late"], strict=True), strict=True))
    assert by_count[1] == ("2", False) and by_count[2][1]
    assert len(shapes) == 2


def test_no_tile_is_beyond_the_world() -> None:
    assert [Tile(*each).exists for each in ((0, 0, 0), (1, 2, 0), (1, 0, -1), (23, 0, 0), (-1, 0, 0))] == [
        True,
        *(False,) * 4,
    ]
