"""What one version of a form has that another has not."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from field.forms.engine.conditions import Document

Kind = Literal["added", "removed", "changed", "moved"]


@dataclasses.dataclass(frozen=True)
class Change:
    """One field, or one section (``section``), that differs; ``names``: what of it changed."""

    kind: Kind
    what: Literal["section", "field"]
    id: str
    label: dict[str, str]
    names: tuple[str, ...] = ()


def difference(before: Document, after: Document) -> tuple[Change, ...]:
    """From ``before`` to ``after``: in the order of the later one, what is gone last."""
    changes: list[Change] = []
    whats: tuple[Literal["section", "field"], ...] = ("section", "field")
    for what in whats:
        old, new = _things(before, what), _things(after, what)
        stayed = [id for id in old if id in new]
        order = {id: place for place, id in enumerate(stayed)}
        moved = _moved([id for id in new if id in old], order)
        for id, thing in new.items():
            if id not in old:
                changes.append(Change("added", what, id, _label(thing)))
            elif names := tuple(sorted(n for n in {*thing, *old[id]} if thing.get(n) != old[id].get(n))):
                changes.append(Change("changed", what, id, _label(thing), names))
            elif id in moved:
                changes.append(Change("moved", what, id, _label(thing)))
        changes += [Change("removed", what, id, _label(old[id])) for id in old if id not in new]
    return tuple(changes)


def _things(form: Document, what: str) -> dict[str, dict[str, Any]]:
    """Sections without their fields, or fields with their section, by id."""
    if what == "section":
        return {each["id"]: {n: v for n, v in each.items() if n != "fields"} for each in form["sections"]}
    return {
        field["id"]: {**field, "section": section["id"]}
        for section in form["sections"]
        for field in section["fields"]
    }


def _label(thing: Document) -> dict[str, str]:
    return dict(thing.get("label") or thing["title"])


def _moved(ids: list[str], order: dict[str, int]) -> set[str]:
    """The fewest that have to be taken out for the others to stand in their old order (patience sorting)."""
    best: list[list[str]] = []
    for id in ids:
        longest: list[str] = []
        for run in best:
            if order[run[-1]] < order[id] and len(run) > len(longest):
                longest = run
        best.append([*longest, id])
    stay: list[str] = []
    for run in best:
        stay = run if len(run) > len(stay) else stay
    return set(ids) - set(stay)
