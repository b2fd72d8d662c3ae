"""Travel times, checked by hand on a square of four streets and against a slow oracle on the demo city.

     D ←─→ C        Each side is 0.009° (1,000.8 m) at the equator, ridden at 10 m/s: 100 s.
     ↕     ↑        B → C is one-way. F hangs on A by a one-way street and cannot be come back from.
F ←─ A ←─→ B
"""

import gzip
import heapq
import itertools
import threading
from pathlib import Path

import numpy as np
import pytest

from field.road import travel
from field.road.mapped.osm_xml import read_osm
from field.road.shortest import warm_up
from field.road.streets import Streets, StreetsUnreadable, dump_streets, load_streets
from field.road.travel import Haversine, RoadGraph
from field.road.vehicles import SCOOTER, VAN, Vehicle

SIDE = 0.009
A, B, C, D, F = (0.0, 0.0), (SIDE, 0.0), (SIDE, SIDE), (0.0, SIDE), (-SIDE, 0.0)
HAND_CART = Vehicle("hand cart", {"residential": 36.0}, junction_s=0, stop_s=0)
STREETS = Path(__file__).parents[3] / "demo" / "streets.json"

SQUARE = """
<way id="1"><nd ref="A"/><nd ref="B"/><tag k="highway" v="residential"/><tag k="name" v="South Street"/></way>
<way id="2"><nd ref="B"/><nd ref="C"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
<way id="3"><nd ref="C"/><nd ref="D"/><tag k="highway" v="residential"/></way>
<way id="4"><nd ref="D"/><nd ref="A"/><tag k="highway" v="residential"/></way>
<way id="5"><nd ref="F"/><nd ref="A"/><tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
"""


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    assert warm_up() == "numba"


def osm(tmp_path: Path, ways: str = SQUARE) -> Path:
    places = {"A": A, "B": B, "C": C, "D": D, "F": F}
    nodes = "".join(f'<node id="{name}" lon="{lon}" lat="{lat}"/>' for name, (lon, lat) in places.items())
    path = tmp_path / "square.osm"
    path.write_text(f"<osm>{nodes}{ways}</osm>")
    return path


@pytest.fixture
def square(tmp_path: Path) -> RoadGraph:
    return RoadGraph.from_osm(osm(tmp_path), HAND_CART)


@pytest.fixture(scope="module")
def city() -> Streets:
    return load_streets(STREETS)


def scattered(count: int, seed: int) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    return list(zip(rng.uniform(7.41, 7.438, count), rng.uniform(43.727, 43.75, count), strict=True))


def test_the_square_by_hand(square: RoadGraph) -> None:
    assert square.source == "road_graph"
    assert square.seconds([A, B, C, D]).tolist() == [
        [0, 100, 200, 100],
        [100, 0, 100, 200],
        [200, 300, 0, 100],
        [100, 200, 100, 0],
    ]


def test_a_one_way_street_is_ridden_one_way_only(square: RoadGraph) -> None:
    early, late = (SIDE, SIDE / 4), (SIDE, SIDE * 3 / 4)
    assert square.seconds([early, late]).tolist() == [[0, 50], [350, 0]]
    around = square.path(late, early)
    assert around[0] == late and around[-1] == early
    assert [corner for corner in around if corner in (A, B, C, D)] == [C, D, A, B]


def test_two_places_on_a_two_way_street_are_equally_far_both_ways(square: RoadGraph) -> None:
    left, right = (0.00225, 0.0), (0.00675, 0.0)
    assert square.seconds([left, right]).tolist() == [[0, 50], [50, 0]]
    assert square.path(left, right) == [left, right]


def test_a_street_without_return_is_left_out(square: RoadGraph) -> None:
    assert square.nodes == 4
    assert square.snap(F).metres == pytest.approx(1000.8, abs=0.1)


