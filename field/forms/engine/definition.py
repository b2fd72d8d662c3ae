"""What a form may be: a JSON document of sections with fields; every fault of one at once.

A section is ``{"id", "title", "fields", "visible_when"?}``, a field ``{"id", "type", "label", "hint"?,
"required"? | "required_when"?, "visible_when"?}`` with what its type has beside it. Texts are
``{language: text}``; one language is enough, readers of another see what there is.
``static/lib/form-definition.js`` is this file's twin.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from field.forms.engine.answers import MOST_PHOTOS, MOST_SERIAL, MOST_TEXT, TYPES
from field.forms.engine.conditions import OPS, Document

MOST_SECTIONS: Final = 20
MOST_FIELDS: Final = 80
MOST_OPTIONS: Final = 40
MOST_CONDITIONS: Final = 5
MOST_LABEL: Final = 200
LARGEST: Final = 1e9
LANGUAGES: Final = ("zh-Hans", "zh-Hant", "en")

COMMON: Final = frozenset({"id", "type", "label", "hint", "required", "required_when", "visible_when"})
OWN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "text": frozenset({"max_length", "lines"}),
        "number": frozenset({"unit", "min", "max", "decimals"}),
        "choice": frozenset({"options"}),
        "multi": frozenset({"options"}),
        "date": frozenset(),
        "photo": frozenset({"min", "max"}),
        "signature": frozenset(),
        "serial": frozenset({"characters", "min_length", "max_length"}),
        "reading": frozenset({"unit", "min", "max", "decimals", "photo"}),
        "check": frozenset(),
        "parts": frozenset(),
    }
)
"""What a field of each type has beside what every field has."""

CHARACTERS: Final = ("digits", "letters_digits", "any")
NUMBERS: Final = ("number", "reading")
_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclasses.dataclass(frozen=True)
class FormFault:
    """One thing wrong. ``where``: ``sections.0.fields.2.label``, numbers from 0."""

    code: str
    where: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def faults_of(form: Any) -> tuple[FormFault, ...]:
    """All that is wrong with a document; empty for a form that can be filled."""
    return tuple(_form(form))


def _form(form: Any) -> Iterator[FormFault]:
    if not isinstance(form, dict) or set(form) != {"sections"} or not isinstance(form["sections"], list):
        yield FormFault("form_shape", "")
        return
    sections = form["sections"]
    if not sections:
        yield FormFault("form_empty", "sections")
    if len(sections) > MOST_SECTIONS:
        yield FormFault("form_too_large", "sections", {"most": MOST_SECTIONS})
    before: dict[str, Document] = {}
    seen: set[str] = set()
    for number, section in enumerate(sections[:MOST_SECTIONS]):
        yield from _section(section, f"sections.{number}", before, seen)
    if len(before) > MOST_FIELDS:
        yield FormFault("form_too_large", "sections", {"most": MOST_FIELDS})


def _section(section: Any, where: str, before: dict[str, Document], seen: set[str]) -> Iterator[FormFault]:
    if not isinstance(section, dict) or not isinstance(section.get("fields"), list):
        yield FormFault("form_shape", where)
        return
    if unknown := set(section) - {"id", "title", "fields", "visible_when"}:
        yield FormFault("form_unknown_setting", where, {"names": ", ".join(sorted(unknown))})
    yield from _id(section, where, seen, "section:")
    yield from _words(section.get("title"), f"{where}.title")
    yield from _conditions(section.get("visible_when", []), f"{where}.visible_when", before)
    if not section["fields"]:
        yield FormFault("form_empty", f"{where}.fields")
    for number, field in enumerate(section["fields"][: MOST_FIELDS + 1]):
        yield from _field(field, f"{where}.fields.{number}", before, seen)


def _field(field: Any, where: str, before: dict[str, Document], seen: set[str]) -> Iterator[FormFault]:
    if not isinstance(field, dict):
        yield FormFault("form_shape", where)
        return
    kind = field.get("type")
    if kind not in TYPES:
        yield FormFault("form_type", f"{where}.type")
        return
    if unknown := set(field) - COMMON - OWN[kind]:
        yield FormFault("form_unknown_setting", where, {"names": ", ".join(sorted(unknown))})
    yield from _id(field, where, seen, "")
    yield from _words(field.get("label"), f"{where}.label")
    if "hint" in field:
        yield from _words(field["hint"], f"{where}.hint", needed=False)
    if not isinstance(field.get("required", False), bool):
        yield FormFault("form_shape", f"{where}.required")
    for name in ("visible_when", "required_when"):
        yield from _conditions(field.get(name, []), f"{where}.{name}", before)
    if kind in ("choice", "multi"):
        yield from _options(field.get("options"), f"{where}.options")
    if kind in NUMBERS:
        yield from _numbers(field, where)
    if kind == "photo":
        yield from _range(field, where, "min", "max", 1, MOST_PHOTOS)
    if kind == "serial":
        yield from _range(field, where, "min_length", "max_length", 1, MOST_SERIAL)
        if field.get("characters", "any") not in CHARACTERS:
            yield FormFault("form_shape", f"{where}.characters")
    if kind == "text":
        yield from _range(field, where, "", "max_length", 1, MOST_TEXT)
        yield from _range(field, where, "", "lines", 1, 10)
    if not isinstance(field.get("photo", True), bool):
        yield FormFault("form_shape", f"{where}.photo")
    if isinstance(field.get("id"), str):
        before.setdefault(field["id"], field)


def _id(thing: Document, where: str, seen: set[str], space: str) -> Iterator[FormFault]:
    id = thing.get("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        yield FormFault("form_id", f"{where}.id")
        return
    if space + id in seen:
        yield FormFault("form_id_twice", f"{where}.id", {"id": id})
    seen.add(space + id)


def _words(words: Any, where: str, *, needed: bool = True) -> Iterator[FormFault]:
    if not isinstance(words, dict) or not set(words) <= set(LANGUAGES):
        yield FormFault("form_label", where)
        return
    if not all(isinstance(text, str) and "\x00" not in text for text in words.values()):
        yield FormFault("form_label", where)
    elif any(len(text) > MOST_LABEL for text in words.values()):
        yield FormFault("form_label_long", where, {"most": MOST_LABEL})
    elif needed and not any(text.strip() for text in words.values()):
        yield FormFault("form_label", where)


def _options(options: Any, where: str) -> Iterator[FormFault]:
    if not isinstance(options, list) or not options:
        yield FormFault("form_no_options", where)
        return
    if len(options) > MOST_OPTIONS:
        yield FormFault("form_too_large", where, {"most": MOST_OPTIONS})
    seen: set[str] = set()
    for number, option in enumerate(options[:MOST_OPTIONS]):
        if not isinstance(option, dict) or set(option) != {"id", "label"}:
            yield FormFault("form_shape", f"{where}.{number}")
            continue
        yield from _id(option, f"{where}.{number}", seen, "")
        yield from _words(option["label"], f"{where}.{number}.label")


def _numbers(field: Document, where: str) -> Iterator[FormFault]:
    unit = field.get("unit", "")
    if not isinstance(unit, str) or len(unit) > 16:
        yield FormFault("form_shape", f"{where}.unit")
    if not _is_whole(field.get("decimals", 2), 0, 6):
        yield FormFault("form_range", f"{where}.decimals")
    ends = [field[name] for name in ("min", "max") if name in field]
    if not all(_is_number(end) for end in ends) or (len(ends) == 2 and ends[0] > ends[1]):
        yield FormFault("form_range", f"{where}.{'min' if 'min' in field else 'max'}")


def _range(field: Document, where: str, low: str, high: str, least: int, most: int) -> Iterator[FormFault]:
    """Two whole numbers from least to most, the lower not above the higher; either may be left out."""
    ends = [(name, field[name]) for name in (low, high) if name in field]
    if wrong := [name for name, end in ends if not _is_whole(end, least, most)]:
        yield FormFault("form_range", f"{where}.{wrong[0]}")
    elif len(ends) == 2 and ends[0][1] > ends[1][1]:
        yield FormFault("form_range", f"{where}.{low}")


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) <= LARGEST and math.isfinite(value)


def _conditions(conditions: Any, where: str, before: Mapping[str, Document]) -> Iterator[FormFault]:
    if not isinstance(conditions, list):
        yield FormFault("form_shape", where)
        return
    if len(conditions) > MOST_CONDITIONS:
        yield FormFault("form_too_large", where, {"most": MOST_CONDITIONS})
    for number, condition in enumerate(conditions[:MOST_CONDITIONS]):
        yield from _condition(condition, f"{where}.{number}", before)


def _condition(condition: Any, where: str, before: Mapping[str, Document]) -> Iterator[FormFault]:
    if not isinstance(condition, dict) or not {"field", "op"} <= set(condition) <= {"field", "op", "value"}:
        yield FormFault("form_shape", where)
        return
    field = before.get(condition["field"]) if isinstance(condition["field"], str) else None
    if field is None:
        yield FormFault("form_condition_field", f"{where}.field")
        return
    op, value = condition["op"], condition.get("value", True)
    if op not in OPS:
        yield FormFault("form_condition_op", f"{where}.op")
    elif not _fits(field, op, value):
        yield FormFault("form_condition_value", f"{where}.value")


def _fits(field: Document, op: str, value: Any) -> bool:
    """Whether the condition asks something that the field can answer."""
    kind = field["type"]
    if op == "filled":
        return isinstance(value, bool)
    if op in ("at_least", "at_most"):
        return kind in NUMBERS and _is_number(value)
    if kind == "check":
        return isinstance(value, bool)
    if kind == "number":
        return _is_number(value)
    if kind in ("choice", "multi"):
        options: Sequence[Any] = field["options"] if isinstance(field.get("options"), list) else ()
        return value in [option.get("id") for option in options if isinstance(option, dict)]
    return kind in ("text", "serial", "date") and isinstance(value, str)
