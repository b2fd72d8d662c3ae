"""Where a browser's request may come from, and which session it carries.

A page's session cookie is named after its surface, and the page names the surface in a header of its own
(a query parameter on WebSockets). Another site cannot set that header without asking first (CORS), and
is told no; the ``Origin`` check is the second lock on the same door, and the only one on WebSockets.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from kernel.actors import Surface
from kernel.errors import Forbidden
from kernel.settings import Settings

SURFACE_HEADER = "curbstop-surface"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = ("127.0.0.1", "localhost")


class OriginRefused(Forbidden):
    """This page may not talk to this service."""

    code = "origin_refused"


def cookie_name(surface: Surface) -> str:
    """The ``__Host-`` prefix binds the cookie to this host, over HTTPS or loopback only (RFC 6265bis)."""
    return f"__Host-curbstop-{surface.value}"


def check_origin(connection: HTTPConnection, settings: Settings) -> None:
    """Refuse a request that a foreign page sent. Programs send no ``Origin``, and carry a token.

    Raises:
        OriginRefused: the origin is none of ours.
    """
    origin = connection.headers.get("origin")
    if origin is not None and origin not in allowed_origins(settings):
        raise OriginRefused()


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Our origins; on loopback under both of its names."""
    parts = urlsplit(settings.base_url)
    if parts.hostname not in LOOPBACK:
        return settings.origins
    port = f":{parts.port}" if parts.port else ""
    return settings.origins | {f"{parts.scheme}://{name}{port}" for name in LOOPBACK}


def surface_of(connection: HTTPConnection) -> Surface | None:
    """The surface the caller names; None when it names none, or an unknown one."""
    named = connection.headers.get(SURFACE_HEADER) or connection.query_params.get("surface")
    try:
        return Surface(named) if named else None
    except ValueError:
        return None


def presented_token(connection: HTTPConnection) -> tuple[str | None, Surface | None]:
    """The session token of a call, and the surface it must belong to (None for a bearer token)."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip(), None
    surface = surface_of(connection)
    if surface is None:
        return None, None
    return connection.cookies.get(cookie_name(surface)), surface