def test_the_way_from_the_door_is_walked_and_reported(square: RoadGraph) -> None:
    off = (SIDE / 2, 0.0009)  # 100 m north of South Street
    snap = square.snap(off)
    assert (snap.lon, snap.lat, snap.street) == (SIDE / 2, 0.0, "South Street")
    assert snap.metres == pytest.approx(100.1, abs=0.1)
    walk = 100.1 * travel.CROOKED / travel.WALK_MS
    assert square.seconds([off, C])[0, 1] == round(walk + 50 + 100)


def test_neighbours_walk(square: RoadGraph) -> None:
    late, early = (SIDE, SIDE * 0.51), (SIDE, SIDE * 0.5)  # 10 m against the one-way
    assert square.seconds([late, early])[0, 1] == round(10.008 * travel.CROOKED / travel.WALK_MS)
    assert square.path(late, early) == [late, early]


def test_a_place_far_from_every_street_is_reached_all_the_same(square: RoadGraph) -> None:
    far = (SIDE / 2, -0.09)  # 10 km south
    beyond = (10_007.6 - travel.STREETLESS_M) * travel.CROOKED / (travel.UNKNOWN_KMH / 3.6)
    walked = travel.STREETLESS_M * travel.CROOKED / travel.WALK_MS
    assert square.seconds([far, B])[0, 1] == pytest.approx(beyond + walked + 50, abs=1)


def test_junctions_and_parking_cost_what_the_vehicle_says(tmp_path: Path) -> None:
    spur = SQUARE.replace("oneway", "lanes").replace('v="-1"', 'v="1"')  # now F returns: A has three arms
    slow = Vehicle("slow", HAND_CART.kmh, junction_s=7, stop_s=30)
    seconds = RoadGraph.from_osm(osm(tmp_path, spur), slow).seconds([(SIDE / 2, 0.0), (0.0, SIDE / 2)])
    assert seconds.tolist() == [[0, 137], [137, 0]]  # 50 s, the junction, 50 s, parking


def test_a_speed_limit_caps_the_speed(tmp_path: Path) -> None:
    limited = SQUARE.replace("</way>", '<tag k="maxspeed" v="18"/></way>')
    assert RoadGraph.from_osm(osm(tmp_path, limited), HAND_CART).seconds([A, B])[0, 1] == 200


@pytest.mark.parametrize(
    ("tags", "open_to_us"),
    [
        ('<tag k="access" v="private"/>', False),
        ('<tag k="access" v="no"/><tag k="motor_vehicle" v="yes"/>', True),
        ('<tag k="motor_vehicle" v="no"/>', False),
        ('<tag k="area" v="yes"/>', False),
        ("", True),
    ],
)
def test_closed_streets_are_not_read(tmp_path: Path, tags: str, open_to_us: bool) -> None:
    way = f'<way><nd ref="A"/><nd ref="B"/><tag k="highway" v="residential"/>{tags}</way>'
    if open_to_us:
        assert len(read_osm(osm(tmp_path, way)).edges) == 1
    else:
        with pytest.raises(StreetsUnreadable, match="no street"):
            read_osm(osm(tmp_path, way))


@pytest.mark.parametrize(
    ("tags", "one_way", "runs"),
    [
        ("", False, (A, B)),
        ('<tag k="oneway" v="yes"/>', True, (A, B)),
        ('<tag k="oneway" v="-1"/>', True, (B, A)),
        ('<tag k="junction" v="roundabout"/>', True, (A, B)),
        ('<tag k="junction" v="roundabout"/><tag k="oneway" v="no"/>', False, (A, B)),
    ],
)
def test_one_way_tags(tmp_path: Path, tags: str, one_way: bool, runs: tuple[object, object]) -> None:
    way = f'<way><nd ref="A"/><nd ref="B"/><tag k="highway" v="residential"/>{tags}</way>'
    [edge] = read_osm(osm(tmp_path, way)).edges
    assert (edge.one_way, edge.shape) == (one_way, runs)


def test_a_way_is_cut_where_another_meets_it(tmp_path: Path) -> None:
    long_way = '<way><nd ref="F"/><nd ref="A"/><nd ref="B"/><nd ref="C"/><tag k="highway" v="road"/></way>'
    side = '<way><nd ref="A"/><nd ref="D"/><tag k="highway" v="road"/></way>'
    shapes = {edge.shape for edge in read_osm(osm(tmp_path, long_way + side)).edges}
    assert shapes == {(F, A), (A, B, C), (A, D)}


