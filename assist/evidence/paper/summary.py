"""The summary for people: one page of what was sealed, in the reader's language.

It is made of the sealed contents alone, so that it says nothing that the bundle does not prove. Whatever a
person wrote is text here, never markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from assist.evidence.bundle import file_name
from assist.evidence.paper.drawing import drawing
from assist.evidence.tables import EvidenceEntry
from kernel.i18n import text

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid #8886; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
figure { position: relative; margin: 1rem 0; max-width: 40rem; break-inside: avoid; }
figure > div { position: relative; } figure img { display: block; width: 100%; }
figure svg { position: absolute; inset: 0; width: 100%; height: 100%; }
figcaption, small { opacity: .75; font-size: .85rem; } ol { padding-left: 1.4rem; }
code { overflow-wrap: anywhere; font-size: .85rem; }
"""


@dataclass(frozen=True)
class Reader:
    """Who reads it: their language, the utility's zone, and the names of staff (by id) as they know them."""

    language: str
    zone: ZoneInfo
    names: Mapping[str, str]
    utility: str

    def t(self, key: str, area: str = "evidence", /, **params: object) -> str:
        return text(self.language, area, key, **params)

    def word(self, area: str, key: str, otherwise: str) -> str:
        """A code in words; the code itself where nobody wrote words for it."""
        found = text(self.language, area, key)
        return otherwise if found == key else found

    def time(self, written: str) -> str:
        return datetime.fromisoformat(written).astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def by(self, said: Mapping[str, Any]) -> str:
        name = self.names.get(said.get("by_id") or "") or said.get("name", "")
        return name or self.word("common", f"role.{said['by']}", said["by"])


def summary_html(
    request_id: object, entries: Sequence[EvidenceEntry], reader: Reader, fingerprint: str, made_at: datetime
) -> bytes:
    """The summary, a page that needs nothing but the bundle's pictures beside it."""
    latest = {entry.subject: entry for entry in entries if entry.content is not None}
    said: dict[str, list[tuple[EvidenceEntry, dict[str, Any]]]] = {}
    for entry in latest.values():
        said.setdefault(entry.kind, []).append((entry, json.loads(entry.content or "{}")))
    parts = [
        _facts(reader, said),
        _verdict(reader, said),
        _pictures(reader, said),
        _chat(reader, said),
        _site(reader, said),
        _timeline(reader, said),
        _erased(reader, entries),
    ]
    title = reader.t("title")
    proof = _dl(
        [
            (reader.t("entries"), str(len(entries))),
            (reader.t("key"), fingerprint),
            (reader.t("made_at"), reader.time(made_at.isoformat())),
        ]
    )
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="{escape(reader.language)}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n<h1>{escape(title)}</h1>\n"
        f"<p><small>{escape(reader.utility)} <code>{escape(str(request_id))}</code></small></p>\n{body}\n"
        f"<h2>{escape(reader.t('proof'))}</h2>\n{proof}\n<p>{escape(reader.t('how'))}</p>\n</html>\n"
    ).encode()


Said = Mapping[str, list[tuple[EvidenceEntry, dict[str, Any]]]]


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>" if body else ""


def _dl(rows: Sequence[tuple[str, str | None]]) -> str:
    shown = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f"<dl>{shown}</dl>" if shown else ""


def _facts(reader: Reader, said: Said) -> str:
    rows: list[tuple[str, str | None]] = []
    for _entry, facts in said.get("customer", []):
        point = f"{facts['lat']:.5f}, {facts['lon']:.5f}" if facts["lon"] is not None else None
        rows += [
            (reader.t("category"), reader.word("common", f"category.{facts['category']}", facts["category"])),
            (reader.t("name"), facts["name"]),
            (reader.t("phone"), facts["phone"]),
            (reader.t("address"), " ".join(filter(None, (facts["address"], facts["building"])))),
            (reader.t("point"), point),
            (reader.t("equipment"), facts["equipment"]),
            (reader.t("description"), facts["description"]),
        ]
    return _section(reader.t("facts"), _dl(rows))


