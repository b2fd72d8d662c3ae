"""What was filled in, as a file that spreadsheets open: a line a form, a column a field."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from field.forms.engine.conditions import fields_of
from field.forms.queries import FilledTask
from kernel.i18n import text

MOST = 20_000
"""Lines of one file; who wants more asks for shorter times."""

BESIDE = ("task", "version", "filled_at", "rep", "zone", "address", "travel_min", "on_site_min")
_LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def answers_file(
    rows: Sequence[FilledTask], forms: Sequence[Mapping[str, Any]], language: str, zone: ZoneInfo
) -> bytes:
    """CSV with a byte-order mark, by which spreadsheets know UTF-8.

    ``forms``: every version, the newest first: a column for each field that any of them has. Choices are
    written in words, photos as their number, a signature as the name.
    """
    fields: dict[str, Mapping[str, Any]] = {}
    for form in forms:
        for field in fields_of(form):
            fields.setdefault(field["id"], field)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    heads = [text(language, "forms_file", name) for name in BESIDE]
    writer.writerow([*heads, *(_head(field, language) for field in fields.values())])
    for row in rows:
        answers = row.answers.answers
        told = [_said(field, answers.get(id), language) for id, field in fields.items()]
        writer.writerow([*map(_safe, _beside(row, language, zone)), *map(_safe, told)])
    return out.getvalue().encode("utf-8-sig")


def words_in(words: Mapping[str, str], language: str) -> str:
    """A text in the reader's language, or in the first that there is."""
    return next((text for each in (language, *_LANGUAGES) if (text := words.get(each, "").strip())), "")


def _beside(row: FilledTask, language: str, zone: ZoneInfo) -> list[str]:
    task, rep = row.task, row.rep
    return [
        str(task.id),
        str(row.answers.number),
        row.answers.filled_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        (rep.name_en or rep.name) if language == "en" else rep.name,
        row.zone.code if row.zone else "",
        task.address,
        _minutes(task.departed_at, task.arrived_at),
        _minutes(task.arrived_at, task.finished_at),
    ]


def _minutes(start: datetime | None, end: datetime | None) -> str:
    return "" if start is None or end is None else str(round((end - start).total_seconds() / 60))


def _head(field: Mapping[str, Any], language: str) -> str:
    unit = field.get("unit")
    return _safe(words_in(field["label"], language) + (f" ({unit})" if unit else ""))


def _said(field: Mapping[str, Any], value: Any, language: str) -> str:
    if value is None:
        return ""
    match field["type"]:
        case "choice" | "multi":
            names = {option["id"]: words_in(option["label"], language) for option in field["options"]}
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(names.get(each, str(each)) for each in chosen)
        case "check":
            return text(language, "forms_file", "yes" if value else "no")
        case "photo":
            return str(len(value))
        case "signature":
            return str(value.get("name") or text(language, "forms_file", "signed"))
        case "reading":
            return str(value.get("value", ""))
        case "parts":
            return ", ".join(f"{part} × {count}" for part, count in sorted(value.items()))
    return str(value)


def _safe(cell: str) -> str:
    """A spreadsheet takes a text that begins like this for a formula (OWASP, "CSV Injection")."""
    risky = cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    try:
        float(cell)
        return cell
    except ValueError:
        return f"'{cell}" if risky else cell
