"""The worst that a file of its size can make the import's parsers do: by work and by memory, not by time.

Who uploads is signed in, but what they upload is made by programs, and may be anything. Each kind is refused
with a code of its own, or taken with work that grows with the file and with nothing else.
"""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from field.grid.files import rep_file
from field.grid.files.borders import meetings
from field.grid.files.importer import Limits, read_reps, read_zones
from field.grid.files.rep_file import OPTIONAL, REQUIRED
from field.grid.places import osm_file
from field.grid.places.address_file import read_addresses
from field.grid.places.osm_file import read_osm_addresses
from kernel.files import encodings
from kernel.files.findings import Findings
from tests.rig.work import lines_run
from tests.unit.grid.files import shaped, square, zone, zone_file

SMALL = Limits(file_bytes=1 << 19, features=312, vertices=15_625, vertices_per_zone=312, rows=312)
"""A sixty-fourth of what is taken, so that a test need not make 32 MB."""
SIZE = 500_000


def codes(file: Any) -> set[str]:
    return {fault.code for fault in file.faults}


def peak(call: Callable[[], Any]) -> int:
    """Bytes allocated at the worst moment."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def filled(head: bytes, part: bytes, tail: bytes = b"") -> bytes:
    return head + part * ((SIZE - len(head) - len(tail)) // len(part)) + tail


# ---- GeoJSON

OPEN = b'{"type":"FeatureCollection","features":['
RING = OPEN + b'{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":['
GEOJSON: dict[str, tuple[bytes, str]] = {
    "brackets that nest": (filled(b"", b"["), "too_many_vertices"),
    "braces that nest": (filled(b"", b'{"a":'), "too_many_values"),
    "some brackets that nest": (b"[" * 20_000, "invalid_json"),
    "empty lists": (filled(OPEN, b"[],", b"[]]}"), "too_many_vertices"),
    "empty objects": (filled(OPEN, b"{},", b"{}]}"), "too_many_values"),
    "numbers": (filled(OPEN, b"1,", b"1]}"), "too_many_values"),
    "short texts": (filled(OPEN, b'"ab",', b'"ab"]}'), "too_many_values"),
    "fields": (
        b'{"type":"FeatureCollection",' + b",".join(b'"%d":1' % n for n in range(40_000)) + b"}",
        "not_feature_collection",
    ),
    "empty rings": (RING + b"[]," * 20_000 + b"[]]}}]}", "too_many_vertices"),
    "a ring of points": (RING + b"[[1,2]" + b",[1,2]" * 15_000 + b"]]}}]}", "too_many_vertices"),
    "a number of digits": (filled(OPEN, b"1", b"]}"), "invalid_json"),
    "a fraction of digits": (filled(OPEN + b"1.", b"1", b"]}"), "not_feature"),
    "a text without an end": (filled(OPEN + b'"', b"a"), "invalid_json"),
    "one line": (filled(OPEN + b'"', b"a", b'"]}'), "not_feature"),
    "a code": (filled(OPEN + b'{"type":"Feature","properties":{"code":"', b"a", b'"}}]}'), "bad_code"),
    "a system": (filled(b'{"type":"FeatureCollection","crs":"', b"a", b'","features":[1]}'), "wrong_crs"),
    "units": (
        b'{"type":"FeatureCollection","features":[1],"units":[' + b",".join([b"{}"] * 2_000) + b"]}",
        "unknown_level",
    ),
}


@pytest.mark.parametrize("kind", GEOJSON)
def test_a_zone_file_costs_no_more_than_its_length(kind: str) -> None:
    data, code = GEOJSON[kind]
    assert len(data) <= SMALL.file_bytes
    assert code in codes(read_zones(data, limits=SMALL))
    signs = data.count(b"[") + data.count(b"{")
    assert lines_run(lambda: read_zones(data, limits=SMALL)) < 20_000 + 200 * min(signs, SMALL.vertices)
    assert peak(lambda: read_zones(data, limits=SMALL)) < (24 << 20) + 12 * len(data)


def comb(teeth: int, across: bool = False, slant: float = 0.0) -> list[list[float]]:
    """An outline of narrow teeth, a hundredth of a degree high."""
    high, step = 0.01, 0.01 / teeth
    ring = [[0.0, 0.0]]
    for number in range(teeth):
        at = number * step
        ring += [
            [at, high / 20],
            [at + slant, high],
            [at + step / 2 + slant, high],
            [at + step / 2, high / 20],
        ]
    ring += [[high, high / 20], [high, 0.0], [0.0, 0.0]]
    return [[round(7.4 + (y if across else x), 9), round(43.7 + (x if across else y), 9)] for x, y in ring]


def bands(count: int) -> list[list[list[list[float]]]]:
    """Square rings, each around the next."""
    step = 0.01 / count / 2
    around = [square(7.4 + step * n, 43.7 + step * n, 0.01 - 2 * step * n) for n in range(2 * count)]
    return [[around[n], around[n + 1]] for n in range(0, 2 * count - 1, 2)]


class Counted:
    """GEOS's questions, with how many points they were asked about; each is work of the points' square at
    worst."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.most = 0
        for name in ("is_valid", "intersection", "union_all"):
            monkeypatch.setattr(shapely, name, self._counting(getattr(shapely, name)))

    def _counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*shapes: Any, **options: Any) -> Any:
            self.most = max(self.most, sum(int(shapely.get_num_coordinates(shape).sum()) for shape in shapes))
            return function(*shapes, **options)

        return counted


