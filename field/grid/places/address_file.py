"""Reading a utility's own addresses: a CSV file, one door a line.

Columns, in any order; a first line names them:

    address   `12 Rue Grimaldi`, `中山北路1025弄3号`: the whole of it; or instead of it
    street    the street's name, and
    number    the house number: `12`, `12bis`, `12;14`, `12-16`, `1025弄3号` (may be empty: the street alone)
    town      optional: town, district or quarter; needed where two streets have one name
    lon lat   required: WGS-84 degrees
    code      optional: the utility's own key of the door

UTF-8, GB18030 where it is that beyond doubt, or the encoding that the caller names, as with people
(:mod:`kernel.files.encodings`). Every fault is told at once, by line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

from field.grid.places.records import AddressFile, Door, StreetOf
from field.grid.places.writing import detail_of, is_han, number_keys, street_words
from kernel.files.encodings import read_text, samples
from kernel.files.findings import Findings, printable, shown
from kernel.files.table_rows import csv_rows

FILE_BYTES: Final = 128 << 20
MOST_ROWS: Final = 2_000_000
MOST_FAULTS: Final = 1_000
LABEL_LENGTH: Final = 200
COLUMNS: Final = ("address", "street", "number", "town", "lon", "lat", "code")
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,15})?")
_SPACES: Final = re.compile(r"\s+")
_STREET_AND_DOOR: Final = re.compile(
    r"^(?P<first>\d[\w/-]*(?:\s+(?:bis|ter|quater))?)[\s,]+(?P<street>\D.*)$", re.I
)
_DOOR_LAST: Final = re.compile(
    r"^(?P<street>.*?\D)[\s,]+(?P<last>\d[\w/-]*(?:\s+(?:bis|ter|quater))?)$", re.I
)
_HAN_DOOR: Final = re.compile(
    r"^(?P<street>.*?[^\d一二三四五六七八九十百])(?P<door>[\d一二三四五六七八九十百]+\s*(?:弄|巷|號|号|栋|棟|幢|座).*|\d+)$"
)


def read_addresses(data: bytes, encoding: str = "") -> AddressFile:
    """Read and check a whole address file. Never raises for what is in `data`."""
    findings = Findings(MOST_FAULTS)
    text, read_as = _text(data, encoding, findings)
    streets: dict[tuple[str, str], StreetOf] = {}
    if text is not None:
        seen: dict[tuple[str, str, str], tuple[int, float, float]] = {}
        for line, cells in _lines(text, findings):
            _take(line, cells, streets, seen, findings)
        if not streets and not findings.faults:
            findings.fault("no_rows", "file")
    for street in streets.values():
        street.settle()
    kept = tuple(sorted(streets.values(), key=lambda street: -len(street.doors)))
    sample = samples(text) if text is not None else ()
    return AddressFile("file", kept, findings.faults, findings.warnings, encoding=read_as, sample=sample)


def _text(data: bytes, encoding: str, findings: Findings) -> tuple[str | None, str]:
    if len(data) > FILE_BYTES:
        findings.fault("file_too_large", "file", bytes=len(data), most=FILE_BYTES)
        return None, ""
    return read_text(data, encoding or None, "unknown_encoding", findings)


def _lines(text: str, findings: Findings) -> Iterator[tuple[int, dict[str, str]]]:
    columns: list[str] | None = None
    rows = 0
    for start, cells in csv_rows(text, findings):
        if columns is None:
            columns = _header(cells, start, findings)
            if columns is None:
                return
        elif len(cells) != len(columns):
            findings.fault("wrong_cell_count", f"line {start}", found=len(cells), expected=len(columns))
        else:
            rows += 1
            if rows > MOST_ROWS:
                findings.fault("too_many_rows", "file", rows=rows, most=MOST_ROWS)
                return
            tidied = (_SPACES.sub(" ", cell).strip() for cell in cells)
            yield start, dict(zip(columns, tidied, strict=True))


def _header(cells: list[str], line: int, findings: Findings) -> list[str] | None:
    columns = [cell.strip().lower() for cell in cells]
    if len(columns) == 1 and (found := re.search(r"[;\t|，]", columns[0])):
        findings.fault("wrong_separator", f"line {line}", found=found[0])
        return None
    needed = ["lon", "lat"] + ([] if "address" in columns else ["street"])
    missing = [column for column in needed if column not in columns]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    for column in missing:
        findings.fault("missing_column", f"line {line}", column=column)
    for column in twice:
        findings.fault("duplicate_column", f"line {line}", column=shown(column))
    for column in columns:
        if column not in COLUMNS:
            findings.warning("unknown_column", f"line {line}", column=shown(column))
    return None if missing or twice else columns


def _take(
    line: int,
    cells: dict[str, str],
    streets: dict[tuple[str, str], StreetOf],
    seen: dict[tuple[str, str, str], tuple[int, float, float]],
    findings: Findings,
) -> None:
    label, name, number, first = _written(cells)
    sound = True
    if not name:
        findings.fault("missing_field", f"line {line}, {'address' if 'address' in cells else 'street'}",
                       field="address" if "address" in cells else "street")  # fmt: skip
        sound = False
    elif not street_words(name):
        findings.fault("no_street_name", f"line {line}, street", value=shown(name))
        sound = False
    for field in ("address", "street", "number", "town", "code"):
        text = cells.get(field, "")
        if len(text) > LABEL_LENGTH or not printable(text):
            findings.fault("bad_name", f"line {line}, {field}", value=shown(text), most=LABEL_LENGTH)
            sound = False
    lon, lat = _degrees(cells, "lon", 180, line, findings), _degrees(cells, "lat", 90, line, findings)
    if lon is None or lat is None or not sound:
        return
    if lon == 0 and lat == 0:
        findings.fault("bad_coordinate", f"line {line}, lon", most=180)
        return
    town = cells.get("town", "")
    keys = number_keys(number) if number else ()
    if number and not keys:
        findings.warning("no_house_number", f"line {line}, number", value=shown(number))
    street = streets.get((name, town))
    if street is None:
        street = streets[name, town] = StreetOf(name, town, first)
    if not number:
        street.lon, street.lat = lon, lat
        return
    known = seen.get((name, town, number))
    if known is None:
        seen[name, town, number] = (line, lon, lat)
    elif math.hypot((known[1] - lon) * math.cos(math.radians(lat)), known[2] - lat) > 0.001:
        findings.warning("address_twice", f"line {line}", value=shown(label), first=known[0])
    street.doors.append(Door(label, number, keys, lon, lat, cells.get("code", "")))


def _written(cells: dict[str, str]) -> tuple[str, str, str, bool]:
    """The whole address, its street, its number, and whether the number comes first."""
    whole = cells.get("address", "")
    if not cells.get("street"):
        name, number, first = parted(whole)
        return whole, name, number or cells.get("number", ""), first
    name, number = cells["street"], cells.get("number", "")
    han = is_han(name)
    if not number:
        return whole or name, name, "", not han
    written = f"{name}{number}{'号' if number.isdecimal() else ''}" if han else f"{number} {name}"
    return whole or written, name, number, not han


def parted(address: str) -> tuple[str, str, bool]:
    """The street's name and the number in a whole address; an address without a number is a street."""
    bare = address
    if detail := detail_of(address):
        bare = _SPACES.sub(" ", address.replace(detail, "")).strip(" ,，")
    if found := _STREET_AND_DOOR.match(bare):
        return found["street"], found["first"], True
    if found := _DOOR_LAST.match(bare):
        return found["street"], found["last"], False
    if any(is_han(letter) for letter in bare) and (found := _HAN_DOOR.match(bare)):
        return found["street"], found["door"], False
    return bare, "", True


def _degrees(cells: dict[str, str], field: str, most: int, line: int, findings: Findings) -> float | None:
    text = cells.get(field, "")
    if not text:
        findings.fault("missing_field", f"line {line}, {field}", field=field)
        return None
    # float() would also take "nan", "1_0" and "１２".
    if not _DEGREES.fullmatch(text) or abs(float(text)) > most:
        findings.fault("bad_coordinate", f"line {line}, {field}", most=most)
        return None
    return float(text)
