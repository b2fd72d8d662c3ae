"""``curbstop import roads``: one command from an extract to a graph that the product rides on."""

import json
import re
from pathlib import Path

import pytest

from app import roads_command
from app.build import build_travel
from app.cli import main
from field.road.base_map import DRAWN, base_map_of
from field.road.streets import load_streets
from kernel.settings import Settings

MONACO = Path(__file__).parents[3] / "demo" / "source" / "monaco.osm.gz"
BOX = "7.41,43.73,7.43,43.74"


def run(*arguments: str) -> int:
    return main(["import", "roads", *arguments])


def test_one_command_makes_the_graph_and_says_what_it_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "curbstop.db").touch()
    assert run(str(MONACO), "--data", str(tmp_path), f"--box={BOX}") == 0
    said = capsys.readouterr().err
    streets = load_streets(tmp_path / "roads.json")
    assert f"{len(streets.nodes):,} nodes, {len(streets.edges):,} edges" in said
    [(seconds, megabytes)] = re.findall(r"in ([\d.]+) s, with at most ([\d,]+) MB of memory", said)
    assert float(seconds) > 0 and 20 < int(megabytes) < 500
    assert "13,739 nodes read" in said and "is used from the next start on" in said

    drawn = (tmp_path / DRAWN).read_bytes()
    assert base_map_of(tmp_path / "roads.json") == drawn
    for vehicle in ("scooter", "van", "e-bike", "on-foot"):
        travel = build_travel(Settings(data=tmp_path, vehicle=vehicle))
        assert (travel.source, travel.vehicle.name) == ("road_graph", vehicle.replace("-foot", " foot"))
    assert not list(tmp_path.glob(".*")), "nothing half-written is left"


def test_a_polygon_of_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ring = [[7.41, 43.73], [7.43, 43.73], [7.42, 43.745], [7.41, 43.73]]
    area = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": {
        "type": "Polygon", "coordinates": [ring]}}]}  # fmt: skip
    (tmp_path / "area.geojson").write_text(json.dumps(area))
    out = tmp_path / "graph.json"
    assert run(str(MONACO), "--out", str(out), "--area", str(tmp_path / "area.geojson")) == 0
    assert f"CURBSTOP_ROAD_GRAPH={out}" in capsys.readouterr().err
    lons = [lon for lon, _ in load_streets(out).nodes]
    assert 7.41 <= min(lons) and max(lons) <= 7.43


def test_what_is_wrong_is_said_and_the_old_graph_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "graph.json"
    out.write_text("the old one")
    torn = tmp_path / "torn.osm.gz"
    torn.write_bytes(MONACO.read_bytes()[:100_000])
    assert run(str(torn), "--out", str(out)) == 1
    assert capsys.readouterr().err.startswith("extract_truncated: torn.osm.gz breaks off before its end")
    assert run(str(tmp_path / "nowhere.osm.pbf"), "--out", str(out)) == 2
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "area.geojson").write_text('{"type": "Point", "coordinates": [7.4, 43.7]}')
    assert run(str(MONACO), "--out", str(out), "--area", str(tmp_path / "area.geojson")) == 2
    assert capsys.readouterr().err.startswith("area_unreadable: ")
    assert out.read_text() == "the old one"
    with pytest.raises(SystemExit):
        run(str(MONACO), "--data", str(tmp_path / "none"))
    assert "There is no installation" in capsys.readouterr().err


@pytest.mark.parametrize("box", ["1,2,3", "3,0,2,1", "0,0,1,100", "a,b,c,d"])
def test_a_box_that_is_none_is_said(box: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(str(MONACO), f"--box={box}")
    assert "--box" in capsys.readouterr().err


def test_a_reader_with_too_little_memory_says_so(tmp_path: Path) -> None:
    wanted = roads_command.Wanted(MONACO, None, "scooter", tmp_path / "graph.json", 16 << 20)
    with pytest.raises(roads_command.RoadsRefused) as refused:
        roads_command.made_apart(wanted)
    assert refused.value.code in ("extract_too_large", "reader_ended")
    assert not (tmp_path / "graph.json").exists()
