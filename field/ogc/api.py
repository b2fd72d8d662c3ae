"""The doors of OGC API – Features: ``/ogc`` for the console's people and programs, with all collections, and
``/ogc/public`` for anybody, with the zones alone, where the utility has opened it.

Programs are answered in JSON, browsers with pages (``f=json``, ``f=html``). What cannot be read is answered
with 400, as the standard has it (§7.6), with all of its faults.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from field.callers import CONSOLE
from field.ogc import answers, pages
from field.ogc.answers import Described, Json, Place
from field.ogc.asked import FORMATS, Asked, read_asked, unknown
from field.ogc.queries import COLLECTIONS, PUBLIC, MapQueryInvalid, Reading, extent_of
from field.ogc.services import OgcServices
from field.services import FieldServices
from kernel.database import Database
from kernel.errors import Fault, NotFound
from kernel.i18n import text
from kernel.web import Api, Call, Limit, Who, anyone
from kernel.web.openapi import document

AREA: Final = "ogc"
STAFF_ROOT: Final = "/ogc"
PUBLIC_ROOT: Final = "/ogc/public"
PUBLIC_LIMIT: Final = Limit("public_maps", per_minute=600, burst=200)
TILED: Final = ("zones", "territories", "tasks")
ITEMS: Final = ("limit", "bbox", "datetime", "cursor")

Show = Callable[[pages.Say, str], str]
Format = Annotated[str, Field(description="json or html; else as the Accept header says")]


class MapDocument(BaseModel):
    """A JSON document as OGC API – Features describes it."""

    model_config = ConfigDict(extra="allow")


class FormatQuery(BaseModel):
    """`surface`: which page's session a browser means."""

    model_config = ConfigDict(extra="allow", frozen=True)

    f: Format | None = None
    surface: str | None = None


class ItemsQuery(FormatQuery):
    """The parameters of OGC API – Features, §7.15."""

    limit: (
        Annotated[str, Field(description="Features of a page, 1 to 1000; 100 where nothing is said")] | None
    ) = None
    bbox: Annotated[str, Field(description="west,south,east,north in WGS-84 degrees")] | None = None
    datetime: Annotated[str, Field(description="A moment, or from/until with .. for an open end")] | None = (
        None
    )
    cursor: Annotated[str, Field(description="Where the page begins; only links say it")] | None = None


class Service:
    """One of the two services: where it stands, whom it is for, and which collections it has."""

    def __init__(self, root: str, ids: tuple[str, ...], *, public: bool) -> None:
        self.root, self.ids, self.public = root, ids, public
        self.apis: tuple[Api, ...] = ()
        self.open_headers = {
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }

    # what a call is about ---------------------------------------------------------------------------

    def begin(self, call: Call, query: FormatQuery, known: tuple[str, ...] = ()) -> tuple[Place, bool]:
        """The place that links name, and whether a page is wanted.

        Raises:
            NotFound: the utility has not opened the public one.
            MapQueryInvalid: with every parameter that there is not.
        """
        if self.public and not call.settings.public_zones:
            raise NotFound()
        given = query.model_dump(exclude_none=True)
        faults = unknown(given, known)
        if query.f is not None and query.f not in FORMATS:
            problem = f"one of {', '.join(FORMATS)}"
            faults.append(
                Fault("field_invalid", "query.f", problem, {"field": "query.f", "problem": problem})
            )
        if faults:
            raise MapQueryInvalid(faults=faults)
        accepted = call.request.headers.get("accept", "").lower()
        page = query.f == "html" if query.f else "text/html" in accepted and "json" not in accepted
        kept = (("surface", query.surface), ("f", "html")) if page and query.surface else ()
        return Place(call.settings.base_url + self.root, tuple((k, v) for k, v in kept if v)), page

    def reading(self, call: Call, session: Any) -> Reading:
        return Reading(session, call.use(FieldServices), call.use(OgcServices), call.now, self.public)

    def known(self, id: str) -> str:
        """The id of a collection that this service has.

        Raises:
            NotFound
        """
        if id not in self.ids:
            raise NotFound()
        return id

    async def described(self, call: Call, database: Database, ids: tuple[str, ...]) -> list[Described]:
        found = []
        async with database.reading() as session:
            reading = self.reading(call, session)
            for id in ids:
                bounds, since = await extent_of(reading, id)
                title = text(call.language, AREA, f"{id}.title")
                about = text(call.language, AREA, f"{id}.about")
                found.append(Described(id, title, about, bounds, since, tiles=id in TILED))
        return found

    # what is answered -------------------------------------------------------------------------------

    def words(self, call: Call, place: Place) -> dict[str, str]:
        keys = ("start", "collections", "conformance", "empty", "counted", "next")
        return {key: text(call.language, AREA, key) for key in keys} | {"home": place.at()}

    async def told(
        self, call: Call, place: Place, value: Json, as_page: Show | None, media_type: str = answers.JSON
    ) -> Response:
        headers = {"Cache-Control": "no-cache" if self.public else "private, no-store", "Vary": "Accept"}
        if self.public:
            headers |= self.open_headers
        if as_page is not None:
            html = await asyncio.to_thread(as_page, self.words(call, place), call.language)
            headers |= {"Content-Security-Policy": pages.POLICY, "Vary": "Accept, Accept-Language"}
            return Response(html, headers=headers, media_type="text/html; charset=utf-8")
        body = await asyncio.to_thread(msgspec.json.encode, value)
        return Response(body, headers=headers, media_type=media_type)


