"""What a person sees at an address where there is nothing, or where something went wrong.

Programs are answered in JSON (:mod:`kernel.web.faults`). Whoever asks for a page, as browsers do, gets one in
their language, with the look of all pages and a way onward, and without a script, since a script may be what
is missing.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import CurbstopError
from kernel.i18n import text

if TYPE_CHECKING:
    from app.pages import Pages

AREA = "fault"
SHEET = "packs/fault.css"

_DARK = re.compile(r'\[data-theme="dark"\] (\{.*?\n  \})', re.DOTALL)
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def wants_page(request: Request) -> bool:
    """Whether a page is asked for rather than data: never below ``/api``; else what is rather accepted
    (RFC 9110, 12.5.1), and where both are alike, data."""
    if request.url.path.startswith("/api/"):
        return False
    accepted = request.headers.get("accept", "")
    return _quality(accepted, "text/html") > _quality(accepted, "application/json")


def _quality(accepted: str, wanted: str) -> float:
    """How much a media type is wanted, by the most specific range that names it."""
    ranges = (wanted, wanted.partition("/")[0] + "/*", "*/*")
    found = {}
    for part in accepted.lower().split(",")[:64]:
        named, *params = (piece.strip() for piece in part.split(";"))
        weight = next((param[2:] for param in params if param.startswith("q=")), "1")
        found[named] = float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0
    return next((found[name] for name in ranges if name in found), 0.0)


def by_device(tokens: str) -> str:
    """The dark theme for devices that are set to it, where no script can say so.

    Raises:
        ValueError: the sheet has no dark theme.
    """
    dark = _DARK.search(tokens)
    if dark is None:
        raise ValueError("the tokens' dark theme was not found")
    rule = f":root:not([data-theme]) {dark[1]}"
    return f"@layer tokens {{ @media (prefers-color-scheme: dark) {{ {rule} }} }}\n"


def page_for_people(pages: Pages, error: CurbstopError, request: Request) -> Response | None:
    """The page that tells an error to whoever asks for a page; None for whoever asks for data."""
    return fault_page(error, request, pages) if wants_page(request) else None


def fault_page(error: CurbstopError, request: Request, pages: Pages) -> Response:
    """The page that tells an error."""
    language = pages.written(pages.language(request))
    headers = dict(_HEADERS)
    for name, header in (("retry_after", "Retry-After"), ("allow", "Allow")):
        if name in error.params:
            headers[header] = str(error.params[name])
    html = _html(error.status, language, pages.theme(request), pages)
    return Response(html, error.status, headers, media_type="text/html; charset=utf-8")


def _html(status: int, language: str, theme: str, pages: Pages) -> str:
    def say(key: str) -> str:
        return escape(text(language, AREA, key))

    kind = "away" if status == 503 else "ours" if status >= 500 else "absent"
    utility, phone = escape(pages.utility(language)), pages.settings.utility_phone
    icons = pages.assets["icons/ui.svg"].url
    ways = [
        # An empty address is this one.
        status >= 500
        and f'<a class="button" data-kind="primary" data-size="main" href="">{say("again")}</a>',
        f'<a class="button" data-size="main"{"" if status >= 500 else " data-kind=primary"} href="/">'
        f"{say('start')}</a>",
        phone
        and f'<a class="button" data-size="main" href="tel:{escape(_dialled(phone))}">'
        f"{say('ring')} {escape(phone)}</a>",
        f'<a class="button" data-kind="quiet" href="/sign-in">{say("staff")}</a>',
    ]
    lines = [
        "<!doctype html>",
        f'<html lang="{language}" dir="ltr" data-page="fault"{f" data-theme={theme}" if theme else ""}>',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="robots" content="noindex">',
        f"<title>{say(f'{kind}.title')} · {utility}</title>",
        f'<link rel="icon" href="{pages.assets["icons/curbstop.svg"].url}" type="image/svg+xml">',
        f'<link rel="stylesheet" href="{pages.assets[SHEET].url}">',
        "</head>",
        "<body>",
        '<header class="page-head"><div class="split screen">',
        f'<div class="wordmark"><svg viewBox="0 0 24 24" aria-hidden="true"><use href="{icons}#drop"/></svg>'
        f"<span>{utility}</span></div>",
        "</div></header>",
        '<main class="screen fault-page">',
        f'<div class="card stack"><p class="muted number">{status}</p>',
        f"<h1>{say(f'{kind}.title')}</h1>",
        f"<p>{say(f'{kind}.more')}</p></div>",
        *(way for way in ways if way),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _dialled(phone: str) -> str:
    """A number as a telephone takes it (RFC 3966), without what only the eye needs."""
    return re.sub(r"[^\d+*#,;]", "", phone)
