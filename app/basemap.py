"""The streets under every map, as a file that pages load (:mod:`field.road.base_map` draws it)."""

from __future__ import annotations

from pathlib import Path

from app.assets import Assets
from field.road.base_map import base_map_of
from field.road.streets import StreetsUnreadable

NAME = "streets.json"


def base_map(road_graph: Path | None) -> Assets | None:
    """``/v/map/<hash>/streets.json``, or ``None`` where there is no graph, or too large a one."""
    if road_graph is None:
        return None
    try:
        drawn = base_map_of(road_graph)
    except (OSError, StreetsUnreadable):
        return None
    return Assets({NAME: drawn}, "/v/map") if drawn else None
