"""Turn restrictions and gates: the unfolded graph against an independent search, and towns as mapped."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from field.road.mapped.osm_xml import read_osm
from field.road.mapped.signs import stopped, turn_signs
from field.road.shortest import UNREACHED, times_from, warm_up
from field.road.streets import Streets, dump_streets, load_streets
from field.road.tagging import EVERYBODY, MODES
from field.road.travel import UNREACHABLE_S, RoadGraph
from field.road.turns import NO_ARC, only_as_forbidden, unfold
from field.road.turns import Path as Row
from field.road.vehicles import E_BIKE, ON_FOOT, SCOOTER, VAN, Vehicle
from tests.unit.field.turn_oracle import Arc, quickest


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    assert warm_up() == "numba"


def rows_among(arcs: list[Arc]) -> st.SearchStrategy[Row]:
    """Rows of two or three arcs, each beginning where the one before it ends."""

    @st.composite
    def row(draw: st.DrawFn) -> Row:
        taken = [draw(st.integers(0, len(arcs) - 1))]
        for _ in range(draw(st.integers(1, 2))):
            onward = [number for number, arc in enumerate(arcs) if arc[0] == arcs[taken[-1]][1]]
            if not onward:
                break
            taken.append(draw(st.sampled_from(onward)))
        return tuple(taken)

    return row()


@st.composite
def towns(draw: st.DrawFn) -> tuple[int, list[Arc], list[Row], list[Row]]:
    nodes = draw(st.integers(2, 6))
    node = st.integers(0, nodes - 1)
    arcs = sorted(draw(st.lists(st.tuples(node, node, st.integers(1, 50)), min_size=1, max_size=10)))
    row = rows_among(arcs)
    no = [path for path in draw(st.lists(row, max_size=6)) if len(path) > 1]
    only = [path for path in draw(st.lists(row, max_size=3)) if len(path) > 1]
    return nodes, arcs, no, only


@given(towns())
@settings(deadline=None, max_examples=100)
def test_the_unfolded_graph_agrees_with_a_search_that_remembers(
    town: tuple[int, list[Arc], list[Row], list[Row]],
) -> None:
    nodes, arcs, no, only = town
    tail, head = (np.array([arc[end] for arc in arcs], np.int32) for end in (0, 1))
    out = {k: [n for n, arc in enumerate(arcs) if arc[0] == arcs[k][1]] for k in range(len(arcs))}
    moves = unfold(nodes, tail, head, [*no, *only_as_forbidden(only, out)])
    cost = np.array([0 if arc == NO_ARC else arcs[arc][2] for arc in moves.arc.tolist()], np.int32)
    order = np.argsort(moves.tail, kind="stable")
    counts = np.cumsum(np.bincount(moves.tail, minlength=moves.states))
    indptr = np.concatenate([[0], counts]).astype(np.int32)
    times = times_from(indptr, moves.head[order], cost[order], np.arange(moves.states, dtype=np.int32))
    for start in range(nodes):
        for end in range(nodes):
            found = int(times[start, moves.at[end]])
            wanted = quickest(arcs, no, only, start, end, memory=3)
            assert (None if found == UNREACHED else found) == wanted, (start, end)
    # Who begins with one arc and ends with another: the way there is what the search finds with both ridden.
    for first in range(min(len(arcs), 5)):
        for last in range(min(len(arcs), 5)):
            found = int(times[moves.after[first], moves.into[last]])
            begun = [(nodes, arcs[first][1], arcs[first][2])]  # the first arc again, out of a node of its own
            beyond = [(arcs[last][0], nodes + 1, arcs[last][2])]
            every = [*arcs, *begun, *beyond]

            def again(paths: list[Row], one: int = first, two: int = last) -> list[Row]:
                """The rows as they are for the two arcs put in."""
                more = []
                for path in paths:
                    starts = [(path[0],), (len(arcs),)] if path[0] == one else [(path[0],)]
                    ends = [(path[-1],), (len(arcs) + 1,)] if path[-1] == two else [(path[-1],)]
                    more += [(*a, *path[1:-1], *b) for a in starts for b in ends]
                return more

            # `only` is told as what it forbids: an arc put in twice is not another way out.
            every_no = again([*no, *only_as_forbidden(only, out)])
            way = quickest(every, every_no, [], nodes, nodes + 1, memory=3)
            price = None if way is None else way - arcs[first][2] - arcs[last][2]
            assert (None if found == UNREACHED else found) == price, (first, last)


SIDE = 0.009
PLACES = {"1": (0.0, 0.0), "2": (SIDE, 0.0), "3": (2 * SIDE, 0.0), "4": (SIDE, SIDE), "5": (SIDE, -SIDE)}
CART = Vehicle("cart", {"residential": 36.0, "cycleway": 18.0, "footway": 9.0}, junction_s=0, stop_s=0)
CROSS = """
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
<way id="20"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="30"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way>
<way id="40"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/></way>
"""


def restriction(kind: str, come: int, via: str, go: int, **more: str) -> str:
    tags = {"type": "restriction", "restriction": kind, **more}
    written = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items() if value)
    kind_of = "way" if int(via) >= 10 else "node"
    return (
        f'<relation id="9{come}{go}"><member type="way" ref="{come}" role="from"/>'
        f'<member type="{kind_of}" ref="{via}" role="via"/><member type="way" ref="{go}" role="to"/>'
        f"{written}</relation>"
    )


def streets_of(folder: Path, *parts: str, barrier: str = "", modes: int = EVERYBODY) -> Streets:
    nodes = "".join(
        f'<node id="{name}" lon="{lon}" lat="{lat}">{barrier if name == "2" else ""}</node>'
        for name, (lon, lat) in PLACES.items()
    )
    path = folder / "town.osm"
    path.write_text(f"<osm>{nodes}{''.join(parts)}</osm>")
    return read_osm(path, modes)


def ride(streets: Streets, a: str, b: str, vehicle: Vehicle = CART) -> int:
    return int(RoadGraph(streets, vehicle).seconds([PLACES[a], PLACES[b]])[0, 1])


def test_a_turn_that_is_forbidden_is_gone_round(tmp_path: Path) -> None:
    free = ride(streets_of(tmp_path, CROSS), "1", "4")
    bound = streets_of(tmp_path, CROSS, restriction("no_left_turn", 10, "2", 30))
    assert (free, len(bound.turns)) == (200, 1)
    around = ride(bound, "1", "4")
    assert around == pytest.approx(100 + 100 + 141.5, abs=1)
    line = RoadGraph(bound, CART).path(PLACES["1"], PLACES["4"])
    assert line == [PLACES["1"], PLACES["2"], PLACES["3"], PLACES["4"]]
    assert ride(bound, "4", "1") == 200, "the other way round nothing is forbidden"


def test_only_one_turn_closes_all_others(tmp_path: Path) -> None:
    bound = streets_of(tmp_path, CROSS, restriction("only_straight_on", 10, "2", 20))
    assert ride(bound, "1", "3") == 200
    assert ride(bound, "1", "4") == pytest.approx(341.5, abs=1)


def test_no_u_turn_at_a_node_and_over_a_way_between(tmp_path: Path) -> None:
    # Two one-way lanes of a street, joined by a short way, on which one must not turn back.
    lanes = """
    <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
    <way id="20"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way>
    <way id="30"><nd ref="4"/><nd ref="1"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
    <way id="40"><nd ref="4"/><nd ref="3"/><tag k="highway" v="residential"/></way>
    <way id="50"><nd ref="3"/><nd ref="2"/><tag k="highway" v="residential"/></way>
    """
    mid = (SIDE / 2, 0.0)
    back = (SIDE / 2, SIDE / 2)
    free = streets_of(tmp_path, lanes)
    bound = streets_of(tmp_path, lanes, restriction("no_u_turn", 10, "20", 30))
    assert [len(turn.path) for turn in bound.turns] == [3]
    free_s, bound_s = (int(RoadGraph(each, CART).seconds([mid, back])[0, 1]) for each in (free, bound))
    assert free_s == pytest.approx(50 + 100 + 70.7, abs=1)
    assert bound_s == pytest.approx(50 + 100 + 141.5 + 70.7, abs=1)

    ring = CROSS.replace('<way id="30">', '<way id="30"><nd ref="5"/>')
    at_node = streets_of(tmp_path, ring, restriction("no_u_turn", 10, "2", 10))
    [turn] = at_node.turns
    assert turn.path[0] ^ turn.path[1] == 1


def test_who_is_excepted_and_who_walks_turns_all_the_same(tmp_path: Path) -> None:
    bound = streets_of(tmp_path, CROSS, restriction("no_left_turn", 10, "2", 30, **{"except": "bicycle"}))
    direct = {each.name: ride(bound, "1", "4", each) for each in (SCOOTER, VAN, E_BIKE, ON_FOOT)}
    free = streets_of(tmp_path, CROSS)
    freely = {each.name: ride(free, "1", "4", each) for each in (SCOOTER, VAN, E_BIKE, ON_FOOT)}
    assert {name: direct[name] > freely[name] for name in direct} == {
        "scooter": True,
        "van": True,
        "e-bike": False,
        "on foot": False,
    }


@pytest.mark.parametrize(
    ("tags", "signs"),
    [
        ({"type": "restriction", "restriction": "no_u_turn"}, [(False, 7)]),
        ({"type": "restriction", "restriction": "only_right_turn", "except": "psv;motorcar"}, [(True, 5)]),
        ({"type": "restriction", "restriction:motorcar": "no_left_turn"}, [(False, 2)]),
        ({"type": "restriction:bicycle", "restriction": "no_left_turn"}, [(False, 4)]),
        ({"type": "restriction", "restriction:hgv": "no_left_turn"}, []),
        ({"type": "restriction", "restriction:conditional": "no_left_turn @ (07:00-09:00)"}, []),
        ({"type": "restriction", "restriction": "no_left_turn", "hour_on": "07:00"}, []),
        ({"type": "restriction", "restriction": "give_way"}, []),
        ({"type": "multipolygon", "restriction": "no_u_turn"}, []),
    ],
)
def test_restrictions_as_they_are_written(tags: dict[str, str], signs: list[tuple[bool, int]]) -> None:
    assert [(sign.only, sign.modes) for sign in turn_signs(tags)] == signs


@pytest.mark.parametrize(
    ("tags", "whom"),
    [
        ({"barrier": "gate"}, ""),
        ({"barrier": "lift_gate", "access": "private"}, "motorcycle motorcar bicycle foot"),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, "motorcycle motorcar bicycle"),
        ({"barrier": "gate", "motor_vehicle": "destination"}, ""),
        ({"barrier": "gate", "locked": "yes"}, "motorcycle motorcar bicycle"),
        ({"barrier": "bollard"}, "motorcar"),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ""),
        ({"barrier": "cycle_barrier"}, "motorcycle motorcar"),
        ({"barrier": "stile"}, "motorcycle motorcar bicycle"),
        ({"barrier": "toll_booth"}, ""),
        ({"highway": "crossing"}, ""),
    ],
)
def test_gates_as_they_are_written(tags: dict[str, str], whom: str) -> None:
    assert stopped(tags) == sum(MODES[mode] for mode in whom.split())


def test_a_bollard_stops_a_van_and_no_scooter(tmp_path: Path) -> None:
    street = """
    <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
    <way id="20"><nd ref="1"/><nd ref="4"/><nd ref="3"/><tag k="highway" v="residential"/></way>
    """
    shut = streets_of(tmp_path, street, barrier='<tag k="barrier" v="bollard"/>')
    west, east = (SIDE / 2, 0.0), (SIDE * 3 / 2, 0.0)
    van, scooter = (RoadGraph(shut, each).seconds([west, east])[0, 1] for each in (VAN, SCOOTER))
    assert van > 2 * scooter
    assert len(shut.gates) == 1


def test_who_may_use_a_way_and_in_which_direction(tmp_path: Path) -> None:
    ways = """
    <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
    <way id="20"><nd ref="2"/><nd ref="3"/><tag k="highway" v="cycleway"/></way>
    <way id="30"><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/></way>
    <way id="40"><nd ref="1"/><nd ref="5"/><tag k="highway" v="primary"/><tag k="motorroad" v="yes"/></way>
    <way id="50"><nd ref="5"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/>
     <tag k="oneway:bicycle" v="no"/></way>
    """
    town = streets_of(tmp_path, ways)
    reached = {
        each.name: sorted({edge.kind for edge in RoadGraph(town, each)._edges})
        for each in (VAN, E_BIKE, ON_FOOT)
    }
    assert reached == {
        "van": ["primary", "residential"],
        "e-bike": ["cycleway", "residential"],
        "on foot": ["cycleway", "footway", "residential"],
    }
    # The bicycle rides back up the one-way, and so does who walks; the van goes round by the primary.
    assert [edge.against for edge in town.edges if edge.one_way] == [MODES["bicycle"] | MODES["foot"]]
    up = [PLACES["2"], PLACES["5"]]
    bike, van = (RoadGraph(town, each) for each in (E_BIKE, VAN))
    assert van.seconds(up)[0, 1] > van.seconds(up)[1, 0]
    assert abs(int(bike.seconds(up)[0, 1]) - int(bike.seconds(up)[1, 0])) <= 4


def test_a_door_behind_a_trap_is_walked_to(tmp_path: Path) -> None:
    # Into way 30 leads only a turn that is forbidden: nobody can ride there.
    trap = """
    <way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
    <way id="20"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
    <way id="30"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way>
    """
    shut = streets_of(
        tmp_path, trap, restriction("no_left_turn", 10, "2", 30), restriction("no_right_turn", 20, "2", 30)
    )
    graph = RoadGraph(shut, CART)
    door = (SIDE, SIDE / 10)
    assert graph.snap(door).metres == pytest.approx(100, abs=1)
    assert 0 < graph.seconds([PLACES["1"], door])[0, 1] < UNREACHABLE_S


def test_the_streets_file_keeps_turns_and_gates(tmp_path: Path) -> None:
    bound = streets_of(
        tmp_path, CROSS, restriction("only_straight_on", 10, "2", 20), barrier='<tag k="barrier" v="block"/>'
    )
    (tmp_path / "streets.json").write_bytes(dump_streets(bound))
    assert load_streets(tmp_path / "streets.json") == bound and bound.turns and bound.gates


def test_around_a_place_equals_the_whole_with_restrictions(tmp_path: Path) -> None:
    bound = streets_of(tmp_path, CROSS, restriction("no_left_turn", 10, "2", 30))
    graph = RoadGraph(bound, CART)
    doors = [PLACES["1"], (SIDE / 3, 0.0), (SIDE, SIDE / 2), (SIDE * 1.4, 0.0), PLACES["4"], PLACES["2"]]
    whole, others = graph.seconds(doors), np.array(doors)
    for number, door in enumerate(doors):
        to_here, from_here = graph.around(door, others)
        assert to_here.tolist() == whole[:, number].tolist()
        assert from_here.tolist() == whole[number].tolist()
