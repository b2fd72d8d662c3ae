"""Streets of a small OSM XML extract, with no other library: what the demo city is made from.

A region of any size is read by :mod:`field.road.mapped.extract`; on the same file the two must agree.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from field.road import tagging
from field.road.mapped.cutting import ATTRIBUTION, Mapped, MappedTurn, MappedWay, cut_at_junctions
from field.road.mapped.signs import stopped, turn_signs
from field.road.streets import Streets, StreetsUnreadable, open_file


def read_osm(path: Path, modes: int = tagging.MOTORS) -> Streets:
    """Streets open to `modes` of an OSM XML file (`.osm` or `.osm.gz`).

    Raises `StreetsUnreadable` when the file is not XML or holds no street.
    """
    mapped: Mapped[str] = Mapped()
    plain: dict[str, list[str]] = {}
    try:
        with open_file(path) as file:
            for _, element in ElementTree.iterparse(file):
                if element.tag in ("node", "way", "relation"):
                    _take(mapped, plain, element, modes)
                    element.clear()
    except (ElementTree.ParseError, OSError, EOFError, ValueError) as error:
        raise StreetsUnreadable(f"{path.name}: {error}") from error
    return cut_at_junctions(mapped, ATTRIBUTION)


def _take(mapped: Mapped[str], plain: dict[str, list[str]], element: ElementTree.Element, modes: int) -> None:
    tags = {tag.get("k", ""): tag.get("v", "") for tag in element.findall("tag")}
    ref = element.get("id", "")
    if element.tag == "node":
        mapped.places[ref] = (
            round(float(element.get("lon", "")), 6),
            round(float(element.get("lat", "")), 6),
        )
        if tags and (whom := stopped(tags)):
            mapped.gates[ref] = whom
    elif element.tag == "way":
        refs = [nd.get("ref", "") for nd in element.findall("nd")]
        if tagging.is_way(tags, modes):
            mapped.ways.append(MappedWay(ref, refs, tags))
        elif tagging.is_water(tags):
            mapped.shores.append(refs)
        elif not tags:
            plain[ref] = refs  # perhaps a shore of a lake that a relation tells of
    else:
        members = [
            (m.get("role", ""), m.get("type", ""), m.get("ref", "")) for m in element.findall("member")
        ]
        if tagging.is_water(tags):
            mapped.shores += [plain[ref] for _, _, ref in members if ref in plain]
        for sign in turn_signs(tags):
            mapped.turns.append(MappedTurn.of(sign, members))
