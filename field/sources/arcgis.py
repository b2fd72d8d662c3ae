"""An ArcGIS FeatureServer's layer, page by page (ArcGIS REST API, "Query (Feature Service/Layer)")."""

from __future__ import annotations

import json
from typing import Any, Final

from field.sources.fetching import Fetcher
from field.sources.source import SourceFault

PAGE: Final = 1000
MOST_PAGES: Final = 200


async def pages(fetch: Fetcher, url: str, layer: str) -> list[bytes]:
    """The layer's features as ESRI's JSON, in degrees of WGS 84.

    Raises:
        SourceFault
    """
    base = url.rstrip("/")
    head, _, last = base.rpartition("/")
    if last.isdecimal():
        base, layer = head, layer or last
    at = f"{base}/{layer or '0'}"
    about = _told(await fetch.get(at, {"f": "json"}))
    if about.get("geometryType") != "esriGeometryPolygon":
        raise SourceFault("source_no_areas", layer=layer or "0")
    paged = bool((about.get("advancedQueryCapabilities") or {}).get("supportsPagination"))
    most = about.get("maxRecordCount")
    size = min(PAGE, most) if isinstance(most, int) and most > 0 else PAGE
    key = about.get("objectIdField")
    found: list[bytes] = []
    offset = 0
    while len(found) < MOST_PAGES:
        asked = {"where": "1=1", "outFields": "*", "returnGeometry": "true", "outSR": "4326", "f": "json"}
        if isinstance(key, str) and key:
            asked["orderByFields"] = key
        if paged:
            asked |= {"resultOffset": str(offset), "resultRecordCount": str(size)}
        answer = await fetch.get(f"{at}/query", asked)
        page = _told(answer)
        features = page.get("features")
        if not isinstance(features, list):
            raise SourceFault("source_answer", reason="no features")
        if features:
            found.append(answer)
        if not page.get("exceededTransferLimit") or not features:
            return found
        if not paged:
            raise SourceFault("source_incomplete", features=len(features))
        offset += len(features)
    raise SourceFault("source_incomplete", features=offset)


def _told(answer: bytes) -> dict[str, Any]:
    """An answer's JSON; a server of this kind says errors with status 200."""
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        raise SourceFault("source_answer", reason="no JSON") from None
    if not isinstance(told, dict):
        raise SourceFault("source_answer", reason="no JSON object")
    if isinstance(error := told.get("error"), dict):
        raise SourceFault("source_answer", reason=str(error.get("message", ""))[:120])
    return told