def _verdict(reader: Reader, said: Said) -> str:
    rows: list[tuple[str, str | None]] = []
    for _entry, given in said.get("verdict", []):
        rows += [
            (
                reader.t("ownership"),
                reader.word("common", f"ownership.{given['ownership']}", given["ownership"]),
            ),
            (reader.t("fault"), reader.word("faults", given["fault"], given["fault"])),
            (
                reader.t("severity"),
                reader.word("common", f"severity.{given['severity']}", given["severity"]),
            ),
            (reader.t("note"), given["note"]),
            (reader.t("given_by"), reader.names.get(given["given_by"], "")),
            (reader.t("given_at"), reader.time(given["given_at"])),
        ]
    for _entry, ended in said.get("outcome", []):
        rows += [
            (reader.t("outcome"), reader.word("common", f"outcome.{ended['outcome']}", ended["outcome"])),
            (reader.t("note"), ended["note"]),
        ]
    for _entry, rated in said.get("rating", []):
        rows += [(reader.t("rating"), "★" * int(rated["score"])), (reader.t("comment"), rated["comment"])]
    return _section(reader.t("verdict"), _dl(rows))


def _pictures(reader: Reader, said: Said) -> str:
    marks: dict[str, list[dict[str, Any]]] = {}
    for _entry, mark in said.get("mark", []):
        if mark["undone_at"] is None:
            marks.setdefault(mark["still"], []).append(mark)
    proving = {still for _entry, given in said.get("verdict", []) for still in given["still_ids"]}
    shown = []
    for entry, still in sorted(said.get("still", []), key=lambda pair: pair[0].number):
        id = entry.subject.partition(":")[2]
        caption = f"{reader.word('common', 'role.' + still.get('taken_by', ''), still.get('taken_by', ''))}"
        if "deleted_at" in still:
            shown.append(f"<p>{escape(reader.t('deleted', time=reader.time(still['deleted_at'])))}</p>")
            continue
        caption += f" · {reader.time(still['taken_at'])}"
        if id in proving:
            caption += f" · {reader.t('proves')}"
        lines = drawing(still["width"], still["height"], marks.get(id, []))
        shown.append(_figure(entry, caption, lines))
    return _section(reader.t("pictures"), "\n".join(shown))


def _figure(entry: EvidenceEntry, caption: str, over: str = "") -> str:
    return (
        f'<figure><div><img src="{escape(file_name(entry) or "")}" alt="{escape(caption)}">{over}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _chat(reader: Reader, said: Said) -> str:
    lines = [
        (f"{reader.time(line['sent_at'])} {reader.by(line)}", line["text"])
        for _entry, line in said.get("message", [])
    ]
    return _section(reader.t("chat"), _dl(lines))


def _site(reader: Reader, said: Said) -> str:
    """What was done on site, as the representative told it."""
    rows: list[tuple[str, str | None]] = []
    for _entry, step in said.get("site", []):
        state = reader.word("common", f"task_state.{step['to']}", step["to"])
        words = [str(step["detail"][name]) for name in ("note", "reason") if step["detail"].get(name)]
        told = " · ".join(filter(None, (state, step["name"], *words)))
        rows.append((reader.time(step["happened_at"]), told))
    for _entry, form in said.get("form", []):
        rows.append(
            (reader.time(form["filled_at"]), json.dumps(form["answers"], ensure_ascii=False, indent=1))
        )
    proofs = [_figure(entry, reader.time(proof["at"])) for entry, proof in said.get("proof", [])]
    return _section(reader.t("site"), "\n".join([_dl(rows), *proofs]).strip())


def _timeline(reader: Reader, said: Said) -> str:
    lines = sorted((line for _entry, line in said.get("line", [])), key=lambda line: int(line["number"]))
    rows = []
    for line in lines:
        what = reader.word("desk", f"event.{line['kind']}", line["kind"])
        owner = reader.t("owner", name=reader.names.get(line["owner_id"], "–"))
        rows.append(f"<li><small>{escape(reader.time(line['at']))}</small> {escape(what)}"
                    f" · {escape(reader.by(line))} · <small>{escape(owner)}</small></li>")  # fmt: skip
    return _section(reader.t("timeline"), f"<ol>{''.join(rows)}</ol>" if rows else "")


def _erased(reader: Reader, entries: Sequence[EvidenceEntry]) -> str:
    gone = [entry for entry in entries if entry.erased_at is not None]
    if not gone:
        return ""
    counts: dict[str, int] = {}
    for entry in gone:
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
    words = [f"{reader.t('kind.' + kind)} × {count}" for kind, count in sorted(counts.items())]
    when = max(entry.erased_at for entry in gone if entry.erased_at)
    rows: list[tuple[str, str | None]] = [(reader.time(when.isoformat()), ", ".join(words))]
    return _section(reader.t("erased"), _dl(rows))
