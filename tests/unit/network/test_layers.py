"""What layers draw is joined as it is meant, and whatever a file holds, it is read or refused, never more."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.network.files import build
from field.network.files.build import Network, joined
from field.network.files.crs import named_system
from field.network.files.inp_file import looks_like_inp, read_inp
from field.network.files.layer_file import read_layers
from field.network.files.reading import NetworkAsked, told_network
from field.network.files.records import NetworkFile
from field.network.files.stored import packed, unpacked
from tests.rig.need import require
from tests.rig.pipes import Feature, collection, feature, network_file
from tests.rig.water import PUBLISHED, published

METRE = 1 / 111_195
"""Degrees of latitude."""


def drawn(*features: Feature, **options: Any) -> Network:
    file = read_layers(collection(features), named_system)
    assert not file.faults, file.faults
    return joined(file, **options)


def pipe(code: str, *places: tuple[float, float], **more: Any) -> Feature:
    """In metres east and north of the equator's beginning."""
    return feature("pipe", code, "LineString", [[x * METRE, y * METRE] for x, y in places], **more)


def point(layer: str, code: str, x: float, y: float, /, **more: Any) -> Feature:
    return feature(layer, code, "Point", [x * METRE, y * METRE], **more)


def told(network: Network) -> list[tuple[str, dict[str, object]]]:
    return [(each.code, dict(each.params)) for each in (*network.faults, *network.warnings)]


def test_an_end_on_the_middle_of_a_pipe_divides_it() -> None:
    network = drawn(pipe("A", (0, 0), (100, 0)), pipe("B", (60, 0.3), (60, 50)), point("source", "S", 0, 0))
    assert [(network.pipes[link.pipe].code, link.part) for link in network.links] == [
        ("A", 0),
        ("A", 1),
        ("B", 0),
    ]
    assert [link.length_m for link in network.links] == pytest.approx([60, 40, 49.7], abs=0.05)
    assert network.links[0].end == network.links[1].start == network.links[2].start
    assert told(network) == []


def test_an_end_that_stops_short_of_a_pipe_is_named_with_how_far() -> None:
    features = pipe("A", (0, 0), (100, 0)), pipe("B", (60, 2), (60, 50)), point("source", "S", 0, 0)
    (short, params), (alone, _) = told(drawn(*features))
    assert (short, params["code"], params["other"], params["metres"]) == ("stops_short", "B", "A", 2.0)
    assert alone == "part_without_source"
    assert told(drawn(*features, snap_m=3)) == []


def test_pipes_that_cross_are_not_joined() -> None:
    network = drawn(pipe("A", (0, 0), (100, 0)), pipe("B", (50, -50), (50, 50)), point("source", "S", 0, 0))
    assert len(network.links) == 2 and len(network.nodes) == 4


def test_a_valve_divides_its_pipe_where_it_lies_or_stands_at_its_end() -> None:
    network = drawn(
        pipe("A", (0, 0), (100, 0)),
        pipe("B", (100, 0), (200, 0)),
        point("valve", "V1", 30, 0.4, state="stuck"),
        point("valve", "V2", 100.1, 0),
        point("source", "S", 0, 0),
    )
    assert len(network.links) == 3
    first, second = network.valves if network.valves[0].code == "V1" else network.valves[::-1]
    assert (first.kind, network.links[first.link].part, first.end) == ("stuck", 0, 1)
    assert network.pipes[network.links[second.link].pipe].code in ("A", "B")


def test_a_valve_where_three_pipes_meet_has_to_name_its_own() -> None:
    three = [pipe(code, (0, 0), place) for code, place in (("A", (50, 0)), ("B", (0, 50)), ("C", (-50, 0)))]
    network = drawn(*three, point("valve", "V", 0.1, 0))
    assert ("valve_at_junction", 3) in [(code, params.get("pipes")) for code, params in told(network)]
    network = drawn(*three, point("valve", "V", 0.1, 0, pipe="B"))
    assert network.pipes[network.links[network.valves[0].link].pipe].code == "B"


def test_a_closed_pipe_is_closed_by_its_valve_or_by_one_that_stands_for_it() -> None:
    network = drawn(pipe("A", (0, 0), (100, 0), status="closed"), point("source", "S", 0, 0))
    assert [(valve.code, valve.kind) for valve in network.valves] == [("A#closed", "closed")]
    own = point("valve", "V", 50, 0)
    network = drawn(pipe("A", (0, 0), (100, 0), status="closed"), own, point("source", "S", 0, 0))
    assert [(valve.code, valve.kind) for valve in network.valves] == [("V", "closed")]


def test_what_is_out_of_reach_is_told_of_and_never_moved_there() -> None:
    far = drawn(
        pipe("A", (0, 0), (100, 0)),
        point("connection", "near", 50, 30),
        point("connection", "far", 50, 300),
        point("source", "S", 0, 0),
    )
    assert [each.code for each in far.connections] == ["near"]
    assert [(code, params["code"]) for code, params in told(far)] == [("connection_off", "far")]
    off = drawn(pipe("A", (0, 0), (100, 0)), point("valve", "V", 50, 30))
    assert [code for code, _ in told(off)] == ["valve_off_pipe"]


def test_an_older_layer_that_fits_no_more_is_left_out_and_told_of() -> None:
    file = read_layers(collection([pipe("A", (0, 0), (9, 0)), point("valve", "V", 50, 0)]), named_system)
    network = joined(file, brought=frozenset({"pipes"}))
    assert not network.faults and network.valves == ()
    assert "valve_off_pipe" in [each.code for each in network.warnings]


