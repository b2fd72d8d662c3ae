"""Extracts read with pyosmium: what the plain reader finds, in an area, and refused where they are none."""

import gzip
import itertools
import shutil
from pathlib import Path

import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Relation, Way

from field.road.mapped.extract import ExtractRefused, read_extract
from field.road.mapped.osm_xml import read_osm
from field.road.streets import Streets
from field.road.tagging import EVERYBODY

MONACO = Path(__file__).parents[3] / "demo" / "source" / "monaco.osm.gz"


def as_pbf(source: Path, target: Path) -> Path:
    with osmium.SimpleWriter(str(target)) as writer:
        for found in osmium.FileProcessor(str(source)):
            writer.add(found)
    return target


@pytest.fixture(scope="module")
def pbf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_pbf(MONACO, tmp_path_factory.mktemp("extract") / "monaco.osm.pbf")


def small(path: Path, turns: bool = True) -> Path:
    """A cross of four streets, a gate, a restriction, a lake whose shore only a relation names."""
    places = [(0.0, 0.0), (0.01, 0.0), (0.02, 0.0), (0.01, 0.01), (0.03, 0.03), (0.04, 0.03), (0.04, 0.04)]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in enumerate(places, 1):
            writer.add_node(
                Node(id=number, location=place, tags={"barrier": "bollard"} if number == 3 else {})
            )
        for number, (a, b) in {10: (1, 2), 20: (2, 3), 30: (2, 4), 40: (3, 4)}.items():
            writer.add_way(
                Way(id=number, nodes=[a, b], tags={"highway": "residential", "name": f"Street {number}"})
            )
        writer.add_way(Way(id=50, nodes=[5, 6, 7, 5]))
        writer.add_way(Way(id=60, nodes=[5, 6], tags={"building": "yes"}))
        members = [("w", 10, "from"), ("n", 2, "via"), ("w", 30, "to")]
        if turns:
            writer.add_relation(
                Relation(id=1, members=members, tags={"type": "restriction", "restriction": "no_left_turn"})
            )
        writer.add_relation(
            Relation(id=2, members=[("w", 50, "outer")], tags={"type": "multipolygon", "natural": "water"})
        )
    return path


def test_the_same_streets_as_the_plain_reader(pbf: Path, tmp_path: Path) -> None:
    plain = read_osm(MONACO, EVERYBODY)
    for file in (pbf, MONACO):
        assert same(read_extract(file), plain)
    unpacked = tmp_path / "monaco.osm"
    unpacked.write_bytes(gzip.decompress(MONACO.read_bytes()))
    assert same(read_extract(unpacked), plain)


def same(a: Streets, b: Streets) -> bool:
    return (a.nodes, a.edges, set(a.turns), sorted(a.gates)) == (
        b.nodes,
        b.edges,
        set(b.turns),
        sorted(b.gates),
    ) and {*a.water} == {*b.water}


def test_turns_gates_and_shores_come_along(tmp_path: Path) -> None:
    streets = read_extract(small(tmp_path / "small.osm.pbf"))
    assert [(turn.only, turn.modes, len(turn.path)) for turn in streets.turns] == [(False, 7, 2)]
    assert [(streets.nodes[node], whom) for node, whom in streets.gates] == [((0.02, 0.0), 2)]
    assert streets.water == (((0.03, 0.03), (0.04, 0.03), (0.04, 0.04), (0.03, 0.03)),)
    assert same(streets, read_osm(as_xml(tmp_path / "small.osm.pbf", tmp_path / "small.osm"), EVERYBODY))


def as_xml(source: Path, target: Path) -> Path:
    return as_pbf(source, target)


@pytest.mark.parametrize(
    "area",
    [
        # Between two places that the file can tell apart.
        shapely.box(7.4150005, 43.7280005, 7.4250005, 43.7380005),
        shapely.Polygon([(7.41, 43.73), (7.43, 43.73), (7.42, 43.745)]),
    ],
    ids=["box", "polygon"],
)
def test_only_what_lies_in_the_area(pbf: Path, area: shapely.Polygon) -> None:
    whole, part = read_extract(pbf), read_extract(pbf, area)
    shapes = {line for edge in whole.edges for line in itertools.pairwise(edge.shape)}
    inside = {(a, b) for a, b in shapes if shapely.contains_xy(area, *a) and shapely.contains_xy(area, *b)}
    assert {line for edge in part.edges for line in itertools.pairwise(edge.shape)} == inside
    assert 0 < len(inside) < len(shapes)


def test_it_tells_how_far_it_is(pbf: Path) -> None:
    told: list[tuple[str, int]] = []
    read_extract(pbf, tell=lambda what, count: told.append((what, count)))
    assert [what for what, _ in told] == ["relations", "ways", "nodes", "barriers"] or "shores" in dict(told)
    assert dict(told)["nodes"] == 13_739


def refused(path: Path, **more: object) -> str:
    with pytest.raises(ExtractRefused) as refusal:
        read_extract(path, **more)  # type: ignore[arg-type]
    assert path.name in str(refusal.value)
    return refusal.value.code


def test_what_is_no_extract_is_refused(pbf: Path, tmp_path: Path) -> None:
    def file(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    whole = pbf.read_bytes()
    assert refused(file("empty.osm.pbf", b"")) == "extract_empty"
    assert refused(file("map.json", b"{}")) == "extract_kind_unknown"
    assert (
        refused(file("words.osm.pbf", b"these are no blobs, whatever they say" * 40)) == "extract_unreadable"
    )
    assert refused(file("words.osm", b"these are no tags")) == "extract_unreadable"
    assert refused(file("xml.osm.pbf", gzip.decompress(MONACO.read_bytes())[:5_000])) == "extract_unreadable"
    assert refused(file("words.osm.gz", b"no gzip")) == "extract_unreadable"
    for share in (0.3, 0.7, 0.99):
        torn = file("torn.osm.pbf", whole[: int(len(whole) * share)])
        assert refused(torn) == "extract_truncated", share
    assert refused(file("torn.osm", gzip.decompress(MONACO.read_bytes())[:500_000])) == "extract_truncated"
    assert refused(file("torn.osm.gz", MONACO.read_bytes()[:100_000])) == "extract_truncated"
    nothing = tmp_path / "nothing.osm.pbf"
    with osmium.SimpleWriter(str(nothing)) as writer:
        writer.add_node(Node(id=1, location=(0.0, 0.0)))
    assert refused(nothing) == "extract_without_streets"
    assert refused(pbf, area=shapely.box(0, 0, 1, 1)) == "extract_without_streets"


def test_a_history_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.osh.pbf"
    header = osmium.io.Header()
    header.has_multiple_object_versions = True
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for version in (1, 2):
            writer.add_node(Node(id=1, version=version, location=(0.0, 0.0)))
    shutil.copy(path, tmp_path / "history.osm.pbf")
    assert refused(tmp_path / "history.osm.pbf") == "extract_is_history"
    assert refused(path) == "extract_is_history"


def test_more_streets_than_a_graph_bears_are_refused(pbf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("field.road.mapped.extract.MOST_STREETS", 100)
    assert refused(pbf) == "extract_too_large"
