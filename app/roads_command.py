"""``curbstop import roads REGION.osm.pbf``: the road graph of a region, out of an OpenStreetMap extract.

The extract is read in a process of its own, with an end to its memory: what the file makes of it is no danger
to what runs beside it. The old graph stays until the new one is whole.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from app.command_line import need_installation, say
from kernel.settings import Settings

BEHIND: Final = 10
"""How much it stands back behind whoever answers requests (``nice``)."""
WRITTEN_BY: Final = {"relations": "turn restrictions and lakes", "barriers": "gates and bollards"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read, which part (WKB; None: all), for which vehicle, where to, and with how much memory."""

    extract: Path
    area: bytes | None
    vehicle: str
    graph: Path
    memory: int


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. `peak`: bytes of memory that the reader took at most."""

    nodes: int
    edges: int
    turns: int
    gates: int
    seconds: float
    peak: int


class AreaUnreadable(ValueError):
    """What was given as an area is none."""


def import_roads(settings: Settings, options: argparse.Namespace) -> int:
    """Make the graph, or say what is wrong with the extract; an exit code."""
    if not options.file.is_file():
        say(f"{options.file} could not be read: there is no such file")
        return 2
    try:
        area = area_of(options.box, options.area)
    except AreaUnreadable as fault:
        say(f"area_unreadable: {fault}")
        return 2
    if options.out is None:
        need_installation(settings)
    graph = options.out or settings.data / settings.ROADS
    if not graph.parent.is_dir():
        say(f"There is no folder {graph.parent}")
        return 2
    wanted = Wanted(options.file, area, settings.vehicle, graph, options.memory << 20)
    try:
        made = made_apart(wanted)
    except RoadsRefused as refused:
        say(f"{refused.code}: {refused}")
        return 1
    say(
        f"roads: {made.nodes:,} nodes, {made.edges:,} edges,"
        f" {made.turns:,} turn restrictions, {made.gates:,} gates"
    )
    say(f"  in {made.seconds:.1f} s, with at most {made.peak / (1 << 20):,.0f} MB of memory")
    if settings.streets_file and settings.streets_file.resolve() == graph.resolve():
        say(f"  {graph} is used from the next start on.")
    else:
        say(f"  To use it: CURBSTOP_ROAD_GRAPH={graph.resolve()}")
    return 0


def area_of(box: tuple[float, float, float, float] | None, area: Path | None) -> bytes | None:
    """The area asked for as WKB: a box, or the polygons of a GeoJSON file.

    Raises:
        AreaUnreadable: the file is no GeoJSON, or holds no valid polygon.
    """
    import shapely

    if box is not None and area is not None:
        raise AreaUnreadable("a box and a polygon were both given")
    if box is not None:
        return bytes(shapely.to_wkb(shapely.box(*box)))
    if area is None:
        return None
    try:
        read = shapely.from_geojson(area.read_text(encoding="utf-8"))
    except (OSError, ValueError, shapely.GEOSException) as error:
        raise AreaUnreadable(f"{area} is no GeoJSON ({type(error).__name__})") from error
    polygons = [part for part in _leaves(read) if part.geom_type == "Polygon"]
    if not polygons or not all(part.is_valid and not part.is_empty for part in polygons):
        raise AreaUnreadable(f"{area} holds no valid polygon")
    return bytes(shapely.to_wkb(shapely.union_all(polygons)))


def _leaves(shape: Any) -> list[Any]:
    return [leaf for part in shape.geoms for leaf in _leaves(part)] if hasattr(shape, "geoms") else [shape]


class RoadsRefused(Exception):
    """No graph was made; ``code`` is stable."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def made_apart(wanted: Wanted) -> Made:
    """Make the graph in a process of its own, saying how far it is.

    Raises:
        RoadsRefused: there is none, and why.
    """
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_apart, args=(theirs, wanted), daemon=True)
    process.start()
    theirs.close()
    try:
        while True:
            kind, *told = ours.recv()
            if kind == "read":
                what, count = told
                say(f"  {count:,} {WRITTEN_BY.get(what, what)} read")
            elif kind == "made":
                made: Made = told[0]
                return made
            else:
                raise RoadsRefused(*told)
    except EOFError:
        raise RoadsRefused(
            "reader_ended", "the reader was ended before it was done: out of memory?"
        ) from None
    finally:
        ours.close()
        process.kill()
        process.join()


def _apart(line: Connection, wanted: Wanted) -> None:
    """The other process."""
    os.nice(BEHIND)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted.memory, wanted.memory))
    with suppress(BrokenPipeError):
        try:
            line.send(("made", make_graph(wanted, lambda what, count: line.send(("read", what, count)))))
        except RoadsRefused as refused:
            line.send(("refused", refused.code, str(refused)))
        except MemoryError:
            most = wanted.memory >> 20
            line.send(
                (
                    "refused",
                    "extract_too_large",
                    f"{wanted.extract.name} needs more than {most:,} MB: name a smaller area (--box, --area),"
                    " or allow more (--memory)",
                )
            )


def make_graph(wanted: Wanted, tell: Callable[[str, int], None]) -> Made:
    """Read, and write the graph and the picture of its streets.

    Raises:
        RoadsRefused: nothing could be made of the extract, or the graph could not be written.
    """
    import shapely

    from field.road.base_map import DRAWN, MOST_EDGES, digest_of, draw_base_map
    from field.road.mapped.extract import ExtractRefused, read_extract
    from field.road.network import open_to
    from field.road.streets import dump_streets
    from field.road.vehicles import VEHICLES

    begun = time.monotonic()
    area = None if wanted.area is None else shapely.from_wkb(wanted.area)
    try:
        streets = read_extract(wanted.extract, area, tell=tell)
    except ExtractRefused as refused:
        raise RoadsRefused(refused.code, str(refused)) from refused
    except OSError as error:
        raise RoadsRefused("extract_unreadable", f"{wanted.extract}: {error.strerror}") from error
    if not any(open_to(VEHICLES[wanted.vehicle], edge) for edge in streets.edges):
        raise RoadsRefused("extract_without_streets", f"no street in it is open to a {wanted.vehicle}")
    written = dump_streets(streets)
    try:
        _write(wanted.graph, written)
        if len(streets.edges) <= MOST_EDGES:
            _write(wanted.graph.with_name(DRAWN), draw_base_map(streets, digest_of(written)))
    except OSError as error:
        raise RoadsRefused("graph_not_written", f"{wanted.graph}: {error.strerror}") from error
    return Made(
        len(streets.nodes),
        len(streets.edges),
        len(streets.turns),
        len(streets.gates),
        time.monotonic() - begun,
        _peak(),
    )


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _peak() -> int:
    """Bytes of memory that this process had at most at one time."""
    with suppress(OSError, ValueError):
        for row in Path("/proc/self/status").read_text().splitlines():
            if row.startswith("VmHWM:"):
                return int(row.split()[1]) << 10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10
