"""Shifts as a table (CSV): a row for each representative and weekday, or for each representative and date.

    rep            required   the representative's code
    weekday        1 to 7, Monday first; or mon … sun        one of these two
    date           YYYY-MM-DD
    week           of the cycle, from 1; 1 when left out
    valid_from     the cycle's first day; the day on which the file is taken when left out
    start, end     HH:MM; an end that is not after its start is on the next day. Both empty: a day off
    start2, end2   of a day in two parts; between them is the break
    rest_from, rest_until, rest_min    the break begins between these, and lasts so many minutes
    on_call_from, on_call_until
    begins, ends   home, station, anywhere (an end only), or "longitude latitude"; home when left out

The same columns are written by the export, so that it can be changed and taken in again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from field.grid.files.codes import tidy
from field.grid.files.formats import other_format
from field.shifts.files.records import FILE_BYTES, MOST_FAULTS, MOST_ROWS, Entry, ShiftFile
from field.shifts.roster.duty import MOST_WEEKS, Duty, Place, Rest, Span, wrong_with
from field.shifts.roster.written import clock, span_of
from kernel.files.encodings import read_text
from kernel.files.findings import Findings, shown
from kernel.files.table_rows import csv_rows

COLUMNS: Final = (
    *("rep", "weekday", "date", "week", "valid_from", "start", "end", "start2", "end2"),
    *("rest_from", "rest_until", "rest_min", "on_call_from", "on_call_until", "begins", "ends"),
)
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_POINT: Final = re.compile(r"(-?\d{1,3}(?:\.\d+)?)[ ,;]+(-?\d{1,2}(?:\.\d+)?)")


def read_shift_table(data: bytes) -> ShiftFile:
    """Read and check a whole table. Never raises for what is in `data`."""
    findings = Findings(MOST_FAULTS)
    if len(data) > FILE_BYTES:
        findings.fault("file_too_large", "file", bytes=len(data), most=FILE_BYTES)
        return ShiftFile((), findings.faults)
    if (other := other_format(data)) is not None:
        findings.fault("other_format", "file", found=other, wanted="CSV")
        return ShiftFile((), findings.faults)
    text, _ = read_text(data, None, "unknown_encoding", findings)
    if text is None:
        return ShiftFile((), findings.faults)
    rows = list(zip(range(MOST_ROWS + 2), csv_rows(text, findings), strict=False))
    lines = [line for _, line in rows]
    if findings.faults:
        return ShiftFile((), findings.faults)
    if len(lines) < 2:
        findings.fault("no_rows", "file")
        return ShiftFile((), findings.faults)
    if len(lines) > MOST_ROWS + 1:
        findings.fault("too_many_rows", "file", rows=len(lines) - 1, most=MOST_ROWS)
        return ShiftFile((), findings.faults)
    at, header = lines[0]
    columns = [tidy(cell).lower() for cell in header]
    if "rep" not in columns:
        findings.fault("missing_column", f"line {at}", column="rep")
    if not {"weekday", "date"} & set(columns):
        findings.fault("missing_column", f"line {at}", column="weekday")
    for column in columns:
        if column not in COLUMNS or columns.count(column) > 1:
            findings.fault("unknown_shift_column", f"line {at}", column=shown(column))
    entries: list[Entry] = []
    if not findings.faults:
        for line, cells in lines[1:]:
            if len(cells) != len(columns):
                findings.fault("wrong_cell_count", f"line {line}", found=len(cells), expected=len(columns))
                continue
            row = _Row(dict(zip(columns, map(tidy, cells), strict=True)), line, findings)
            entries.append(row.read())
    return ShiftFile(tuple(entries), findings.faults)


class _Row:
    """One row: every cell is looked at, whatever is wrong with the others."""

    def __init__(self, cells: Mapping[str, str], line: int, findings: Findings) -> None:
        self._cells, self._line, self._findings = cells, line, findings

    def _fault(self, code: str, field: str, **params: object) -> None:
        self._findings.fault(code, f"line {self._line}, {field}", **params)

    def _cell(self, name: str) -> str:
        return self._cells.get(name, "")

    def read(self) -> Entry:
        if not self._cell("rep"):
            self._fault("shift_without_rep", "rep")
        day, weekday = self._date("date"), self._weekday()
        if bool(self._cell("date")) == bool(self._cell("weekday")):
            self._fault("weekday_or_date", "date")
        spans = [span for pair in ("", "2") if (span := self._span(f"start{pair}", f"end{pair}"))]
        if len(spans) == 2 and spans[1][0] < spans[0][0]:
            spans[1] = spans[1][0] + 1440, spans[1][1] + 1440
        duty = Duty(
            spans=tuple(spans),
            rest=self._rest(spans),
            on_call=self._span("on_call_from", "on_call_until"),
            begins=self._place("begins"),
            ends=self._place("ends"),
        )
        for wrong in wrong_with(duty):
            self._fault(wrong.code, _COLUMN_OF.get(wrong.field, wrong.field), **wrong.params)
        return Entry(
            where=f"line {self._line}",
            rep=self._cell("rep"),
            day=day,
            week=self._number("week", 1, MOST_WEEKS, 1) - 1,
            weekday=weekday,
            valid_from=self._date("valid_from"),
            duty=duty,
        )

    def _date(self, name: str) -> date | None:
        text = self._cell(name)
        if not text:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            self._fault("bad_date", name, value=shown(text))
            return None
        if not 2000 <= found.year <= 2199:
            self._fault("bad_date", name, value=shown(text))
            return None
        return found

    def _weekday(self) -> int:
        text = self._cell("weekday").lower()
        if text[:3] in WEEKDAYS:
            return WEEKDAYS.index(text[:3])
        if text and not (text.isdecimal() and text.isascii() and 1 <= int(text[:3]) <= 7):
            self._fault("bad_weekday", "weekday", value=shown(text))
            return 0
        return int(text) - 1 if text else 0

    def _number(self, name: str, least: int, most: int, otherwise: int) -> int:
        text = self._cell(name)
        if not text:
            return otherwise
        if not (text.isdecimal() and text.isascii() and least <= int(text[:6]) <= most):
            self._fault("bad_count", name, value=shown(text), least=least, most=most)
            return otherwise
        return int(text)

    def _span(self, start: str, end: str) -> Span | None:
        one, two = self._cell(start), self._cell(end)
        if not one and not two:
            return None
        span = span_of(one.zfill(5), two.zfill(5))
        if span is None:
            self._fault(
                "bad_span_cells", start if span_of(one.zfill(5), "24:00") is None else end, start=one, end=two
            )
        return span

    def _rest(self, spans: Sequence[Span]) -> Rest | None:
        names = ("rest_from", "rest_until", "rest_min")
        if not any(self._cell(name) for name in names):
            return None
        minutes = self._number("rest_min", 1, 720, 30)
        window = self._span("rest_from", "rest_until")
        if window is None:
            if not (self._cell("rest_from") or self._cell("rest_until")):
                self._fault("bad_span_cells", "rest_from", start="", end="")
            return None
        earliest, latest = window
        if self._cell("rest_from") == self._cell("rest_until"):
            latest = earliest
        if spans and earliest < spans[0][0]:
            earliest, latest = earliest + 1440, latest + 1440
        return Rest(earliest, latest, minutes)

    def _place(self, name: str) -> Place:
        text = self._cell(name).lower()
        if text in _PLACES:
            return _PLACES[text]
        found = _POINT.fullmatch(text)
        if found is None or abs(float(found[1])) > 180 or abs(float(found[2])) > 90:
            self._fault("bad_shift_place", name, value=shown(text))
            return "home"
        return float(found[1]), float(found[2])


_PLACES: Final[Mapping[str, Place]] = {
    "": "home",
    "home": "home",
    "station": "station",
    "anywhere": "anywhere",
}
_COLUMN_OF: Final = {"spans": "start", "rest": "rest_from", "on_call": "on_call_from"}


def written_table(rows: Iterable[tuple[str, date, Duty]]) -> str:
    """Dates as a table that can be taken in again: (representative's code, day, duty) each."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    columns = [column for column in COLUMNS if column not in ("weekday", "week", "valid_from")]
    writer.writerow(columns)
    for rep, day, duty in rows:
        spans = [clock(edge) for span in duty.spans[:2] for edge in span] + [""] * 4
        rest = duty.rest
        writer.writerow(
            [
                rep,
                day.isoformat(),
                *spans[:4],
                *([clock(rest.earliest), clock(rest.latest), rest.minutes] if rest else ["", "", ""]),
                *(map(clock, duty.on_call) if duty.on_call else ["", ""]),
                _written_place(duty.begins),
                _written_place(duty.ends),
            ]
        )
    return made.getvalue()


def _written_place(place: Place) -> str:
    return place if isinstance(place, str) else f"{place[0]} {place[1]}"
