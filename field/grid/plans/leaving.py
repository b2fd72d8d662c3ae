"""What an import would leave behind: told before it is done, and confirmed by whoever does it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from field.grid.files.difference import Difference
from field.grid.files.records import RepRow, ZoneRow
from kernel.errors import Fault

LISTED: Final = 12
"""Codes told one by one; a longer list is cut short."""


def listed(codes: Iterable[str]) -> str:
    """Codes in order, for a sentence."""
    told = sorted(codes)
    return ", ".join(told[:LISTED]) + (" …" if len(told) > LISTED else "")


def left_by_zones(
    delta: Difference[ZoneRow], incoming: Sequence[ZoneRow], stations: Iterable[tuple[str, str]]
) -> list[Fault]:
    """Owners and people that zones leave behind when they go. `stations`: each active person's code and
    station."""
    doubts = []
    owned = [row for row in delta.removed if row.rep]
    if owned:
        owners = listed({row.rep for row in owned if row.rep})
        doubts.append(Fault("leaves_owners", "file", params={"zones": len(owned), "owners": owners}))
    before = {row.station for row in delta.removed} | {each.before.station for each in delta.changed}
    gone = before - {row.station for row in incoming}
    people = [code for code, station in stations if station in gone]
    if people:
        params: dict[str, object] = {"people": len(people), "stations": listed(gone)}
        doubts.append(Fault("leaves_people", "file", params=params))
    return doubts + removes_most(delta)


def left_by_reps(
    delta: Difference[RepRow], owners: Iterable[tuple[str, str | None]], named: Collection[str]
) -> list[Fault]:
    """Zones that nobody answers for once their owners go: a warning. `owners`: each active zone and its
    owner; `named`: the zones that the file gives to somebody."""
    going = {row.code for row in delta.removed}
    bare = [zone for zone, owner in owners if owner in going and zone not in named]
    return [Fault("leaves_zones", "file", params={"zones": listed(bare)})] if bare else []


def removes_most(delta: Difference[ZoneRow] | Difference[RepRow]) -> list[Fault]:
    """A file of one station in the place of all: more than half of what there is would go."""
    removed = len(delta.removed)
    stored = removed + len(delta.changed) + delta.unchanged
    if removed < 2 or removed * 2 <= stored:
        return []
    return [Fault("removes_most", "file", params={"removed": removed, "of": stored})]