def test_combs_across_each_other_are_not_intersected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred kilobytes that took GEOS minutes and gigabytes."""
    features = [shaped(zone("Z1", 0, 0), comb(1_000)), shaped(zone("Z2", 0, 0), comb(1_000, across=True))]
    counted = Counted(monkeypatch)
    assert codes(read_zones(zone_file(features))) == {"zones_entangled"}
    assert counted.most < 10_000


def test_an_outline_that_runs_back_and_forth_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch)
    data = zone_file([shaped(zone("Z1", 0, 0), comb(4_000, slant=0.01))])
    assert codes(read_zones(data)) == {"outline_entangled"}
    assert counted.most == 0


def test_rings_around_rings_are_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch)
    feature = zone("Z1", 0, 0)
    feature["geometry"] = {"type": "MultiPolygon", "coordinates": bands(1_000)}
    assert codes(read_zones(zone_file([feature]))) == {"outline_entangled"}
    assert counted.most == 0


def test_outlines_that_are_fine_are_not_taken_for_that() -> None:
    """Neighbours that share a wound border of ten thousand points, five hundred holes, upright teeth."""
    border = [[7.41 + (n % 7) * 1e-5, round(43.72 + n * 1e-6, 9)] for n in range(10_000)]
    west = [[7.40, 43.72], *border, [7.40, border[-1][1]], [7.40, 43.72]]
    east = [[7.42, 43.72], [7.42, border[-1][1]], *border[::-1], [7.42, 43.72]]
    holes = [square(7.43 + (n % 25) * 4e-4, 43.72 + n // 25 * 4e-4, 2e-4) for n in range(500)]
    features = [
        shaped(zone("Z1", 0, 0), west),
        shaped(zone("Z2", 0, 0), east),
        shaped(zone("Z3", 0, 0), square(7.4299, 43.7199, 0.0102), *holes),
        shaped(zone("Z4", 0, 0), [[x + 0.1, y] for x, y in comb(2_000)]),
    ]
    assert codes(read_zones(zone_file(features))) == set()


def test_meetings_are_counted_to_their_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    real = shapely.STRtree.query

    def query(tree: shapely.STRtree, boxes: Any) -> Any:
        nonlocal asked
        asked += len(boxes)
        return real(tree, boxes)

    monkeypatch.setattr(shapely.STRtree, "query", query)
    one, other = (meetings.pieces_of(shapely.Polygon(comb(5_000, across))) for across in (False, True))
    assert meetings.meetings(one, other) is None
    assert asked <= 2_000


# ---- CSV

HEADER = ",".join((*REQUIRED, *OPTIONAL)).encode() + b"\n"
PLACES = b"address,lon,lat\n"
CSV: dict[str, tuple[bytes, str]] = {
    "columns": (b",".join(b"c%d" % n for n in range(45_000)), "line_too_long"),
    "many columns": (b",".join(b"c%d" % n for n in range(30_000)), "too_many_columns"),
    "columns without a name": (b"code" + b"," * 100_000, "too_many_columns"),
    "one line": (filled(b"", b"a"), "line_too_long"),
    "one line of cells": (filled(HEADER, b"a,"), "line_too_long"),
    "a quote that is never closed": (filled(HEADER + b'"', b"a\n"), "not_csv"),
    "rows": (filled(HEADER, b"a\n"), "too_many_rows"),
    "empty rows": (filled(HEADER, b"\n"), "no_rows"),
    "rows of commas": (filled(HEADER, b",,,\n"), "no_rows"),
    "carriage returns": (filled(HEADER, b"a\r"), "too_many_rows"),
    "another encoding": (filled(HEADER, b"\xe9\xff"), "unknown_encoding"),
    "another encoding at the end": (filled(HEADER, b"a", b"\xe9"), "unknown_encoding"),
}


@pytest.mark.parametrize("kind", CSV)
def test_a_table_costs_no_more_than_its_length(kind: str) -> None:
    data, code = CSV[kind]
    assert code in codes(read_reps(data, limits=SMALL))
    rows = data.count(b"\n") + data.count(b"\r")
    assert lines_run(lambda: read_reps(data, limits=SMALL)) < 3_000_000 + 13 * rows
    assert peak(lambda: read_reps(data, limits=SMALL)) < (16 << 20) + 12 * len(data)


ADDRESSES = {
    "columns": CSV["columns"],
    "many columns": CSV["many columns"],
    "one line": CSV["one line"],
    "a quote that is never closed": (filled(PLACES + b'"', b"a\n"), "not_csv"),
    "rows that are short": (filled(PLACES, b"a\n"), "wrong_cell_count"),
}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_an_address_table_costs_no_more_than_its_length(kind: str) -> None:
    data, code = ADDRESSES[kind]
    assert code in codes(read_addresses(data))
    assert lines_run(lambda: read_addresses(data)) < 100_000 + 20 * data.count(b"\n")
    assert peak(lambda: read_addresses(data)) < (16 << 20) + 12 * len(data)


def test_a_cell_of_zones_is_gone_through_once() -> None:
    """Each was compared with all before it: nine hundred million comparisons a line."""
    row = dict.fromkeys((*REQUIRED, *OPTIONAL), "x")

    class Text(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Text.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    row["zones"] = ";".join(f"Z{n}" for n in range(20_000))
    line = rep_file._Line(row, 2, Findings(10))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rep_file, "code_of", Text)
        assert len(line._zones({}, None)) == 20_000
    assert Text.compared < 100_000


@pytest.mark.parametrize("kind", ["a" * 999 + "é", "é", "aé;", "aé\n"])
def test_a_text_in_another_encoding_is_judged_by_a_part_of_it(kind: str) -> None:
    """What is judged does not grow with the file, however its foreign letters lie."""

    def work(size: int) -> int:
        data = (kind * (size // len(kind))).encode("windows-1252")
        return lines_run(lambda: encodings.read_text(data, None, "unknown_encoding", Findings(9)))

    assert work(2 * SIZE) < 1.2 * work(SIZE) + 10_000


@pytest.mark.parametrize("text", ["a" * SIZE + "é", "é" * SIZE, "é" + "a" * SIZE + "é", "aé;" * (SIZE // 3)])
def test_samples_are_found_in_one_pass(text: str) -> None:
    assert lines_run(lambda: encodings.samples(text)) < 100_000


# ---- OpenStreetMap

NODE = b'<node id="%d" lon="7.4" lat="43.7"/>\n'
OSM: dict[str, tuple[bytes, str]] = {
    "entities": (
        b'<!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b']><osm><node id="1" lon="1" lat="1"><tag k="name" v="&j;"/></node></osm>',
        "not_osm",
    ),
    "a file from elsewhere": (
        b'<!DOCTYPE osm [<!ENTITY a SYSTEM "file:///etc/passwd">]><osm>&a;</osm>',
        "not_osm",
    ),
    "elements that nest": (filled(b"<osm>", b"<a>"), "not_osm"),
    "elements of no kind": (filled(b"<osm>", b"<a/>", b"</osm>"), "no_rows"),
    "a tag without an end": (filled(b'<osm><node id="', b"a"), "not_osm"),
    "text": (filled(b"<osm>", b"a", b"</osm>"), "no_rows"),
    "tags": (
        b'<osm><node id="1" lon="1" lat="1">'
        + b"".join(b'<tag k="%d" v=""/>' % n for n in range(2_000))
        + b"</node></osm>",
        "file_too_large",
    ),
    "corners": (b'<osm><way id="1">' + b'<nd ref="1"/>' * 100_001 + b"</way></osm>", "file_too_large"),
    "a place that is none": (b'<osm><node id="1" lon="nan" lat="1"/></osm>', "not_osm"),
}


@pytest.mark.parametrize("kind", OSM)
def test_an_extract_costs_no_more_than_its_length(kind: str) -> None:
    data, code = OSM[kind]
    assert code in codes(read_osm_addresses(data))
    assert peak(lambda: read_osm_addresses(data)) < (8 << 20) + 4 * len(data)
    assert lines_run(lambda: read_osm_addresses(data)) < 100_000 + 12 * data.count(b"<")


def test_what_was_packed_to_fill_the_memory_is_refused() -> None:
    data = gzip.compress(b"<osm>" + b" " * (100 << 20) + b"</osm>")
    assert codes(read_osm_addresses(data)) == {"file_too_large"}
    assert peak(lambda: read_osm_addresses(data)) < 16 << 20


def test_more_nodes_than_a_city_has_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osm_file, "MOST_NODES", 1_000)
    data = b"<osm>" + b"".join(NODE % n for n in range(20_000)) + b"</osm>"
    assert codes(read_osm_addresses(data)) == {"file_too_large"}


def test_numbers_as_large_as_they_come_are_no_position() -> None:
    for number in ("1e308", "-1e308", "1" * 4_000, "1e400"):
        feature = shaped(zone("Z1", 7.4, 43.7), square(7.4, 43.7))
        text = json.dumps({"type": "FeatureCollection", "features": [feature]})
        data = text.replace("7.41", number, 1).encode()
        assert codes(read_zones(data)), number
