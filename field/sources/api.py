"""Maps of zones on other servers: the list, a new one, reading it again, and what was read, as a file that
goes the road of any file of zones."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from field.bodies import Body, Line
from field.callers import CONSOLE, IMPORTER
from field.grid.tables import GridImport
from field.grid.views import View
from field.sources.commands import (
    TooManySources,
    add_source,
    checked_address,
    refresh_source,
    remove_source,
)
from field.sources.source import SourceKind
from field.sources.tables import ZoneSource
from kernel.errors import NotFound
from kernel.web import Api, Call, Limit

api = Api("field")

REFRESH = Limit("zone_source_refresh", per_minute=10, burst=10, per_person=True)
Address = Annotated[str, StringConstraints(min_length=8, max_length=1000, pattern=r"^https?://[^\s#]+$")]


class SourceBody(Body):
    """`url`: of a FeatureServer, or of a WFS without its query; `layer`: the layer's number or name, where
    the address does not say it or there are several; `crs`: in which datum its coordinates are."""

    kind: Literal["arcgis", "wfs"]
    name: Annotated[Line, StringConstraints(min_length=1, max_length=120)]
    url: Address
    layer: Annotated[Line, StringConstraints(max_length=200)] = ""
    crs: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "wgs84"
    every_hours: Annotated[int, Field(ge=1, le=8760)] = 24


class SourceView(View):
    """A source. `state`: waiting, read, away or refused, with the `faults` of the last turn; `read_at`: when
    its zones were last read well; `taken`: those are, or were, the grid's."""

    id: UUID
    kind: str
    name: str
    url: str
    layer: str
    crs: str
    every_hours: int
    state: str
    checked_at: datetime | None
    faults: list[dict[str, Any]]
    features: int
    read_at: datetime | None
    taken: bool


@api.get("/api/zone-sources", who=CONSOLE, summary="Maps of zones on other servers, as they were last read")
async def get_zone_sources(call: Call) -> list[SourceView]:
    async with call.database.reading() as session:
        sources = (await session.scalars(select(ZoneSource).order_by(ZoneSource.id))).all()
        return [await _view(session, each) for each in sources]


@api.post(
    "/api/zone-sources",
    who=IMPORTER,
    summary="Read zones from another server from now on (ArcGIS FeatureServer, WFS)",
    errors=(TooManySources,),
)
async def post_zone_source(call: Call, body: SourceBody) -> SourceView:
    url = checked_address(body.url, call.settings.source_hosts)
    given = body.model_dump() | {"kind": SourceKind(body.kind), "url": url}

    async def command(uow: Any) -> UUID:
        return await add_source(uow, call.actor, **given)

    return await _told(call, await call.database.run(command))


@api.post(
    "/api/zone-sources/{source_id}/reading",
    who=IMPORTER,
    summary="Read a source once more, now; what was read before stays where it brings nothing",
    errors=(NotFound,),
    limit=REFRESH,
)
async def post_zone_source_reading(call: Call, source_id: UUID) -> SourceView:
    await refresh_source(call.database, source_id, call.settings.source_hosts)
    return await _told(call, source_id)


@api.get(
    "/api/zone-sources/{source_id}/file",
    who=IMPORTER,
    summary="What was last read from a source, as GeoJSON",
    errors=(NotFound,),
    media_type="application/geo+json",
    compressed=True,
)
async def get_zone_source_file(call: Call, source_id: UUID) -> Response:
    async with call.database.reading() as session:
        content = await session.scalar(select(ZoneSource.content).where(ZoneSource.id == source_id))
    if content is None:
        raise NotFound()
    headers = {"Cache-Control": "private, no-store"}
    return Response(bytes(content), headers=headers, media_type="application/geo+json")


@api.delete(
    "/api/zone-sources/{source_id}",
    who=IMPORTER,
    summary="Ask a source no more; the zones that came from it stay",
    errors=(NotFound,),
)
async def delete_zone_source(call: Call, source_id: UUID) -> None:
    await call.database.run(remove_source, call.actor, source_id)


async def _told(call: Call, source_id: UUID) -> SourceView:
    async with call.database.reading() as session:
        source = await session.get(ZoneSource, source_id)
        if source is None:
            raise NotFound()
        return await _view(session, source)


async def _view(session: AsyncSession, source: ZoneSource) -> SourceView:
    query = select(GridImport.id).where(GridImport.digest == source.digest).limit(1)
    taken = bool(source.digest) and await session.scalar(query) is not None
    return SourceView(
        **{
            name: getattr(source, name)
            for name in SourceView.model_fields
            if name not in ("state", "kind", "taken")
        },
        kind=source.kind.value,
        state=source.state.value,
        taken=taken,
    )
