"""``docs/settings.md``, made from the settings themselves: ``make docs``. A test keeps the two equal."""

from __future__ import annotations

import sys

from pydantic_core import PydanticUndefined

from kernel.settings import Settings

HEAD = """# Settings

Every setting is an environment variable, read once at start. The command line's `--data`, `--host` and
`--port` take precedence. Lists are written as JSON: `["a", "b"]`. This page is made by `make docs`.

| variable | default | what it is |
|---|---|---|
"""


def render() -> str:
    """The whole page."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "", (), PydanticUndefined) else f"`{field.default}`"
        described = (field.description or "").replace("|", "\\|")
        rows.append(f"| `CURBSTOP_{name.upper()}` | {default} | {described} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
