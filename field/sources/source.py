"""Maps of zones that lie on another server, read again and again: what is kept of each, and what each turn
makes of it.

A source is *read* when its zones have been, *away* when its server could not be reached or did not answer
in time, *refused* when what it answered cannot be zones. Whatever happens, what was last read well stays,
and is told with its time: nobody loses their zones because a server is being mended.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from kernel.errors import Fault

SOONER: Final = timedelta(hours=1)
"""After a turn that brought nothing the next one comes no later than this."""


class SourceKind(StrEnum):
    """What the server speaks: an ArcGIS FeatureServer, or a Web Feature Service (OGC 09-025r2)."""

    ARCGIS = "arcgis"
    WFS = "wfs"


class SourceState(StrEnum):
    """How the last turn went."""

    WAITING = "waiting"
    READ = "read"
    AWAY = "away"
    REFUSED = "refused"


class SourceFault(Exception):
    """A turn brought nothing, and why. `away`: it may by itself be better next time."""

    def __init__(self, code: str, *, away: bool = False, **params: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, "file", params=params)
        self.away = away


@dataclasses.dataclass(frozen=True)
class Brought:
    """Zones as they were read: a GeoJSON file, its digest, how many features."""

    content: bytes
    digest: str
    features: int


def brought(features: Iterable[dict[str, Any]]) -> Brought:
    """The same features give the same file, in whatever order a server tells them."""
    rows = sorted(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in features)
    content = ('{"type":"FeatureCollection","features":[\n' + ",\n".join(rows) + "\n]}").encode()
    return Brought(content, hashlib.sha256(content).hexdigest(), len(rows))


def next_turn(now: datetime, every_hours: int, state: SourceState) -> datetime:
    """When to ask again."""
    pause = timedelta(hours=every_hours)
    return now + (pause if state is SourceState.READ else min(pause, SOONER))
