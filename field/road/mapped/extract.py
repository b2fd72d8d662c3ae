"""Streets of an OpenStreetMap extract of any region: `.osm.pbf`, `.osm`, `.osm.gz`, read with pyosmium.

The file is read several times, one kind of object each time, so that what is kept is what streets need: the
numbers of their nodes, then the places of those that lie in the area asked for. Nothing is kept of buildings.
"""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import osmium
import shapely
from osmium.filter import IdFilter, KeyFilter

from field.road import tagging
from field.road.mapped.cutting import ATTRIBUTION, Mapped, MappedTurn, MappedWay, cut_at_junctions
from field.road.mapped.signs import TURN_KEYS, stopped, turn_signs
from field.road.streets import Streets, StreetsUnreadable

ENDINGS: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz")
MOST_STREETS: Final = 2_000_000
"""Ways in the area beyond which nothing is made: a process could not hold their graph."""
TELL_S: Final = 5.0
_BATCH: Final = 1 << 19
_KEYS: Final = ("highway", "route", "natural", "landuse", "waterway")
_KEPT: Final = re.compile(
    "highway|name|oneway.*|junction|maxspeed.*|access|vehicle|motor_vehicle|motorcycle|motorcar|bicycle|foot"
    "|motorroad|cycleway.*|tunnel|route|duration|interval|area"
)
_TORN: Final = re.compile(
    "EOF|truncated|no element found|unclosed token|unexpected end|premature|read close failed", re.I
)

Tell = Callable[[str, int], None]
"""Told what is read, and how much of it so far."""
Ids = npt.NDArray[np.int64]


