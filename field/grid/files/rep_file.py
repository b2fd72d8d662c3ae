"""Reading `reps.csv`; the format is described in `field.grid.files.importer`."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from field.grid.files.codes import code_of, fault_of_name, tidy
from field.grid.files.formats import other_format
from field.grid.files.records import DEFAULT_LIMITS, PART_NAME, SKILLS, Limits, RepFile, RepRow
from field.grid.whereabouts import Bounds, fault_of_home
from kernel.files.encodings import read_text
from kernel.files.findings import Findings, shown
from kernel.files.table_rows import csv_rows

CONTRACTOR: Final = "contractor"

REQUIRED: Final = (
    "code",
    "name",
    "phone",
    "username",
    "station",
    "skills",
    "level",
    "shift_start",
    "shift_end",
    "home_lon",
    "home_lat",
)
OPTIONAL: Final = ("name_en", "parts", "zones", CONTRACTOR)
MOST_OF_A_PART: Final = 9_999
SAMPLES: Final = 3

_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_PART: Final = re.compile(rf"({PART_NAME})\s*:\s*([0-9]{{1,5}})")
_MAINLAND_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MAINLAND_E164: Final = re.compile(r"\+86(1[3-9][0-9]{9}|[1-9][0-9]{8,11})")


def read_reps(
    data: bytes,
    *,
    stations: Collection[str] | None = None,
    zones: Collection[str] | None = None,
    contractors: Collection[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
    bounds: Bounds | None = None,
) -> RepFile:
    """Read and check a whole representatives file. Never raises for what is in `data`.

    `stations`, `zones`, `contractors`: the codes there are; a row naming another is a fault. None: not
    checked. `encoding`: what the file is in, where the caller says so. `bounds`: of all zones; a home far
    outside them is a fault.
    """
    findings = Findings(limits.faults)
    text, was_in = _decode(data, encoding, limits, findings)
    table = _table(text, limits, findings) if text is not None else None
    if table is None:
        return RepFile((), findings.faults, findings.warnings, was_in)
    columns, lines = table
    if not lines:
        findings.fault("no_rows", "file")
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for line, cells in lines:
        if len(cells) != len(columns):
            findings.fault("wrong_cell_count", f"line {line}", found=len(cells), expected=len(columns))
            continue
        row = _Line(dict(zip(columns, map(tidy, cells), strict=True)), line, findings)
        rows.append(row.read(seen, stations, zones, contractors, bounds))
    sound = tuple(row for row in rows if row is not None)
    sample = dict.fromkeys(row.name for row in sound if not row.name.isascii())
    told = CONTRACTOR in columns
    return RepFile(sound, findings.faults, findings.warnings, was_in, tuple(sample)[:SAMPLES], told)


def _decode(data: bytes, encoding: str | None, limits: Limits, findings: Findings) -> tuple[str | None, str]:
    if len(data) > limits.file_bytes:
        findings.fault("file_too_large", "file", bytes=len(data), most=limits.file_bytes)
        return None, "utf-8"
    other = other_format(data)
    if other is None and data[:1] in (b"{", b"["):
        other = "JSON"
    if other is not None:
        findings.fault("other_format", "file", found=other, wanted="CSV")
        return None, "utf-8"
    return read_text(data, encoding, "unknown_encoding", findings)


def _table(
    text: str, limits: Limits, findings: Findings
) -> tuple[list[str], list[tuple[int, list[str]]]] | None:
    """The header's columns and the rows that are not empty, each with the line it begins on."""
    lines: list[tuple[int, list[str]]] = []
    count, before = -1, len(findings.faults)  # the header is no row
    for line in csv_rows(text, findings):
        count += 1
        if count <= limits.rows:
            lines.append(line)
    if len(findings.faults) > before:
        return None
    if not lines:
        findings.fault("no_rows", "file")
        return None
    if count > limits.rows:
        findings.fault("too_many_rows", "file", rows=count, most=limits.rows)
        return None
    at, header = lines[0]
    columns = [tidy(cell).lower() for cell in header]
    if len(columns) == 1 and (found := re.search(r"[;\t|，]", columns[0])):
        findings.fault("wrong_separator", f"line {at}", found=found[0])
        return None
    sound = True
    for column in REQUIRED:
        if column not in columns:
            findings.fault("missing_column", f"line {at}", column=column)
            sound = False
    for place, column in enumerate(columns, 1):
        if columns.index(column) != place - 1:
            findings.fault("duplicate_column", f"line {at}", column=column)
            sound = False
        elif column not in REQUIRED and column not in OPTIONAL:
            findings.warning("unknown_column", f"line {at}", column=shown(column))
    return (columns, lines[1:]) if sound else None


