"""The rows of a table in a text file, bounded before they are parsed."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from kernel.files.findings import Findings

LINE_LENGTH: Final = 1 << 18
"""Characters of one line of a table. A representative with three hundred zones has a hundredth of that."""
COLUMNS: Final = 200


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
