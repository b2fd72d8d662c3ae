"""What an import would change: added, changed and removed rows, by code."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from shapely import MultiPolygon


class Coded(Protocol):
    """A row told apart by its code."""

    @property
    def code(self) -> str: ...


Row = TypeVar("Row", bound=Coded)

_PLACE_IN_FILE = frozenset({"feature", "line"})


@dataclasses.dataclass(frozen=True)
class Change(Generic[Row]):
    """One row that is in both, and the names of the fields that differ."""

    before: Row
    after: Row
    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Difference(Generic[Row]):
    """Sorted by code. `unchanged` counts the rows that are the same."""

    added: tuple[Row, ...]
    changed: tuple[Change[Row], ...]
    removed: tuple[Row, ...]
    unchanged: int


def difference(existing: Sequence[Row], incoming: Sequence[Row]) -> Difference[Row]:
    """Compare rows of one kind (ZoneRow, RepRow or the units of one level), whatever their order.

    Where a row stood in its file is not a difference; nor is where a ring starts or which way it runs.
    """
    before = {row.code: row for row in existing}
    after = {row.code: row for row in incoming}
    changes = []
    for code in sorted(before.keys() & after.keys()):
        fields = _differing(before[code], after[code])
        if fields:
            changes.append(Change(before[code], after[code], fields))
    return Difference(
        added=tuple(after[code] for code in sorted(after.keys() - before.keys())),
        changed=tuple(changes),
        removed=tuple(before[code] for code in sorted(before.keys() - after.keys())),
        unchanged=len(before.keys() & after.keys()) - len(changes),
    )


def _differing(one: Any, other: Any) -> tuple[str, ...]:
    names = (each.name for each in dataclasses.fields(one) if each.name not in _PLACE_IN_FILE)
    return tuple(name for name in names if not _same(getattr(one, name), getattr(other, name)))


def _same(one: object, other: object) -> bool:
    if isinstance(one, MultiPolygon) and isinstance(other, MultiPolygon):
        return bool(one.normalize() == other.normalize())
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return dict(one) == dict(other)
    return one == other
