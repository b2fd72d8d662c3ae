"""Maps small enough to draw, and one with public numbers."""

from __future__ import annotations

from typing import Any

from field.grid.territory.engine.problem import Problem, pack


def lattice(columns: int, rows: int, reps: int, **given: Any) -> Problem:
    """Square zones, 100 m wide, numbered along the rows; all alike, each with a load of 1."""
    pairs = []
    for zone in range(columns * rows):
        if zone % columns < columns - 1:
            pairs.append((zone, zone + 1, 1.0))
        if zone + columns < columns * rows:
            pairs.append((zone, zone + columns, 1.0))
    places = [(100.0 * (zone % columns), 100.0 * (zone // columns)) for zone in range(columns * rows)]
    load = given.pop("load", [1.0] * (columns * rows))
    capacity = given.pop("capacity", [1.0] * reps)
    return pack(pairs, load, places, capacity, **given)


def drawn(owner: list[int], columns: int) -> list[str]:
    """A division of a lattice as one can see it."""
    text = "".join("." if rep < 0 else chr(ord("a") + rep) for rep in owner)
    return [text[at : at + columns] for at in range(0, len(text), columns)]


def read(picture: list[str]) -> list[int]:
    """The other way round."""
    return [-1 if letter == "." else ord(letter) - ord("a") for letter in "".join(picture)]
