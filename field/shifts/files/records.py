"""What a file of shifts holds once it has been read, whatever it was."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Final

from field.shifts.roster.duty import Duty
from kernel.errors import Fault

FILE_BYTES: Final = 4 << 20
MOST_ROWS: Final = 20_000
MOST_FAULTS: Final = 200


@dataclasses.dataclass(frozen=True)
class Entry:
    """A representative's duty on a date, or (`day` None) on a weekday of a cycle that begins on `valid_from`
    (None: when the file is taken). `where`: in the file.
    """

    where: str
    rep: str
    day: date | None
    week: int
    weekday: int
    valid_from: date | None
    duty: Duty


@dataclasses.dataclass(frozen=True)
class ShiftFile:
    """All entries, or every fault."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
