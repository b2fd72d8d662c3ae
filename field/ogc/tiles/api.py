"""Vector tiles, for maps that show much at once."""

from __future__ import annotations

from starlette.responses import Response

from field.callers import CONSOLE
from field.ogc.answers import TILES
from field.ogc.api import PUBLIC_LIMIT, PUBLIC_ROOT, STAFF_ROOT, TILED, FormatQuery, Service, public, staff
from field.ogc.queries import MapQueryInvalid
from field.ogc.tiles.queries import ground_tile, task_tile
from field.ogc.tiles.tile import Tile
from kernel.errors import NotFound
from kernel.web import Api, Call, anyone
from kernel.web.private_files import has_tag

api = Api("field")


@api.get(
    STAFF_ROOT + "/tiles/{collection_id}/{z}/{x}/{y}.mvt",
    who=CONSOLE,
    summary="A vector tile of zones, territories or open tasks (Mapbox Vector Tile 2.1)",
    errors=(MapQueryInvalid, NotFound),
    media_type=TILES,
    compressed=True,
)
async def get_tile(call: Call, collection_id: str, z: int, x: int, y: int, query: FormatQuery) -> Response:
    return await _tile(call, staff, collection_id, Tile(z, x, y), query)


@api.get(
    PUBLIC_ROOT + "/tiles/{collection_id}/{z}/{x}/{y}.mvt",
    who=anyone(),
    summary="A vector tile of the zones, where the utility has opened them",
    errors=(MapQueryInvalid, NotFound),
    media_type=TILES,
    compressed=True,
    limit=PUBLIC_LIMIT,
)
async def public_maps_tile(
    call: Call, collection_id: str, z: int, x: int, y: int, query: FormatQuery
) -> Response:
    return await _tile(call, public, collection_id, Tile(z, x, y), query)


async def _tile(call: Call, service: Service, layer: str, tile: Tile, query: FormatQuery) -> Response:
    service.begin(call, query)
    if service.known(layer) not in TILED or not tile.exists:
        raise NotFound()
    async with call.database.reading() as session:
        reading = service.reading(call, session)
        if layer == "tasks":
            made, tag = await task_tile(reading, tile)
        else:
            made, tag = await ground_tile(reading, layer, tile)
    headers = {"Cache-Control": "private, no-cache", "ETag": tag}
    if service.public:
        headers = {"Cache-Control": "public, max-age=300", "ETag": tag, **service.open_headers}
    if has_tag(call.request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(made, media_type=TILES, headers=headers)
