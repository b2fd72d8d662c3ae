"""What is asked of an import, and what is told of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from field.grid.files.borders.moved import Moved
from field.grid.files.difference import Difference
from field.grid.files.records import RepRow, ZoneRow
from kernel.errors import Fault, Refused, StaleVersion


class ImportUnconfirmed(Refused):
    """This has to be confirmed first; nothing was taken."""

    code = "import_unconfirmed"


class PlanOutdated(StaleVersion):
    """Something was imported, or somebody hired, since the file was compared."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """What whoever imports says about the file.

    `dry_run`: store nothing; `confirmed`: what the report doubts is meant; `encoding`, `crs`: what the file
    is in (None: found out, and told); `layer`, `columns`, `mends`: of a file of zones
    (:class:`field.grid.formats.reading.ReadAs`); `link_lifetime`: of the new representatives' sign-in links;
    `name`: the file's; `valid_from`: when its zones become the ones, None: now.
    """

    dry_run: bool = False
    confirmed: bool = False
    encoding: str | None = None
    crs: str | None = None
    layer: str | None = None
    columns: Mapping[str, Mapping[str, str]] | None = None
    mends: tuple[str, ...] = ()
    link_lifetime: timedelta = timedelta(hours=12)
    name: str = ""
    valid_from: datetime | None = None


@dataclasses.dataclass(frozen=True)
class Changed:
    """A row that both have, and the fields in which they differ."""

    code: str
    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class SignIn:
    """A one-use sign-in for a new representative: seen once, in the report, by whoever imports."""

    code: str
    name: str
    username: str
    token: str


@dataclasses.dataclass(frozen=True)
class Going:
    """A zone that goes, and what hangs on it: its owner's code, its meters' codes, its open tasks."""

    code: str
    name: str
    owner: str | None
    meters: tuple[str, ...]
    open_tasks: int = 0


@dataclasses.dataclass(frozen=True)
class ImportReport:
    """What an import did, or with ``dry_run`` would do. Codes are sorted.

    ``doubts`` must be confirmed before the import is taken; ``warnings`` need not. ``encoding`` is what the
    file was read as, and ``sample`` has some of its names, by which to see whether that was right. Of zones:
    ``moved`` borders, what hangs on those ``going``, and ``drawings`` of the difference by code; the
    version that was made of it, and from when it is valid where that is later.
    """

    kind: str
    dry_run: bool
    added: tuple[str, ...]
    changed: tuple[Changed, ...]
    removed: tuple[str, ...]
    unchanged: int
    warnings: tuple[Fault, ...] = ()
    sign_ins: tuple[SignIn, ...] = ()
    doubts: tuple[Fault, ...] = ()
    encoding: str = "utf-8"
    sample: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    going: tuple[Going, ...] = ()
    drawings: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    version_id: UUID | None = None
    valid_from: datetime | None = None


def report_of(
    kind: str,
    asked: Asked,
    delta: Difference[ZoneRow] | Difference[RepRow],
    warnings: Sequence[Fault],
    doubts: Sequence[Fault],
    read: tuple[str, tuple[str, ...]],
) -> ImportReport:
    """A report of the difference; `read`: the encoding and the sample."""
    return ImportReport(
        kind=kind,
        dry_run=asked.dry_run,
        added=tuple(row.code for row in delta.added),
        changed=tuple(Changed(change.after.code, change.fields) for change in delta.changed),
        removed=tuple(row.code for row in delta.removed),
        unchanged=delta.unchanged,
        warnings=tuple(warnings),
        doubts=tuple(doubts),
        encoding=read[0],
        sample=read[1],
    )
