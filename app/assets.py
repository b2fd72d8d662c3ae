"""Browser files under content-hashed addresses, held in memory and compressed once at start.

``/s/<hash>/lib/api.js`` never changes its content, so a browser keeps it for a year; a page that was
opened before an update still finds its modules, because the hash is checked for caching and not for
access. Modules name each other by path (``import "lib/api.js"``); the import map of each page turns
those names into addresses, and only the names that page can reach are in it. What a page needs at once
comes in one module and one sheet (:mod:`app.packs`).
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

ROOT = Path(__file__).resolve().parent.parent / "static"

MEDIA_TYPES = MappingProxyType(
    {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".webmanifest": "application/manifest+json",
    }
)
_COMPRESSED = frozenset({".js", ".css", ".json", ".svg"})
_STATIC_IMPORT = re.compile(r"""^\s*(?:import|export)\s(?:[^"';()]*?\sfrom\s)?\s*["']([^"']+)["']""", re.M)
_LATER_IMPORT = re.compile(r"""\bimport(?:\.meta\.resolve)?\(\s*["']([^"']+)["']""")
_IMMUTABLE = "public, max-age=31536000, immutable"

# Leaflet comes out of the wheel django-js-lib-leaflet 1.9.4.1; these are the bytes that were reviewed.
LEAFLET = MappingProxyType(
    {
        "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
        "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    }
)


@dataclass(frozen=True)
class Asset:
    """One file as it is served. ``digest`` is the first 16 hex digits of its SHA-256."""

    path: str
    url: str
    digest: str
    media_type: str
    body: bytes

    @cached_property
    def gzipped(self) -> bytes | None:
        """Made when it is first asked for: most files come to browsers inside a page's pack."""
        return gzip.compress(self.body, 9, mtime=0) if Path(self.path).suffix in _COMPRESSED else None


class Assets:
    """All files below one folder, by path relative to it, under ``prefix`` in addresses."""

    def __init__(self, files: dict[str, bytes], prefix: str) -> None:
        self.prefix = prefix
        self._assets = {path: self._make(path, body) for path, body in files.items()}
        self._settle()

    def _settle(self) -> None:
        self._assets = dict(sorted(self._assets.items()))
        whole = hashlib.sha256("".join(a.path + a.digest for a in self._assets.values()).encode())
        self.digest = whole.hexdigest()[:16]

    @classmethod
    def below(cls, root: Path, prefix: str = "/s") -> Assets:
        files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.suffix in MEDIA_TYPES and path.parent != root
        }
        return cls(files, prefix)

    def with_files(self, files: dict[str, bytes]) -> Assets:
        """These files, and more."""
        more = Assets(files, self.prefix)
        more._assets = self._assets | more._assets
        more._settle()
        return more

    def _make(self, path: str, body: bytes) -> Asset:
        digest = hashlib.sha256(body).hexdigest()[:16]
        suffix = Path(path).suffix
        return Asset(path, f"{self.prefix}/{digest}/{path}", digest, MEDIA_TYPES[suffix], body)

    def __contains__(self, path: str) -> bool:
        return path in self._assets

    def __getitem__(self, path: str) -> Asset:
        return self._assets[path]

    def paths(self) -> tuple[str, ...]:
        return tuple(self._assets)

    def imports(self, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a module names: ``(at once, later)``; later is ``import()`` and ``import.meta.resolve()``."""
        source = self[path].body.decode()
        return tuple(_STATIC_IMPORT.findall(source)), tuple(_LATER_IMPORT.findall(source))

    def reach(self, entry: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Paths a page's first module needs ``(at once, at some time)``, both without missing files."""
        at_once: dict[str, None] = {}
        at_some_time: dict[str, None] = {}
        queue = [(entry, True)]
        while queue:
            path, now = queue.pop(0)
            if path not in self or path in at_once or (not now and path in at_some_time):
                continue
            (at_once if now else at_some_time)[path] = None
            if not path.endswith(".js"):
                continue
            static, later = self.imports(path)
            queue += [(name, now) for name in static] + [(name, False) for name in later]
        return tuple(at_once), tuple({**at_once, **at_some_time})

    async def serve(self, request: Request) -> Response:
        """Endpoint for ``<prefix>/{digest}/{path:path}``."""
        asset = self._assets.get(request.path_params["path"])
        if asset is None:
            raise HTTPException(404)
        current = request.path_params["digest"] == asset.digest
        headers = {
            "Cache-Control": _IMMUTABLE if current else "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Vary": "Accept-Encoding",
        }
        if asset.media_type == "image/svg+xml":  # opened by itself, a picture must not run anything
            headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        body = asset.body
        if asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = asset.gzipped, "gzip"
        return Response(body, media_type=asset.media_type, headers=headers)


def leaflet() -> tuple[Assets | None, str]:
    """The map library out of its wheel, or ``None`` and the reason in plain words.

    The package is found but not imported: it is a Django app, and Django is not here.
    """
    spec = importlib.util.find_spec("js_lib_leaflet")
    if spec is None or not spec.submodule_search_locations:
        return None, "the package django-js-lib-leaflet is not installed: pages show tables instead of maps"
    folder = Path(spec.submodule_search_locations[0]) / "static" / "js_lib_leaflet"
    files: dict[str, bytes] = {}
    for name, pinned in LEAFLET.items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            return None, f"{name} is missing from django-js-lib-leaflet: pages show tables instead of maps"
        if hashlib.sha256(files[name]).hexdigest() != pinned:
            return None, f"{name} is not the reviewed Leaflet 1.9.4: pages show tables instead of maps"
    return Assets(files, "/v/leaflet"), ""
