"""What every command shares: a line for a person, and the settings as the command line leaves them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.settings import Settings


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
