"""Addresses as they are read from a file, before they are stored."""

from __future__ import annotations

import dataclasses

from kernel.errors import Fault


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """One door. `number`: as written; `keys`: what it is found by, (ordinal, key), see `number_keys`."""

    label: str
    number: str
    keys: tuple[tuple[int, str], ...]
    lon: float
    lat: float
    code: str = ""


@dataclasses.dataclass(slots=True)
class StreetOf:
    """A street with its doors. `number_first`: how an address on it is written (12 Rue X, or 中山路12号)."""

    name: str
    town: str
    number_first: bool
    lon: float = 0.0
    lat: float = 0.0
    doors: list[Door] = dataclasses.field(default_factory=list)

    def settle(self) -> None:
        """A street without a place of its own lies where its middle door is."""
        if self.doors and not (self.lon or self.lat):
            middle = sorted(self.doors, key=lambda door: (door.keys[:1], door.number))[len(self.doors) // 2]
            self.lon, self.lat = middle.lon, middle.lat


@dataclasses.dataclass(frozen=True)
class AddressFile:
    """An address file as read: `kind` is `file` (a utility's CSV) or `osm`. To be stored only without
    faults. `encoding`: what a CSV was read as, `sample`: some of it to see that by.
    """

    kind: str
    streets: tuple[StreetOf, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    attribution: str = ""
    encoding: str = ""
    sample: tuple[str, ...] = ()

    @property
    def doors(self) -> int:
        return sum(len(street.doors) for street in self.streets)