class _Line:
    """One row being read: every cell is looked at, whatever is wrong with the others."""

    def __init__(self, cells: Mapping[str, str], line: int, findings: Findings) -> None:
        self._cells = cells
        self._line = line
        self._findings = findings
        self._sound = True
        self._located = True

    def read(
        self,
        seen: dict[tuple[str, str], int],
        stations: Collection[str] | None,
        zones: Collection[str] | None,
        contractors: Collection[str] | None,
        bounds: Bounds | None,
    ) -> RepRow | None:
        code = self._code("code")
        self._once("code", code, seen)
        username = self._username()
        self._once("username", username, seen)
        level = self._level()
        start, end = self._time("shift_start"), self._time("shift_end")
        if start is not None and end is not None and start >= end:
            self._fault("shift_ends_before_start", "shift_end", start=self._cells["shift_start"])
        row = RepRow(
            code=code,
            name=self._name("name", required=True),
            name_en=self._name("name_en", required=False),
            phone=self._phone(),
            username=username,
            station=self._known("station", self._code("station"), stations, "unknown_station"),
            skills=self._skills(level),
            parts=self._parts(),
            shift_start=start or 0,
            shift_end=end or 0,
            home_lon=self._degrees("home_lon", 180),
            home_lat=self._degrees("home_lat", 90),
            zones=self._zones(seen, zones),
            contractor=self._contractor(contractors),
            line=self._line,
        )
        if self._located:
            wrong = fault_of_home(row.home_lon, row.home_lat, bounds)
            if wrong is not None:
                self._fault(wrong[0], "home_lon", **wrong[1])
        return row if self._sound else None

    def _fault(self, code: str, field: str, **params: object) -> None:
        self._sound = False
        self._findings.fault(code, f"line {self._line}, {field}", field=field, **params)

    def _required(self, field: str) -> str:
        text = self._cells.get(field, "")
        if not text:
            self._fault("missing_field", field)
        return text

    def _once(self, field: str, value: str, seen: dict[tuple[str, str], int]) -> None:
        if not value:
            return
        if (field, value.casefold()) in seen:
            self._fault(f"duplicate_{field}", field, value=value, first=seen[field, value.casefold()])
        else:
            seen[field, value.casefold()] = self._line

    def _known(self, field: str, value: str, known: Collection[str] | None, fault: str) -> str:
        if value and known is not None and value not in known:
            self._fault(fault, field, value=shown(value))
        return value

    def _code(self, field: str) -> str:
        text = self._required(field)
        code = code_of(text)
        if text and code is None:
            self._fault("bad_code", field, value=shown(text))
        return code or text

    def _name(self, field: str, *, required: bool) -> str:
        text = self._required(field) if required else self._cells.get(field, "")
        wrong = fault_of_name(text) if text else None
        if wrong is not None:
            self._fault(wrong[0], field, value=shown(text), **wrong[1])
        return text

    def _username(self) -> str:
        text = self._required("username")
        if text and not _USERNAME.fullmatch(text):
            self._fault("bad_username", "username", value=shown(text))
            return ""
        return text

    def _phone(self) -> str:
        text = self._required("phone")
        if not text:
            return ""
        digits = re.sub(r"[\s().-]", "", text)
        number = f"+86{digits}" if _MAINLAND_MOBILE.fullmatch(digits) else digits
        pattern = _MAINLAND_E164 if number.startswith("+86") else _E164
        if not pattern.fullmatch(number):
            # The number itself is personal: the message names the line, not the digits.
            self._fault("bad_phone", "phone")
        return number

    def _level(self) -> int:
        text = self._required("level")
        if text and text not in ("1", "2", "3"):
            self._fault("bad_level", "level", value=shown(text))
        return int(text) if text in ("1", "2", "3") else 1

    def _skills(self, level: int) -> dict[str, int]:
        skills: dict[str, int] = {}
        for item in _items(self._required("skills")):
            name, colon, own = (part.strip() for part in item.partition(":"))
            if name not in SKILLS:
                self._fault("unknown_skill", "skills", value=shown(name), skills=", ".join(SKILLS))
            elif colon and own not in ("1", "2", "3"):
                self._fault("bad_level", "skills", value=shown(item))
            elif name in skills:
                self._fault("named_twice", "skills", value=name)
            else:
                skills[name] = int(own) if colon else level
        return skills

    def _parts(self) -> dict[str, int]:
        parts: dict[str, int] = {}
        for item in _items(self._cells.get("parts", "")):
            found = _PART.fullmatch(item)
            if found is None or int(found[2]) > MOST_OF_A_PART:
                self._fault("bad_parts", "parts", value=shown(item), most=MOST_OF_A_PART)
            elif found[1] in parts:
                self._fault("named_twice", "parts", value=found[1])
            else:
                parts[found[1]] = int(found[2])
        return parts

    def _time(self, field: str) -> int | None:
        text = self._required(field)
        found = _TIME.fullmatch(text)
        minutes = int(found[1]) * 60 + int(found[2]) if found else None
        if text and (minutes is None or minutes > 24 * 60):
            self._fault("bad_time", field, value=shown(text))
            return None
        return minutes

    def _degrees(self, field: str, most: int) -> float:
        text = self._required(field)
        if not text:
            self._located = False
            return 0.0
        # float() would also take "nan", "1_0" and "１２".
        if not re.fullmatch(r"[+-]?[0-9]{1,8}(\.[0-9]{1,15})?", text) or abs(float(text)) > most:
            self._fault("bad_coordinate", field, most=most)
            self._located = False
            return 0.0
        return float(text)

    def _contractor(self, known: Collection[str] | None) -> str | None:
        text = self._cells.get(CONTRACTOR, "")
        return self._known(CONTRACTOR, text, known, "unknown_contractor") or None

    def _zones(self, seen: dict[tuple[str, str], int], known: Collection[str] | None) -> tuple[str, ...]:
        zones: dict[str, None] = {}
        for written in _items(self._cells.get("zones", "")):
            item = code_of(written)
            if item is None:
                self._fault("bad_code", "zones", value=shown(written))
                continue
            if item in zones:
                self._fault("named_twice", "zones", value=item)
                continue
            self._known("zones", item, known, "unknown_zone")
            if ("zones", item) in seen:
                self._fault("zone_claimed_twice", "zones", value=item, first=seen["zones", item])
            seen.setdefault(("zones", item), self._line)
            zones[item] = None
        return tuple(zones)


def _items(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"[;；]", text) if item.strip()]
