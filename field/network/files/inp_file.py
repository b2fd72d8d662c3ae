"""Reading a network of EPANET's: an ``.inp`` file.

The format: L. A. Rossman and others, "EPANET 2.2 User Manual" (EPA/600/R-20/133, 2020), appendix C. Sections
begin with a name in brackets, of which the first four letters count; fields are separated by spaces, tabs or
commas; what follows a semicolon is a comment. Read are junctions, reservoirs, tanks, pipes, pumps, valves,
their status, coordinates and vertices, and what zones are told by: tags and the names of demand patterns.
What belongs to a calculation (curves, controls, rules) is passed over, but for times, which are checked: a
file that EPANET itself would refuse has been broken on its way.

Valves of an ``.inp`` are control valves: shut-off valves are part of no EPANET model, and come in as a layer
of their own.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from field.network.files.records import (
    DEFAULT_LIMITS,
    Named,
    NetworkFile,
    NetworkLimits,
    PipeRow,
    PointRow,
    System,
)
from kernel.files.encodings import read_text
from kernel.files.findings import Findings, shown

SECTIONS: Final = frozenset(
    "TITL JUNC RESE TANK PIPE PUMP VALV TAGS DEMA STAT PATT CURV CONT RULE ENER EMIT LEAK QUAL SOUR REAC "
    "MIXI TIME REPO OPTI COOR VERT LABE BACK ROUG END]".split()
)
US_UNITS: Final = frozenset(("CFS", "GPM", "MGD", "IMGD", "AFD"))
SI_UNITS: Final = frozenset(("LPS", "LPM", "MLD", "CMH", "CMD", "CMS"))
FOOT_M: Final = 0.3048
INCH_MM: Final = 25.4
ID_LENGTH: Final = 31
"""EPANET's own (``MAXID``)."""
MOST_FIELDS: Final = 40
"""EPANET's own (``MAXTOKS``)."""
CONTROL_VALVES: Final = ("PRV", "PSV", "PBV", "FCV", "TCV", "GPV", "PCV")

_SEPARATORS: Final = re.compile(r"[ \t,]+")
_TIME: Final = re.compile(r"\d+(\.\d+)?|\d+:\d{1,2}(:\d{1,2})?")
_TIME_UNITS: Final = ("SEC", "MIN", "HOU", "DAY", "AM", "PM")
_STATISTICS: Final = ("NONE", "AVER", "MINI", "MAXI", "RANG")


