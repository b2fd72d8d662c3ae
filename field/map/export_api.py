"""Zones go out as files that map programs open, and that come in again."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from field.callers import CONSOLE
from field.grid.formats.apart import ReaderStopped, run_bounded
from field.grid.formats.reading import NO_FOLDER
from field.grid.formats.writing import BY_LIBRARY, MEDIA, write_zones
from field.grid.store import stored_units, stored_zones
from kernel.errors import NotFound, Unavailable
from kernel.files.apart import work_aside
from kernel.web import Api, Call

api = Api("field")


@api.get(
    "/api/zones/files/{kind}",
    who=CONSOLE,
    summary="The zones as a file: geojson, gpkg, shp.zip, kml or csv",
    errors=(NotFound, Unavailable),
    media_type="application/octet-stream",
)
async def get_zones_file(call: Call, kind: str) -> Response:
    if kind not in MEDIA:
        raise NotFound()
    async with call.database.reading() as session:
        zones, units = await stored_zones(session), await stored_units(session)
    try:
        if kind in BY_LIBRARY:
            data = await run_bounded(write_zones, kind, zones, units)
        else:
            data = await work_aside(partial(write_zones, folder=NO_FOLDER), kind, zones, units)
    except ReaderStopped:
        raise Unavailable(retry_after=60) from None
    headers = {
        "Content-Disposition": f'attachment; filename="zones.{kind}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=MEDIA[kind], headers=headers)
