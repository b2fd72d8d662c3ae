"""How much a file may hold, seen before it is parsed: no parser may be made to do, or to keep, far more than
the file is long.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

from field.grid.files.findings import Findings
from field.grid.files.records import Limits

LINE_LENGTH: Final = 1 << 18
"""Characters of one line of a table. A representative with three hundred zones has a hundredth of that."""
COLUMNS: Final = 200
VALUES_OF_A_VERTEX: Final = 4
VALUES_OF_A_FEATURE: Final = 64
LISTS_OF_A_VERTEX: Final = 2
OBJECTS_OF_A_FEATURE: Final = 8


def fits_json(text: str, limits: Limits, findings: Findings) -> bool:
    """Whether a text has no more lists, objects and values than a map of the largest size needs; else the
    fault is noted. Each takes ten times the memory that it takes in the file, and more.
    """
    if text.count("[") > LISTS_OF_A_VERTEX * limits.vertices:
        findings.fault("too_many_vertices", "file", most=limits.vertices)
        return False
    objects = OBJECTS_OF_A_FEATURE * limits.features
    values = VALUES_OF_A_VERTEX * limits.vertices + VALUES_OF_A_FEATURE * limits.features
    for sign, most in (("{", objects), (",", values)):
        found = text.count(sign)
        if found > most:
            findings.fault("too_many_values", "file", values=found, most=most)
            return False
    return True


class _TooLong(Exception):
    pass


def _lines(text: str) -> Iterator[str]:
    for line in io.StringIO(text, newline=""):
        if len(line) > LINE_LENGTH:
            raise _TooLong
        yield line


def csv_rows(text: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that are not empty, each with the line that it begins on (RFC 4180). At what cannot
    be read the fault is noted, and there are no more.
    """
    if "\x00" in text:
        findings.fault("not_csv", f"line {text[: text.index(chr(0))].count(chr(10)) + 1}")
        return
    reader = csv.reader(_lines(text), strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > COLUMNS:
                    findings.fault("too_many_columns", f"line {start}", columns=len(cells), most=COLUMNS)
                    return
                yield start, cells
            start = reader.line_num + 1
    except _TooLong:
        findings.fault("line_too_long", f"line {start}", most=LINE_LENGTH)
    except csv.Error:
        findings.fault("not_csv", f"line {start}")