class ExtractRefused(StreetsUnreadable):
    """The extract is not taken; ``code`` is stable, the text is for a person."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def read_extract(
    path: Path, area: Any = None, modes: int = tagging.EVERYBODY, tell: Tell = lambda _what, _count: None
) -> Streets:
    """Streets open to one of `modes` with all their nodes in `area` (a polygon in degrees; None: everywhere).

    A way that leaves the area ends there.

    Raises:
        ExtractRefused: the file is no extract, is torn, has no street in the area, or too many.
    """
    _look_at(path)
    try:
        return cut_at_junctions(_Reading(path, area, modes, tell).mapped(), ATTRIBUTION)
    except ExtractRefused:
        raise
    except StreetsUnreadable:
        where = "in this area" if area is not None else "in it"
        raise ExtractRefused("extract_without_streets", f"{path.name} has no street {where}") from None
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise _refused(path, error) from error


def _look_at(path: Path) -> None:
    if not path.name.endswith(ENDINGS):
        raise ExtractRefused(
            "extract_kind_unknown", f"{path.name}: an extract's name ends in {', '.join(ENDINGS)}"
        )
    if path.stat().st_size == 0:
        raise ExtractRefused("extract_empty", f"{path.name} is empty")
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            if reader.header().has_multiple_object_versions:
                raise ExtractRefused(
                    "extract_is_history", f"{path.name} holds every version of everything: take the extract"
                    " without history"
                )  # fmt: skip
    except RuntimeError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> ExtractRefused:
    said = " ".join(str(error).split())[:200]
    if _TORN.search(said):
        return ExtractRefused("extract_truncated", f"{path.name} breaks off before its end ({said})")
    return ExtractRefused("extract_unreadable", f"{path.name} cannot be read as what its name says ({said})")


class _Reading:
    """One file, read kind by kind."""

    def __init__(self, path: Path, area: Any, modes: int, tell: Tell) -> None:
        self._path, self._modes, self._tell = path, modes, tell
        self._area = area
        if area is not None:
            shapely.prepare(area)
        self._told = time.monotonic()

    def mapped(self) -> Mapped[int]:
        """All that is needed of the file."""
        mapped: Mapped[int] = Mapped()
        shores_of = self._relations(mapped)
        self._ways(mapped, shores_of)
        wanted = np.unique(
            np.concatenate(
                [
                    np.zeros(0, np.int64),
                    *(np.asarray(way.nodes) for way in mapped.ways),
                    *_arrays(mapped.shores),
                ]
            )
        )
        self._nodes(mapped, wanted)
        mapped.ways = [way for way in mapped.ways if any(ref in mapped.places for ref in way.nodes)]
        if len(mapped.ways) > MOST_STREETS:
            raise ExtractRefused(
                "extract_too_large",
                f"{self._path.name}: {len(mapped.ways):,} ways are more than one graph bears"
                f" ({MOST_STREETS:,}): name a smaller area (--box or --area)",
            )
        self._gates(mapped)
        return mapped

    def _each(self, what: str, kind: Any, *filters: Any) -> Iterator[Any]:
        """The objects of one kind that pass the filters, telling now and then how many there were."""
        reading = osmium.FileProcessor(str(self._path), kind)
        for one in filters:
            reading.with_filter(one)
        count = 0
        for count, found in enumerate(reading, 1):
            if not count % 65_536 and time.monotonic() - self._told > TELL_S:
                self._told = time.monotonic()
                self._tell(what, count)
            yield found
        self._tell(what, count)

    def _relations(self, mapped: Mapped[int]) -> set[int]:
        """Turn restrictions; and the ways that are shores of a lake because a relation says so."""
        shores: set[int] = set()
        keys = KeyFilter(*TURN_KEYS, *_KEYS)
        for relation in self._each("relations", osmium.osm.RELATION, keys):
            tags = dict(relation.tags)
            signs = turn_signs(tags)
            if signs:
                members = [(member.role, member.type, member.ref) for member in relation.members]
                mapped.turns += [MappedTurn.of(sign, members) for sign in signs]
            elif tagging.is_water(tags):
                shores.update(member.ref for member in relation.members if member.type == "w")
        return shores

    def _ways(self, mapped: Mapped[int], shores_of: set[int]) -> None:
        alike: dict[tuple[tuple[str, str], ...], tagging.Tags] = {}
        seen: set[int] = set()
        for way in self._each("ways", osmium.osm.WAY, KeyFilter(*_KEYS)):
            tags = dict(way.tags)
            if tagging.is_way(tags, self._modes):
                kept = tuple((key, value) for key, value in tags.items() if _KEPT.fullmatch(key))
                tags_kept = alike.setdefault(kept, dict(kept))
                mapped.ways.append(MappedWay(way.id, array("q", [node.ref for node in way.nodes]), tags_kept))
            elif tagging.is_water(tags):
                mapped.shores.append(array("q", [node.ref for node in way.nodes]))
            else:
                continue
            seen.add(way.id)
        rest = shores_of - seen
        if rest:
            for way in self._each("shores", osmium.osm.WAY, IdFilter(rest)):
                if not len(way.tags):
                    mapped.shores.append(array("q", [node.ref for node in way.nodes]))

    def _nodes(self, mapped: Mapped[int], wanted: Ids) -> None:
        ids, lons, lats = array("q"), array("d"), array("d")
        for node in self._each("nodes", osmium.osm.NODE):
            at = node.location
            if at.valid():
                ids.append(node.id)
                lons.append(at.lon_without_check())
                lats.append(at.lat_without_check())
            if len(ids) >= _BATCH:
                self._keep(mapped, wanted, np.array(ids), np.array(lons), np.array(lats))
                del ids[:], lons[:], lats[:]
        self._keep(mapped, wanted, np.array(ids), np.array(lons), np.array(lats))

    def _keep(self, mapped: Mapped[int], wanted: Ids, ids: Ids, lons: Any, lats: Any) -> None:
        if not len(wanted) or not len(ids):
            return
        there = np.minimum(np.searchsorted(wanted, ids), len(wanted) - 1)
        kept = wanted[there] == ids
        ids, lons, lats = ids[kept], lons[kept], lats[kept]
        if self._area is not None:
            inside = shapely.contains_xy(self._area, lons, lats)
            ids, lons, lats = ids[inside], lons[inside], lats[inside]
        for ref, lon, lat in zip(ids.tolist(), lons.tolist(), lats.tolist(), strict=True):
            mapped.places[ref] = round(lon, 6), round(lat, 6)

    def _gates(self, mapped: Mapped[int]) -> None:
        for node in self._each("barriers", osmium.osm.NODE, KeyFilter("barrier")):
            if node.id in mapped.places and (whom := stopped(dict(node.tags))):
                mapped.gates[node.id] = whom


def _arrays(lines: list[Any]) -> list[Ids]:
    return [np.asarray(line, np.int64) for line in lines]
