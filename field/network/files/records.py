"""What a network file says, whatever its format: rows of each layer, with coordinates in WGS-84 degrees."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

from kernel.errors import Fault
from kernel.files.findings import Findings

Floats = npt.NDArray[np.float64]

Place = tuple[float, float]
"""Longitude, latitude in degrees; while a file is being read: its own x, y."""
LayerName = Literal["pipes", "valves", "hydrants", "connections", "sources"]
LAYERS: Final[tuple[LayerName, ...]] = ("pipes", "valves", "hydrants", "connections", "sources")
PipeKind = Literal["pipe", "check_valve", "pump", "control_valve"]
ONE_WAY: Final = ("check_valve", "pump")
"""Kinds of pipe that let water through from their start to their end alone."""
SourceKind = Literal["reservoir", "tank", "inlet"]
SOURCE_KINDS: Final[tuple[SourceKind, ...]] = ("reservoir", "tank", "inlet")
CLASSES: Final = ("home", "business", "school", "hospital", "dependant")
"""What a connection serves. A *dependant* has registered that they cannot be without water."""
VULNERABLE: Final = ("hospital", "dependant")
VALVE_STATES: Final = ("working", "unknown", "stuck", "closed")
"""How a valve stands: known to turn, not known, open and not to be shut, shut."""


class System(Protocol):
    """A coordinate system, and the way from it to WGS-84 degrees."""

    @property
    def code(self) -> str: ...

    def to_degrees(self, xy: Floats, findings: Findings, /) -> Floats:
        """x, y: float64 [n, 2] → longitude, latitude; with the fault noted where they cannot be in it."""


Named = Callable[[str, Findings], System | None]
"""The system of a name; None, with the fault noted, where there is none."""


@dataclasses.dataclass(frozen=True)
class PipeRow:
    """A pipe, pump or control valve as drawn. ``start`` and ``end`` are codes of junctions, where the file
    names them; else its ends are joined to what is there. ``closed``: let nothing through; ``tag``: what the
    model says of it.
    """

    code: str
    kind: PipeKind
    line: tuple[Place, ...]
    start: str = ""
    end: str = ""
    length_m: float | None = None
    diameter_mm: float | None = None
    closed: bool = False
    tag: str = ""


@dataclasses.dataclass(frozen=True)
class PointRow:
    """A valve, hydrant, connection, source or junction. ``pipe`` and ``node`` say what it sits on, where the
    file names that. ``kind`` is a valve's state, a connection's class, or a source's kind; ``tag`` and
    ``pattern`` (of its demand) are what a model says of a junction.
    """

    code: str
    place: Place | None
    kind: str = ""
    pipe: str = ""
    node: str = ""
    tag: str = ""
    pattern: str = ""


@dataclasses.dataclass(frozen=True)
class NetworkFile:
    """Everything that one file says. A layer that it says nothing of is None; ``nodes`` come with pipes that
    name their junctions. ``crs``: the coordinate system that its coordinates were in, as ``EPSG:…``.
    """

    pipes: tuple[PipeRow, ...] | None = None
    nodes: tuple[PointRow, ...] = ()
    valves: tuple[PointRow, ...] | None = None
    hydrants: tuple[PointRow, ...] | None = None
    connections: tuple[PointRow, ...] | None = None
    sources: tuple[PointRow, ...] | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    encoding: str = "utf-8"
    crs: str = ""

    @property
    def layers(self) -> tuple[LayerName, ...]:
        """Those that the file has something to say about."""
        return tuple(name for name in LAYERS if getattr(self, name) is not None)


@dataclasses.dataclass(frozen=True)
class NetworkLimits:
    """What a file may hold at most; nothing is worked out before it is known to fit."""

    file_bytes: int = 64 << 20
    lines: int = 3_000_000
    line_length: int = 1_024
    """EPANET's own (``MAXLINE``)."""
    pipes: int = 500_000
    points: int = 1_000_000
    vertices: int = 4_000_000
    faults: int = 1_000


DEFAULT_LIMITS: Final = NetworkLimits()
CODE_LENGTH: Final = 64
