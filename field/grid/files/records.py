"""What the importer reads, as frozen rows: zones, the units above them, representatives."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from shapely import MultiPolygon

from kernel.errors import Fault

LEVELS: Final = ("company", "office", "station", "sub_area")
"""The units above a zone, from the top down."""

SKILLS: Final = ("leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting")

AMOUNTS: Final = ("connections", "main_length_m", "key_accounts", "min_night_flow")
"""What a zone file may say of how much work a zone is: service connections, metres of main, key accounts, and
the minimum night flow in cubic metres an hour."""

PART_NAME: Final = r"[a-z0-9][a-z0-9_]{0,39}"


@dataclasses.dataclass(frozen=True)
class Limits:
    """Caps on a file. Areas are square metres on the ground; `comparisons` counts vertices looked
    at when zones are held against their neighbours, which a real map needs a few of each, `meetings` pieces
    of outlines that lie at the same place."""

    file_bytes: int = 32 * 1024 * 1024
    features: int = 20_000
    vertices_per_zone: int = 20_000
    vertices: int = 1_000_000
    rows: int = 20_000
    faults: int = 1_000
    overlap_m2: float = 25.0
    gap_m2: float = 25.0
    sliver_m2: float = 100.0
    comparisons: int = 20_000_000
    meetings: int = 4_000_000


DEFAULT_LIMITS: Final = Limits()


@dataclasses.dataclass(frozen=True)
class UnitRow:
    """A company, office, station or sub-area. `parent` is the code one level up, None for a company."""

    level: str
    code: str
    parent: str | None
    name: str
    name_zh_hant: str
    name_en: str


@dataclasses.dataclass(frozen=True)
class ZoneRow:
    """One DMA zone. `geometry` is WGS-84, valid, always a MultiPolygon; `rep` is a representative's
    code; `record` has what is known beside (:mod:`field.grid.files.zone_record`).
    """

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    company: str
    office: str
    station: str
    sub_area: str
    rep: str | None
    geometry: MultiPolygon
    feature: int
    connections: int | None = None
    main_length_m: float | None = None
    key_accounts: int | None = None
    min_night_flow: float | None = None
    record: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Feature:
    """What could be read of one feature, so that one fault in it does not hide another. `row` is None
    unless all of it was sound; `units` has the codes above the zone, from the top down, and is empty
    unless all four are there. `joins`: the number of the feature with the same code that it is to be a part
    of.
    """

    number: int
    code: str | None
    units: tuple[str, ...]
    geometry: MultiPolygon | None
    row: ZoneRow | None
    joins: int | None = None


@dataclasses.dataclass(frozen=True)
class RepRow:
    """One representative. `phone` is E.164; shift in minutes after local midnight (end ≤ 1440); skill →
    level 1–3; `contractor`: whose people they are, None: the utility's own.
    """

    code: str
    name: str
    name_en: str
    phone: str
    username: str
    station: str
    skills: Mapping[str, int]
    parts: Mapping[str, int]
    shift_start: int
    shift_end: int
    home_lon: float
    home_lat: float
    zones: tuple[str, ...]
    line: int
    contractor: str | None = None


@dataclasses.dataclass(frozen=True)
class ZoneFile:
    """A zone file as read. `rows` and `units` hold what was sound; they may be stored only when
    `faults` is empty. `encoding`: what it was in; `sample`: some of its names, to see that by;
    `axes_named`: a coordinate system says which comes first, longitude or latitude.
    """

    rows: tuple[ZoneRow, ...]
    units: tuple[UnitRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    encoding: str = "utf-8"
    sample: tuple[str, ...] = ()
    axes_named: bool = False


@dataclasses.dataclass(frozen=True)
class RepFile:
    """A representatives file as read. `rows` may be stored only when `faults` is empty. `encoding`:
    what it was in; `sample`: some of its names, to see that by; `tells_contractors`: there is a column for
    them, else everybody stays with the contractor they have.
    """

    rows: tuple[RepRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    encoding: str
    sample: tuple[str, ...] = ()
    tells_contractors: bool = False
