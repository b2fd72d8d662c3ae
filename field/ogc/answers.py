"""The documents of OGC API – Features (OGC 17-069r4), as JSON values: landing page, conformance, collections,
pages of features. Every link is an absolute address."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

Json = dict[str, Any]

CONFORMS: Final = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "html", "geojson")
)
"""Not ``oas30``: ours is an OpenAPI 3.1 document."""
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
HTML: Final = "text/html"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.1"
TILES: Final = "application/vnd.mapbox-vector-tile"

Bounds = tuple[float, float, float, float]


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the service stands: its address, and what a person's page takes along on its way."""

    root: str
    kept: tuple[tuple[str, str], ...] = ()

    def at(self, *parts: str, **query: object) -> str:
        """The address of a resource below."""
        path = "/".join((self.root, *(quote(part, safe="") for part in parts)))
        asked = [*self.kept, *((name, str(value)) for name, value in query.items())]
        return f"{path}?{urlencode(asked)}" if asked else path


def link(href: str, rel: str, type: str, title: str = "") -> Json:
    """A link of OGC 17-069r4, §7.10 (RFC 8288)."""
    return {"href": href, "rel": rel, "type": type, **({"title": title} if title else {})}


def landing(place: Place, title: str, about: str) -> Json:
    """§7.2."""
    return {
        "title": title,
        "description": about,
        "links": [
            link(place.at(), "self", JSON),
            link(place.at(f="html"), "alternate", HTML),
            link(place.at("api"), "service-desc", OPENAPI),
            link(place.at("api", f="html"), "service-doc", HTML),
            link(place.at("conformance"), "conformance", JSON),
            link(place.at("collections"), "data", JSON),
        ],
    }


@dataclasses.dataclass(frozen=True)
class Described:
    """A collection as it is told of. `since`: when its first feature begins; None: it knows no time."""

    id: str
    title: str
    about: str
    bounds: Bounds | None
    since: datetime | None = None
    tiles: bool = False


def collection(place: Place, told: Described) -> Json:
    """§7.14."""
    extent: Json = {}
    if told.bounds is not None:
        extent["spatial"] = {"bbox": [list(told.bounds)], "crs": CRS84}
    if told.since is not None:
        extent["temporal"] = {"interval": [[rfc3339(told.since), None]], "trs": GREGORIAN}
    links = [
        link(place.at("collections", told.id), "self", JSON),
        link(place.at("collections", told.id, "items"), "items", GEOJSON, told.title),
        link(place.at("collections", told.id, "items", f="html"), "items", HTML, told.title),
    ]
    if told.tiles:
        template = f"{place.root}/tiles/{quote(told.id)}/{{z}}/{{x}}/{{y}}.mvt"
        links.append(link(template, "item", TILES) | {"templated": True})
    return {
        "id": told.id,
        "title": told.title,
        "description": told.about,
        "itemType": "feature",
        "crs": [CRS84],
        **({"extent": extent} if extent else {}),
        "links": links,
    }


def collections(place: Place, all_told: Iterable[Described]) -> Json:
    """§7.13."""
    return {
        "links": [
            link(place.at("collections"), "self", JSON),
            link(place.at("collections", f="html"), "alternate", HTML),
        ],
        "collections": [collection(place, told) for told in all_told],
    }


def feature(id: str, geometry: Any, properties: Mapping[str, Any]) -> Json:
    """RFC 7946 §3.2; `geometry` None where nobody knows the place."""
    return {"type": "Feature", "id": id, "geometry": geometry, "properties": properties}


@dataclasses.dataclass(frozen=True)
class Page:
    """Some features of a collection. `matched`: how many there are; `after`: the key of the last, None on the
    last page."""

    features: Sequence[Json]
    matched: int
    after: str | None


def items(place: Place, id: str, asked: Mapping[str, str], page: Page, now: datetime) -> Json:
    """§7.15. `asked`: the parameters as they came."""
    wanted = {name: value for name, value in asked.items() if name in ("limit", "bbox", "datetime")}
    here = wanted | {name: value for name, value in asked.items() if name == "cursor"}
    links = [
        link(place.at("collections", id, "items", **here), "self", GEOJSON),
        link(place.at("collections", id, "items", **here, f="html"), "alternate", HTML),
        link(place.at("collections", id), "collection", JSON),
    ]
    if page.after is not None:
        links.append(link(place.at("collections", id, "items", **wanted, cursor=page.after), "next", GEOJSON))
    return {
        "type": "FeatureCollection",
        "timeStamp": rfc3339(now),
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "links": links,
        "features": page.features,
    }


def one(place: Place, id: str, found: Json) -> Json:
    """§7.16."""
    here = ("collections", id, "items", str(found["id"]))
    links = [
        link(place.at(*here), "self", GEOJSON),
        link(place.at(*here, f="html"), "alternate", HTML),
        link(place.at("collections", id), "collection", JSON),
    ]
    return found | {"links": links}


def rfc3339(moment: datetime) -> str:
    """In UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