def test_doors_never_open_into_tunnels(tmp_path: Path) -> None:
    tunnel = SQUARE.replace('v="South Street"/>', 'v="South Street"/><tag k="tunnel" v="yes"/>')
    snap = RoadGraph.from_osm(osm(tmp_path, tunnel), HAND_CART).snap((SIDE * 0.4, 0.0))
    assert (snap.lon, snap.lat) == A and snap.metres > 400


@pytest.mark.parametrize(
    "content", [b"", b"<osm><node", b"<osm/>", b"\x1f\x8b\x08\x00broken", b'{"format": 1}']
)
def test_unreadable_files_say_so(tmp_path: Path, content: bytes) -> None:
    for name, read in (("x.osm", read_osm), ("x.osm.gz", read_osm), ("x.json", load_streets)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StreetsUnreadable):
            read(tmp_path / name)


def test_a_streets_file_holds_what_the_extract_said(tmp_path: Path) -> None:
    streets = read_osm(osm(tmp_path))
    written = dump_streets(streets)
    (tmp_path / "square.json").write_bytes(written)
    (tmp_path / "square.json.gz").write_bytes(gzip.compress(written))
    assert load_streets(tmp_path / "square.json") == load_streets(tmp_path / "square.json.gz") == streets
    assert "OpenStreetMap" in RoadGraph.load(tmp_path / "square.json", HAND_CART).attribution


def test_no_open_street_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no street"):
        RoadGraph.from_osm(osm(tmp_path), Vehicle("boat", {}, 0, 0))


def test_no_points_no_times_and_no_nonsense(square: RoadGraph) -> None:
    assert square.seconds([]).shape == (0, 0)
    assert square.seconds([A]).tolist() == [[0]]
    with pytest.raises(ValueError, match="finite"):
        square.seconds([A, (float("nan"), 0.0)])


