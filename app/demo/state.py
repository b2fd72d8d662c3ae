"""The small files in which the demo remembers itself; all of them for their owner only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

STATE_FILE = "demo.json"
LINKS_FILE = "links.json"
PASSWORD_FILE = "password.txt"
LOADING_FILE = "loading"
"""There while the city is being taken in; still there at a start, that was interrupted."""
SAYS = "curbstop: say "
"""What the demo's process says to a person begins with this."""


@dataclass
class DemoState:
    """What the demo has to remember between starts.

    ``arrived`` and ``requests`` count what has come of the day that began at ``opening``; ``making``: its
    morning is not yet complete up to the moment of the start.
    """

    seed: int
    timezone: str
    opening: str
    arrived: int
    requests: list[str] = field(default_factory=list)
    making: bool = False

    @classmethod
    def read(cls, data: Path) -> DemoState | None:
        path = data / STATE_FILE
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else None

    def write(self, data: Path) -> None:
        write_private(data / STATE_FILE, json.dumps(asdict(self)))


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    draft = path.with_suffix(path.suffix + ".new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    draft.replace(path)


def password_of(data: Path) -> str:
    """The password of all demo staff: made once per installation, kept for its owner only."""
    path = data / PASSWORD_FILE
    if not path.exists():
        write_private(path, secrets.token_urlsafe(9))
    return path.read_text("utf-8").strip()
