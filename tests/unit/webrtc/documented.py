"""``docs/protocol.md``, as far as a test can read it."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text("utf-8")


def section(number: int) -> str:
    """The text of section ``number``."""
    return re.split(r"^## \d+\. .*$", DOCUMENT, flags=re.M)[number]


def first_cells(text: str) -> set[str]:
    """The names in the first column of a section's tables."""
    cells = re.findall(r"^\| ([^|]+) \|", text, flags=re.M)
    return {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}


def client_frames() -> set[str]:
    return first_cells(section(3).partition("### hello")[0])


def server_frames() -> set[str]:
    return first_cells(section(4))


def error_codes() -> set[str]:
    return first_cells(section(9))


def close_codes(reconnect: bool) -> set[int]:
    """Codes after which a client comes back, or does not."""
    rows = re.findall(r"^\| ([\d, ]+) \| .* \| (no|yes)\b", section(5), flags=re.M)
    wanted = "yes" if reconnect else "no"
    return {int(code) for codes, answer in rows if answer == wanted for code in codes.split(",")}
