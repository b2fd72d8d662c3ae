"""Make the demo city's files from its sources: `python -m demo.build [FOLDER]`.

Reads `demo/source/` (the OpenStreetMap extract and `plan.json`, what the utility's people decided) and writes
streets.json, base_map.json, land.geojson, zones.geojson, addresses.csv and reps.csv. The
same sources give the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from demo.addresses import Address, dump_addresses, make_addresses
from demo.blocks import Blocks, make_blocks, plane_of
from demo.city import FICTION
from demo.cut import cut_zones
from demo.osm import read_ground
from field.road.base_map import DRAWN, digest_of, draw_base_map
from field.road.mapped.osm_xml import read_osm
from field.road.streets import dump_streets

SOURCE = Path(__file__).parent / "source"
SEED = 11  # of sixteen tried, the one whose zones look most like real ones
OSM = (
    "© OpenStreetMap contributors, Open Database License 1.0 (https://opendatacommons.org/licenses/odbl/1-0/)"
)
COLUMNS = (
    "code",
    "name",
    "name_en",
    "phone",
    "username",
    "station",
    "skills",
    "level",
    "parts",
    "shift_start",
    "shift_end",
    "home_lon",
    "home_lat",
    "zones",
)


def build() -> dict[str, bytes]:
    """File name → content."""
    plan = json.loads((SOURCE / "plan.json").read_text(encoding="utf-8"))
    streets = read_osm(SOURCE / "monaco.osm.gz")
    ground = read_ground(SOURCE / "monaco.osm.gz")
    plane = plane_of(ground.land)
    blocks = make_blocks(ground, streets)
    near = np.array([plane.metres(shapely.Point(zone["near"])).coords[0] for zone in plan["zones"]])
    shapes = _zone_shapes(blocks, cut_zones(blocks, near, SEED))
    addresses = make_addresses(ground, streets)
    land = {"type": "Feature", "properties": {"attribution": OSM}, "geometry": _geometry(ground.land)}
    streets_file = dump_streets(streets)
    return {
        "streets.json": streets_file,
        DRAWN: draw_base_map(streets, digest_of(streets_file)),
        "land.geojson": json.dumps(land, ensure_ascii=False, separators=(",", ":")).encode() + b"\n",
        "zones.geojson": _zones(plan, shapes),
        "addresses.csv": dump_addresses(addresses).encode(),
        "reps.csv": _reps(plan, shapes, addresses).encode(),
    }


def _zone_shapes(blocks: Blocks, zone: Sequence[int]) -> list[Any]:
    count = max(zone) + 1
    return [
        shapely.union_all([shape for shape, k in zip(blocks.shapes, zone, strict=True) if k == number])
        for number in range(count)
    ]


def _geometry(shape: Any) -> dict[str, Any]:
    """GeoJSON with right-handed rings (RFC 7946, 3.1.6), on the grid of micro-degrees."""
    mapping: dict[str, Any] = json.loads(shapely.to_geojson(shapely.orient_polygons(shape)))
    mapping["coordinates"] = [
        [[round(lon, 6), round(lat, 6)] for lon, lat in ring] for ring in mapping["coordinates"]
    ]
    return mapping


def _zones(plan: Mapping[str, Any], shapes: Sequence[Any]) -> bytes:
    above = {unit["code"]: unit.get("parent", "") for unit in plan["units"]}
    features = []
    for zone, shape in zip(plan["zones"], shapes, strict=True):
        station = above[zone["sub_area"]]
        office = above[station]
        properties = {
            "code": zone["code"],
            "name": zone["name"],
            "name_zh_hant": zone["name_zh_hant"],
            "name_en": zone["name_en"],
            "company": above[office],
            "office": office,
            "station": station,
            "sub_area": zone["sub_area"],
            "rep": zone["rep"],
        }
        features.append({"type": "Feature", "properties": properties, "geometry": _geometry(shape)})
    head = {"type": "FeatureCollection", "attribution": OSM, "units": plan["units"]}
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    return (text + rows + "\n]}\n").encode()


def _reps(plan: Mapping[str, Any], shapes: Sequence[Any], addresses: Sequence[Address]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    taken: set[Address] = set()
    for number, rep in enumerate(plan["reps"], 1):
        own = [index for index, zone in enumerate(plan["zones"]) if zone["rep"] == rep["code"]]
        home = _home(shapely.union_all([shapes[index] for index in own]), addresses, taken)
        writer.writerow(
            [
                rep["code"],
                rep["name"],
                rep["name_en"],
                f"{FICTION}{2000 + number:06}",
                rep["username"],
                rep["station"],
                rep["skills"],
                rep["level"],
                rep["parts"],
                *rep["shift"],
                home.lon,
                home.lat,
                ";".join(plan["zones"][index]["code"] for index in own),
            ]
        )
    return out.getvalue()


def _home(own: Any, addresses: Sequence[Address], taken: set[Address]) -> Address:
    """The door nearest to the middle of a representative's zones."""
    middle = own.centroid
    free = [address for address in addresses if address not in taken]
    home = min(free, key=lambda a: ((a.lon - middle.x) * 0.7225) ** 2 + (a.lat - middle.y) ** 2)
    taken.add(home)
    return home


def main() -> None:
    """Write the files beside this one, or into the folder named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, content in build().items():
        (folder / name).write_bytes(content)
        sys.stdout.write(f"{name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
