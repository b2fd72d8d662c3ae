"""What was filled in, held against the form that it was filled from.

Answers are ``{field id: value}``. A value's shape by the field's type:

========== ==========================================================================================
text       a string
number     a number in the field's ``unit``
choice     an option's id; ``multi``: a list of them
date       ``YYYY-MM-DD``
photo      a list of the photos' ids (UUID)
signature  ``{"name", "strokes": [[[x, y], …], …]}``, whole numbers 0–1000 of the pad's width
serial     a string as it stands on the thing, typed or scanned
reading    ``{"value": number, "photo": id}``
check      ``true``; a box that is not ticked is no answer
parts      ``{part: how many}``
========== ==========================================================================================

Answers of fields that are not shown are left out, never refused: they are what somebody typed before they
chose otherwise. ``static/lib/form-rules.js`` is this file's twin.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from field.forms.engine.conditions import Document, answered, fields_of, required, shown

Faults = Iterator[tuple[str, Mapping[str, object]]]

MOST_TEXT: Final = 2000
MOST_SERIAL: Final = 40
MOST_PHOTOS: Final = 8
MOST_STROKES: Final = 80
MOST_POINTS: Final = 4000
MOST_PARTS: Final = 30
MOST_OF_A_PART: Final = 999
LARGEST: Final = 1e15
PAD: Final = 1000
"""A signature's pad is this wide, and at most as high."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PART = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_SERIAL = {
    "digits": re.compile(r"[0-9]+"),
    "letters_digits": re.compile(r"[A-Za-z0-9]+"),
    "any": re.compile(r"[A-Za-z0-9 ./:_-]+"),
}


@dataclasses.dataclass(frozen=True)
class AnswerFault:
    """One thing wrong with one field. ``code`` and ``params`` are put into words by the reader's language."""

    code: str
    field: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Checked:
    """``kept``: the answers of the fields that are shown; ``faults``: all at once, in the form's order."""

    kept: dict[str, Any]
    faults: tuple[AnswerFault, ...]


def check(form: Document, answers: Mapping[str, Any]) -> Checked:
    """Hold answers against the form that they were filled from."""
    fields = shown(form, answers)
    known = {id: answers[id] for id in fields if id in answers}
    kept: dict[str, Any] = {}
    faults: list[AnswerFault] = []
    for id, field in fields.items():
        value = answers.get(id)
        if not answered(value):
            if required(field, known):
                faults.append(AnswerFault("answer_missing", id))
            continue
        wrong = [AnswerFault(code, id, params) for code, params in _CHECKS[field["type"]](field, value)]
        faults += wrong
        if not wrong:
            kept[id] = value.strip() if isinstance(value, str) else value
    every = {field["id"] for section in form["sections"] for field in section["fields"]}
    faults += [AnswerFault("answer_unknown_field", id) for id in answers if id not in every]
    return Checked(kept, tuple(faults))


