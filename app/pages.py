"""The pages people open: small server-sent shells around browser modules, and the files they load.

A shell carries no data about anyone: language, theme, title, addresses of its modules, and a policy
that lets only those run. Everything else comes through the API. Where the map library is missing or
not the reviewed one, a page is told so and shows tables.
"""

from __future__ import annotations

import gzip
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.assets import ROOT, Assets, leaflet
from app.basemap import NAME as STREETS
from app.basemap import base_map
from app.fault_pages import SHEET, by_device
from app.packs import pack
from app.shell import Shell, inline_json, page_headers
from kernel.i18n import LANGUAGES, pick_language

LANGUAGE_COOKIE = "curbstop-language"
THEME_COOKIE = "curbstop-theme"
THEMES = ("light", "dark", "sun")
# English, 40 % longer, in demo installations: shows what does not fit or was not translated.
PSEUDO = "pseudo"

CSS_LAYERS = tuple(
    f"css/{name}.css" for name in ("layers", "reset", "tokens", "base", "controls", "parts", "picture")
)


class PageSettings(Protocol):
    """What the pages need to know of :class:`kernel.settings.Settings`."""

    @property
    def base_url(self) -> str: ...
    @property
    def utility_name(self) -> str: ...
    @property
    def utility_phone(self) -> str: ...
    @property
    def default_language(self) -> str: ...
    @property
    def default_region(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def demo(self) -> bool: ...
    @property
    def streets_file(self) -> Path | None: ...


@dataclass(frozen=True)
class Worker:
    """A page's service worker: where it is, what it is made of, and the cache of the pictures it may keep.

    ``whole``: everything that the page could need is fetched beforehand, in every language; otherwise what
    it needs in one language, and the rest when it is first used.
    """

    path: str
    parts: tuple[str, ...]
    pictures: str
    whole: bool = False


@dataclass(frozen=True)
class Page:
    """One shell: its address, whose session its calls use, its texts, whether it shows a map, and the sheets
    that it has beside every page's.
    """

    name: str
    path: str
    surface: str
    areas: tuple[str, ...]
    later: tuple[str, ...] = ()
    """Texts of what is loaded only when somebody comes to it."""
    map: bool = False
    manifest: bool = False
    demo_only: bool = False
    worker: Worker | None = None
    sheets: tuple[str, ...] = ()


FORM = ("css/form.css",)

PAGES = (
    Page(
        "customer",
        "/",
        "customer",
        ("common", "errors", "customer"),
        later=("visit", "announcements", "ask"),
        map=True,
        worker=Worker("/customer-sw.js", ("worker/shell.js",), "curbstop-evidence"),
    ),
    Page(
        "desk",
        "/desk",
        "desk",
        ("common", "errors", "refusals", "faults", "announcements", "ask", "desk"),
        map=True,
    ),
    Page(
        "rep",
        "/rep",
        "rep",
        ("common", "errors", "refusals", "faults", "form", "announcements", "chain", "rep"),
        map=True,
        manifest=True,
        worker=Worker("/sw.js", ("worker/shell.js", "worker/push.js"), "curbstop-pictures", whole=True),
        sheets=FORM,
    ),
    Page(
        "console",
        "/console",
        "console",
        ("common", "errors", "refusals", "faults", "reasons", "form", "announcements", "chain", "console"),
        map=True,
        sheets=FORM,
    ),
    Page(
        "forms",
        "/forms",
        "console",
        ("common", "errors", "refusals", "faults", "form", "chain", "forms"),
        sheets=FORM,
    ),
    Page("territory", "/territory", "console", ("common", "errors", "refusals", "territory"), map=True),
    Page("shifts", "/shifts", "console", ("common", "errors", "refusals", "reasons", "shifts")),
    Page(
        "figures",
        "/figures",
        "console",
        ("common", "errors", "refusals", "faults", "figures"),
        sheets=("css/plot.css",),
    ),
    Page("ahead", "/ahead", "console", ("common", "errors", "refusals", "ahead")),
    Page("answers", "/answers", "console", ("common", "errors", "refusals", "ask", "answers")),
    Page("announcements", "/announcements", "", ("common", "errors", "announcements")),
    Page("counter", "/counter", "counter", ("common", "errors", "refusals", "counter")),
    Page("sign-in", "/sign-in", "", ("common", "errors")),
    Page("sent", "/sent", "", ("common", "errors"), demo_only=True),
)


class Pages:
    """Shells and files, made once at start. ``map_missing`` says why there is no map, or is empty."""

    def __init__(self, settings: PageSettings, assets: Assets | None = None) -> None:
        self.settings = settings
        self.leaflet, self.map_missing = leaflet()
        self.assets = self._packed(assets or Assets.below(ROOT))
        self.base_map = base_map(settings.streets_file)
        self.texts: dict[str, dict[str, str]] = {
            language: json.loads(self.assets[f"locales/{language}/common.json"].body)
            for language in LANGUAGES
        }

    def routes(self) -> list[BaseRoute]:
        shells = [page for page in PAGES if self.settings.demo or not page.demo_only]
        routes: list[BaseRoute] = [Route(page.path, self._endpoint(page), methods=["GET"]) for page in shells]
        routes.append(Route("/s/{digest}/{path:path}", self.assets.serve, methods=["GET"]))
        if self.leaflet is not None:
            routes.append(Route("/v/leaflet/{digest}/{path:path}", self.leaflet.serve, methods=["GET"]))
        if self.base_map is not None:
            routes.append(Route("/v/map/{digest}/{path:path}", self.base_map.serve, methods=["GET"]))
        routes.append(Route("/manifest.webmanifest", self.manifest, methods=["GET"]))
        for page in shells:
            if page.worker is not None:
                routes.append(Route(page.worker.path, self._worker(page, page.worker), methods=["GET"]))
        return routes

    def language(self, request: Request) -> str:
        """``?lang=`` beats the cookie, the cookie beats ``Accept-Language``."""
        known = (*LANGUAGES, PSEUDO) if self.settings.demo else LANGUAGES
        for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if asked in known:
                return str(asked)
        accepted = request.headers.get("accept-language", "")
        return pick_language(accepted) if accepted.strip(" *") else self.settings.default_language

    def theme(self, request: Request) -> str:
        """The chosen theme; empty when the device decides."""
        theme = request.cookies.get(THEME_COOKIE, "")
        return theme if theme in THEMES else ""

    def written(self, language: str) -> str:
        """The language that texts are written in."""
        return "en" if language == PSEUDO else language

    def utility(self, language: str) -> str:
        """The utility's name, or the one it has in a language."""
        return self.settings.utility_name or self.texts[self.written(language)]["utility"]

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            language, nonce = self.language(request), secrets.token_urlsafe(16)
            html = self.shell(page, language, self.theme(request)).html(nonce)
            headers = page_headers(nonce, https=self.settings.base_url.startswith("https:"))
            body = html.encode()
            if "gzip" in request.headers.get("accept-encoding", ""):
                # Nothing in a shell is anybody's: there is no secret that its length could tell.
                body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
            response = Response(body, media_type="text/html; charset=utf-8", headers=headers)
            if request.query_params.get("lang") == language:
                response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="lax")
            return response

        return show

    def _packed(self, assets: Assets) -> Assets:
        """All files, and for each page its modules in one and its sheets in one."""
        packs: dict[str, bytes] = {}
        sheets = [assets[path].body for path in (*CSS_LAYERS, "pages/fault/page.css") if path in assets]
        if "css/tokens.css" in assets:
            sheets.append(by_device(assets["css/tokens.css"].body.decode()).encode())
        packs[SHEET] = b"\n".join(sheets)
        for page in PAGES:
            if (entry := f"pages/{page.name}/main.js") in assets:
                packs[f"packs/{page.name}.js"] = pack(entry, lambda path: assets[path].body.decode()).encode()
            paths = (*CSS_LAYERS, *page.sheets, f"pages/{page.name}/page.css")
            sheets = [assets[path].body for path in paths if path in assets]
            if page.map and self.leaflet is not None:
                sheets.insert(0, self.leaflet["leaflet.css"].body)
            packs[f"packs/{page.name}.css"] = b"\n".join(sheets)
        return assets.with_files(packs)

    def names(self, page: Page) -> dict[str, str]:
        """The page's import map: every module by its name, though most come in the page's pack."""
        _at_once, reachable = self.assets.reach(f"pages/{page.name}/main.js")
        texts = [
            f"locales/{language}/{area}.json" for language in LANGUAGES for area in (*page.areas, *page.later)
        ]
        icons = [path for path in self.assets.paths() if path.startswith("icons/")]
        found = [path for path in (*reachable, *texts, *icons) if path in self.assets]
        names = {path: self.assets[path].url for path in found}
        if page.map and self.leaflet is not None:
            names["leaflet"] = self.leaflet["leaflet.js"].url
        return names

    def offline(self, page: Page, language: str = "") -> list[str]:
        """The addresses of what the page needs, once its HTML is there: all of it, or what it begins with in
        one language."""
        packed = [self.assets[f"packs/{page.name}{suffix}"].url for suffix in (".js", ".css")]
        begins_with = {f"locales/{language}/{area}.json" for area in page.areas}
        rest = [
            url
            for name, url in self.names(page).items()
            if not name.startswith(("lib/", "parts/", "call/", "pages/"))
            and (not language or name in begins_with or name.endswith(".svg"))
        ]
        return sorted({*packed, *rest})

    def shell(self, page: Page, language: str, theme: str) -> Shell:
        written = self.written(language)
        texts = self.texts[written]
        utility = self.utility(language)
        names = self.names(page)
        facts = {
            "page": page.name,
            "surface": page.surface,
            "areas": page.areas,
            "language": language,
            "languages": LANGUAGES,
            "utility": utility,
            "phone": self.settings.utility_phone,
            "region": self.settings.default_region,
            "timezone": self.settings.timezone,
            "demo": self.settings.demo,
            "map": "leaflet" in names,
            "base_map": self.base_map[STREETS].url if page.map and self.base_map else "",
            "map_missing": self.map_missing if page.map else "",
        }
        return Shell(
            page=page.name,
            language=written,
            theme=theme,
            title=texts[f"title.{page.name}"].replace("{utility}", utility),
            utility=utility,
            noscript=texts["noscript"],
            old_browser=texts["old_browser"],
            icon=names["icons/curbstop.svg"],
            manifest=f"/manifest.webmanifest?lang={written}" if page.manifest else "",
            touch_icon=names["icons/app-192.png"],
            styles=(self.assets[f"packs/{page.name}.css"].url,),
            imports=names,
            preload_texts=[
                names[path] for area in page.areas if (path := f"locales/{written}/{area}.json") in names
            ],
            main=self.assets[f"packs/{page.name}.js"].url,
            facts=facts,
        )

    async def manifest(self, request: Request) -> Response:
        """The representative's page as an app on the home screen."""
        language = self.language(request)
        texts = self.texts[self.written(language)]
        icons = [
            {"src": self.assets[path].url, "sizes": sizes, "type": kind, "purpose": purpose}
            for path, sizes, kind, purpose in (
                ("icons/app-192.png", "192x192", "image/png", "any"),
                ("icons/app-512.png", "512x512", "image/png", "any"),
                ("icons/app-512.png", "512x512", "image/png", "maskable"),
            )
            if path in self.assets
        ]
        body = {
            "id": "/rep",
            "name": texts["app.name"],
            "short_name": texts["app.short_name"],
            "lang": language,
            "dir": "ltr",
            "start_url": "/rep",
            "scope": "/",
            "display": "standalone",
            "orientation": "any",
            "background_color": "#f6f8fa",
            "theme_color": "#0b5cad",
            "icons": icons,
        }
        return JSONResponse(
            body,
            media_type="application/manifest+json",
            headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
        )

    def _worker(self, page: Page, worker: Worker) -> Callable[[Request], Awaitable[Response]]:
        """The worker's parts behind one line that tells it whose it is and which files the page needs."""
        source = b"\n".join(self.assets[part].body for part in worker.parts)

        async def serve(request: Request) -> Response:
            asked = self.language(request)
            language = "" if worker.whole else "en" if asked == PSEUDO else asked
            shell = {
                "page": page.name,
                "surface": page.surface,
                "path": page.path,
                "version": self.assets.digest,
                "files": self.offline(page, language),
                "pictures": worker.pictures,
                "language": "en" if asked == PSEUDO else asked,
                "icon": self.assets["icons/app-192.png"].url,
            }
            headers = {
                "Cache-Control": "no-cache",
                "Service-Worker-Allowed": page.path,
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; connect-src 'self'; script-src 'self'",
            }
            body = f"const SHELL = {inline_json(shell)};\n".encode() + source
            return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)

        return serve
