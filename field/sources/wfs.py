"""A Web Feature Service 2.0's feature type, page by page (OGC 09-025r2): as GeoJSON where the server writes
it, else as GML 3.2."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from xml.parsers import expat

from field.sources.fetching import Fetcher
from field.sources.source import SourceFault

PAGE: Final = 1000
MOST_PAGES: Final = 200
MOST_NAMES: Final = 2000
DEPTH: Final = 64
_DECLARED: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_MATCHED: Final = re.compile(rb'numberMatched\s*=\s*"(\d{1,9})"')
_RETURNED: Final = re.compile(rb'numberReturned\s*=\s*"(\d{1,9})"')


async def pages(fetch: Fetcher, url: str, layer: str) -> list[bytes]:
    """The feature type's features, in degrees of WGS 84, as GeoJSON or GML.

    Raises:
        SourceFault
    """
    service = {"service": "WFS", "version": "2.0.0"}
    names, formats = capabilities(await fetch.get(url, service | {"request": "GetCapabilities"}))
    wanted = layer or (names[0] if len(names) == 1 else "")
    if wanted not in names:
        raise SourceFault("source_no_layer", layer=wanted[:80], layers=", ".join(names[:12])[:300])
    as_json = next((each for each in formats if "json" in each.lower()), None)
    asked = service | {"request": "GetFeature", "typeNames": wanted, "count": str(PAGE)}
    asked |= {"srsName": "EPSG:4326" if as_json else "urn:ogc:def:crs:EPSG::4326"}
    if as_json:
        asked["outputFormat"] = as_json
    found: list[bytes] = []
    offset = 0
    while len(found) < MOST_PAGES:
        answer = await fetch.get(url, asked | {"startIndex": str(offset)})
        returned, matched = _counted(answer, as_json is not None)
        if returned:
            found.append(answer)
        offset += returned
        if (
            not returned
            or (matched is not None and offset >= matched)
            or (matched is None and returned < PAGE)
        ):
            return found
    raise SourceFault("source_incomplete", features=offset)


def capabilities(answer: bytes) -> tuple[list[str], list[str]]:
    """The names of feature types, and the formats that features are written in.

    Raises:
        SourceFault: it is no capabilities document.
    """
    if _DECLARED.search(answer):
        raise SourceFault("source_answer", reason="XML with declarations")
    path: list[str] = []
    names: list[str] = []
    formats: list[str] = []
    text: list[str] = []
    parameter = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(":")[2])
        text.clear()
        if len(path) > DEPTH:
            raise SourceFault("source_answer", reason="XML too deep")
        if path[-1] == "Parameter":
            parameter[0] = attributes.get("name", "")

    def end(_tag: str) -> None:
        said = "".join(text).strip()
        if path[-2:] == ["FeatureType", "Name"] and len(names) < MOST_NAMES:
            names.append(said)
        elif path[-1] in ("Value", "Format") and (parameter[0] == "outputFormat" or "OutputFormats" in path):
            formats.append(said)
        path.pop()
        text.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    try:
        parser.Parse(answer, True)
    except expat.ExpatError as error:
        raise SourceFault("source_answer", reason=str(error)[:120]) from None
    if not names:
        raise SourceFault("source_answer", reason="no WFS capabilities")
    return names, formats


def _counted(answer: bytes, is_json: bool) -> tuple[int, int | None]:
    """How many features an answer has, and how many there are, where it says so."""
    if not is_json:
        if _DECLARED.search(answer):
            raise SourceFault("source_answer", reason="XML with declarations")
        returned, matched = _RETURNED.search(answer[:4000]), _MATCHED.search(answer[:4000])
        if returned is None:
            raise SourceFault("source_answer", reason="no WFS feature collection")
        return int(returned[1]), int(matched[1]) if matched else None
    try:
        told: Any = json.loads(answer)
    except (ValueError, RecursionError):
        raise SourceFault("source_answer", reason="no JSON") from None
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list):
        raise SourceFault("source_answer", reason="no features")
    matched_json = told.get("numberMatched")
    return len(features), matched_json if isinstance(matched_json, int) else None
