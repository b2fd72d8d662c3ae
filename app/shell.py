"""The HTML that a page starts from, and what it says about itself to the browser.

A shell holds nothing about anyone: language, theme, title, the addresses of its modules and styles, and one
block of facts for the page's first module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

# Runs before the first paint, so that the theme never flashes.
_THEME = (
    "document.documentElement.dataset.theme||="
    "matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';"
)
# A browser that cannot load the modules says so instead of staying empty.
_OLD = (
    "if(!(window.HTMLScriptElement&&HTMLScriptElement.supports&&HTMLScriptElement.supports('importmap')))"
    "document.getElementById('old').hidden=false"
)


@dataclass(frozen=True)
class Shell:
    """Everything that a page's HTML is made of. ``theme`` is empty when the device decides."""

    page: str
    language: str
    theme: str
    title: str
    utility: str
    noscript: str
    old_browser: str
    icon: str
    manifest: str
    touch_icon: str
    styles: Sequence[str]
    imports: Mapping[str, str]
    preload_texts: Sequence[str]
    main: str
    facts: Mapping[str, object]

    def html(self, nonce: str) -> str:
        script = f'<script nonce="{nonce}"'
        lines = [
            "<!doctype html>",
            f'<html lang="{self.language}" dir="ltr" data-page="{self.page}"{self._theme()}>',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, '
            'interactive-widget=resizes-content">',
            '<meta name="theme-color" content="#0b5cad">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="format-detection" content="telephone=no">',
            f"<title>{escape(self.title)}</title>",
            f'<link rel="icon" href="{self.icon}" type="image/svg+xml">',
            *self._app_links(),
            *(f'<link rel="stylesheet" href="{url}">' for url in self.styles),
            f"{script}>{_THEME}</script>",
            f'{script} type="importmap">{inline_json({"imports": self.imports})}</script>',
            " ".join(
                f'<link rel="preload" as="fetch" crossorigin href="{url}">' for url in self.preload_texts
            ),
            f'<script type="application/json" id="shell">{inline_json(self.facts)}</script>',
            f'{script} type="module" src="{self.main}"></script>',
            "</head>",
            "<body>",
            f'<noscript><p class="plain-note">{escape(self.noscript)}</p></noscript>',
            f'<p class="plain-note" id="old" hidden>{escape(self.old_browser)}</p>',
            f"{script}>{_OLD}</script>",
            f'<main id="page" tabindex="-1" aria-busy="true"><p class="boot">{escape(self.utility)}</p>',
            "</main>",
            "</body>",
            "</html>",
        ]
        return "\n".join(line for line in lines if line) + "\n"

    def _theme(self) -> str:
        return f' data-theme="{escape(self.theme)}"' if self.theme else ""

    def _app_links(self) -> list[str]:
        if not self.manifest:
            return []
        return [
            f'<link rel="manifest" href="{escape(self.manifest)}">',
            f'<link rel="apple-touch-icon" href="{self.touch_icon}">',
        ]


def page_headers(nonce: str, *, https: bool) -> dict[str, str]:
    """What a shell's answer says (OWASP ASVS 5.0, 3.4).

    Only scripts with the nonce run, and modules that they import. Nothing may turn a string into markup or
    script, except the one policy of ``lib/trust.js``, which lets through what it knows by heart.
    """
    policy = (
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types default",
    )
    allowed = ("camera", "microphone", "geolocation", "screen-wake-lock")
    denied = ("display-capture", "payment", "usb", "serial", "midi")
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "Permissions-Policy": ", ".join(
            [f"{name}=(self)" for name in allowed] + [f"{name}=()" for name in denied]
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language, Accept-Encoding, Cookie",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def inline_json(value: object) -> str:
    """JSON that cannot close the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
