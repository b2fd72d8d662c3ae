"""A map server as another utility's would be: an ArcGIS FeatureServer and a WFS over the same zones, on a
real socket; and the ways in which such servers go wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.rig.town import ZONES, square

Json = dict[str, Any]


def rows(**changed: Json) -> list[Json]:
    """The town's zones with their columns, as such a server has them; ``changed`` by code."""
    return [
        {
            "OBJECTID": number,
            "code": code,
            "name": f"{code}区",
            "name_zh_hant": f"{code}區",
            "name_en": f"Zone {code}",
            "company": "C",
            "office": "O",
            "station": station,
            "sub_area": f"{station}-1",
            **changed.get(code, {}),
            "ring": square(column),
        }
        for number, (code, (station, column)) in enumerate(ZONES.items(), 1)
    ]


class MapServer:
    """``zones``: what it has now; ``page``: how many it gives at a time; ``fault``: what it does instead of
    answering; ``asked``: the paths and queries that came."""

    def __init__(self) -> None:
        self.zones = rows()
        self.page = 3
        self.gml_only = False
        self.pagination = True
        self.fault: Callable[[Request], Response] | None = None
        self.asked: list[str] = []
        self.url = ""

    @property
    def host(self) -> str:
        return self.url.partition("://")[2]

    @property
    def arcgis(self) -> str:
        return f"{self.url}/arcgis/rest/services/DMA/FeatureServer"

    @property
    def wfs(self) -> str:
        return f"{self.url}/geoserver/wfs"

    async def layer(self, request: Request) -> Response:
        self.asked.append(str(request.url))
        if self.fault:
            return self.fault(request)
        return JSONResponse(
            {
                "name": "DMA",
                "geometryType": "esriGeometryPolygon",
                "objectIdField": "OBJECTID",
                "maxRecordCount": self.page,
                "advancedQueryCapabilities": {"supportsPagination": self.pagination},
            }
        )

    async def query(self, request: Request) -> Response:
        self.asked.append(str(request.url))
        if self.fault:
            return self.fault(request)
        first = int(request.query_params.get("resultOffset", "0"))
        some = self.zones[first : first + self.page]
        fields = (
            [{"name": name, "type": "esriFieldTypeString", "length": 80} for name in some[0]] if some else []
        )
        fields = [each for each in fields if each["name"] not in ("ring", "OBJECTID")]
        # Esri's outer rings turn clockwise.
        features = [
            {
                "attributes": {name: value for name, value in zone.items() if name != "ring"},
                "geometry": {"rings": [ring[::-1] for ring in zone["ring"]]},
            }
            for zone in some
        ]
        told: Json = {
            "objectIdFieldName": "OBJECTID",
            "geometryType": "esriGeometryPolygon",
            "spatialReference": {"wkid": 4326},
            "fields": [{"name": "OBJECTID", "type": "esriFieldTypeOID"}, *fields],
            "features": features,
        }
        if first + self.page < len(self.zones):
            told["exceededTransferLimit"] = True
        return JSONResponse(told)

    async def wfs_operation(self, request: Request) -> Response:
        self.asked.append(str(request.url))
        if self.fault:
            return self.fault(request)
        asked = request.query_params
        if asked["request"] == "GetCapabilities":
            return Response(self.capabilities(), media_type="text/xml")
        first, many = int(asked.get("startIndex", "0")), min(int(asked["count"]), self.page)
        some = self.zones[first : first + many]
        if "outputFormat" in asked:
            features = [
                {
                    "type": "Feature",
                    "id": f"dma.{zone['OBJECTID']}",
                    "properties": {name: value for name, value in zone.items() if name != "ring"},
                    "geometry": {"type": "Polygon", "coordinates": zone["ring"]},
                }
                for zone in some
            ]
            told = {"type": "FeatureCollection", "features": features, "numberMatched": len(self.zones)}
            return JSONResponse(told)
        return Response(self.gml(some), media_type="application/gml+xml; version=3.2")

    def capabilities(self) -> str:
        formats = "" if self.gml_only else "<ows:Value>application/json</ows:Value>"
        return (
            '<?xml version="1.0"?><wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0"'
            ' xmlns:ows="http://www.opengis.net/ows/1.1"><ows:OperationsMetadata>'
            '<ows:Operation name="GetFeature">'
            '<ows:Parameter name="outputFormat"><ows:AllowedValues>'
            f"<ows:Value>application/gml+xml; version=3.2</ows:Value>{formats}"
            "</ows:AllowedValues></ows:Parameter></ows:Operation></ows:OperationsMetadata><wfs:FeatureTypeList>"
            "<wfs:FeatureType><wfs:Name>water:dma</wfs:Name></wfs:FeatureType></wfs:FeatureTypeList>"
            "</wfs:WFS_Capabilities>"
        )

    def gml(self, some: list[Json]) -> str:
        """Latitude first, as EPSG has it for the name that was asked with."""
        members = []
        for zone in some:
            values = "".join(
                f"<water:{name}>{value}</water:{name}>"
                for name, value in zone.items()
                if name not in ("ring", "OBJECTID")
            )
            ring = " ".join(f"{lat} {lon}" for lon, lat in zone["ring"][0])
            members.append(
                f'<wfs:member><water:dma gml:id="dma.{zone["OBJECTID"]}">{values}<water:geom>'
                '<gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326"><gml:exterior><gml:LinearRing>'
                f"<gml:posList>{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
                "</water:geom></water:dma></wfs:member>"
            )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0"'
            ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:water="http://water.example"'
            f' numberMatched="{len(self.zones)}" numberReturned="{len(some)}">{"".join(members)}'
            "</wfs:FeatureCollection>"
        )


def broken(
    answer: Any, status: int = 200, media_type: str = "application/json"
) -> Callable[[Request], Response]:
    """A server that says the same to everything."""
    body = answer if isinstance(answer, str | bytes) else json.dumps(answer)
    return lambda _: Response(body, status, media_type=media_type)


def elsewhere(_: Request) -> Response:
    return RedirectResponse("http://169.254.169.254/latest/meta-data")


def without_end(_: Request) -> Response:
    async def more() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65536
            await asyncio.sleep(0)  # nobody waits for a reader who is gone: let the server notice

    return StreamingResponse(more(), media_type="application/json")


@asynccontextmanager
async def map_server() -> AsyncIterator[MapServer]:
    """A running one on a free port of this machine."""
    made = MapServer()
    app = Starlette(
        routes=[
            Route("/arcgis/rest/services/DMA/FeatureServer/0", made.layer),
            Route("/arcgis/rest/services/DMA/FeatureServer/0/query", made.query),
            Route("/geoserver/wfs", made.wfs_operation),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    made.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.should_exit = True
        server.force_exit = True
        await task
