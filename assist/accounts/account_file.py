"""Reading a utility's accounts: a CSV file, one account a line.

Columns, in any order; a first line names them:

    account     required: the account's reference, as on the bill; a file has it once
    name        whose it is
    phone       a telephone number in any writing; one that cannot be called is kept, with a warning
    address     where the water is used
    meter       the meter's serial
    language    `zh-Hans`, `zh-Hant` or `en`
    dependant   whether somebody there depends on water: `yes`, `no`, `1`, `0`, `是`, `否`

UTF-8, GB18030 where it is that beyond doubt, or the encoding that the caller names, as with all files
(:mod:`kernel.files.encodings`). Every fault is told at once, by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assist.request.phones import PhoneInvalid, normal_phone
from kernel.errors import Fault
from kernel.files.encodings import read_text, samples
from kernel.files.findings import Findings, printable, shown
from kernel.files.table_rows import csv_rows

FILE_BYTES: Final = 1 << 30
MOST_ROWS: Final = 10_000_000
MOST_FAULTS: Final = 1_000
LENGTHS: Final = {"account": 40, "name": 120, "phone": 40, "address": 200, "meter": 40}
COLUMNS: Final = (*LENGTHS, "language", "dependant")
LANGUAGES: Final = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en", "": ""}
YES_OR_NO: Final = {
    **dict.fromkeys(("yes", "true", "1", "y", "是", "有"), True),
    **dict.fromkeys(("no", "false", "0", "n", "否", "无", "無", ""), False),
}
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of a file."""

    reference: str
    name: str
    phone: str
    address: str
    meter: str
    language: str
    dependant: bool


@dataclass(frozen=True)
class AccountFile:
    """What a file holds. With faults, ``rows`` are those without."""

    rows: tuple[AccountRow, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    encoding: str
    sample: tuple[str, ...]


def read_accounts(data: bytes, encoding: str = "", region: str = "CN") -> AccountFile:
    """Read and check a whole file; numbers without a country code belong to ``region``.

    Never raises for what is in ``data``.
    """
    findings = Findings(MOST_FAULTS)
    if len(data) > FILE_BYTES:
        findings.fault("file_too_large", "file", bytes=len(data), most=FILE_BYTES)
        return AccountFile((), findings.faults, (), "", ())
    text, read_as = read_text(data, encoding or None, "unknown_encoding", findings)
    rows: list[AccountRow] = []
    if text is not None:
        seen: dict[str, int] = {}
        lines = 0
        for line, cells in _lines(text, findings):
            lines += 1
            if row := _account(line, cells, seen, region, findings):
                rows.append(row)
        if not lines and not findings.faults:
            findings.fault("no_rows", "file")
    sample = samples(text) if text is not None else ()
    return AccountFile(tuple(rows), findings.faults, findings.warnings, read_as, sample)


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
            yield (
                start,
                {name: _SPACES.sub(" ", cell).strip() for name, cell in zip(columns, cells, strict=True)},
            )


def _header(cells: list[str], line: int, findings: Findings) -> list[str] | None:
    columns = [cell.strip().lower() for cell in cells]
    if len(columns) == 1 and (found := re.search(r"[;\t|，]", columns[0])):
        findings.fault("wrong_separator", f"line {line}", found=found[0])
        return None
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if "account" not in columns:
        findings.fault("missing_column", f"line {line}", column="account")
    for column in twice:
        findings.fault("duplicate_column", f"line {line}", column=shown(column))
    for column in columns:
        if column not in COLUMNS:
            findings.warning("unknown_column", f"line {line}", column=shown(column))
    return None if twice or "account" not in columns else columns


def _account(
    line: int, cells: dict[str, str], seen: dict[str, int], region: str, findings: Findings
) -> AccountRow | None:
    """The account of a line, or None with its faults noted."""
    sound = True
    reference = cells["account"]
    if not reference:
        findings.fault("missing_field", f"line {line}, account", field="account")
        sound = False
    elif reference in seen:
        findings.fault(
            "duplicate_account", f"line {line}, account", value=shown(reference), first=seen[reference]
        )
        sound = False
    else:
        seen[reference] = line
    for field, most in LENGTHS.items():
        text = cells.get(field, "")
        if len(text) > most or not printable(text):
            findings.fault("bad_account_text", f"line {line}, {field}", value=shown(text), most=most)
            sound = False
    language = LANGUAGES.get(cells.get("language", "").lower())
    if language is None:
        value = shown(cells["language"])
        findings.fault("unknown_language", f"line {line}, language", value=value)
        sound = False
    dependant = YES_OR_NO.get(cells.get("dependant", "").lower())
    if dependant is None:
        findings.fault("not_yes_or_no", f"line {line}, dependant", value=shown(cells["dependant"]))
        sound = False
    if not sound or language is None or dependant is None:
        return None
    return AccountRow(
        reference=reference,
        name=cells.get("name", ""),
        phone=_phone(cells.get("phone", ""), line, region, findings),
        address=cells.get("address", ""),
        meter=cells.get("meter", ""),
        language=language,
        dependant=dependant,
    )


def _phone(written: str, line: int, region: str, findings: Findings) -> str:
    if not written:
        return ""
    try:
        return normal_phone(written, region)
    except PhoneInvalid:
        findings.warning("phone_not_callable", f"line {line}, phone", value=shown(written))
        return written
