"""Roads as other people mapped them: cut at borders, islands, ferries, rivers, and signs for a few only."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.road.mapped.osm_xml import read_osm
from field.road.shortest import warm_up
from field.road.streets import StreetsUnreadable, dump_streets, load_streets
from field.road.tagging import MOTORS
from field.road.travel import STROLL_M, UNREACHABLE_S, RoadGraph
from field.road.vehicles import SCOOTER, VAN, Vehicle
from tests.unit.field import road_oracle

CART = Vehicle("cart", road_oracle.SPEEDS, junction_s=0, stop_s=0)
STEP = 0.012  # neighbours on the circle are 500 m apart: too far to walk


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    assert warm_up() == "numba"


def node(name: object, lon: float, lat: float) -> str:
    return f'<node id="{name}" lon="{lon:.6f}" lat="{lat:.6f}"/>'


def way(refs: str, **tags: str) -> str:
    marks = "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())
    return "<way>" + "".join(f'<nd ref="{ref}"/>' for ref in refs.split()) + marks + "</way>"


def graph(folder: Path, *parts: str, vehicle: Vehicle = CART) -> RoadGraph:
    return RoadGraph(read_osm(written(folder, *parts)), vehicle)


def written(folder: Path, *parts: str) -> Path:
    path = folder / "town.osm"
    path.write_text(f"<osm>{''.join(parts)}</osm>")
    return path


BAY = [node(1, 7.40, 43.70), node(2, 7.41, 43.70), node(5, 7.44, 43.70), node(6, 7.45, 43.70)]
INLAND = [node(3, 7.41, 43.75), node(4, 7.44, 43.75)]
ROAD = way("1 2 3 4 5 6", highway="primary")


def test_what_an_extract_has_cut_off_is_never_bridged(tmp_path: Path) -> None:
    a, b = (7.40, 43.70), (7.45, 43.70)
    whole = graph(tmp_path, *BAY, *INLAND, ROAD, vehicle=SCOOTER).seconds([a, b])[0, 1]
    cut = graph(tmp_path, *BAY, ROAD, vehicle=SCOOTER)
    assert whole > 1_500
    assert cut.seconds([a, b]).tolist() == [[0, UNREACHABLE_S], [UNREACHABLE_S, 0]]
    assert sorted((cut.reaches(a), cut.reaches(b))) == [False, True]


def test_a_ferry_takes_as_long_as_it_says(tmp_path: Path) -> None:
    mainland = [node(1, 7.40, 43.70), node(2, 7.41, 43.70), way("1 2", highway="residential")]
    island = [node(4, 7.40, 43.73), node(5, 7.41, 43.73), way("4 5", highway="residential")]
    ferry = {"route": "ferry", "motor_vehicle": "yes"}
    a, b = (7.40, 43.70), (7.40, 43.73)
    for said in ("00:40", "40", "PT40M", "0:40:00"):
        over = graph(tmp_path, *mainland, *island, way("1 4", **ferry, duration=said))
        assert over.seconds([a, b])[0, 1] == 2_400, said
    waited = graph(tmp_path, *mainland, *island, way("1 4", **ferry, duration="00:40", interval="01:00"))
    assert waited.seconds([a, b])[0, 1] == 2_400 + 1_800
    for closed in ({"route": "ferry"}, {"route": "ferry", "motor_vehicle": "no"}, {"route": "bus"}):
        alone = graph(tmp_path, *mainland, *island, way("1 4", **closed, duration="00:40"))
        assert alone.seconds([a, b])[0, 1] == UNREACHABLE_S
        assert sorted((alone.reaches(a), alone.reaches(b))) == [False, True]
    at_sea = (7.40, 43.715)
    assert over.snap(at_sea).metres > 1_000, "nobody lives on a ferry"


def test_nobody_walks_through_a_river(tmp_path: Path) -> None:
    # Two streets along the banks of a river, 100 m apart, and a bridge far to the east.
    banks = [
        node("a", 7.400, 43.7000), node("b", 7.430, 43.7000),
        node("c", 7.400, 43.7009), node("d", 7.430, 43.7009),
        way("a b", highway="residential"), way("c d", highway="residential"),
        way("b d", highway="residential"),
    ]  # fmt: skip
    river = [node("r", 7.39, 43.70045), node("s", 7.428, 43.70045), way("r s", waterway="river")]
    left, right = (7.402, 43.7000), (7.402, 43.7009)
    dry, wet = graph(tmp_path, *banks), graph(tmp_path, *banks, *river)
    assert dry.seconds([left, right])[0, 1] < 120
    assert wet.seconds([left, right])[0, 1] > 400
    assert wet.path(left, right) != [left, right]
    # A house 60 m from the street of the other bank, 133 m from that of its own.
    lone = [banks[0], banks[1], node("e", 7.400, 43.7020), node("f", 7.430, 43.7020),
            way("a b", highway="residential"), way("e f", highway="residential"),
            way("b f", highway="residential"),
            ]  # fmt: skip
    house = (7.402, 43.7008)
    assert graph(tmp_path, *lone).snap(house).lat == pytest.approx(43.7000)
    across = graph(tmp_path, *lone, *river).snap(house)
    assert across.lat == pytest.approx(43.7020) and across.metres == pytest.approx(133, abs=2)


QUAY = [
    node("a", 7.400, 43.7000), node("b", 7.430, 43.7000), way("a b", highway="residential"),
    node("c", 7.400, 43.7012), node("d", 7.430, 43.7012), way("c d", highway="residential"),
    way("b d", highway="residential"),
]  # fmt: skip


def test_who_stands_on_a_bridge_or_a_quay_stands_on_its_street(tmp_path: Path) -> None:
    river = [node("r", 7.4101, 43.69), node("s", 7.4101, 43.7006), way("r s", waterway="river")]
    wall = [node("w", 7.400, 43.70), node("v", 7.420, 43.70), way("w v", natural="coastline")]
    for water in (river, wall):
        town = graph(tmp_path, *QUAY, *water)
        for lat in (43.7, 43.700003, 43.699997):
            assert town.snap((7.4101, lat)).metres < 1, "not on the street of the other side"


def test_what_lies_around_a_place_knows_water_and_what_is_cut_off(tmp_path: Path) -> None:
    river = [node("r", 7.39, 43.7006), node("s", 7.428, 43.7006), way("r s", waterway="river")]
    island = [node("i", 7.40, 43.68), node("j", 7.41, 43.68), way("i j", highway="residential")]
    town = graph(tmp_path, *QUAY, *river, *island)
    doors = [(7.402, 43.7000), (7.402, 43.7012), (7.4025, 43.7003), (7.405, 43.6801), (7.46, 43.70)]
    whole, others = town.seconds(doors), np.array(doors)
    assert whole[0, 1] > 400 and whole[0, 2] < 100 and (whole[3, :3] == UNREACHABLE_S).all()
    for number, door in enumerate(doors):
        to_here, from_here = town.around(door, others)
        assert (to_here == whole[:, number]).all() and (from_here == whole[number]).all()


def test_far_out_the_streets_that_one_gets_to_count_before_those_across_water(tmp_path: Path) -> None:
    shore = [node("r", 7.39, 43.69), node("s", 7.45, 43.69), way("r s", natural="coastline")]
    island = [node("i", 7.40, 43.688), node("j", 7.41, 43.688), way("i j", highway="residential")]
    town = graph(tmp_path, *QUAY, *island, *shore)
    # 830 m from the street on its side of the water, 500 m from the island's.
    field = (7.405, 43.6925)
    assert town.snap(field).metres == pytest.approx(834, abs=2)
    assert town.reaches(field) and not town.reaches((7.405, 43.6881))
    assert town.seconds([field, (7.402, 43.7)])[0, 1] < 900


@pytest.mark.parametrize("tags", [
    {"oneway": "reversible"}, {"access": "forestry"}, {"access": "agricultural"}, {"access": "emergency"},
    {"access": "military"}, {"access": "agricultural;forestry"}, {"motorcycle": "no", "motorcar": "no"},
    {"motor_vehicle": "private"}, {"vehicle": "no"}, {"access": "bus"}, {"area": "yes"},
])  # fmt: skip
def test_closed_to_us(tmp_path: Path, tags: dict[str, str]) -> None:
    with pytest.raises(StreetsUnreadable, match="no street"):
        read_osm(written(tmp_path, *BAY, way("1 2", highway="residential", **tags)))


@pytest.mark.parametrize("tags", [
    {"access": "destination"}, {"access": "no", "motor_vehicle": "destination"}, {"access": "permissive"},
    {"access": "private", "vehicle": "yes"}, {"motor_vehicle": "agricultural;destination"},
    {"oneway": "alternating"}, {"access": "customers"},
])  # fmt: skip
def test_open_to_us(tmp_path: Path, tags: dict[str, str]) -> None:
    [edge] = read_osm(written(tmp_path, *BAY, way("1 2", highway="residential", **tags))).edges
    assert (edge.closed & MOTORS, edge.one_way) == (0, False)


def test_a_sign_against_motorcycles_keeps_no_car_out(tmp_path: Path) -> None:
    streets = read_osm(written(tmp_path, *BAY, way("1 2", highway="residential", motorcycle="no")))
    with pytest.raises(ValueError, match="no street"):
        RoadGraph(streets, SCOOTER)
    assert RoadGraph(streets, VAN).nodes == 2


@pytest.mark.parametrize(("said", "kmh"), [
    ("5 mph", 8), ("30", 30), ("30 km/h", 30), ("20mph", 32), ("50;30", 30), ("none", 0), ("walk", 7),
    ("RU:urban", 50), ("DE:zone:30", 30), ("FR:30", 30), ("signals", 0), ("7.5", 8),
    ("5 knots", 9), ("fast", 0),
])  # fmt: skip
def test_speed_limits_as_they_are_written(tmp_path: Path, said: str, kmh: int) -> None:
    [edge] = read_osm(written(tmp_path, *BAY, way("1 2", highway="residential", maxspeed=said))).edges
    assert edge.limit_kmh == kmh


def test_all_of_it_survives_the_streets_file(tmp_path: Path) -> None:
    ferry = way("1 6", route="ferry", motor_vehicle="yes", duration="00:10")
    shore = [node(8, 7.40, 43.69), node(9, 7.45, 43.69), way("8 9", natural="coastline")]
    streets = read_osm(
        written(tmp_path, *BAY, way("1 2", highway="residential", motorcycle="no"), ferry, *shore)
    )
    (tmp_path / "streets.json").write_bytes(dump_streets(streets))
    assert load_streets(tmp_path / "streets.json") == streets
    assert streets.water == (((7.40, 43.69), (7.45, 43.69)),)
    assert [edge.seconds for edge in streets.edges] == [0, 600]


TAGS = st.fixed_dictionaries(
    {"highway": st.sampled_from(sorted(road_oracle.SPEEDS))},
    optional={
        "oneway": st.sampled_from(["yes", "no", "-1", "reversible", "alternating"]),
        "access": st.sampled_from([*sorted(road_oracle.CLOSED), "destination", "yes"]),
        "motorcycle": st.sampled_from(["yes", "no"]),
        "maxspeed": st.sampled_from(sorted(road_oracle.LIMITS)),
    },
)
WAY = st.tuples(st.lists(st.sampled_from("abcdefghijkl"), min_size=2, max_size=6, unique=True), TAGS)


@given(
    ways=st.lists(WAY, min_size=1, max_size=8), missing=st.sets(st.sampled_from("abcdefghijkl"), max_size=3)
)
@settings(deadline=None, max_examples=150)
def test_towns_agree_with_an_independent_search(
    tmp_path_factory: pytest.TempPathFactory, ways: list[tuple[list[str], dict[str, str]]], missing: set[str]
) -> None:
    # On a circle no street runs through a corner of another without meeting it.
    turns = {name: 2 * math.pi * number / 12 for number, name in enumerate("abcdefghijkl")}
    places = {
        name: (round(7.4 + STEP * math.cos(turn), 6), round(43.7 + STEP * math.sin(turn), 6))
        for name, turn in turns.items()
    }
    nodes = [node(name, *at) for name, at in places.items() if name not in missing]
    parts = [*nodes, *(way(" ".join(refs), **tags) for refs, tags in ways)]
    oracle = road_oracle.read(f"<osm>{''.join(parts)}</osm>")
    joined = road_oracle.everywhere(oracle)
    try:
        ours = graph(tmp_path_factory.getbasetemp(), *parts)
    except (StreetsUnreadable, ValueError):
        assert len(joined) < 2
        return
    assert len(joined) >= 2
    # Where two parts are equally large either may be the one; only the larger is compared.
    names = sorted(name for name in joined if ours.snap(places[name]).metres < 1)
    found = ours.seconds([places[name] for name in names])
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            quickest = road_oracle.seconds(oracle, a, b)
            if i != j and quickest is not None and road_oracle.metres(places[a], places[b]) > STROLL_M:
                assert found[i, j] == pytest.approx(quickest, abs=1.01), (a, b)