def photos_in(form: Document, kept: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of all photos that answers name, in the form's order."""
    found: list[str] = []
    for id, field in shown(form, kept).items():
        value = kept.get(id)
        if field["type"] == "photo" and isinstance(value, list):
            found += value
        if field["type"] == "reading" and isinstance(value, dict) and value.get("photo"):
            found.append(value["photo"])
    return tuple(found)


def parts_in(form: Document, kept: Mapping[str, Any]) -> dict[str, int] | None:
    """The parts that were used, added up; None where the form does not ask for them."""
    fields = [field["id"] for field in shown(form, kept).values() if field["type"] == "parts"]
    if not fields:
        return None
    used: dict[str, int] = {}
    for id in fields:
        for part, count in (kept.get(id) or {}).items():
            used[part] = used.get(part, 0) + count
    return used


def _text(field: Document, value: Any) -> Faults:
    if not isinstance(value, str) or "\x00" in value:
        yield "answer_type", {}
    elif len(value.strip()) > (most := field.get("max_length", MOST_TEXT)):
        yield "answer_too_long", {"most": most}


def _number(field: Document, value: Any) -> Faults:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or abs(value) > LARGEST or not math.isfinite(value):
        yield "answer_type", {}
        return
    if (least := field.get("min")) is not None and value < least:
        yield "answer_too_small", {"least": least}
    if (most := field.get("max")) is not None and value > most:
        yield "answer_too_large", {"most": most}
    # The text of a number to so many places is the number itself, or it has more of them.
    if float(f"{value:.{field.get('decimals', 2)}f}") != value:
        yield "answer_decimals", {"decimals": field.get("decimals", 2)}


def _options(field: Document) -> set[str]:
    return {option["id"] for option in field["options"]}


def _choice(field: Document, value: Any) -> Faults:
    if not isinstance(value, str):
        yield "answer_type", {}
    elif value not in _options(field):
        yield "answer_not_an_option", {}


def _multi(field: Document, value: Any) -> Faults:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        yield "answer_type", {}
    elif len(set(value)) < len(value) or not set(value) <= _options(field):
        yield "answer_not_an_option", {}


def _date(_field: Document, value: Any) -> Faults:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            date.fromisoformat(value)
            return
        except ValueError:
            pass
    yield "answer_date", {}


def _photo(field: Document, value: Any) -> Faults:
    if not isinstance(value, list) or not all(_is_id(each) for each in value):
        yield "answer_type", {}
        return
    if len(value) < (least := field.get("min", 1)):
        yield "answer_too_few_photos", {"least": least}
    if len(value) > (most := field.get("max", MOST_PHOTOS)):
        yield "answer_too_many_photos", {"most": most}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _signature(_field: Document, value: Any) -> Faults:
    strokes, name = (value.get("strokes"), value.get("name", "")) if isinstance(value, dict) else (None, "")
    if not isinstance(strokes, list) or not strokes or not isinstance(name, str) or len(name) > 80:
        yield "answer_type", {}
    elif not all(isinstance(stroke, list) and all(map(_is_point, stroke)) for stroke in strokes):
        yield "answer_type", {}
    elif len(strokes) > MOST_STROKES or sum(map(len, strokes)) > MOST_POINTS:
        yield "answer_too_long", {"most": MOST_POINTS}


def _is_point(point: Any) -> bool:
    whole = isinstance(point, list) and len(point) == 2 and all(type(part) is int for part in point)
    return whole and all(0 <= part <= PAD for part in point)


def _serial(field: Document, value: Any) -> Faults:
    if not isinstance(value, str):
        yield "answer_type", {}
        return
    serial = value.strip()
    if len(serial) < (least := field.get("min_length", 1)):
        yield "answer_too_short", {"least": least}
    if len(serial) > (most := field.get("max_length", MOST_SERIAL)):
        yield "answer_too_long", {"most": most}
    if not _SERIAL[field.get("characters", "any")].fullmatch(serial):
        yield "answer_serial", {}


def _reading(field: Document, value: Any) -> Faults:
    if not isinstance(value, dict):
        yield "answer_type", {}
        return
    yield from _number(field, value.get("value"))
    photo = value.get("photo")
    if photo is not None and not _is_id(photo):
        yield "answer_type", {}
    if photo is None and field.get("photo", True):
        yield "answer_reading_photo", {}


def _check(_field: Document, value: Any) -> Faults:
    if value is not True:
        yield "answer_type", {}


def _parts(_field: Document, value: Any) -> Faults:
    if not isinstance(value, dict) or len(value) > MOST_PARTS:
        yield "answer_type", {}
    elif not all(_PART.fullmatch(part) for part in value):
        yield "answer_type", {}
    elif not all(type(count) is int and 1 <= count <= MOST_OF_A_PART for count in value.values()):
        yield "answer_type", {}


_CHECKS: Final[Mapping[str, Callable[[Document, Any], Faults]]] = MappingProxyType(
    {
        "text": _text,
        "number": _number,
        "choice": _choice,
        "multi": _multi,
        "date": _date,
        "photo": _photo,
        "signature": _signature,
        "serial": _serial,
        "reading": _reading,
        "check": _check,
        "parts": _parts,
    }
)

TYPES: Final = tuple(_CHECKS)
"""Every type of a field."""


def with_photos(form: Document, answers: Mapping[str, Any], names: Mapping[UUID, UUID]) -> dict[str, Any]:
    """The answers with their photos called by other names; those without one are left out."""
    renamed = dict(answers)
    for field in fields_of(form):
        value = answers.get(field["id"])
        if field["type"] == "photo" and isinstance(value, list):
            renamed[field["id"]] = [name for id in value if (name := _other(id, names))]
        if field["type"] == "reading" and isinstance(value, dict) and "photo" in value:
            renamed[field["id"]] = {**value, "photo": _other(value["photo"], names)}
    return renamed


def _other(id: Any, names: Mapping[UUID, UUID]) -> str | None:
    name = names.get(UUID(id)) if _is_id(id) else None
    return None if name is None else str(name)
