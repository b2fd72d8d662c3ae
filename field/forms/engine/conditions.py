"""When a field of a form is shown, and when it must be filled: conditions on the fields before it.

A condition is ``{"field", "op", "value"}``, and a list of them holds when each of them does:

========== =====================================================================
is         the answer is the value; of several choices: the value is among them
is_not     it is not, or there is no answer
at_least   the number, or the reading, is at least the value
at_most    it is at most the value
filled     there is an answer (``true``), or there is none (``false``)
========== =====================================================================

A field refers to earlier fields only, so that there are no circles, and what is not shown has no answer for
those after it. ``static/lib/form-rules.js`` is this file's twin: ``tests/unit/forms`` holds both to one list
of cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

OPS: Final = ("is", "is_not", "at_least", "at_most", "filled")

Document = Mapping[str, Any]
"""A form, or a part of one, as JSON."""


def fields_of(form: Document) -> Iterator[Document]:
    """Every field, in the form's order."""
    for section in form["sections"]:
        yield from section["fields"]


def answered(value: Any) -> bool:
    """Whether this is an answer: a box that is not ticked and a text of white space are none."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, bool):
        return value
    if isinstance(value, list | dict):
        return bool(value)
    return value is not None


def number_of(value: Any) -> float | None:
    """The number in an answer; that of a reading is beside its photo."""
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def holds(conditions: Iterable[Document], known: Mapping[str, Any]) -> bool:
    """Whether all of them hold for these answers."""
    return all(_holds(condition, known.get(condition["field"])) for condition in conditions)


def _holds(condition: Document, value: Any) -> bool:
    op, wanted = condition["op"], condition.get("value", True)
    if op == "filled":
        return answered(value) is wanted
    if op in ("at_least", "at_most"):
        number = number_of(value)
        return number is not None and (number >= wanted if op == "at_least" else number <= wanted)
    if isinstance(wanted, bool):
        same = answered(value) is wanted
    elif isinstance(value, list):
        same = wanted in value
    else:
        same = value == wanted and not isinstance(value, bool)
    return same if op == "is" else not same


def shown(form: Document, answers: Mapping[str, Any]) -> dict[str, Document]:
    """The fields that these answers show, by id, in the form's order."""
    found: dict[str, Document] = {}
    known: dict[str, Any] = {}
    for section in form["sections"]:
        if not holds(section.get("visible_when", ()), known):
            continue
        for field in section["fields"]:
            if holds(field.get("visible_when", ()), known):
                found[field["id"]] = field
                if field["id"] in answers:
                    known[field["id"]] = answers[field["id"]]
    return found


def required(field: Document, known: Mapping[str, Any]) -> bool:
    """Whether a field that is shown must be filled. ``known``: the answers of those that are shown."""
    if field.get("required") is True:
        return True
    conditions = field.get("required_when", ())
    return bool(conditions) and holds(conditions, known)
