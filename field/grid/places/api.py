"""Addresses are looked up by whoever has to say where something is, and come in through a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.commands import ImportRefused
from field.grid.places.commands import AddressReport, ImportUnderWay, import_addresses
from field.grid.places.queries import around, has_places, search_places
from field.grid.places.views import (
    AddressReportView,
    AddressWarningView,
    FoundPlaceView,
    LandmarkView,
    PlaceAtView,
    PlacesView,
    PlaceZoneView,
)
from field.grid.services import GridServices
from field.grid.tables import Zone
from kernel.actors import Role
from kernel.web import Api, Call, Limit, Upload, role, signed_in

api = Api("places")

IMPORT_BYTES = 64 << 20
LOOKING = Limit("places", per_minute=1200, burst=120)
"""An office of typists behind one address; a page waits a moment after each letter."""


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("text may not contain NUL")
    return text


class PlacesQuery(BaseModel):
    """`q`: an address as somebody is typing it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Annotated[str, StringConstraints(max_length=300), AfterValidator(_storable)]
    limit: int = Field(6, ge=1, le=20)


class PlacePointQuery(BaseModel):
    """A point on the map, WGS-84 degrees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class AddressImportQuery(BaseModel):
    """`dry_run`: check, and store nothing. `encoding`: of a CSV file, where it is not sure; its IANA name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dry_run: bool = False
    encoding: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,32}$")] = ""


@api.get(
    "/api/places", who=signed_in(), summary="Addresses that answer to what is being typed", limit=LOOKING
)
async def get_places(call: Call, query: PlacesQuery) -> PlacesView:
    async with call.database.reading() as session:
        grid = await call.use(GridServices).cache.current(session)
        found = await search_places(session, grid, query.q, query.limit)
        known = bool(found) or await has_places(session)
        zones = await _zones(session, (place.zone for place in found))
    return PlacesView(
        known=known,
        places=[
            FoundPlaceView(
                label=place.label,
                street=place.street,
                town=place.town,
                detail=place.detail,
                lon=place.lon,
                lat=place.lat,
                precision=place.precision,
                zone=zones.get(place.zone) if place.zone else None,
            )
            for place in found
        ],
    )


@api.get(
    "/api/places/at",
    who=signed_in(),
    summary="A point in words: its zone and what is around it",
    limit=LOOKING,
)
async def get_place_at(call: Call, query: PlacePointQuery) -> PlaceAtView:
    async with call.database.reading() as session:
        grid = await call.use(GridServices).cache.current(session)
        nearest = grid.index.nearest(query.lon, query.lat)
        inside = grid.index.zone_of(query.lon, query.lat)
        seen = await around(session, query.lon, query.lat)
        zones = await _zones(session, (inside.code,) if inside else ())
    return PlaceAtView(
        zone=zones.get(inside.code) if inside else None,
        outside_m=0 if inside else round(nearest.distance_m) if nearest else None,
        nearest_zone=nearest.zone.code if nearest and not inside else None,
        label=seen.label,
        landmarks=[
            LandmarkView(street=each.street, metres=each.metres, direction=each.direction)
            for each in seen.landmarks
        ],
    )


async def _zones(session: AsyncSession, codes: Iterable[str | None]) -> dict[str, PlaceZoneView]:
    wanted = sorted({code for code in codes if code})
    if not wanted:
        return {}
    columns = (Zone.code, Zone.name, Zone.name_zh_hant, Zone.name_en, Zone.station)
    rows = await session.execute(select(*columns).where(Zone.active, Zone.code.in_(wanted)))
    return {row.code: PlaceZoneView(**row._mapping) for row in rows}


@api.post(
    "/api/imports/addresses",
    who=role(Role.DISPATCHER, Role.ADMIN),
    summary="Take an address file (CSV, or an OpenStreetMap extract): all of it, or nothing and every fault",
    errors=(ImportRefused, ImportUnderWay),
    max_bytes=IMPORT_BYTES,
)
async def post_addresses_file(call: Call, query: AddressImportQuery, form: Upload) -> AddressReportView:
    report = await import_addresses(
        call.database, call.actor, form.file, encoding=query.encoding, dry_run=query.dry_run
    )
    return report_view(report)


def report_view(report: AddressReport) -> AddressReportView:
    return AddressReportView(
        kind=report.kind,
        dry_run=report.dry_run,
        unchanged=report.unchanged,
        streets=report.streets,
        doors=report.doors,
        replaced=report.replaced,
        outside=report.outside,
        warnings=[
            AddressWarningView(code=each.code, where=each.where, params=dict(each.params))
            for each in report.warnings
        ],
        encoding=report.encoding,
        sample=list(report.sample),
    )
