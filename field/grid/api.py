"""A point asks for its zone."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from field.grid.services import GridServices
from field.grid.store import zone_at
from field.grid.views import ZoneAtView
from field.grid.zones import Nearest
from kernel.errors import NotFound
from kernel.web import Api, Call, staff

api = Api("grid")


class OutsideZones(NotFound):
    """This point lies outside every zone."""

    code = "outside_zones"


class PointQuery(BaseModel):
    """A point on the map, WGS-84 degrees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


@api.get("/api/zones/at", who=staff(), summary="The zone in which a point lies", errors=(OutsideZones,))
async def get_zone_at(call: Call, query: PointQuery) -> ZoneAtView:
    async with call.database.reading() as session:
        zone = await zone_at(session, query.lon, query.lat)
        if zone is None:
            grid = await call.use(GridServices).cache.current(session)
            raise _outside(grid.index.nearest(query.lon, query.lat))
    return ZoneAtView(
        id=zone.id,
        code=zone.code,
        name=zone.name,
        name_zh_hant=zone.name_zh_hant,
        name_en=zone.name_en,
        station=zone.station,
        owner_id=zone.owner_id,
    )


def _outside(nearest: Nearest | None) -> OutsideZones:
    if nearest is None:
        return OutsideZones()
    return OutsideZones(nearest=nearest.zone.code, distance_m=round(nearest.distance_m))