def _asked(query: ItemsQuery) -> Asked:
    given = query.model_dump(exclude_none=True)
    asked, faults = read_asked(given)
    if faults:
        raise MapQueryInvalid(faults=faults)
    return asked


def _named(name: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """Two services have the same doors, and each operation a name of its own."""

    def name_it(function: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        function.__name__ = name
        return function

    return name_it


def doors(service: Service, who: Who, prefix: str, limit: Limit | None) -> Api:
    """The service's operations, declared."""
    api = Api("field")
    given: dict[str, Any] = {
        "who": who,
        "limit": limit,
        "errors": (MapQueryInvalid, NotFound),
        "compressed": True,
    }
    root = service.root

    @api.get(root, summary="Maps: what there is (OGC API – Features)", shape=MapDocument, **given)
    @_named(f"{prefix}_landing")
    async def landing(call: Call, query: FormatQuery) -> Response:
        place, page = service.begin(call, query)
        title = text(call.language, AREA, "title")
        told = answers.landing(place, title, text(call.language, AREA, "about"))
        show = (lambda say, language: pages.of_landing(told, say, language)) if page else None
        return await service.told(call, place, told, show)

    @api.get(f"{root}/conformance", summary="What the maps conform to", shape=MapDocument, **given)
    @_named(f"{prefix}_conformance")
    async def conformance(call: Call, query: FormatQuery) -> Response:
        place, page = service.begin(call, query)
        told = {"conformsTo": list(answers.CONFORMS)}
        title = text(call.language, AREA, "conformance")
        show = (lambda say, language: pages.of_links(title, told, say, language)) if page else None
        return await service.told(call, place, told, show)

    @api.get(f"{root}/api", summary="The maps' operations (OpenAPI 3.1)", media_type=answers.OPENAPI, **given)
    @_named(f"{prefix}_description")
    async def description(call: Call, query: FormatQuery) -> Response:
        place, page = service.begin(call, query)
        title = text(call.language, AREA, "title")
        told = document(service.apis, title=title, version="1", server=call.settings.base_url)
        listed = {"conformsTo": [f"GET {path}" for path in told["paths"]]}
        show = (lambda say, language: pages.of_links(title, listed, say, language)) if page else None
        return await service.told(call, place, told, show, answers.OPENAPI)

    @api.get(f"{root}/collections", summary="The maps' collections", shape=MapDocument, **given)
    @_named(f"{prefix}_collections")
    async def collections(call: Call, query: FormatQuery) -> Response:
        place, page = service.begin(call, query)
        told = answers.collections(place, await service.described(call, call.database, service.ids))
        show = (lambda say, language: pages.of_collections(told, say, language)) if page else None
        return await service.told(call, place, told, show)

    @api.get(
        f"{root}/collections/{{collection_id}}", summary="A collection of a map", shape=MapDocument, **given
    )
    @_named(f"{prefix}_collection")
    async def collection(call: Call, collection_id: str, query: FormatQuery) -> Response:
        place, page = service.begin(call, query)
        (described,) = await service.described(call, call.database, (service.known(collection_id),))
        told = answers.collection(place, described)
        show = (lambda say, language: pages.of_collection(told, say, language)) if page else None
        return await service.told(call, place, told, show)

    @api.get(
        f"{root}/collections/{{collection_id}}/items",
        summary="Features of a collection",
        media_type=answers.GEOJSON,
        **given,
    )
    @_named(f"{prefix}_items")
    async def items(call: Call, collection_id: str, query: ItemsQuery) -> Response:
        id = service.known(collection_id)
        place, page = service.begin(call, query, ITEMS)
        asked = _asked(query)
        async with call.database.reading() as session:
            found = await COLLECTIONS[id].page(service.reading(call, session), asked)
        told = answers.items(place, id, query.model_dump(exclude_none=True), found, call.now)
        title = text(call.language, AREA, f"{id}.title")
        at = {
            str(each["id"]): place.at("collections", id, "items", str(each["id"])) for each in found.features
        }
        show = (lambda say, language: pages.of_items(title, told, at, say, language)) if page else None
        return await service.told(call, place, told, show, answers.GEOJSON)

    @api.get(
        f"{root}/collections/{{collection_id}}/items/{{feature_id}}",
        summary="A feature",
        media_type=answers.GEOJSON,
        **given,
    )
    @_named(f"{prefix}_item")
    async def item(call: Call, collection_id: str, feature_id: str, query: FormatQuery) -> Response:
        id = service.known(collection_id)
        place, page = service.begin(call, query)
        async with call.database.reading() as session:
            found = await COLLECTIONS[id].one(service.reading(call, session), feature_id)
        if found is None:
            raise NotFound()
        told = answers.one(place, id, found)
        show = (lambda say, language: pages.of_feature(told, say, language)) if page else None
        return await service.told(call, place, told, show, answers.GEOJSON)

    service.apis = (api,)
    return api


staff = Service(STAFF_ROOT, tuple(COLLECTIONS), public=False)
public = Service(PUBLIC_ROOT, PUBLIC, public=True)
staff_api = doors(staff, CONSOLE, "maps", None)
public_api = doors(public, anyone(), "public_maps", PUBLIC_LIMIT)
