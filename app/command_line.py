"""What every command shares: a line for a person, and the settings as the command line leaves them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.settings import Settings


@dataclass(frozen=True)
class Hints:
    """How somebody says a thing, in the words in which they started us."""

    folder: str
    port: str
    host: str
    phone: str


HINTS = {
    "make": Hints("make run DATA=/another/folder", "make run PORT=8001", "--host", "make run PHONE=1"),
    "options": Hints("--data /another/folder", "--port 8001", "--host", "curbstop demo --phone"),
}


def hints_of(options: argparse.Namespace) -> Hints:
    """The words of whoever typed this command; ``--hints make`` comes from the Makefile."""
    return HINTS[getattr(options, "hints", "options")]


def need_installation(settings: Settings) -> None:
    """End the command where there is no installation that it could work on."""
    if not settings.database_url and not (settings.data / "curbstop.db").is_file():
        say(f"There is no installation in {settings.data}. Name its folder: --data DIR")
        raise SystemExit(2)


def use_folder(data: Path, hints: Hints = HINTS["options"]) -> None:
    """Make the data folder ready, or say why it cannot be, and end the command."""
    from app.data_folder import FolderUnusable, make_ready

    try:
        make_ready(data)
    except FolderUnusable as fault:
        say(f"{fault}. Name another folder: {hints.folder}")
        raise SystemExit(1) from None


def say(text: str = "") -> None:
    """A line for a person; standard output belongs to what other programs read."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def chosen_settings(options: argparse.Namespace, **more: Any) -> Settings:
    """Settings from the environment, with what the command line says on top."""
    from pydantic import ValidationError

    from kernel.settings import Settings

    given = {name: getattr(options, name, None) for name in ("host", "port", "data")}
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None} | more)
    except ValidationError as wrong:
        for error in wrong.errors():
            name = "_".join(str(part) for part in error["loc"]).upper()
            say(f"CURBSTOP_{name}: {error['msg']}")
        raise SystemExit(2) from None
