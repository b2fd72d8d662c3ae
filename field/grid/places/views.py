"""Places as JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Any answer."""

    model_config = ConfigDict(frozen=True)


class PlaceZoneView(View):
    """The zone of a place, by its names."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    station: str


class FoundPlaceView(View):
    """An address that answers to what was typed.

    `label`: as it is written there, without `detail` (floor, flat, room, as typed). `precision`: `door`, the
    very door; `near`, the nearest number known on that street; `street`, its middle. `zone` null: outside
    the area.
    """

    label: str
    street: str
    town: str
    detail: str
    lon: float
    lat: float
    precision: Literal["door", "near", "street"]
    zone: PlaceZoneView | None


class PlacesView(View):
    """The best answers first. `known` false: this installation has no addresses yet."""

    places: list[FoundPlaceView]
    known: bool


class LandmarkView(View):
    """The place lies `metres` to the `direction` (n, ne, e …) of `street`."""

    street: str
    metres: int
    direction: str


class PlaceAtView(View):
    """A point in words. `label`: the address at it. `outside_m`: metres to the area's border; 0 inside.

    `nearest_zone`: code of the zone that is closest, for a point outside. Null where there are no zones yet.
    """

    zone: PlaceZoneView | None
    outside_m: int | None
    nearest_zone: str | None
    label: str | None
    landmarks: list[LandmarkView]


class AddressWarningView(View):
    """Something in the file worth a look that does not keep it out."""

    code: str
    where: str
    params: dict[str, Any]


class AddressReportView(View):
    """What an address import did, or with `dry_run` would do. `replaced`: doors of this kind there were
    before. `encoding` and some of what was read in it show whether it is the right one ("" for OSM).
    """

    kind: str
    dry_run: bool
    unchanged: bool
    streets: int
    doors: int
    replaced: int
    outside: int
    warnings: list[AddressWarningView]
    encoding: str
    sample: list[str]