def test_ends_without_number_in_one_place_are_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    star = [pipe(f"P{n}", (n * 0.004, 0), (100, n)) for n in range(build.MOST_TOGETHER + 20)]
    assert [code for code, _ in told(drawn(*star))] == ["too_many_ends"]
    monkeypatch.setattr(build, "NEAR_MOST", 1)
    monkeypatch.setattr(build, "NEAR_AT_ONCE", 4)
    heap = [pipe(f"P{n}", (-50, n * 0.6), (50, n * 0.6)) for n in range(30)]
    assert [code for code, _ in told(drawn(*heap))] == ["too_tangled"]


def test_a_published_file_with_faults_of_topology_names_them() -> None:
    require("networks")
    file = json.loads((PUBLISHED / "network" / "ky4_disconnected_pipes.geojson").read_text())
    for each in file["features"]:
        each["properties"] = {"layer": "pipe", "code": each["properties"]["name"]}
    read = read_layers(json.dumps(file).encode(), named_system)
    assert (read.crs, len(read.pipes or ())) == ("EPSG:3547", 1_156)
    network = joined(read)
    assert len([each for each in network.warnings if each.code == "stops_short"]) >= 3


def test_layers_are_kept_and_read_again_as_they_were() -> None:
    file = read_layers(network_file(), named_system)
    assert joined(unpacked(packed(file))) == joined(file)


# Whatever a file holds --------------------------------------------------------------------------------


def read_any(data: bytes) -> NetworkFile:
    """As an import reads it; what is joined of it must not fail either."""
    if looks_like_inp(data):
        file = read_inp(data, named_system, crs="EPSG:32618")
    else:
        file = read_layers(data, named_system)
    if not file.faults:
        joined(file)
    return file


SOUND = b"""[JUNCTIONS]
 a 1 2
 b 1
[RESERVOIRS]
 r 5
[PIPES]
 p r a 10 100 100 0 Open
 q a b 10 100 100 0 Closed
[STATUS]
 p Open
[TIMES]
 Duration 24:00
[COORDINATES]
 a 500000 0
 b 500100 0
 r 500000 100
[VERTICES]
 q 500050 10
[OPTIONS]
 Units LPS
[END]
"""


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_a_damaged_file_is_read_or_refused(seed: int) -> None:
    dice = random.Random(seed)
    data = bytearray(dice.choice((SOUND, network_file())))
    for _ in range(dice.randint(1, 12)):
        at = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                del data[at : at + dice.randint(1, 40)]
            case 2:
                data[at:at] = data[dice.randrange(len(data)) :][: dice.randint(1, 60)]
            case _:
                data[at:at] = dice.choice((b"nan", b"1e999", b"-", b"[", b"{}", b"\x00", b"\xff", b"9" * 400))
    file = read_any(bytes(data))
    assert all(fault.where for fault in file.faults)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[PIPES]\n" + b"x" * 100_000, "line_too_long"),
        (b"[PIPES]\n" + b"1 " * 400 + b"\n", "too_many_fields"),
        (b"[JUNCTIONS]\n a 1_0\n[PIPES]\n", "not_a_number"),
        (b"[JUNCTIONS]\n a 1\n a 1\n", "code_twice"),
        (b"[JUNCTIONS]\n a 1\n[PIPES]\n p a a 1 1 1\n", "link_to_itself"),
        (b"[OPTIONS]\n Units Barrels\n", "unknown_units"),
        (b'{"type":"FeatureCollection","features":' + b"[" * 100_000, "invalid_json"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "invalid_json"),
        (b'{"type":"FeatureCollection","features":[' + b"7," * 9 + b"7]}", "not_a_feature"),
        (b'{"type":"FeatureCollection","features":[]}', "no_pipes"),
        (b"[]", "not_feature_collection"),
    ],
)
def test_a_hostile_file_is_refused_at_once(data: bytes, code: str) -> None:
    begun = time.thread_time()
    assert code in {fault.code for fault in read_any(data).faults}
    assert time.thread_time() - begun < 2


def test_chinese_maps_and_their_shift_are_taken_back() -> None:
    there = [feature("pipe", "P", "LineString", [[116.404, 39.915], [116.405, 39.915]])]
    plain = read_layers(collection(there), named_system, crs="EPSG:4326")
    shifted = read_layers(collection(there), named_system, crs="GCJ-02")
    (lon, lat), (moved_lon, moved_lat) = ((file.pipes or ())[0].line[0] for file in (plain, shifted))
    assert 0.004 < lon - moved_lon < 0.008 and 0.0005 < lat - moved_lat < 0.003
    elsewhere = [feature("pipe", "P", "LineString", [[7.4, 43.7], [7.41, 43.7]])]
    refused = read_layers(collection(elsewhere), named_system, crs="bd09")
    assert [fault.code for fault in refused.faults] == ["outside_crs"]


def test_the_rows_of_a_file_come_after_what_it_says() -> None:
    require("networks")
    data = published("c-town").read_bytes()
    telling = told_network(data, NetworkAsked(crs="EPSG:32633"), {}, None)
    reading: Any = next(telling)
    assert (reading.faults, reading.counts["pipes"], reading.counts["sources"]) == ((), 444, 8)
    rows: dict[str, int] = {}
    part: Any = telling.send(7)
    while part is not None:
        rows[part[0]] = rows.get(part[0], 0) + len(part[1])
        assert all(row[0] == 7 for row in part[1])
        part = next(telling)
    assert rows == {"network_node": 396, "network_link": 444, "network_valve": 1}
