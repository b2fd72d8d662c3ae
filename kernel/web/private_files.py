"""Files that few may see: asked for each time they are shown, and kept only where a device is somebody's."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from kernel.actors import Surface
from kernel.web.origin import presented_token

SHARED = frozenset({Surface.DESK, Surface.CONSOLE})
"""Pages on computers at which one sits down after the other."""


def private_file(request: Request, path: Path, *, digest: str, media_type: str) -> Response:
    """The file at ``path``, for a caller who has just been found to be one of those who may see it.

    A phone may keep it, but must ask before it shows it again (RFC 9111, 5.2.2.4 ``no-cache``). ``digest`` is
    the content's own, which makes the entity tag a strong one; a browser that still has the content is told
    so in a few bytes. A computer that several sit at keeps nothing (5.2.2.5 ``no-store``): to have a browser
    clear what it kept, by ``Clear-Site-Data``, takes Chromium seconds, while nothing is loaded
    (https://crbug.com/40233601).
    """
    tag = f'"{digest}"'
    _token, surface = presented_token(request)
    if surface in SHARED:
        headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
        return FileResponse(path, media_type=media_type, headers=headers)
    headers = {"Cache-Control": "private, no-cache", "ETag": tag, "Content-Disposition": "inline"}
    if has_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=media_type, headers=headers)


def has_tag(if_none_match: str, tag: str) -> bool:
    """Whether ``tag`` is among those listed, by weak comparison (RFC 9110, 13.1.2)."""
    listed = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return bool(listed & {tag.removeprefix("W/"), "*"})
