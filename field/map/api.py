"""The zones on the map, coloured by how well they are looked after."""

from __future__ import annotations

import asyncio

from sqlalchemy import select
from starlette.responses import Response

from field.board.map_views import (
    CoverageReportView,
    CoverageView,
    OutlinesView,
    OwnerView,
    UnitCoverageView,
    ZoneFeatureView,
    ZonePropertiesView,
    ZonesView,
)
from field.board.names import zone_names
from field.board.rep_queries import coverage_now
from field.board.views import ReasonView
from field.callers import CONSOLE
from field.dispatch.placement import reason
from field.grid.coverage import ZoneCoverage
from field.grid.tables import Cell, Rep, Zone
from field.grid.zones import hierarchy
from field.map.bodies import ZonesQuery
from field.map.zone_page import ZonePageView, zone_page
from field.services import FieldServices
from kernel.web import Api, Call
from kernel.web.private_files import has_tag

api = Api("field")


@api.get("/api/zones", who=CONSOLE, summary="Zones as GeoJSON, with their coverage", compressed=True)
async def get_zones(call: Call, query: ZonesQuery) -> ZonesView:
    async with call.database.reading() as session:
        grid, found = await coverage_now(session, call.use(FieldServices), call.now)
        listed = select(Zone).where(Zone.active).order_by(Zone.code)
        zones = (await session.scalars(listed)).all()
        owners = select(Rep).where(Rep.active)
        reps = {rep.id: rep for rep in await session.scalars(owners)}
    return ZonesView(
        version=grid.version,
        features=[
            ZoneFeatureView(
                id=zone.id,
                geometry=grid.shapes[zone.code] if query.geometry else None,
                properties=_properties(zone, reps.get(zone.owner_id) if zone.owner_id else None, found),
            )
            for zone in zones
        ],
    )


@api.get(
    "/api/zones/outlines",
    who=CONSOLE,
    summary="The zones' outlines, once for each import",
    shape=OutlinesView,
    compressed=True,
)
async def get_outlines(call: Call) -> Response:
    """Bytes that were made once; a browser that has them of this import is told so."""
    async with call.database.reading() as session:
        grid = await call.use(FieldServices).grid.current(session)
    headers = {"Cache-Control": "private, no-cache", "ETag": f'W/"{grid.version}"'}
    if has_tag(call.request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    body = await asyncio.to_thread(lambda: grid.outlines)
    return Response(body, media_type="application/json", headers=headers)


@api.get(
    "/api/zones/{code}/record", who=CONSOLE, summary="A zone: its record, its owners over time, its tasks"
)
async def get_zone_record(call: Call, code: str) -> ZonePageView:
    async with call.database.reading() as session:
        return await zone_page(session, code)


def _properties(zone: Zone, owner: Rep | None, found: dict[str, ZoneCoverage]) -> ZonePropertiesView:
    seen = found[zone.code]
    return ZonePropertiesView(
        **dict(zone_names(zone)),
        company=zone.company,
        office=zone.office,
        station=zone.station,
        sub_area=zone.sub_area,
        owner=OwnerView(id=owner.id, code=owner.code, name=owner.name, name_en=owner.name_en)
        if owner
        else None,
        coverage=seen.coverage.value,
        reasons=_reasons(seen),
        open_tasks=seen.open_tasks,
        carers=seen.carers,
        able=seen.able,
        version=zone.version,
    )


def _reasons(seen: ZoneCoverage) -> list[ReasonView]:
    return [ReasonView.model_validate(reason(each)) for each in seen.reasons]


@api.get("/api/coverage", who=CONSOLE, summary="How well each zone and each unit above is looked after")
async def get_coverage(call: Call) -> CoverageReportView:
    async with call.database.reading() as session:
        grid, found = await coverage_now(session, call.use(FieldServices), call.now)
        cells = {(cell.level, cell.code): cell for cell in await session.scalars(select(Cell))}
    units = []
    for (level, code), unit in sorted(hierarchy(grid.index.zones).items()):
        cell = cells.get((level, code))
        counts = {"late": 0, "uncovered": 0, "thin": 0, "covered": 0}
        for zone in unit.zones:
            counts[found[zone].coverage.value] += 1
        units.append(
            UnitCoverageView(
                id=cell.id if cell else None,
                code=code,
                name=cell.name if cell else code,
                name_zh_hant=cell.name_zh_hant if cell else "",
                name_en=cell.name_en if cell else code,
                level=level,
                parent=unit.parent,
                zones=len(unit.zones),
                **counts,
            )
        )
    return CoverageReportView(
        at=call.now,
        zones=[
            CoverageView(
                zone=code,
                coverage=seen.coverage.value,
                reasons=_reasons(seen),
                open_tasks=seen.open_tasks,
                carers=seen.carers,
                able=seen.able,
            )
            for code, seen in sorted(found.items())
        ],
        units=units,
    )