def slow_oracle(city: Streets, graph: RoadGraph, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Seconds of riding between two points already on streets: one search over a graph with both put in."""
    kmh = graph.vehicle.kmh
    out: dict[object, list[tuple[object, float]]] = {}
    arms: dict[int, int] = {}
    for edge in graph._edges:
        for junction in (edge.tail, edge.head):
            arms[junction] = arms.get(junction, 0) + 1
    placed = graph._index.place(np.array([a, b]))
    for number, edge in enumerate(graph._edges):
        stops: list[tuple[float, object]] = [(0.0, edge.tail), (1.0, edge.head)]
        stops += [(float(placed.share[i]), "ab"[i]) for i in (0, 1) if int(placed.edge[i]) == number]
        stops.sort(key=lambda stop: stop[0])
        ride = edge.metres / (min(kmh[edge.kind], edge.limit_kmh or 999) / 3.6)
        for (at, here), (further, there) in itertools.pairwise(stops):
            for start, end in (
                ((here, there), (there, here)) if not edge.one_way or further == at else ((here, there),)
            ):
                wait = graph.vehicle.junction_s if isinstance(end, int) and arms[end] >= 3 else 0
                out.setdefault(start, []).append((end, (further - at) * ride + wait))
    best: dict[object, float] = {}
    node: object
    heap: list[tuple[float, str, object]] = [(0.0, "", "a")]
    while heap:
        time, _, node = heapq.heappop(heap)
        if node == "b":
            return time
        if node in best:
            continue
        best[node] = time
        for other, cost in out.get(node, []):
            heapq.heappush(heap, (time + cost, str(other), other))
    raise AssertionError("not reached")


@pytest.mark.parametrize("vehicle", [SCOOTER, VAN], ids=lambda vehicle: vehicle.name)
def test_real_streets_agree_with_a_slow_search(city: Streets, vehicle: Vehicle) -> None:
    graph = RoadGraph(city, vehicle)
    snapped = [graph.snap(point) for point in scattered(14, seed=5)]
    points = [(snap.lon, snap.lat) for snap in snapped]
    seconds = graph.seconds(points)
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            if i != j and np.hypot((a[0] - b[0]) * 80_400, (a[1] - b[1]) * 111_195) > travel.STROLL_M:
                assert seconds[i, j] == pytest.approx(
                    slow_oracle(city, graph, a, b) + vehicle.stop_s, abs=1.01
                )


def test_the_city_is_not_symmetric_but_stays_near_it(city: Streets) -> None:
    seconds = RoadGraph(city).seconds(scattered(60, seed=1))
    assert (seconds != seconds.T).any()
    assert (seconds.diagonal() == 0).all() and (seconds < 3600).all()


def test_a_route_keeps_to_the_streets(city: Streets) -> None:
    graph = RoadGraph(city)
    corners = {point for edge in city.edges for point in edge.shape}
    for a, b in zip(scattered(20, seed=2), scattered(20, seed=3), strict=True):
        line = graph.path(a, b)
        assert line[0] == a and line[-1] == b
        assert set(line[2:-2]) <= corners


def test_a_small_cache_gives_the_same_times(city: Streets, monkeypatch: pytest.MonkeyPatch) -> None:
    points = scattered(80, seed=4)
    expected = RoadGraph(city).seconds(points)
    monkeypatch.setattr(travel, "CACHE_BYTES", 0)
    graph = RoadGraph(city)
    assert (graph.seconds(points) == expected).all() and (
        graph.seconds(points[::-1]) == expected[::-1, ::-1]
    ).all()


def test_threads_may_ask_at_once(city: Streets) -> None:
    graph = RoadGraph(city)
    batches = [scattered(30, seed=seed) for seed in range(6)]
    answers: dict[int, object] = {}

    def ask(number: int) -> None:
        answers[number] = graph.seconds(batches[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = RoadGraph(city)
    assert all((answers[number] == alone.seconds(batch)).all() for number, batch in enumerate(batches))


def test_without_a_graph_the_estimate_says_so() -> None:
    plain = Haversine(factor=1.5, kmh=36, stop_s=20)
    assert plain.source == "haversine"
    seconds = plain.seconds([A, B, (SIDE, 0.00009)])
    assert seconds[0, 1] == seconds[1, 0] == round(1000.8 * 0.15 + 20)
    assert seconds[1, 2] == round(10.008 * travel.CROOKED / travel.WALK_MS)
    assert plain.path(A, B) == [A, B]


@pytest.mark.parametrize("vehicle", [SCOOTER, VAN], ids=lambda vehicle: vehicle.name)
def test_what_lies_around_a_place_is_a_column_and_a_row_of_the_whole(city: Streets, vehicle: Vehicle) -> None:
    graph, points = RoadGraph(city, vehicle), scattered(60, seed=5)
    points += points[:3]
    whole, others = graph.seconds(points), np.array(points)
    for number in (0, 1, 17, 62):
        to_here, from_here = graph.around(points[number], others)
        assert to_here.tolist() == whole[:, number].tolist()
        assert from_here.tolist() == whole[number].tolist()
    assert graph.legs(points[:5], points[5:10]) == [int(whole[n, n + 5]) for n in range(5)]


def test_the_estimate_around_a_place_is_the_same_as_in_the_whole() -> None:
    points, estimate = scattered(20, seed=6), Haversine()
    whole = estimate.seconds(points)
    assert (estimate.around(points[3], np.array(points)) == whole[3]).all()
    assert estimate.legs(points[:4], points[4:8]) == [int(whole[n, n + 4]) for n in range(4)]
    assert estimate.at_hand(points, around=True)


def test_what_was_learned_is_at_hand(city: Streets) -> None:
    graph, points = RoadGraph(city), scattered(4, seed=7)
    assert not graph.at_hand(points)
    graph.learn(points)
    assert graph.at_hand(points) and not graph.at_hand(points[:1], around=True)
    graph.learn(points[:1], around=True)
    assert graph.at_hand(points[:1], around=True)
