"""The same documents for a person who opens the address in a browser: plain pages of links and tables.

Everything in them is escaped; there is no script, and the one style is allowed by its digest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from field.ogc.answers import HTML, Json

STYLE: Final = """
:root { color-scheme: light dark; --line: #8a98a3; --brand: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --brand: #6cb6ff; } }
body { font: 1rem/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; margin: 0 auto;
  max-width: 72rem; padding: 1rem; }
a { color: var(--brand); display: inline-block; min-block-size: 1.5rem; }
nav a { padding-block: .6rem; margin-inline-end: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-block-end: 1px solid var(--line); padding: .4rem .8rem .4rem 0; text-align: start;
  vertical-align: top; }
dt { font-weight: 600; } dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
"""
_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
Say = Mapping[str, str]
"""The words of the page, by key."""


def of_landing(told: Json, say: Say, language: str) -> str:
    """The landing page."""
    return _page(told["title"], [_words(told["description"]), _list(told["links"])], say, language)


def of_links(title: str, told: Json, say: Say, language: str) -> str:
    """What is little more than a list: what the service conforms to."""
    lines = "".join(f"<li>{escape(str(each))}</li>" for each in told.get("conformsTo", ()))
    return _page(title, [f"<ul>{lines}</ul>"], say, language)


def of_collections(told: Json, say: Say, language: str) -> str:
    """The list of collections."""
    rows = [
        f"<dt>{_anchor(_href(each, 'items', HTML), each['title'])}</dt><dd>{escape(each['description'])}</dd>"
        for each in told["collections"]
    ]
    return _page(say["collections"], [f"<dl>{''.join(rows)}</dl>"], say, language)


def of_collection(told: Json, say: Say, language: str) -> str:
    """One collection."""
    return _page(told["title"], [_words(told["description"]), _list(told["links"])], say, language)


def of_items(title: str, told: Json, feature_at: Mapping[str, str], say: Say, language: str) -> str:
    """A page of features as a table. `feature_at`: the address of each, by id."""
    features: Sequence[Json] = told["features"]
    if not features:
        return _page(title, [_words(say["empty"])], say, language)
    names = list(features[0]["properties"])
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in ("id", *names))
    rows = "".join(
        f"<tr><th scope=row>{_anchor(feature_at[str(each['id'])], str(each['id']))}</th>"
        + "".join(f"<td>{_value(each['properties'].get(name))}</td>" for name in names)
        + "</tr>"
        for each in features
    )
    counted = say["counted"].replace("{shown}", str(len(features)))
    counted = counted.replace("{all}", str(told["numberMatched"]))
    further = [_anchor(each["href"], say["next"]) for each in told["links"] if each["rel"] == "next"]
    table = f'<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}"><table>'
    table += f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    return _page(title, [_words(counted), table, f"<p>{''.join(further)}</p>"], say, language)


def of_feature(told: Json, say: Say, language: str) -> str:
    """One feature."""
    rows = [f"<dt>{escape(name)}</dt><dd>{_value(value)}</dd>" for name, value in told["properties"].items()]
    kind = told["geometry"]["type"] if told["geometry"] else "–"
    rows.append(f"<dt>geometry</dt><dd>{escape(kind)}</dd>")
    return _page(str(told["id"]), [f"<dl>{''.join(rows)}</dl>", _list(told["links"])], say, language)


def _page(title: str, parts: Iterable[str], say: Say, language: str) -> str:
    top = f'<nav><a href="{escape(say["home"])}">{escape(say["start"])}</a></nav>'
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{top}<main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def _words(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _anchor(href: str, text: str) -> str:
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def _list(links: Iterable[Json]) -> str:
    rows = (
        f"<li>{_anchor(each['href'], each.get('title') or each['rel'])} ({escape(each['type'])})</li>"
        for each in links
        if not each.get("templated")
    )
    return f"<ul>{''.join(rows)}</ul>"


def _href(told: Json, rel: str, type: str) -> str:
    return next(str(each["href"]) for each in told["links"] if (each["rel"], each["type"]) == (rel, type))


def _value(value: Any) -> str:
    if value is None:
        return "–"
    return escape(", ".join(map(str, value)) if isinstance(value, list) else str(value))