def looks_like_inp(data: bytes) -> bool:
    """Whether a file begins as EPANET's do: with a section, after comments at most."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    return re.match(rb"(\s*;[^\n]*\n|\s)*\[(TITL|JUNC|OPTI|RESE|TANK|PIPE)", head, re.IGNORECASE) is not None


@dataclasses.dataclass
class _Model:
    """What has been read so far, by code; each with the line that it stands on."""

    nodes: dict[str, tuple[str, int]] = dataclasses.field(default_factory=dict)
    links: dict[str, tuple[PipeRow, int]] = dataclasses.field(default_factory=dict)
    at: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    bends: dict[str, list[tuple[float, float]]] = dataclasses.field(default_factory=dict)
    status: dict[str, bool] = dataclasses.field(default_factory=dict)
    named: list[tuple[str, str, str, int]] = dataclasses.field(default_factory=list)
    """What must turn out to exist: kind, code, field, line."""
    units: str = ""
    tags: dict[tuple[str, str], str] = dataclasses.field(default_factory=dict)
    patterns: dict[str, str] = dataclasses.field(default_factory=dict)


def read_inp(
    data: bytes,
    named: Named,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    limits: NetworkLimits = DEFAULT_LIMITS,
) -> NetworkFile:
    """Read and check a whole ``.inp``. Never raises for what is in ``data``.

    ``crs``: the coordinate system of its coordinates, which the file itself cannot say; without it the file
    is refused. ``named`` knows the systems.
    """
    findings = Findings(limits.faults)
    if len(data) > limits.file_bytes:
        findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
        return NetworkFile(faults=findings.faults)
    text, read_as = read_text(data, encoding, "unknown_encoding", findings)
    system = None
    if crs is None:
        findings.fault("crs_missing", "file, crs")
    else:
        system = named(crs, findings)
    model = _Model()
    if text is not None:
        for section, line, fields in _fields(text, limits, findings):
            _READERS[section](fields, line, model, findings)
        _check(model, limits, findings)
    if findings.faults or system is None:
        return NetworkFile(faults=findings.faults, warnings=findings.warnings, encoding=read_as)
    return _written(model, system, findings, read_as)


def _fields(text: str, limits: NetworkLimits, findings: Findings) -> Iterator[tuple[str, int, list[str]]]:
    """Section, line number and fields of each line that somebody here reads."""
    section = ""
    number = 0
    for number, raw in enumerate(text.split("\n"), 1):
        if number > limits.lines:
            findings.fault("too_many_rows", "file", rows=number, most=limits.lines)
            return
        if len(raw) > limits.line_length:
            findings.fault("line_too_long", f"line {number}", most=limits.line_length)
            continue
        content = raw.partition(";")[0].strip()
        if not content:
            continue
        if content.startswith("["):
            section = content[1:5].upper()
            if section not in SECTIONS:
                findings.fault("unknown_section", f"line {number}", section=shown(content))
                section = ""
            if section == "END]":
                return
        elif section in _READERS:
            fields = [field for field in _SEPARATORS.split(content) if field]
            if len(fields) > MOST_FIELDS:
                findings.fault("too_many_fields", f"line {number}", found=len(fields), most=MOST_FIELDS)
            elif fields:
                yield section, number, fields


def _node(kind: str, fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    code = _id(fields[0], line, findings)
    if code in model.nodes:
        findings.fault("code_twice", f"line {line}, id", code=shown(code), first=model.nodes[code][1])
        return
    if kind != "tank" and len(fields) > 1:
        _number(fields[1], line, "elevation", findings)
    elif kind == "tank" and len(fields) < 6:
        findings.fault("too_few_fields", f"line {line}", found=len(fields), expected=6)
    model.nodes[code] = (kind, line)


def _junction(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    _node("junction", fields, line, model, findings)
    if len(fields) > 3:
        model.patterns[fields[0]] = fields[3][:ID_LENGTH]


def _reservoir(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    _node("reservoir", fields, line, model, findings)


def _tank(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    # EPANET takes a tank with nothing but a head for a reservoir.
    _node("tank" if len(fields) > 3 else "reservoir", fields, line, model, findings)


def _pipe(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if len(fields) < 6:
        findings.fault("too_few_fields", f"line {line}", found=len(fields), expected=6)
        return
    length = _positive(fields[3], line, "length", findings)
    diameter = _positive(fields[4], line, "diameter", findings)
    # The minor loss may be left out, or the status, or both.
    status = fields[-1].upper() if len(fields) > 6 and not _is_number(fields[-1]) else "OPEN"
    if status not in ("OPEN", "CLOSED", "CV"):
        findings.fault("unknown_status", f"line {line}, status", value=shown(fields[-1]))
    kind = "check_valve" if status == "CV" else "pipe"
    row = PipeRow(
        fields[0],
        kind,  # type: ignore[arg-type]
        (),
        fields[1],
        fields[2],
        length,
        diameter,
        status == "CLOSED",
    )
    _link(row, line, model, findings)


def _pump(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if len(fields) < 4:
        findings.fault("too_few_fields", f"line {line}", found=len(fields), expected=4)
        return
    _link(PipeRow(fields[0], "pump", (), fields[1], fields[2]), line, model, findings)


def _control_valve(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if len(fields) < 6:
        findings.fault("too_few_fields", f"line {line}", found=len(fields), expected=6)
        return
    diameter = _positive(fields[3], line, "diameter", findings)
    if fields[4].upper() not in CONTROL_VALVES:
        findings.fault("unknown_valve_type", f"line {line}, type", value=shown(fields[4]))
    row = PipeRow(fields[0], "control_valve", (), fields[1], fields[2], None, diameter)
    _link(row, line, model, findings)


def _link(row: PipeRow, line: int, model: _Model, findings: Findings) -> None:
    code = _id(row.code, line, findings)
    if code in model.links:
        findings.fault("code_twice", f"line {line}, id", code=shown(code), first=model.links[code][1])
        return
    if row.start == row.end:
        findings.fault("link_to_itself", f"line {line}", code=shown(code), node=shown(row.start))
        return
    model.named += (("node", row.start, "node1", line), ("node", row.end, "node2", line))
    model.links[code] = (row, line)


def _demand(fields: list[str], _line: int, model: _Model, _findings: Findings) -> None:
    """``junction demand pattern``; the first that is named, as of several kinds of demand the largest is."""
    if len(fields) > 2 and not model.patterns.get(fields[0]):
        model.patterns[fields[0]] = fields[2][:ID_LENGTH]


def _tag(fields: list[str], _line: int, model: _Model, _findings: Findings) -> None:
    """``NODE id tag`` or ``LINK id tag``."""
    if len(fields) > 2 and fields[0].upper() in ("NODE", "LINK"):
        model.tags[fields[0].upper(), fields[1]] = fields[2][:ID_LENGTH]


def _status(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if len(fields) < 2:
        findings.fault("too_few_fields", f"line {line}", found=len(fields), expected=2)
        return
    if len(fields) > 2:
        return  # a range of ids, as EPANET once took them; it speaks of settings
    word = fields[1].upper()
    if word in ("OPEN", "CLOSED"):
        model.status[fields[0]] = word == "CLOSED"
    elif word not in ("ACTIVE",) and not _is_number(fields[1]):
        findings.fault("unknown_status", f"line {line}, status", value=shown(fields[1]))
    model.named.append(("link", fields[0], "id", line))


def _coordinate(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if (point := _point(fields, line, findings)) is not None:
        model.at[fields[0]] = point
        model.named.append(("node", fields[0], "id", line))


def _vertex(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if (point := _point(fields, line, findings)) is not None:
        model.bends.setdefault(fields[0], []).append(point)
        if len(model.bends[fields[0]]) == 1:
            model.named.append(("link", fields[0], "id", line))


def _option(fields: list[str], line: int, model: _Model, findings: Findings) -> None:
    if fields[0].upper() != "UNITS" or len(fields) < 2:
        return
    model.units = fields[1].upper()
    if model.units not in US_UNITS | SI_UNITS:
        findings.fault("unknown_units", f"line {line}, units", value=shown(fields[1]))


def _time(fields: list[str], line: int, _model: _Model, findings: Findings) -> None:
    """``Pattern Start 0:00``: words, a number or clock time, perhaps a unit."""
    value = next((field for field in fields if field[0].isdigit()), None)
    if value is None:
        good = any(field.upper().startswith(_STATISTICS) for field in fields[1:])
        value = fields[-1]
    else:
        units = fields[fields.index(value) + 1 :]
        good = _TIME.fullmatch(value) is not None
        good &= len(units) <= 1 and all(unit.upper().startswith(_TIME_UNITS) for unit in units)
    if not good:
        findings.fault("bad_duration", f"line {line}", value=shown(value))


_READERS: Final = {
    "JUNC": _junction,
    "RESE": _reservoir,
    "TANK": _tank,
    "PIPE": _pipe,
    "PUMP": _pump,
    "VALV": _control_valve,
    "STAT": _status,
    "COOR": _coordinate,
    "VERT": _vertex,
    "OPTI": _option,
    "TAGS": _tag,
    "DEMA": _demand,
    "TIME": _time,
}


def _id(code: str, line: int, findings: Findings) -> str:
    if len(code) > ID_LENGTH or not code.isprintable() or '"' in code:
        findings.fault("bad_id", f"line {line}, id", value=shown(code), most=ID_LENGTH)
    return code


def _is_number(text: str) -> bool:
    try:
        # float() would also take "nan", "1_0" and "１２".
        return text.isascii() and "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False


def _number(text: str, line: int, field: str, findings: Findings) -> float | None:
    if not _is_number(text):
        findings.fault("not_a_number", f"line {line}, {field}", value=shown(text))
        return None
    return float(text)


def _positive(text: str, line: int, field: str, findings: Findings) -> float | None:
    value = _number(text, line, field, findings)
    if value is not None and not 0 < value < 1e9:
        findings.fault("not_positive", f"line {line}, {field}", value=shown(text))
        return None
    return value


def _point(fields: list[str], line: int, findings: Findings) -> tuple[float, float] | None:
    if len(fields) < 3:
        findings.fault("too_few_fields", f"line {line}", found=len(fields), expected=3)
        return None
    x, y = _number(fields[1], line, "x", findings), _number(fields[2], line, "y", findings)
    return None if x is None or y is None else (x, y)


def _check(model: _Model, limits: NetworkLimits, findings: Findings) -> None:
    """What only shows when all of the file is known."""
    for kind, code, field, line in model.named:
        if code not in (model.nodes if kind == "node" else model.links):
            findings.fault(f"unknown_{kind}", f"line {line}, {field}", code=shown(code))
    for code, (_, line) in model.nodes.items():
        if code not in model.at:
            findings.fault("no_coordinate", f"line {line}", code=shown(code))
    if len(model.links) > limits.pipes:
        findings.fault("too_many_pipes", "file", found=len(model.links), most=limits.pipes)
    if not model.links and not findings.faults:
        findings.fault("no_pipes", "file")
    if not model.units:
        findings.warning("units_assumed", "file", units="GPM")


def _written(model: _Model, system: System, findings: Findings, read_as: str) -> NetworkFile:
    us = model.units not in SI_UNITS
    metres, millimetres = (FOOT_M, INCH_MM) if us else (1.0, 1.0)
    codes = list(model.nodes)
    bends = [(code, point) for code, points in model.bends.items() for point in points]
    xy = np.array([model.at[code] for code in codes] + [point for _, point in bends], np.float64)
    places = [(lon, lat) for lon, lat in system.to_degrees(xy, findings).tolist()]
    at = dict(zip(codes, places, strict=False))
    bent: dict[str, list[tuple[float, float]]] = {}
    for (code, _), place in zip(bends, places[len(codes) :], strict=True):
        bent.setdefault(code, []).append(place)
    pipes = tuple(
        dataclasses.replace(
            row,
            line=(at[row.start], *bent.get(code, ()), at[row.end]),
            length_m=None if row.length_m is None else round(row.length_m * metres, 2),
            diameter_mm=None if row.diameter_mm is None else round(row.diameter_mm * millimetres, 1),
            closed=row.kind != "pump" and model.status.get(code, row.closed),
            tag=model.tags.get(("LINK", code), ""),
        )
        for code, (row, _) in model.links.items()
    )
    nodes = tuple(
        PointRow(
            code,
            at[code],
            kind,
            tag=model.tags.get(("NODE", code), ""),
            pattern=model.patterns.get(code, "") if kind == "junction" else "",
        )
        for code, (kind, _) in model.nodes.items()
    )
    sources = tuple(
        PointRow(node.code, node.place, node.kind, node=node.code)
        for node in nodes
        if node.kind in ("reservoir", "tank")
    )
    return NetworkFile(
        pipes=pipes,
        nodes=nodes,
        sources=sources,
        faults=findings.faults,
        warnings=findings.warnings,
        encoding=read_as,
        crs=system.code,
    )
