"""Collecting what is wrong with a file, in the order it is found, and words about single values."""

import re
from typing import Final

from kernel.errors import Fault

NAME_LENGTH: Final = 80

_PLACE: Final = re.compile(r"(?:(feature|unit|line) (\d+)|\w+)(?:, (\w+))?")


class Findings:
    """The faults and warnings of one file. Beyond `most` faults only their number is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._faults: list[Fault] = []
        self._warnings: list[Fault] = []
        self._beyond = 0

    def fault(self, code: str, where: str, /, **params: object) -> None:
        """Note a fault. `where` is a place a person can find, such as "feature 3, code"; its parts are
        added to `params` as `feature`, `unit` or `line`, and `field`, for a page that words places in
        other languages.
        """
        if len(self._faults) < self._most:
            self._faults.append(Fault(code, where, params=_place(where) | params))
        else:
            self._beyond += 1

    def warning(self, code: str, where: str, /, **params: object) -> None:
        """Note something odd that does not stop the import."""
        if len(self._warnings) < self._most:
            self._warnings.append(Fault(code, where, params=_place(where) | params))

    @property
    def faults(self) -> tuple[Fault, ...]:
        more = [Fault("more_faults", "file", params={"more": self._beyond})] if self._beyond else []
        return (*self._faults, *more)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return tuple(self._warnings)


def _place(where: str) -> dict[str, object]:
    found = _PLACE.fullmatch(where)
    assert found is not None, where
    place: dict[str, object] = {found[1]: int(found[2])} if found[1] else {}
    return place | ({"field": found[3]} if found[3] else {})


def printable(text: str) -> bool:
    """Whether a text has no control, format or unassigned characters."""
    return text.isprintable()


def shown(value: object) -> str:
    """A value from the file, short enough to be quoted in a message."""
    written = str(value)
    text = "".join(
        char if char.isprintable() or char in "\u3000\xa0" else f"⟨U+{ord(char):04X}⟩"
        for char in written[:41]
    )
    return text if len(text) <= 40 else text[:39] + "…"
