"""Security headers on every answer, to which pages add their own content policy; and gzip on some.

An answer is compressed where its declaration says so, and nowhere else: its length tells of its content.
Somebody who can put words of their own beside a secret, and watch how long the answer is, finds the secret
letter by letter (BREACH, CVE-2013-3587). So no answer with a token, a link or a code is compressed;
WebSockets, uploads and pictures never pass here.
"""

from __future__ import annotations

import asyncio
import gzip

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DEFAULTS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
HSTS = "max-age=31536000"
LEAST = 1000
"""Bytes that fit into one packet anyway."""
LEVEL = 6


class SecurityHeaders:
    """ASGI middleware: adds what a response does not say itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = _DEFAULTS | ({"strict-transport-security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


async def compress(request: Request, response: Response) -> None:
    """Send ``response`` with gzip, where that is worth it and the caller takes it (RFC 9110 §12.5.3)."""
    response.headers.add_vary_header("Accept-Encoding")
    if len(response.body) < LEAST or not _takes_gzip(request.headers.get("accept-encoding", "")):
        return
    response.body = await asyncio.to_thread(gzip.compress, response.body, LEVEL, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))


def _takes_gzip(accepted: str) -> bool:
    for each in accepted.lower().split(","):
        name, _, weight = each.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return weight.strip("0.") != "" or not weight
    return False
