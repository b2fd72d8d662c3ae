"""Zones out of a network: by what the model says, or by where it is cut; outlines that importers take."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from field.grid.files.records import LEVELS
from field.grid.files.zone_file import read_zones
from field.network.files.reading import NetworkAsked, read_file
from field.network.files.stored import packed
from field.network.zones.deriving import Derived, Known, Wanted, zones_of_file, zones_of_layers
from tests.rig.models import SIDE, model
from tests.rig.need import require
from tests.rig.water import NETWORKS, published


def derive(data: bytes, by: str = "cuts", known: list[Known] | None = None, **how: object) -> Derived:
    wanted = Wanted(by, **how)  # type: ignore[arg-type]
    return zones_of_file(data, asked=NetworkAsked(crs="EPSG:4326"), wanted=wanted, known=known or [])


def sizes(found: Derived) -> dict[str, int]:
    assert found.zones is not None, found.faults
    return {each["properties"]["code"]: each["properties"]["junctions"] for each in found.zones["features"]}


def shapes(found: Derived) -> dict[str, shapely.Geometry]:
    assert found.zones is not None
    return {
        each["properties"]["code"]: shapely.geometry.shape(each["geometry"])
        for each in found.zones["features"]
    }


def test_closed_pipes_and_meters_cut_a_network_into_zones() -> None:
    assert sizes(derive(model())) == {"N01": 33}
    assert sizes(derive(model("x1 x2"))) == {"N01": 33}, "a third way is open"
    found = derive(model("x1 x2"), meters=frozenset({"x3"}))
    assert sizes(found) == {"N01": 17, "N02": 16}
    assert found.zones is not None
    assert {each["properties"]["boundary_valves"] for each in found.zones["features"]} == {"x1;x2"}
    assert sizes(derive(model("x1 x2", tags="LINK x3 meter"))) == {"N01": 17, "N02": 16}


def test_a_pressure_reducing_valve_is_a_border() -> None:
    valve = "[VALVES]\nprv a11 b8 100 PRV 40 0\n"
    data = model("x1 x2", more=valve).replace(b"x3 a11 b8 400 100 100 0 Open\n", b"")
    assert sizes(derive(data)) == {"N01": 17, "N02": 16}


def test_what_is_small_between_two_cuts_is_no_zone_of_its_own() -> None:
    """The feed is closed: its reservoir alone is no zone, and joins the one that it feeds."""
    data = model().replace(b"feed r a0 300 300 100 0 Open", b"feed r a0 300 300 100 0 Closed")
    assert sizes(derive(data)) == {"N01": 33}


def test_tags_and_patterns_name_zones_and_the_others_join_the_nearest() -> None:
    some = "NODE a5 城东\nNODE b5 城西\nNODE b6 城西"
    assert sizes(derive(model(tags=some), "tags")) == {"城东": 17, "城西": 16}
    assert sizes(derive(model(patterns="DMA_"), "patterns")) == {"DMA_a": 17, "DMA_b": 16}
    links = "\n".join(f"LINK {block}h{at} Z{block}" for block in "ab" for at in (0, 1, 4, 5))
    assert sizes(derive(model(tags=links), "link_tags")) == {"Za": 17, "Zb": 16}


def test_outlines_do_not_overlap_share_their_border_and_hold_their_junctions() -> None:
    found = derive(model("x1 x2 x3"))
    one, two = shapes(found).values()
    assert shapely.intersection(one, two).area < 1e-12
    for column in (0, 3):
        assert one.contains(shapely.Point(114.0 + column * SIDE, 22.5 + SIDE))
        assert two.contains(shapely.Point(114.0 + (5 + column) * SIDE, 22.5 + SIDE))
    near = derive(model("x1 x2 x3"), reach_m=300.0)
    assert shapely.intersection(*shapes(near).values()).length > SIDE, "they meet between the grids"
    assert shapes(near)["N01"].area > one.area


def test_what_comes_of_it_is_a_file_of_zones_that_the_importer_takes() -> None:
    found = derive(model(patterns="DMA_"), "patterns")
    assert found.zones is not None
    for each in found.zones["features"]:
        each["properties"] |= dict.fromkeys(LEVELS, "U1")
    read = read_zones(json.dumps(found.zones).encode())
    assert (read.faults, [row.code for row in read.rows]) == ((), ["DMA_a", "DMA_b"])
    assert read.rows[0].main_length_m == pytest.approx(24 * 200 + 300 + 3 * 200)


def test_zones_that_there_are_keep_their_names_and_units_and_new_ones_get_their_neighbours() -> None:
    before = derive(model())
    whole = shapes(before)["N01"]
    units = dict.fromkeys(LEVELS, "U1")
    known = [Known("城东-01", {"name": "城东", "name_en": "East"}, units, whole)]
    now = derive(model("x1 x2 x3"), known=known)
    assert sizes(now) == {"城东-01": 17, "N01": 16}, "the larger part keeps the code"
    assert now.zones is not None
    new, old = now.zones["features"]
    assert (old["properties"]["name"], old["properties"]["name_en"]) == ("城东", "East")
    assert new["properties"]["station"] == "U1" and new["properties"]["name"] == "N01"


def test_the_stored_network_tells_the_same_as_its_file() -> None:
    data = model("x1 x2 x3", tags="NODE a5 A\nNODE b5 B", patterns="P_")
    file = read_file(data, NetworkAsked(crs="EPSG:4326"))
    layers = packed(file)
    for by in ("tags", "patterns", "cuts"):
        wanted = Wanted(by)
        again = zones_of_layers(
            layers["pipes"], others={"sources": layers["sources"]}, snap_m=0.5, wanted=wanted, known=[]
        )
        assert again.zones == derive(data, by).zones


def test_what_cannot_be_is_told() -> None:
    assert [fault.code for fault in derive(model(), "tags").faults] == ["nothing_to_derive"]
    assert [fault.code for fault in derive(model(tags="NODE a5 a/b"), "tags").faults] == ["bad_code"]
    assert [fault.code for fault in derive(model(), meters=frozenset({"nope"})).faults] == ["unknown_link"]
    nameless = zones_of_file(model(), asked=NetworkAsked(), wanted=Wanted("cuts"), known=[])
    assert [fault.code for fault in nameless.faults] == ["crs_missing"]
    assert derive(b"[JUNCTIONS]\n\x00").faults


@pytest.mark.parametrize(
    ("name", "by", "count"),
    [("c-town", "patterns", 5), ("dmas", "cuts", 5)],
)
def test_published_networks_become_zones(name: str, by: str, count: int) -> None:
    require("networks")
    data, crs = published(name).read_bytes(), NETWORKS[name][1]
    wanted = Wanted(by)  # type: ignore[arg-type]
    found = zones_of_file(data, asked=NetworkAsked(crs=crs), wanted=wanted, known=[])
    assert (found.count, found.left) == (count, 0)
    assert found.zones is not None
    for each in found.zones["features"]:
        each["properties"] |= dict.fromkeys(LEVELS, "U1")
    read = read_zones(json.dumps(found.zones).encode())
    assert read.faults == () and len(read.rows) == count
    assert np.isfinite([row.geometry.area for row in read.rows]).all()
